import Files
import Foundation

/// The points of a sweep that are left, as tasks of a job array: many points a task, each task of
/// about the same time.
public struct SweepJobs: Sendable, Equatable {
  /// Hashes of the points of each task, in the order in which they are run.
  public let tasks: [[String]]
  /// Estimated seconds of the longest task.
  public let longestSeconds: Double
  /// Estimated seconds of all tasks together.
  public let totalSeconds: Double

  /// Tasks that job arrays accept without further settings: Slurm's `MaxArraySize` is 1001.
  public static let mostTasks = 1000

  /// The tasks for the points that are neither done nor failed nor under way.
  ///
  /// - Parameters:
  ///   - seconds: Time of a task; longer if there would be more than `mostTasks`.
  ///   - threads: Tasks at once that every job has.
  ///   - rerunsFailed: Whether points that ended with an error are run again.
  public init(
    _ plan: SweepPlan, _ status: SweepStatus, seconds: Double, threads: Int,
    rerunsFailed: Bool = false
  ) {
    let factor = (status.correction ?? 1) / Double(threads)
    let left = plan.order.filter { index in
      switch status.states[index] {
      case .open: true
      case .failed: rerunsFailed
      case .done, .running: false
      }
    }
    let costs = left.map { factor * plan.points[$0].seconds }
    let total = costs.reduce(0, +)
    let size = max(seconds, total / Double(Self.mostTasks - 1))
    var (tasks, sums) = ([[String]](), [Double]())
    for (index, cost) in zip(left, costs) {
      if let last = sums.last, last + cost <= size, tasks.count <= Self.mostTasks {
        tasks[tasks.count - 1].append(plan.points[index].hash)
        sums[sums.count - 1] = last + cost
      } else if tasks.count < Self.mostTasks {
        tasks.append([plan.points[index].hash])
        sums.append(cost)
      } else {
        tasks[tasks.count - 1].append(plan.points[index].hash)
        sums[sums.count - 1] += cost
      }
    }
    self.tasks = tasks
    longestSeconds = sums.max() ?? 0
    totalSeconds = total
  }
}

extension SweepFolder {
  /// Writes the tasks of a new job into a folder of their own, a file for each; returns its path.
  public func write(_ jobs: SweepJobs) throws -> String {
    var number = 1
    while FileManager.default.fileExists(atPath: "\(path)/jobs/\(number)") { number += 1 }
    let folder = "\(path)/jobs/\(number)"
    for (index, points) in jobs.tasks.enumerated() {
      try FileContents.write(
        points.joined(separator: "\n") + "\n", to: "\(folder)/task-\(index + 1).txt")
    }
    return folder
  }
}
