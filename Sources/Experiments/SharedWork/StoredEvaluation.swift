import Foundation
import Inference

/// Outcomes of all images of a network as bytes of a file: lines like those of partial results.
enum StoredEvaluation {
  private struct Header: Codable {
    var images: Int, seconds: Double, layerSeconds: [Double]
  }

  static func bytes(of evaluation: Evaluation) throws -> Data {
    var text = try PartialLine.encode(
      Header(
        images: evaluation.outcomes.count, seconds: evaluation.seconds,
        layerSeconds: evaluation.layerSeconds))
    for (image, outcome) in evaluation.outcomes.enumerated() {
      guard let outcome else { preconditionFailure("only complete evaluations are stored") }
      text += try PartialLine.encode(PartialLine.Entry(.ideal(0), image: image, outcome))
    }
    return text
  }

  /// What `bytes` hold; `nil` if they were not written for `count` images.
  static func evaluation(_ bytes: Data, count: Int) -> Evaluation? {
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
