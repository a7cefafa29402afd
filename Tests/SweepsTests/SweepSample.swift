import Experiments
import Files
import Sweeps
import TestSupport

/// A sweep of the digits network on few images, in a folder of its own.
struct SweepSample {
  let files: TemporaryFolder
  /// The folder of the sweep.
  var folder: SweepFolder { SweepFolder(files.file("sweep")) }

  /// Two images on ideal arrays: quick in any build.
  static let base = """
    version: 1
    name: small
    path: ideal
    auditVectors: 0
    converterImages: 2
    quantization: {calibrationImages: 2}
    selection: {limit: 2}
    """

  init(base: String = Self.base) throws {
    files = try TemporaryFolder()
    try files.write(base + "\n", to: "E.yaml")
  }

  /// Reads a sweep over this base.
  func spec(_ body: String) throws -> SweepSpec {
    let path = try files.write("version: 1\nbase: E.yaml\n\(body)\n", to: "S.yaml")
    return try SweepSpec(contentsOf: path)
  }

  /// Plans a sweep over this base.
  func plan(_ body: String) async throws -> SweepPlan {
    try await SweepPlan(spec(body), width: 2)
  }

  /// Plans a sweep into its folder.
  @discardableResult func write(_ body: String) async throws -> SweepPlan {
    let plan = try await plan(body)
    _ = try folder.write(plan)
    return plan
  }

  /// Runs the points that are left.
  func run(
    _ shared: SharedWork? = nil, rerunsFailed: Bool = false, shard: String? = nil
  ) async throws -> SweepRunner.Summary {
    var options = SweepRunner.Options(width: 2)
    options.rerunsFailed = rerunsFailed
    options.shard = try shard.map { try SweepShard($0) }
    return try await SweepRunner(folder, options: options, shared: shared).run()
  }
}

extension ExperimentRecord {
  /// The record without what may differ between two runs: times and the number of tasks.
  var timeless: ExperimentRecord {
    var record = self
    record.threads = 0
    func clear(_ result: inout ExperimentRecord.RunResult) {
      (result.seconds, result.imagesTimed, result.layerSeconds) = (0, 0, [])
    }
    if var own = record.digitalFloat {
      clear(&own)
      record.digitalFloat = own
    }
    if var own = record.digitalInteger {
      clear(&own)
      record.digitalInteger = own
    }
    for point in record.points.indices {
      record.points[point].preparationSeconds = 0
      for result in record.points[point].results.indices {
        clear(&record.points[point].results[result])
      }
    }
    return record
  }
}
