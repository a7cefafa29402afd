/// Finds the name a user probably meant.
enum NearestName {
  /// The candidate with the fewest edits from `name`, if few enough to be a slip of the fingers;
  /// the first of equals.
  static func find(_ name: String, among candidates: [String]) -> String? {
    let allowance = max(1, name.count / 3)
    return
      candidates
      .map { (candidate: $0, distance: distance(name.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= allowance }
      .min { $0.distance < $1.distance }?.candidate
  }

  /// Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`
  /// (optimal string alignment).
  static func distance(_ a: String, _ b: String) -> Int {
    let a = Array(a)
    let b = Array(b)
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var best = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          best = min(best, beforeLast[j - 1] + 1)
        }
        row.append(best)
      }
      beforeLast = last
      last = row
    }
    return last[b.count]
  }
}
