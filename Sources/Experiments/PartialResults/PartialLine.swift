import AnalogCore
import Files
import Foundation
import Inference

/// A line of a file of partial results: JSON with the hash of its content, so that a changed digit
/// does not pass for a result.
enum PartialLine {
  /// The outcome of one image.
  struct Entry: Codable {
    var stage: String
    var image: Int
    var score: ImageScore
    var signal: OutputMagnitudes
    var deviations: [OutputDeviation]
    /// Bits of the outputs: exact, and whole numbers in JSON.
    var outputBits: [UInt32]
    /// Counts of `ActivityCounts`, layer by layer.
    var activity: [ActivityCounts]

    init(_ stage: RunStage, image: Int, _ outcome: ImageOutcome) {
      self.stage = stage.text
      self.image = image
      score = outcome.score
      signal = outcome.signal
      deviations = outcome.deviations
      outputBits = outcome.outputs.map(\.bitPattern)
      activity = outcome.activity
    }

    /// The outcome; `nil` if the content is not a valid outcome, even if the hash matches.
    var outcome: ImageOutcome? {
      if case .ranking(let leading, let rank) = score, leading.isEmpty || (rank ?? 1) < 1 {
        return nil
      }
      return ImageOutcome(
        score: score, signal: signal, deviations: deviations,
        outputs: outputBits.map { Float(bitPattern: $0) }, activity: activity)
    }
  }

  private struct Checked<Content: Codable>: Codable {
    var content: Content
    var check: String
  }

  private static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }

  private static func check(_ content: some Encodable) throws -> String {
    String(ContentHash(try encoder().encode(content)).hexadecimal.prefix(16))
  }

  /// `content` as a line.
  static func encode<Content: Codable>(_ content: Content) throws -> Data {
    try encoder().encode(Checked(content: content, check: check(content))) + Data("\n".utf8)
  }

  /// The content of a line without its line end; `nil` if `encode` did not write it.
  static func decode<Content: Codable>(_ type: Content.Type, _ line: Data) -> Content? {
    // The whole line, not only its hash: a key that may be absent could be misspelled.
    guard let checked = try? JSONDecoder().decode(Checked<Content>.self, from: line),
      let written = try? encode(checked.content), written.dropLast() == line.trimmingEnd
    else { return nil }
    return checked.content
  }
}

extension Data {
  /// Without white space at the end, such as what is left of a changed line end.
  fileprivate var trimmingEnd: Data {
    lastIndex { !$0.isWhiteSpace }.map { prefix(through: $0) } ?? Data()
  }
}

extension UInt8 {
  fileprivate var isWhiteSpace: Bool { [0x20, 0x09, 0x0A, 0x0D].contains(self) }
}
