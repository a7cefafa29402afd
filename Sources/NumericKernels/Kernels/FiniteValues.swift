extension Span<Float> {
  /// Whether no value is infinite or NaN: eight at a time, where a search for the first one would go
  /// value by value.
  public var areFinite: Bool {
    var largest: UInt32 = 0
    for k in indices { largest = Swift.max(largest, self[k].bitPattern & 0x7FFF_FFFF) }
    return largest < Float.infinity.bitPattern
  }
}
