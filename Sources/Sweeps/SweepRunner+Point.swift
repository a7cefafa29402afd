import Experiments
import Files
import Foundation
import Inference

extension SweepRunner {
  /// How a point ended.
  enum Outcome {
    case record(ExperimentRecord)
    case failure(String)
    /// The task was canceled.
    case stopped
  }

  /// Runs one point as `tilespice infer` runs an experiment.
  ///
  /// Throws if a file of the sweep cannot be written: no fault of the point.
  func result(of point: SweepPlan.Point, _ progress: Progress) async throws -> Outcome {
    do {
      let spec = try ExperimentSpec(yaml: point.experiment, file: folder.file("E.yaml", of: point))
      let runner = try await ExperimentRunner(
        spec, limit: nil, width: options.width, shared: shared)
      for warning in runner.warnings { progress.warn(warning) }
      let partial = try partialResults(of: point, runner)
      let record = try await runner.run(
        progress: .init(begin: { _, _ in }, step: {}, warn: progress.warn), partial: partial)
      guard record.stoppedAt == nil else { return .stopped }
      return .record(record)
    } catch is CancellationError {
      return .stopped
    } catch ExperimentError.interrupted {
      return .stopped
    } catch let error as FileError where error.path.hasPrefix(folder.path + "/") {
      throw error
    } catch {
      return .failure("\(error)")
    }
  }

  /// Writes the results of a point, from which moment on it is done.
  func keep(_ record: ExperimentRecord, of point: SweepPlan.Point, seconds: Double) throws {
    let timing = PointTiming(
      seconds: seconds, tasks: options.width, host: ProcessInfo.processInfo.hostName)
    try FileContents.write(try SweepFolder.encoder.encode(timing), to: folder.timing(of: point))
    try FileContents.write(try record.json(), to: folder.results(of: point))
    for path in [folder.failure(of: point), partialFile(of: point)]
    where FileManager.default.fileExists(atPath: path) {
      try? FileManager.default.removeItem(atPath: path)
    }
    folder.removeLeftovers(of: point)
  }

  private func partialFile(of point: SweepPlan.Point) -> String {
    folder.file("partial.jsonl", of: point)
  }

  /// The finished images of a long point, those of a runner that was killed included.
  private func partialResults(
    of point: SweepPlan.Point, _ runner: ExperimentRunner
  ) throws -> PartialResults {
    let path = partialFile(of: point)
    let exists = FileManager.default.fileExists(atPath: path)
    guard exists || point.seconds / Double(options.width) > Self.longSeconds else {
      return PartialResults()
    }
    let identity = runner.identity(keepsLogits: false)
    do {
      return try PartialResults(identity, path: path, resumes: exists)
    } catch is PartialResultsError {
      // Those of another version of the program, or damaged: the point begins anew.
      try PartialResults.discard(path: path)
      return try PartialResults(identity, path: path, resumes: false)
    }
  }
}

extension SweepFolder {
  /// Names of files of a point.
  private static let names: Set<String> = [
    "E.yaml", "results.json", "error.txt", "timing.json", "partial.jsonl", FolderLock.fileName,
  ]

  /// Whether processes that were killed left files of a point that is done; its lock is one, unless
  /// somebody holds it.
  func hasLeftovers(of point: SweepPlan.Point) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder(of: point))) ?? []
    return names.contains { !Self.names.contains($0) || $0 == FolderLock.fileName }
  }

  /// Paths of files in the store that are being written, or were when their process was killed.
  var filesAsideInStore: [String] {
    let names = FileManager.default.enumerator(atPath: storeFolder)?.compactMap { $0 as? String }
    return (names ?? []).filter { $0.split(separator: "/").last?.first == "." }
      .map { "\(storeFolder)/\($0)" }
  }

  /// Removes what killed processes left of files that they wrote aside; called by the process that has
  /// the point's lock.
  func removeLeftovers(of point: SweepPlan.Point) {
    let folder = folder(of: point)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    where !Self.names.contains(name) {
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
