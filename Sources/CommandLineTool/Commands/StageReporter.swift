import Experiments
import Reports
import Synchronization

/// Shows the stages of a run, one progress line each.
final class StageReporter: Sendable {
  private let style: ProgressLine.Style
  private let line = Mutex<ProgressLine?>(nil)

  init(style: ProgressLine.Style) { self.style = style }

  var progress: ExperimentRunner.Progress {
    ExperimentRunner.Progress(
      begin: { [self] label, total in
        line.withLock { line in
          line?.finish()
          line = ProgressLine(label, total: total, unit: "images", style: style)
        }
      },
      step: { [self] in line.withLock { $0 }?.advance() },
      warn: { [self] text in
        finish()
        Warnings.print([text])
      })
  }

  func finish() {
    line.withLock { line in
      line?.finish()
      line = nil
    }
  }
}
