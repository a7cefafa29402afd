/// Labels in the order of their arrival, each once, found by hash.
///
/// Readers look up three names per element; this takes a tenth of the time of a dictionary of
/// labels, whose hash resists attackers that can at most slow down their own deck.
struct LabelTable: Sendable {
  private(set) var labels: [Label] = []
  /// Positions in `labels` by hash, -1 where free; a power of two at least twice their number.
  private var slots = [Int32](repeating: -1, count: 64)

  /// The position of a label, which is added at the end if it is new.
  mutating func insert(_ label: Label) -> (position: Int, isNew: Bool) {
    var slot = slot(of: label)
    while slots[slot] >= 0 {
      let position = Int(slots[slot])
      if labels[position] == label { return (position, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    slots[slot] = Int32(labels.count)
    labels.append(label)
    if labels.count * 2 > slots.count { grow() }
    return (labels.count - 1, true)
  }

  /// The position of a label, or `nil` if it has not been inserted.
  func position(of label: Label) -> Int? {
    var slot = slot(of: label)
    while slots[slot] >= 0 {
      if labels[Int(slots[slot])] == label { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private func slot(of label: Label) -> Int {
    let indices = UInt64(UInt32(bitPattern: label.i)) << 32 | UInt64(UInt32(bitPattern: label.j))
    var hash = indices ^ (UInt64(UInt32(bitPattern: label.prefix)) &* 0xD6E8_FEB8_6659_FD93)
    hash = (hash ^ (hash >> 32)) &* 0x9E37_79B9_7F4A_7C15
    hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: hash >> 32) & (slots.count - 1)
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: slots.count * 2)
    for (position, label) in labels.enumerated() {
      var slot = slot(of: label)
      while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = Int32(position)
    }
  }
}
