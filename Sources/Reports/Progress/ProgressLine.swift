import Foundation
import Synchronization

/// Progress on standard error: one rewritten line on a terminal, now and then a line elsewhere.
///
/// May be advanced from any task.
public final class ProgressLine: Sendable {
  /// Where and how often progress appears.
  public enum Style: Sendable {
    /// One line, rewritten at most ten times a second.
    case terminal
    /// A line at most every half minute, for log files.
    case log
    case silent

    /// `terminal` or `log`, depending on standard error; `silent` on request.
    public static func standardError(silent: Bool = false) -> Style {
      if silent { return .silent }
      return isatty(STDERR_FILENO) == 1 ? .terminal : .log
    }

    fileprivate var secondsBetweenLines: Double {
      switch self {
      case .terminal: 0.1
      case .log: 30
      case .silent: .infinity
      }
    }
  }

  private struct State {
    var done = 0
    var lastWritten = 0.0
    var hasFinished = false
  }

  private let wording: ProgressText
  private let style: Style
  private let seconds: @Sendable () -> Double
  private let write: @Sendable (String) -> Void
  private let state = Mutex(State())

  /// Progress of `total` `unit`, which starts now.
  public convenience init(
    _ label: String, total: Int, unit: String, style: Style = .standardError()
  ) {
    let start = ContinuousClock.now
    self.init(
      wording: ProgressText(label: label, unit: unit, total: total), style: style,
      seconds: { (ContinuousClock.now - start) / .seconds(1) },
      write: { Console.report($0) })
  }

  /// Progress with a clock of `seconds` since the start and a place to `write` to.
  init(
    wording: ProgressText, style: Style, seconds: @escaping @Sendable () -> Double,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.wording = wording
    self.style = style
    self.seconds = seconds
    self.write = write
  }

  /// Counts `count` more as done, and shows it if the last line is old enough.
  public func advance(by count: Int = 1) {
    // Written under the lock, or an older count could follow a newer one.
    state.withLock { state in
      state.done += count
      let now = seconds()
      guard !state.hasFinished, now - state.lastWritten >= style.secondsBetweenLines else { return }
      state.lastWritten = now
      show(wording.line(done: state.done, elapsedSeconds: now), isLast: false)
    }
  }

  /// Ends with a summary line; later calls do nothing.
  public func finish() {
    state.withLock { state in
      guard !state.hasFinished else { return }
      state.hasFinished = true
      show(wording.summary(done: state.done, elapsedSeconds: seconds()), isLast: true)
    }
  }

  private func show(_ text: String, isLast: Bool) {
    switch style {
    // Back to the first column; then erase the rest of a longer line.
    case .terminal: write("\r\(text)\u{1B}[K" + (isLast ? "\n" : ""))
    case .log: write(text + "\n")
    case .silent: break
    }
  }
}
