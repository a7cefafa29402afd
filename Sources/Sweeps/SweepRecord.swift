import Configuration
import Experiments
import Files
import Foundation

/// All points of a sweep with their results: `sweep.json`.
public struct SweepRecord: Sendable, Codable, Equatable {
  /// Version of this format.
  public var formatVersion = 1
  /// Version and build of the program that ran the points.
  public var software: String
  /// Name of the sweep.
  public var name: String
  /// The keys that were varied, each with its values in their order.
  public var axes: [SweepPlan.Axis]
  /// The points in the order of the axes.
  public var points: [Point]

  /// One point.
  public struct Point: Sendable, Codable, Equatable {
    /// SHA-256 of its resolved experiment, shortened.
    public var hash: String
    /// The values of the axes, by key.
    public var settings: [String: ConfigurationValue]
    /// Whether it has results.
    public var status: Status
    /// The error that ended it; `nil` unless it failed.
    public var error: String?
    /// Path of its results from the folder of the sweep; `nil` without.
    public var results: String?
    /// What its path gave, by the columns of `sweep.csv` without the times; `nil` without results.
    public var summary: [String: StudyValue]?
  }

  /// Whether a point has results.
  public enum Status: String, Sendable, Codable {
    /// It has results.
    case done
    /// It ended with an error.
    case failed
    /// It was not run to its end.
    case missing
  }

  /// Name of the file in the folder of the sweep.
  public static let fileName = "sweep.json"

  /// The record in the folder of a sweep, as `tilespice sweep merge` wrote it.
  public static func read(folder: String) throws -> SweepRecord {
    let path = "\(folder)/\(fileName)"
    let bytes = try FileContents.read(path)
    do {
      return try JSONDecoder().decode(SweepRecord.self, from: bytes)
    } catch {
      throw SweepError.damaged(path: path, "is not a sweep that this version reads")
    }
  }

  /// The points that have results, with their records; read from the folder of the sweep.
  public func records(
    folder: String
  ) throws -> [(settings: [String: ConfigurationValue], record: ExperimentRecord)] {
    try points.compactMap { point in
      try point.results.map {
        (point.settings, try ExperimentRecord(contentsOf: "\(folder)/\($0)"))
      }
    }
  }
}
