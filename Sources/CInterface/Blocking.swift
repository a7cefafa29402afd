import Dispatch
import Experiments
import Foundation
import Synchronization

/// Tasks run on threads of the process; a child of fork() has none of them, and would wait for ever.
enum Fork {
  private static let first = Mutex<pid_t?>(nil)

  /// Whether tasks were started in a parent of this process.
  static var isBehindTasks: Bool { first.withLock { $0.map { $0 != getpid() } ?? false } }

  /// Throws in a child of a process that has started tasks.
  static func noteTasks() throws {
    let parent = first.withLock { first in
      if first == nil { first = getpid() }
      return first
    }
    guard parent == getpid() else {
      throw CallError(
        "this process was forked from one that had started work of TileSpice, whose threads it does "
          + "not have: start it by exec, in Python by multiprocessing's \"spawn\"")
    }
  }
}

/// Runs asynchronous work and waits for it.
func waiting<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) throws -> Result {
  try Fork.noteTasks()
  let done = DispatchSemaphore(value: 0)
  let found = Found<Result>()
  let resources = ResourceFolder.path
  Task.detached {
    do {
      let value = try await ProgramFiles.$given.withValue(resources) { try await body() }
      found.set(.success(value))
    } catch {
      found.set(.failure(error))
    }
    done.signal()
  }
  done.wait()
  return try found.get()
}

/// What a task found, for the thread that waits.
private final class Found<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)

  func set(_ value: Result<Value, any Error>) { result.withLock { $0 = value } }

  func get() throws -> Value {
    guard let result = result.withLock({ $0 }) else { throw CallError("the work ended early") }
    return try result.get()
  }
}
