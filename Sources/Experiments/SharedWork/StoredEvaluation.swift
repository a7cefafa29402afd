import Files
import Foundation
import Inference

/// Outcomes of all images of a network as a file: lines like those of partial results.
enum StoredEvaluation {
  private struct Header: Codable {
    var images: Int, seconds: Double, layerSeconds: [Double]
  }

  static func write(_ evaluation: Evaluation, to path: String) throws {
    var text = try PartialLine.encode(
      Header(
        images: evaluation.outcomes.count, seconds: evaluation.seconds,
        layerSeconds: evaluation.layerSeconds))
    for (image, outcome) in evaluation.outcomes.enumerated() {
      guard let outcome else { preconditionFailure("only complete evaluations are stored") }
      text += try PartialLine.encode(PartialLine.Entry(.ideal(0), image: image, outcome))
    }
    try FileContents.write(text, to: path)
  }

  /// What the file at `path` holds; `nil` if there is none, or it is not what was written for
  /// `count` images. It is then computed again.
  static func read(_ path: String, count: Int) -> Evaluation? {
    guard let bytes = try? FileContents.read(path) else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard lines.count == count + 1, let header = PartialLine.decode(Header.self, lines[0]),
      header.images == count
    else { return nil }
    var outcomes: [Int: ImageOutcome] = [:]
    for line in lines.dropFirst() {
      guard let entry = PartialLine.decode(PartialLine.Entry.self, line),
        let outcome = entry.outcome
      else { return nil }
      outcomes[entry.image] = outcome
    }
    var evaluation = Evaluation(known: outcomes, count: count)
    guard evaluation.isComplete else { return nil }
    evaluation.seconds = header.seconds
    evaluation.layerSeconds = header.layerSeconds
    evaluation.imagesTimed = count
    return evaluation
  }
}
