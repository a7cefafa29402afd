import Files
import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Work that a process takes from the files of another, or of itself before it was killed.
///
/// Each `SharedWork` of a folder stands for a process: it knows nothing of the others but files.
@Suite struct StoredWorkTests {
  private let files: TemporaryFolder
  private var store: String { files.file("store") }
  private static let kinds = ["activations", "cells", "float", "integer", "ranges"]

  init() throws {
    files = try TemporaryFolder()
    for name in ["test_images", "test_labels", "calibration_images", "calibration_labels"] {
      try FileContents.write(
        FileContents.read(BundledDigits.path("\(name).npy")), to: files.file("\(name).npy"))
    }
  }

  /// Two digits on arrays with random cells and measured converters.
  private static let experiment = """
    version: 1
    data:
      model: npy
      images: test_images.npy
      labels: test_labels.npy
      calibrationImages: calibration_images.npy
      calibrationLabels: calibration_labels.npy
      normalization: {model: affine, scale: 0.0625}
    path: ideal
    compare: [float, integer]
    auditVectors: 0
    converterImages: 3
    seed: 3
    quantization: {calibrationImages: 4}
    selection: {limit: 2}
    hardware:
      errors: {programming: {model: stateProportional, alpha: 0.1}}
      converter: {model: uniform, bits: 6, range: calibrated}

    """

  private static func experiment(bits: Int) -> String {
    experiment.replacing("bits: 6", with: "bits: \(bits)")
  }

