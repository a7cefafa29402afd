import Configuration
import Foundation
import Reports
import Sweeps

/// What the sweep commands print.
struct SweepTables {
  var text: String

  /// The axes, the number of points and what they will cost.
  static func plan(_ plan: SweepPlan, _ status: SweepStatus) -> SweepTables {
    var table = Table([.text("axis"), .number("values"), .text("")])
    for axis in plan.axes {
      let shown = axis.values.prefix(8).map(\.text).joined(separator: ", ")
      table.append([axis.key, "\(axis.values.count)", shown + (axis.values.count > 8 ? ", …" : "")])
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    var text = "\(plan.name): \(plan.points.count) points\n\n" + table.text
    text +=
      "\n\nEstimated: \(duration(plan.totalSeconds)) in one task, "
      + "\(duration(plan.totalSeconds / Double(cores))) in \(cores); "
      + "\(duration(plan.sharedSeconds)) of it for what points share"
    if status.done > 0 {
      text +=
        "\nDone: \(status.done); left: \(duration(status.secondsLeft)), measured by those"
    }
    return SweepTables(text: text)
  }

  /// How many points are in which state, and what is left.
  static func status(_ plan: SweepPlan, _ status: SweepStatus) -> SweepTables {
    var lines = [
      "\(plan.name): \(plan.points.count) points: \(status.done) done, \(status.running) running, "
        + "\(status.failed) failed, \(status.open) open"
    ]
    if status.done < plan.points.count {
      let basis = status.correction.map { _ in "by the points that are done" } ?? "estimated"
      lines.append("left: \(duration(status.secondsLeft)) in one task, \(basis)")
    }
    for (point, state) in zip(plan.points, status.states) {
      switch state {
      case .running(let owner): lines.append("running: \(plan.text(of: point)) (\(owner))")
      case .failed(let error): lines.append("failed: \(plan.text(of: point)): \(error)")
      case .done, .open: break
      }
    }
    return SweepTables(text: lines.joined(separator: "\n"))
  }

  /// A time in words of the largest unit that fits.
  static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1: String(format: "%.2f s", seconds)
    case ..<120: String(format: "%.0f s", seconds)
    case ..<7200: String(format: "%.0f min", seconds / 60)
    case ..<172_800: String(format: "%.1f h", seconds / 3600)
    default: String(format: "%.1f days", seconds / 86_400)
    }
  }
}
