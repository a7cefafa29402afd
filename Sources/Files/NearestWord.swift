/// Finds the word that the author of a deck or a configuration probably meant.
package enum NearestWord {
  /// More candidates than this are not searched: a suggestion is not worth seconds.
  private static let candidateLimit = 20_000

  /// The candidate with the fewest edits from `word`, if few enough to be a slip of the fingers;
  /// the first of equals.
  package static func find(_ word: String, among candidates: some Collection<String>) -> String? {
    guard candidates.count <= candidateLimit, word.utf8.count <= 64 else { return nil }
    let word = Array(word.lowercased().utf8)
    // A single letter is near every other.
    let allowance = min(max(1, word.count / 3), word.count - 1)
    var best: (word: String, distance: Int)?
    for candidate in candidates {
      let bytes = Array(candidate.lowercased().utf8)
      guard abs(bytes.count - word.count) <= allowance else { continue }
      let distance = distance(word, bytes)
      if distance <= allowance, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.word
  }

  /// Insertions, deletions, replacements and swaps of neighbors that turn `a` into `b`
  /// (optimal string alignment).
  static func distance(_ a: String, _ b: String) -> Int { distance(Array(a.utf8), Array(b.utf8)) }

  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
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