  /// A run of an experiment with so much of its work in common with others.
  private func run(_ experiment: String, _ shared: SharedWork?) async throws -> ExperimentRecord {
    let path = files.file("E.yaml")
    let spec = try ExperimentSpec(yaml: experiment, file: path)
    let runner = try await ExperimentRunner(spec, limit: nil, width: 2, shared: shared)
    return try await runner.run(keepsLogits: true).timeless
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: store).sorted()
  }

  private func kinds() throws -> [String] {
    try names().map { String($0.prefix { $0 != "-" }) }
  }

  /// A second process programs, records and runs nothing that the first did, and finds the same.
  @Test func anotherProcessTakesWhatIsStored() async throws {
    let first = SharedWork(folder: store)
    _ = try await run(Self.experiment(bits: 8), first)
    #expect(first.counts.activations == 1 && first.counts.recordings == 1)
    #expect(first.counts.programmedLayers == 4 && first.counts.digital == 2)
    #expect(try Set(kinds()).sorted() == Self.kinds)
    let written = try names()
    let second = SharedWork(folder: store)
    for bits in [4, 6] {
      let experiment = Self.experiment(bits: bits)
      #expect(try await run(experiment, second) == run(experiment, nil))
    }
    #expect(second.counts.activations == 0 && second.counts.recordings == 0)
    #expect(second.counts.programmedLayers == 0 && second.counts.digital == 0)
    #expect(second.counts.quantized == 1 && second.counts.loaded == 1)
    #expect(try names() == written)
  }

  /// Without a folder all of this is kept in memory alone.
  @Test func memoryAloneServesOneProcess() async throws {
    let shared = SharedWork()
    for bits in [4, 6] { _ = try await run(Self.experiment(bits: bits), shared) }
    #expect(shared.counts.activations == 1 && shared.counts.recordings == 1)
    #expect(shared.counts.programmedLayers == 4)
    #expect(!FileManager.default.fileExists(atPath: store))
  }

  private enum Damage: CaseIterable {
    case truncated, flipped, emptied, foreign
  }

  /// Files that are truncated, changed or of another key are computed again, and what is found is the
  /// same; the files are then whole.
  @Test(arguments: Damage.allCases)
  private func damagedFilesAreComputedAgain(damage: Damage) async throws {
    let experiment = Self.experiment
    let whole = try await run(experiment, SharedWork(folder: store))
    let names = try names()
    let contents = try names.map { try FileContents.read("\(store)/\($0)") }
    for (k, name) in names.enumerated() {
      var bytes = contents[k]
      switch damage {
      case .truncated: bytes.removeLast(9)
      case .flipped: bytes[bytes.count - 5] ^= 16
      case .emptied: bytes = Data()
      case .foreign: bytes = contents[(k + 1) % contents.count]
      }
      try FileContents.write(bytes, to: "\(store)/\(name)")
    }
    let again = SharedWork(folder: store)
    #expect(try await run(experiment, again) == whole)
    #expect(again.counts.activations == 1 && again.counts.recordings == 1)
    #expect(again.counts.programmedLayers == 4 && again.counts.digital == 2)
    #expect(try self.names() == names)
    for (name, bytes) in zip(names, contents) where !Self.holdsTimes(name) {
      #expect(try FileContents.read("\(store)/\(name)") == bytes)
    }
    let last = SharedWork(folder: store)
    #expect(try await run(experiment, last) == whole)
    #expect(last.counts.programmedLayers == 0 && last.counts.digital == 0)
  }

  /// Outputs are stored with the seconds that they took.
  private static func holdsTimes(_ name: String) -> Bool {
    name.hasPrefix("float") || name.hasPrefix("integer")
  }

  /// Writers of the same work at once leave whole files, and nothing beside them.
  @Test func writersAtOnceLeaveWholeFiles() async throws {
    let experiment = Self.experiment
    let alone = try await run(experiment, nil)
    async let one = run(experiment, SharedWork(folder: store))
    async let two = run(experiment, SharedWork(folder: store))
    async let three = run(experiment, SharedWork(folder: store))
    let records = try await [one, two, three]
    #expect(records.allSatisfy { $0 == alone })
    #expect(try kinds().filter { $0 != "cells" } == Self.kinds.filter { $0 != "cells" })
    #expect(try kinds().count == 8)
    let reader = SharedWork(folder: store)
    #expect(try await run(experiment, reader) == alone)
    #expect(reader.counts.programmedLayers == 0 && reader.counts.recordings == 0)
    #expect(reader.counts.activations == 0 && reader.counts.digital == 0)
  }

  /// What work depends on has a key of its own: a change takes what it leaves as it was, and computes
  /// the rest.
  @Test(arguments: [
    ("seed: 3", "seed: 4", activations: 0, layers: 4, recordings: 1),
    ("Images: 4", "Images: 4, activationBits: 5", activations: 0, layers: 0, recordings: 1),
    ("Images: 4", "Images: 4, weightBits: 5", activations: 0, layers: 4, recordings: 1),
    ("calibrationImages: 4", "calibrationImages: 3", activations: 1, layers: 0, recordings: 1),
    ("calibration_images", "other", activations: 1, layers: 0, recordings: 1),
    ("alpha: 0.1", "alpha: 0.05", activations: 0, layers: 4, recordings: 1),
    (
      "hardware:", "layers: {dense: {hardware: {cell: {onOffRatio: 9}}}}\nhardware:",
      activations: 0, layers: 1, recordings: 1
    ),
    ("bits: 6", "bits: 5", activations: 0, layers: 0, recordings: 0),
    ("limit: 2", "limit: 3", activations: 0, layers: 0, recordings: 0),
  ])
  func keysFollowWhatWorkDependsOn(
    old: String, new: String, activations: Int, layers: Int, recordings: Int
  ) async throws {
    let experiment = Self.experiment.replacing(old, with: new)
    // One pixel of the first calibration image differs.
    var bytes = try FileContents.read(files.file("calibration_images.npy"))
    let images = try NPYFile(bytes, path: "")
    let width = bytes.count / images.doubles.count
    let first = bytes.count - images.doubles.count * width
    let pixel = try #require(images.doubles.firstIndex { $0 > 3 })
    for k in 0..<width { bytes[first + pixel * width + k] = 0 }
    try FileContents.write(bytes, to: files.file("other.npy"))
    _ = try await run(Self.experiment, SharedWork(folder: store))
    let shared = SharedWork(folder: store)
    #expect(try await run(experiment, shared) == run(experiment, nil))
    #expect(shared.counts.activations == activations)
    #expect(shared.counts.programmedLayers == layers)
    #expect(shared.counts.recordings == recordings)
  }

  /// Cells without random errors are looked up, not stored.
  @Test func cellsWithoutDrawsAreNotStored() async throws {
    let experiment = Self.experiment.split(separator: "\n")
      .filter { !$0.contains("errors:") }.joined(separator: "\n")
    _ = try await run(experiment, SharedWork(folder: store))
    #expect(try kinds() == Self.kinds.filter { $0 != "cells" })
    let again = SharedWork(folder: store)
    _ = try await run(experiment, again)
    #expect(again.counts.programmedLayers == 4 && again.counts.recordings == 0)
  }

  /// Compensated networks, their controls and fitted models find the same with files as without.
  @Test(arguments: [
    "compensation: {gains: column, programming: voltageLoss}\npath: exact",
    "path: auto\ncalibration: {images: 2}",
  ])
  func otherRunsFindTheSame(more: String) async throws {
    let experiment = Self.experiment.replacing("path: ideal\n", with: "") + more + "\n"
    let alone = try await run(experiment, nil)
    for _ in 0..<2 { #expect(try await run(experiment, SharedWork(folder: store)) == alone) }
    let shared = SharedWork(folder: store)
    _ = try await run(experiment, shared)
    #expect(shared.counts.activations == 0 && shared.counts.recordings == 0)
  }
}
