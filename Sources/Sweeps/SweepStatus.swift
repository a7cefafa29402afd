import Experiments
import Files
import Foundation

/// How far a sweep is: the state of each of its points.
public struct SweepStatus: Sendable, Equatable {
  /// The state of one point.
  public enum State: Sendable, Equatable {
    /// It has results.
    case done
    /// It ended with an error.
    case failed(String)
    /// A process works on it, which says who it is.
    case running(String)
    /// Nobody has begun it, or who did is gone.
    case open
  }

  /// The states in the order of the plan.
  public let states: [State]
  /// Estimated seconds that are left, in one task, corrected by points that are finished.
  public let secondsLeft: Double
  /// Measured over estimated seconds of finished points; `nil` before the first.
  public let correction: Double?

  /// Points that have results.
  public var done: Int { states.count { $0 == .done } }
  /// Points without results that nobody works on.
  public var open: Int { states.count { $0 == .open } }
  /// Points that ended with an error.
  public var failed: Int { states.count { if case .failed = $0 { true } else { false } } }
  /// Points that a process works on.
  public var running: Int { states.count { if case .running = $0 { true } else { false } } }

  /// The status of the sweep in `folder`, read without disturbing those who work on it.
  public init(_ folder: SweepFolder, _ plan: SweepPlan) {
    states = plan.points.map { folder.state(of: $0) }
    let finished = plan.points.compactMap { point in
      folder.measured(point).map { (seconds: $0.seconds, tasks: $0.tasks, estimate: point.seconds) }
    }
    let factor = SweepCost(finished: finished).correction
    correction = finished.isEmpty ? nil : factor
    let estimate = zip(plan.points, states).reduce(0) { $0 + ($1.1 == .done ? 0 : $1.0.seconds) }
    secondsLeft = factor * (estimate + (finished.isEmpty ? plan.sharedSeconds : 0))
  }
}

/// How long a point took.
struct PointTiming: Codable, Equatable {
  var seconds: Double, tasks: Int
  var host: String
}

extension SweepFolder {
  /// Whether a point has results, and has them to their last bracket.
  func isDone(_ point: SweepPlan.Point) -> Bool {
    guard let file = FileHandle(forReadingAtPath: results(of: point)) else { return false }
    defer { try? file.close() }
    guard let end = try? file.seekToEnd(), end > 0 else { return false }
    let first = end - min(end, 16)
    guard (try? file.seek(toOffset: first)) != nil, let tail = try? file.readToEnd() else {
      return false
    }
    return tail.last { $0 != UInt8(ascii: "\n") } == UInt8(ascii: "}")
  }

  /// The state of a point.
  public func state(of point: SweepPlan.Point) -> SweepStatus.State {
    if isDone(point) { return .done }
    if let owner = FolderLock.owner(of: folder(of: point)) { return .running(owner) }
    if let text = try? FileContents.read(failure(of: point)) {
      return .failed(
        String(decoding: text, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines))
    }
    return .open
  }

  /// How long a finished point took; `nil` if that is not known.
  func measured(_ point: SweepPlan.Point) -> PointTiming? {
    guard let bytes = try? FileContents.read(timing(of: point)) else { return nil }
    return try? JSONDecoder().decode(PointTiming.self, from: bytes)
  }
}
