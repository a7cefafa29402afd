import Files
import Foundation
import Inference
import Synchronization

/// Outcomes of single images while a run finds them, kept in a file if there is one, so that an
/// interrupted run loses none.
///
/// The file holds JSON lines: first the identity of the run, then one outcome per line, in the
/// order in which they were found. Lines are only ever appended. A killed run may leave an
/// incomplete last line, which is dropped; any other corrupt line is an error.
public final class PartialResults: Sendable {
  private struct State {
    var outcomes: [RunStage: [Int: ImageOutcome]] = [:]
    var file: FileHandle?
  }

  /// Path of the file; `nil` if nothing is kept.
  public let path: String?
  private let identity: RunIdentity?
  private let state: Mutex<State>

  /// Keeps no outcomes.
  public init() {
    path = nil
    identity = nil
    state = Mutex(State())
  }

  /// Keeps outcomes in the file at `path`, which is made with the first of them.
  ///
  /// - Parameter resumes: Whether to continue at the end of the file, which must then exist and
  ///   belong to the same run; otherwise it must not exist.
  public init(_ identity: RunIdentity, path: String, resumes: Bool) throws {
    try Self.check(path: path, resumes: resumes)
    var state = State()
    if resumes {
      let (outcomes, length) = try Self.read(path, identity: identity)
      state.outcomes = outcomes
      // Without a complete first line the file is unusable and is started again.
      if length > 0 {
        state.file = try Self.opened(path)
        try Self.named(path) {
          try state.file?.truncate(atOffset: UInt64(length))
          try state.file?.seekToEnd()
        }
      }
    }
    self.path = path
    self.identity = identity
    self.state = Mutex(state)
  }

  /// Throws if a run would overwrite or miss outcomes in the file at `path`; called before anything
  /// is loaded. A file without outcomes does not stop a new run.
  public static func check(path: String, resumes: Bool) throws {
    let exists = FileManager.default.fileExists(atPath: path)
    if !exists && resumes { throw PartialResultsError.missing(path: path) }
    if exists, !resumes, try holdsOutcomes(path) { throw PartialResultsError.exists(path: path) }
  }

  /// Removes the file at `path`, if there is one, with the outcomes that it holds.
  public static func discard(path: String) throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    try named(path) { try FileManager.default.removeItem(atPath: path) }
  }

  /// Outcomes of one stage by image.
  func outcomes(of stage: RunStage) -> [Int: ImageOutcome] {
    state.withLock { $0.outcomes[stage] ?? [:] }
  }

  /// Outcomes of all stages together.
  public var count: Int { state.withLock { $0.outcomes.values.reduce(0) { $0 + $1.count } } }

  /// Keeps one more outcome; on the disk, or on its way there, when this returns.
  func add(_ outcome: ImageOutcome, of stage: RunStage, image: Int) throws {
    guard let path, let identity else { return }
    let line = try PartialLine.encode(PartialLine.Entry(stage, image: image, outcome))
    try state.withLock { state in
      if state.file == nil {
        try FileContents.write(try PartialLine.encode(identity), to: path)
        let file = try Self.opened(path)
        _ = try Self.named(path) { try file.seekToEnd() }
        state.file = file
      }
      try Self.named(path) { try state.file?.write(contentsOf: line) }
      state.outcomes[stage, default: [:]][image] = outcome
    }
  }

  /// Removes the file, whose outcomes are now in complete results; it may be gone already.
  public func remove() throws {
    try state.withLock { state in
      guard let path, state.file != nil else { return }
      try Self.named(path) { try state.file?.close() }
      state.file = nil
      try Self.discard(path: path)
    }
  }

  private static func opened(_ path: String) throws(FileError) -> FileHandle {
    guard let file = FileHandle(forUpdatingAtPath: path) else {
      throw FileError(path: path, reason: "cannot be written")
    }
    return file
  }

  private static func named<Value>(_ path: String, _ body: () throws -> Value) throws(FileError)
    -> Value
  {
    do {
      return try body()
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(error.localizedDescription)")
    }
  }
}
