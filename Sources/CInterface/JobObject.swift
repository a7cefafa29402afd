// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CTileSpice
import Dispatch
import Experiments
import Foundation
import Reports
import Synchronization

/// Work that goes on in tasks while its caller does something else.
final class JobObject: Sendable {
  /// What a job found.
  enum Output: Sendable {
    case record(ExperimentRecord)
    /// JSON, and a page if there is one.
    case text(String)

    /// As JSON.
    func json() throws -> String {
      switch self {
      case .record(let record): String(decoding: try record.json(), as: UTF8.self)
      case .text(let text): text
      }
    }

    /// As a page.
    func page() throws -> String {
      guard case .record(let record) = self else {
        throw CallError("only an experiment has a report")
      }
      return StudyPage(record).html
    }
  }

  /// How far it is.
  struct Stage: Encodable, Sendable {
    var stage = ""
    var step = 0, steps = 0
    /// Warnings that were not told before.
    var warnings: [String] = []
  }

  private let done = DispatchSemaphore(value: 0)
  private let stage = Mutex(Stage())
  private let outcome = Mutex<Result<Output, any Error>?>(nil)
  private let task = Mutex<Task<Void, Never>?>(nil)

  /// Starts the work.
  init(_ work: @escaping @Sendable (JobObject) async throws -> Output) throws {
    guard !isWithinTask else { throw CallError("a model of one's own cannot start experiments") }
    try Fork.noteTasks()
    try Fork.begin()
    let resources = ResourceFolder.path
    let task = Task.detached {
      let result: Result<Output, any Error>
      do {
        result = .success(
          try await ProgramFiles.$given.withValue(resources) { try await work(self) })
      } catch {
        result = .failure(error)
      }
      self.outcome.withLock { $0 = result }
      Fork.end()
      self.done.signal()
    }
    self.task.withLock { $0 = task }
  }

  /// Waits; whether it has ended.
  func wait(milliseconds: Int) -> Bool {
    guard done.wait(timeout: .now() + .milliseconds(milliseconds)) == .success else { return false }
    // For the next one who waits.
    done.signal()
    return true
  }

  /// What it found; throws what ended it, and while it runs.
  func output() throws -> Output {
    guard let outcome = outcome.withLock({ $0 }) else { throw CallError("the job is not done") }
    return try outcome.get()
  }

  func cancel() { task.withLock { $0 }?.cancel() }

  /// Cancels it and waits for its end; a child of fork() has nobody to wait for.
  func end() {
    guard !Fork.isBehindTasks else { return }
    cancel()
    done.wait()
    done.signal()
  }

  /// How far it is; warnings are told once.
  func takeStage() -> Stage {
    stage.withLock { stage in
      let current = stage
      stage.warnings = []
      return current
    }
  }

  func begin(_ name: String, _ steps: Int) {
    stage.withLock { $0 = Stage(stage: name, step: 0, steps: steps, warnings: $0.warnings) }
  }

  func step() { stage.withLock { $0.step += 1 } }

  func warn(_ text: String) {
    stage.withLock { if !$0.warnings.contains(text) { $0.warnings.append(text) } }
  }
}

@c @implementation
public func tilespice_job_wait(
  _ job: OpaquePointer?, _ milliseconds: Int64, _ progress: TextResult?, _ error: TextResult?
) -> Int32 {
  var isDone = true
  let status = call(error) {
    let job = try Handles.object(job, JobObject.self)
    guard (0...3_600_000).contains(milliseconds) else {
      throw CallError("milliseconds is \(milliseconds); 0 to 3600000 are taken")
    }
    try Fork.noteTasks()
    isDone = job.wait(milliseconds: Int(milliseconds))
    try give(json: job.takeStage(), to: progress)
    if isDone { _ = try job.output() }
  }
  return status == TILESPICE_OK && !isDone ? TILESPICE_RUNNING : status
}

@c @implementation
public func tilespice_job_cancel(_ job: OpaquePointer?, _ error: TextResult?) -> Int32 {
  call(error) { try Handles.object(job, JobObject.self).cancel() }
}

@c @implementation
public func tilespice_job_result(
  _ job: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let output = try Handles.object(job, JobObject.self).output()
    try give(try output.json(), to: result)
  }
}

@c @implementation
public func tilespice_job_report(
  _ job: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let output = try Handles.object(job, JobObject.self).output()
    try give(try output.page(), to: result)
  }
}
