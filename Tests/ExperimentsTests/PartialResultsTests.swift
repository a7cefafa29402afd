import AnalogCore
import Files
import Foundation
import Inference
import TestSupport
import Testing

@testable import Experiments

/// Files of single images' outcomes: what is joined, what is refused.
@Suite struct PartialResultsTests {
  private static let identity = RunIdentity(
    software: "program", configuration: "version: 1\nseed: 1\nwires:\n  bitLineOhms: 2.0\n",
    networkHash: "n", imagesHash: "i", calibrationHash: "c", imageCount: 5, keepsLogits: true)

  private static func outcome(_ image: Int) -> ImageOutcome {
    var counts = ActivityCounts()
    counts.conversions = image
    return ImageOutcome(
      score: .ranking(leading: [image % 3, 7], labelRank: 1 + image),
      outputs: [0.1, -.pi, .leastNonzeroMagnitude, -0.0, 3.4028235e38, Float(image)],
      activity: [counts])
  }

  /// A file with images 0 … 2 of two stages.
  private static func file(in folder: TemporaryFolder) throws -> String {
    let path = folder.file("deep/partial.jsonl")
    let partial = try PartialResults(identity, path: path, resumes: false)
    for image in 0..<3 {
      try partial.add(outcome(image), of: .integer(0), image: image)
      try partial.add(outcome(image), of: .arrays(11), image: image)
    }
    return path
  }

  private static func resume(_ path: String, _ identity: RunIdentity = identity) throws
    -> PartialResults
  {
    try PartialResults(identity, path: path, resumes: true)
  }

  @Test func outcomesComeBackBitForBit() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let partial = try Self.resume(path)
    #expect(partial.count == 6)
    for stage in [RunStage.integer(0), .arrays(11)] {
      let outcomes = partial.outcomes(of: stage)
      #expect(outcomes.keys.sorted() == [0, 1, 2])
      for (image, found) in outcomes {
        #expect(found == Self.outcome(image))
        #expect(found.outputs.map(\.bitPattern) == Self.outcome(image).outputs.map(\.bitPattern))
      }
    }
    #expect(partial.outcomes(of: .arrays(1)).isEmpty)
    try partial.add(Self.outcome(4), of: .integer(0), image: 4)
    #expect(try Self.resume(path).count == 7)
    try partial.remove()
    #expect(folder.contents == ["deep"])
  }

  /// A file that ends anywhere gives its whole lines and goes on after them.
  @Test func fileThatEndsAnywhereIsContinued() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let whole = try FileContents.read(path)
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }
    for length in stride(from: 0, through: whole.count, by: 7) {
      let lines = ends.count { $0 < length }
      try FileContents.write(whole.prefix(length), to: path)
      let partial = try Self.resume(path)
      #expect(partial.count == max(0, lines - 1))
      try partial.add(Self.outcome(4), of: .float, image: 4)
      let again = try Self.resume(path)
      #expect(again.count == max(0, lines - 1) + 1)
      #expect(again.outcomes(of: .float) == [4: Self.outcome(4)])
    }
  }

  /// No byte can be changed without being noticed, but for the ends of lines.
  @Test func changedByteIsNamedByItsLine() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let whole = try FileContents.read(path)
    var line = 1
    for index in whole.indices {
      if whole[index] == UInt8(ascii: "\n") {
        line += 1
        continue
      }
      guard index % 23 == 0 else { continue }
      var bytes = whole
      bytes[index] = bytes[index] == UInt8(ascii: "3") ? UInt8(ascii: "4") : UInt8(ascii: "3")
      try FileContents.write(bytes, to: path)
      #expect {
        try Self.resume(path)
      } throws: { error in
        guard case PartialResultsError.damaged(path, line, _) = error else { return false }
        return true
      }
    }
    #expect(line == 8)
  }

  @Test func linesThatContradictAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    let whole = try FileContents.read(path)
    var odd = Self.outcome(1)
    odd.activity = []
    let cases: [(PartialLine.Entry, String)] = [
      (.init(.integer(0), image: 1, Self.outcome(1)), "image 1 has two results for int8"),
      (.init(.integer(0), image: 5, Self.outcome(1)), "image 5 is none of the 5 images"),
      (.init(.integer(0), image: 4, odd), "image 4 has other layers"),
    ]
    for (entry, message) in cases {
      try FileContents.write(whole + PartialLine.encode(entry), to: path)
      #expect {
        try Self.resume(path)
      } throws: {
        "\($0)".contains("partial.jsonl:8: \(message)")
      }
    }
    var stage = PartialLine.Entry(.float, image: 1, Self.outcome(1))
    stage.stage = "arrays x"
    try FileContents.write(whole + PartialLine.encode(stage), to: path)
    #expect {
      try Self.resume(path)
    } throws: {
      "\($0)".contains("'arrays x' is no path of a run")
    }
  }

  struct Change: CustomTestStringConvertible, Sendable {
    var message: String
    var change: @Sendable (inout RunIdentity) -> Void
    var testDescription: String { message }
  }

  @Test(arguments: [
    Change(message: "it has format 2, this version writes 3") { $0.formatVersion = 3 },
    Change(message: "program found them, this is other") { $0.software = "other" },
    Change(message: "has changed: 'bitLineOhms: 2.0' then, 'bitLineOhms: 3.0' now") {
      $0.configuration = "version: 1\nseed: 1\nwires:\n  bitLineOhms: 3.0\n"
    },
    Change(message: "has changed: nothing then, 'path: ideal' now") {
      $0.configuration += "path: ideal\n"
    },
    Change(message: "the network file has changed") { $0.networkHash = "o" },
    Change(message: "it was started for 5 images, this run is for 6") { $0.imageCount = 6 },
    Change(message: "the images, their labels or their order") { $0.imagesHash = "o" },
    Change(message: "the calibration images have changed") { $0.calibrationHash = "o" },
    Change(message: "it was started with --logits") { $0.keepsLogits = false },
  ])
  func anotherRunIsRefusedByName(_ change: Change) throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    var other = Self.identity
    change.change(&other)
    #expect {
      try Self.resume(path, other)
    } throws: {
      "\($0)".contains("cannot be resumed: ") && "\($0)".contains(change.message)
    }
    #expect(folder.contents == ["deep", "deep/partial.jsonl"])
  }

  @Test func nothingIsOverwrittenOrMissed() throws {
    let folder = try TemporaryFolder()
    let path = try Self.file(in: folder)
    #expect(throws: PartialResultsError.exists(path: path)) {
      try PartialResults(Self.identity, path: path, resumes: false)
    }
    #expect(throws: PartialResultsError.missing(path: folder.file("no"))) {
      try Self.resume(folder.file("no"))
    }
    // A run that finds nothing leaves nothing.
    _ = try PartialResults(Self.identity, path: folder.file("none"), resumes: false)
    #expect(!FileManager.default.fileExists(atPath: folder.file("none")))
  }
}
