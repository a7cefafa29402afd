import AnalogCore
import Configuration
import Energy
import Files
import Foundation
import Inference

/// All results of a run of an experiment, with the data needed to repeat it.
public struct ExperimentRecord: Sendable, Codable, Equatable {
  /// Version of this format.
  public var formatVersion = Self.formatVersion
  /// The version that this program writes and reads.
  public static let formatVersion = 3
  /// Version and build of the program.
  public var software: String
  /// The experiment's name.
  public var name: String
  /// The resolved configuration, every default filled in: its values, for programs.
  public var configuration: ConfigurationValue
  /// The same as the text of an experiment file, in its order, from which the run can be repeated.
  public var configurationYAML: String
  /// Seed of every random draw.
  public var seed: UInt64
  /// SHA-256 of the network file, of the selected images and labels, and of the calibration images.
  public var networkHash: String, imagesHash: String, calibrationHash: String
  /// Where the run was stopped, with the number of images reached; `nil` if it was not. Results are
  /// then those of the finished images.
  public var stoppedAt: String?
  /// Images that were selected and can be used.
  public var selectedCount: Int
  /// Images run and tasks used.
  public var imageCount: Int, threads: Int
  /// What the network is for: the name of its task.
  public var task: String
  /// Shape of its result for one image.
  public var outputShape: [Int]
  /// Classes of the images; empty if their labels are no classes.
  public var labels: [Int]
  /// File names of the images, or their places in the data set.
  public var names: [String]
  /// Images that were selected or calibrated on but left out, with the reason.
  public var skipped: [String]
  /// The quantities in which the points differ or, without a study, those shown for the single
  /// point.
  public var study: [StudyQuantity]
  /// The float network; `nil` if it was not run beside the path.
  public var digitalFloat: RunResult?
  /// The network in exact integer arithmetic, as the first point quantizes it; `nil` if it was not
  /// run beside the path.
  public var digitalInteger: RunResult?
  /// One entry per point of the study.
  public var points: [Point]
  /// Layers whose stored integers do not fit the arrays and were requantized, with the reason.
  public var requantizedLayers: [String]
  /// Cell voltages and currents of one tile at the last point; `nil` without an audit.
  public var voltageMap: VoltageMap?

  /// The network at one point of the study.
  public struct Point: Sendable, Codable, Equatable {
    /// Its value of each quantity in `study`, in their order.
    public var values: [StudyReading]
    /// One bit-line segment in ohms, of the default hardware.
    public var bitLineOhms: Double
    /// The same over the smallest cell resistance: `R_segment G_on`.
    public var relativeResistance: Double
    /// The network in exact 8-bit integer arithmetic; `nil` if it is the record's own.
    public var digitalInteger: RunResult?
    /// One result per path that was run, the experiment's own path last.
    public var results: [RunResult]
    /// Accuracy and IR drop of each layer; empty without an audit.
    public var layers: [LayerAudit]
    /// Signal to error of each layer on the first calibration image; empty without an audit.
    public var fidelity: [LayerFidelity]
    /// Energy, time and area of one inference on its own path; `nil` if they are not asked for.
    public var cost: NetworkCost?
    /// What compensation changed and what it is worth; `nil` without, and in interrupted runs.
    public var compensation: CompensationResult?
    /// Seconds to program the arrays, compensate the layers and calibrate the converters.
    public var preparationSeconds: Double

    /// The result of the arrays without wires beside the path; `nil` if they were not run.
    public var ideal: RunResult? {
      results.dropLast().first { RunStage(text: $0.run)?.isIdeal ?? false }
    }
  }

  /// The network in exact integers that a point's arrays are compared with; `nil` if it was not run.
  public func digitalInteger(of point: Point) -> RunResult? {
    point.digitalInteger ?? digitalInteger
  }

  /// The word for the networks in exact integers at all points: `int8`, or `integer` if their widths
  /// differ.
  public var integerLabel: String {
    let labels = Set(
      (points.map { digitalInteger(of: $0) } + [digitalInteger]).compactMap(\.?.label))
    return labels.count > 1 ? "integer" : labels.first ?? "integer"
  }

  /// The record as `results.json` holds it.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return try encoder.encode(self)
  }
}
