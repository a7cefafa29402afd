import Dispatch
import Foundation
import Reports
import Synchronization

/// Ctrl-C as a request to end work cleanly.
enum Interruption {
  /// The exit status of a command that was interrupted: that of shells, 128 + SIGINT.
  static let status: Int32 = 128 + SIGINT

  /// Runs `body` in a task that the first Ctrl-C cancels; the second one ends the program at once.
  static func handled<Result: Sendable>(
    _ body: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let task = Task { try await body() }
    let requests = Requests()
    signal(SIGINT, SIG_IGN)
    let source = DispatchSource.makeSignalSource(
      signal: SIGINT, queue: DispatchQueue(label: "interruption"))
    source.setEventHandler {
      // One event may stand for several signals that came at once.
      guard requests.count() == 1, source.data == 1 else { _exit(status) }
      Console.report("\nStopping after the images under way; Ctrl-C again stops at once.\n")
      task.cancel()
    }
    source.resume()
    defer {
      source.cancel()
      signal(SIGINT, SIG_DFL)
    }
    return try await task.value
  }

  private final class Requests: Sendable {
    private let number = Mutex(0)

    func count() -> Int {
      number.withLock {
        $0 += 1
        return $0
      }
    }
  }
}
