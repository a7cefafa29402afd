import Experiments
import Files
import Foundation

/// The folder of a sweep: `plan.json`, a folder in `points` for each point, work in common in `store`.
///
/// Every file is written aside and renamed, and `plan.json` comes after the points it names, so that a
/// process that is killed at any moment leaves nothing that must be repaired. A point's folder has its
/// experiment, `E.yaml`; its results, `results.json`, or the error that ended it, `error.txt`; and,
/// while a process works on it, `run.lock`, which locks nothing once that process has ended.
public struct SweepFolder: Sendable {
  /// Path of the folder.
  public let path: String

  /// The folder at `path`; made when a plan is written.
  public init(_ path: String) { self.path = path }

  /// Path of the plan.
  public var planFile: String { "\(path)/plan.json" }
  /// Folder of work that points have in common.
  public var storeFolder: String { "\(path)/store" }

  /// Folder of a point, and its files.
  public func folder(of point: SweepPlan.Point) -> String { "\(path)/points/\(point.hash)" }
  func file(_ name: String, of point: SweepPlan.Point) -> String { "\(folder(of: point))/\(name)" }
  /// Path of a point's results.
  public func results(of point: SweepPlan.Point) -> String { file("results.json", of: point) }
  func failure(of point: SweepPlan.Point) -> String { file("error.txt", of: point) }
  func timing(of point: SweepPlan.Point) -> String { file("timing.json", of: point) }

  /// Writes a plan; one that is there already must be the same.
  ///
  /// - Returns: Whether the plan is new.
  public func write(_ plan: SweepPlan) throws -> Bool {
    if FileManager.default.fileExists(atPath: planFile) {
      let old = try self.plan()
      if let difference = plan.difference(from: old) {
        throw SweepError.differs(folder: path, difference)
      }
      return false
    }
    try FileContents.checkWritable(folder: path)
    for point in plan.points {
      try FileContents.write(point.experiment, to: file("E.yaml", of: point))
    }
    try FileContents.write(try Self.encoder.encode(plan), to: planFile)
    return true
  }

  /// The plan of the folder.
  public func plan() throws -> SweepPlan {
    guard FileManager.default.fileExists(atPath: planFile) else {
      throw SweepError.noPlan(folder: path)
    }
    let plan: SweepPlan
    do {
      plan = try JSONDecoder().decode(SweepPlan.self, from: FileContents.read(planFile))
    } catch let error as FileError {
      throw error
    } catch {
      throw SweepError.damaged(path: planFile, "is not a plan that this version reads")
    }
    return plan
  }

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return encoder
  }
}

extension SweepPlan {
  /// In words, what differs from an older plan; `nil` if both have the same points.
  func difference(from old: SweepPlan) -> String? {
    // Paths that are written in another way, as from another folder, are other points by their text
    // alone.
    guard hash != old.hash, points.map(\.experiment) != old.points.map(\.experiment) else {
      return nil
    }
    if axes.map(\.key) != old.axes.map(\.key) {
      return "it varies " + old.axes.map(\.key).joined(separator: ", ") + ", this one "
        + axes.map(\.key).joined(separator: ", ")
    }
    if points.count != old.points.count {
      return "it has \(old.points.count) points, this one \(points.count)"
    }
    guard let k = points.indices.first(where: { points[$0].hash != old.points[$0].hash }) else {
      return "its points are others"
    }
    if points[k].settings != old.points[k].settings {
      return "its point \(k + 1) is \(old.text(of: old.points[k])), here \(text(of: points[k]))"
    }
    let (then, now) = (lines(old.points[k]), lines(points[k]))
    let at = zip(then, now).prefix { $0 == $1 }.count
    func line(_ lines: [String]) -> String { at < lines.count ? "'\(lines[at])'" : "nothing" }
    return "the base experiment has changed: \(line(then)) then, \(line(now)) now"
  }

  private func lines(_ point: Point) -> [String] {
    point.experiment.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " }.description }
  }
}
