/// One index from each of `count` equal parts of `0..<total`, ascending, at places that follow the
/// golden ratio: even steps would fall in step with the rows of an image and see only its border.
///
/// Deterministic; all indices where `count` is `total` or more.
public func stratifiedIndices(_ count: Int, of total: Int) -> [Int] {
  precondition(count >= 0 && total >= 0, "counts are not negative")
  guard count < total else { return Array(0..<total) }
  let ratio = 0.618_033_988_749_894_9
  return (0..<count).map { k in
    let (low, high) = (k * total / count, (k + 1) * total / count)
    let place = (Double(k) + 0.5) * ratio
    return low + Int((place - place.rounded(.down)) * Double(high - low))
  }
}
