import Dispatch
import Experiments
import Foundation
import Synchronization

/// What a child of fork() cannot do: it has one thread, and copies of what all others were at.
///
/// Tasks run on threads of the process; a child would wait for ever for them. If another thread was
/// within a call or a job, even a call of the child could wait for ever for a lock that this thread held:
/// one of ours, of Swift's runtime or of OpenBLAS, which guards its memory with one.
enum Fork {
  private static let first = Mutex<pid_t?>(nil)
  /// Calls and jobs that go on.
  private static let active = Atomic<Int>(0)
  /// Whether this process was forked in the middle of any.
  private static let isCut = Atomic<Bool>(false)
  /// The handlers of fork(), in the child, and of the end of that.
  ///
  /// A child that was cut off ends without the destructors of libraries: that of OpenBLAS (blas_shutdown)
  /// takes the lock which another thread held in memory that BLAS was just getting, and waits for ever.
  private static let isWatched: Bool = {
    // Both exist before the handler needs them.
    _ = (active.load(ordering: .relaxed), isCut.load(ordering: .relaxed))
    let isForkWatched =
      pthread_atfork(
        nil, nil,
        {
          if Fork.active.load(ordering: .relaxed) > 0 { Fork.isCut.store(true, ordering: .relaxed) }
        }) == 0
    let isExitWatched =
      on_exit(
        { status, _ in
          guard Fork.isCut.load(ordering: .relaxed) else { return }
          fflush(nil)
          _exit(status)
        }, nil) == 0
    return isForkWatched && isExitWatched
  }()

  /// Notes the begin of a call or job; throws in a child that was forked in the middle of any.
  static func begin() throws {
    _ = isWatched
    guard !isCut.load(ordering: .relaxed) else {
      throw CallError(
        "this process was forked from one that was just computing in TileSpice, whose threads it does "
          + "not have: start it by exec, in Python by multiprocessing's \"spawn\"")
    }
    active.add(1, ordering: .relaxed)
  }

  /// Notes its end.
  static func end() { active.subtract(1, ordering: .relaxed) }

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

/// Tasks at once for an argument `threads`: one where there are no threads for more, after a fork, and
/// within a task, whose thread must not wait for others.
func tasks(_ threads: Int32) throws -> Int {
  let width = try width(threads)
  return Fork.isBehindTasks || isWithinTask ? 1 : width
}

/// Whether a task runs the calling code, as it does models of the user.
var isWithinTask: Bool { withUnsafeCurrentTask { $0 != nil } }

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
