/// Positions added before and after each axis, or removed if counts are negative.
public struct Padding: Sendable, Equatable {
  /// Values of the added positions.
  public enum Fill: Sendable, Equatable {
    case constant(Float)
    /// The outermost value again.
    case edge
    /// The values mirrored at the outermost one, which is not repeated.
    case reflect
    /// The values from the other end.
    case wrap
  }

  public var before: [Int]
  public var after: [Int]
  public var fill: Fill

  /// Counts per axis, outermost first.
  public init(before: [Int], after: [Int], fill: Fill) {
    self.before = before
    self.after = after
    self.fill = fill
  }

  /// The position in `extent` that is copied to `position` of the padded axis; `nil` for none.
  func source(_ position: Int, axis: Int, extent: Int) -> Int? {
    let p = position - before[axis]
    if (0..<extent).contains(p) { return p }
    switch fill {
    case .constant: return nil
    case .edge: return min(max(p, 0), extent - 1)
    case .wrap: return (p % extent + extent) % extent
    case .reflect:
      // A triangle wave of period 2 (extent − 1).
      guard extent > 1 else { return 0 }
      let period = 2 * (extent - 1)
      let q = (p % period + period) % period
      return q < extent ? q : period - q
    }
  }
}
