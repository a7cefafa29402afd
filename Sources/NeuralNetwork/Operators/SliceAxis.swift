/// One axis of a slice.
public struct SliceAxis: Sendable, Equatable {
  public var axis: Int
  public var start: Int
  public var end: Int
  public var step: Int

  /// Positions along `axis`, `end` excluded; negative ones count from the end; `step` is not zero.
  public init(axis: Int, start: Int, end: Int, step: Int) {
    precondition(step != 0, "a slice steps")
    self.axis = axis
    self.start = start
    self.end = end
    self.step = step
  }

  /// The first position kept of an axis of `extent`, and the number of positions kept.
  package func range(extent: Int) -> (start: Int, count: Int) {
    // Backward, a slice starts inside and may end before the first position, at −1 after clamping.
    let last = step > 0 ? extent : extent - 1
    func clamp(_ position: Int, from lowest: Int) -> Int {
      let fromStart = position < 0 ? max(position, -extent - 1) + extent : position
      return min(max(fromStart, lowest), max(last, lowest))
    }
    let first = clamp(start, from: 0)
    let end = clamp(end, from: step > 0 ? 0 : -1)
    let length = step > 0 ? end - first : first - end
    return (first, length > 0 ? (length - 1) / Int(min(step.magnitude, UInt(Int32.max))) + 1 : 0)
  }
}
