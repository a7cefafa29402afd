import Testing

/// The pairs of two sequences, for loops that compare them one by one.
///
/// Where their counts differ, or are zero, such a loop would pass without comparing what is left:
/// that is an issue here.
public func matched<First: Sequence, Second: Sequence>(
  _ first: First, _ second: Second, sourceLocation: SourceLocation = #_sourceLocation
) -> [(First.Element, Second.Element)] {
  let (a, b) = (Array(first), Array(second))
  if a.count != b.count {
    Issue.record("\(a.count) values against \(b.count)", sourceLocation: sourceLocation)
  }
  if a.isEmpty { Issue.record("nothing to compare", sourceLocation: sourceLocation) }
  return Array(zip(a, b))
}
