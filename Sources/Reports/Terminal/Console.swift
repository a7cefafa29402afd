import Foundation
import Synchronization

/// Output of the program: results on standard output, progress and warnings on standard error.
///
/// `FileHandle.write` traps if its stream is closed or its disk is full, and Swift's `print` loses
/// the text silently. Here a text that cannot be shown never ends the work: on standard error it is
/// dropped; on standard output the first failure is kept, and the program ends with `failure` once
/// its files are written.
public enum Console {
  /// The reason why standard output took no more text.
  public struct Failure: Error, Equatable, CustomStringConvertible {
    /// The error number of `write`.
    public var code: Int32

    /// Whether the reader of the pipe is gone, as `head` is once it has seen enough.
    public var isClosedPipe: Bool { code == EPIPE }

    public var description: String {
      "standard output cannot be written: \(unsafe String(cString: strerror(code)))"
    }
  }

  private static let firstFailure = Mutex<Failure?>(nil)

  /// The first failure to write to standard output; `nil` if everything was shown.
  public static var failure: Failure? { firstFailure.withLock { $0 } }

  /// Makes the standard streams safe to write to; called once, before any file is opened.
  public static func prepare() {
    // Without a reader, a write is to fail with EPIPE. A handler, because an ignored signal would
    // stay ignored in the programs that we start.
    signal(SIGPIPE) { _ in }
    // A stream that is closed would lend its number to the first file that is opened, and our
    // messages would go into results. Opened the wrong way round, it refuses them instead.
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(descriptor, F_GETFD) == -1 {
      _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Shows `text` and `terminator` on standard output.
  public static func print(_ text: String, terminator: String = "\n") {
    // Under the lock, so that texts of two tasks do not mix; after a failure there is no more.
    firstFailure.withLock { failure in
      guard failure == nil else { return }
      failure = StandardStream(descriptor: STDOUT_FILENO).write(text + terminator)
        .map(Failure.init)
    }
  }

  /// Shows `text`, with its own line ends, on standard error if possible.
  public static func report(_ text: String) {
    _ = StandardStream(descriptor: STDERR_FILENO).write(text)
  }
}
