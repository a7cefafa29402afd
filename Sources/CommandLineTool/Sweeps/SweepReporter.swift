import Experiments
import Foundation
import Reports
import Sweeps
import Synchronization

/// Says which point of a sweep runs and what it gave, a line for each, on standard error.
final class SweepReporter: Sendable {
  private let isSilent: Bool
  private let point = Mutex("")
  private let warned = Mutex<Set<String>>([])

  init(isSilent: Bool) { self.isSilent = isSilent }

  var progress: SweepRunner.Progress {
    SweepRunner.Progress(
      begin: { [self] place, count, text in
        point.withLock { $0 = "\(place)/\(count) \(text)" }
      },
      end: { [self] record, error, seconds, left in
        guard !isSilent || error != nil else { return }
        let own = record?.points.last?.results.last
        let accuracy = own?.accuracyPercent.map { String(format: ": %.2f %%", $0) } ?? ""
        let rest = left > 0 ? ", \(SweepTables.duration(left)) left" : ""
        let result = error.map { ": failed: \($0)" } ?? accuracy
        Console.report(
          point.withLock { $0 } + result + " (\(SweepTables.duration(seconds))\(rest))\n")
      },
      warn: { [self] text in
        // Points that share a network share its warnings.
        guard warned.withLock({ $0.insert(text).inserted }) else { return }
        Warnings.print([text])
      })
  }
}
