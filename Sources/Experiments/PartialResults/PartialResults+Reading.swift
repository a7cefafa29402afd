import Files
import Foundation
import Inference

extension PartialResults {
  /// The outcomes in the file at `path`, and the bytes up to the end of its last whole line.
  static func read(
    _ path: String, identity: RunIdentity
  ) throws -> (outcomes: [RunStage: [Int: ImageOutcome]], length: Int) {
    let bytes = try FileContents.read(path)
    var outcomes: [RunStage: [Int: ImageOutcome]] = [:]
    var start = bytes.startIndex
    var number = 0
    func damaged(_ reason: String) -> PartialResultsError {
      .damaged(path: path, line: number, reason: reason)
    }
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = bytes[start..<end]
      number += 1
      if number == 1 {
        guard let own = PartialLine.decode(RunIdentity.self, line) else {
          throw damaged("the first line does not say which run this is")
        }
        if let reason = own.difference(from: identity) {
          throw PartialResultsError.differs(path: path, reason: reason)
        }
      } else {
        guard let entry = PartialLine.decode(PartialLine.Entry.self, line),
          let outcome = entry.outcome
        else { throw damaged("the line is not what was written") }
        guard let stage = RunStage(text: entry.stage) else {
          throw damaged("'\(entry.stage)' is no path of a run")
        }
        guard (0..<identity.imageCount).contains(entry.image) else {
          throw damaged("image \(entry.image) is none of the \(identity.imageCount) images")
        }
        let layers = outcomes[stage]?.values.first?.activity.count
        guard layers == nil || layers == outcome.activity.count else {
          throw damaged("image \(entry.image) has other layers than the images before it")
        }
        guard outcomes[stage, default: [:]].updateValue(outcome, forKey: entry.image) == nil else {
          throw damaged("image \(entry.image) has two results for \(entry.stage)")
        }
      }
      start = bytes.index(after: end)
    }
    return (outcomes, start - bytes.startIndex)
  }
}

extension PartialResults {
  /// Whether the file at `path` has a whole line after the first, which only identifies the run.
  static func holdsOutcomes(_ path: String) throws -> Bool {
    let file: FileHandle
    do {
      file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    } catch {
      throw FileError(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
    var lines = 0
    while lines < 2, let chunk = try file.read(upToCount: 1 << 16), !chunk.isEmpty {
      lines += chunk.count { $0 == UInt8(ascii: "\n") }
    }
    return lines >= 2
  }
}
