// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CTileSpice
import Configuration
import Experiments
import Foundation
import Inference
import Reports
import Sweeps

/// What a job is started with, as JSON.
private struct JobSettings: Decodable {
  /// Images at most, and tasks at once.
  var limit: Int?, threads: Int?
  /// Folder for results.
  var out: String?
  var path: String?
  /// Keys of the experiment, `KEY=VALUE`.
  var set: [String]?
  /// A YAML file or a preset.
  var hardware: String?
  /// A point of a study by its values.
  var point: String?

  private static let known: Set = ["limit", "threads", "out", "path", "set", "hardware", "point"]

  init(_ pointer: UnsafePointer<CChar>?, taking keys: Set<String>) throws {
    let text = try text(pointer, "settings") ?? "{}"
    let decoder = JSONDecoder()
    do {
      let given = try decoder.decode([String: ConfigurationValue].self, from: Data(text.utf8))
      if let unknown = given.keys.filter({ !keys.contains($0) }).min() {
        throw CallError(
          "settings: unknown key \(unknown); known are \(keys.sorted().joined(separator: ", "))")
      }
      self = try decoder.decode(JobSettings.self, from: Data(text.utf8))
    } catch let error as CallError {
      throw error
    } catch {
      throw CallError("settings is not the JSON that is expected: \(error)")
    }
    if let limit, limit < 1 { throw CallError("limit is \(limit); run at least one image") }
    if let threads, !(0...4096).contains(threads) {
      throw CallError("threads is \(threads); 0 to 4096 are taken, 0 for one per core")
    }
  }

  var width: Int {
    guard let threads, threads > 0 else { return ProcessInfo.processInfo.activeProcessorCount }
    return threads
  }

  func changes() throws -> [ExperimentSpec.Change] {
    try ExperimentSpec.Change.hardware(hardware)
      + (set ?? []).map { assignment in
        guard let (key, value) = ConfigurationKey.split(assignment: assignment) else {
          throw CallError("set: '\(assignment)' is not KEY=VALUE")
        }
        return ExperimentSpec.Change(key, value, origin: "set \(assignment)")
      }
  }
}

@c @implementation
public func tilespice_job_infer(
  _ file: UnsafePointer<CChar>?, _ text: UnsafePointer<CChar>?,
  _ settings: UnsafePointer<CChar>?, _ models: UnsafePointer<tilespice_model>?,
  _ model_count: Int64, _ job: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(job) {
      let models = try CallbackArray.models(models, count: model_count)
      let settings = try JobSettings(
        settings, taking: ["limit", "threads", "out", "path", "set", "hardware"])
      var changes = try settings.changes()
      let spec: ExperimentSpec
      let path = try settings.path.map { name in
        guard let path = SolutionPath(rawValue: name) else {
          let known = SolutionPath.allCases.map(\.rawValue).joined(separator: ", ")
          throw CallError("path is '\(name)'; known are \(known)")
        }
        return path
      }
      if let file = try CInterface.text(file, "file") {
        spec = try ExperimentSpec(contentsOf: file, path: path, changes: changes)
      } else {
        if let path { changes.insert(.init(["path"], path.rawValue, origin: "path"), at: 0) }
        spec = try ExperimentSpec(
          yaml: try requiredText(text, "text"), file: "experiment", changes: changes)
      }
      let folder = settings.out.map { ResultFolder($0) }
      try folder?.checkWritable()
      return try JobObject { job in
        .record(try await run(spec, settings, models, folder, job))
      }
    }
  }
}

/// Runs an experiment; its results go into a folder if there is one.
private func run(
  _ spec: ExperimentSpec, _ settings: JobSettings, _ models: [String: OwnModel],
  _ folder: ResultFolder?, _ job: JobObject
) async throws -> ExperimentRecord {
  let lock = try folder.map { try FolderLock(folder: $0.path, started: Date()) }
  defer { lock?.release() }
  try folder?.recover()
  if let file = folder?.partialFile { try PartialResults.check(path: file, resumes: false) }
  let runner = try await ExperimentRunner(
    spec, limit: settings.limit, width: settings.width, ownModels: models)
  for warning in runner.warnings { job.warn(warning) }
  let record = try await runner.run(
    progress: ExperimentRunner.Progress(
      begin: { job.begin($0, $1) }, step: { job.step() }, warn: { job.warn($0) }),
    keepsLogits: spec.keepsLogits)
  // Interrupted runs leave no results in place of whole ones.
  if record.stoppedAt == nil { _ = try folder?.write(record, page: StudyPage(record).html) }
  return record
}

@c @implementation
public func tilespice_job_sweep(
  _ file: UnsafePointer<CChar>?, _ settings: UnsafePointer<CChar>?, _ job: HandleResult?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(job) {
      let settings = try JobSettings(settings, taking: ["out", "threads"])
      let spec = try SweepSpec(contentsOf: try requiredText(file, "file"))
      guard let out = settings.out else {
        throw CallError("out is missing: the folder for the plan and all results")
      }
      let width = settings.width
      return try JobObject { job in
        let folder = SweepFolder(out)
        let plan = try await SweepPlan(spec, width: width)
        for warning in plan.warnings { job.warn(warning) }
        _ = try folder.write(plan)
        let runner = try SweepRunner(folder, options: .init(width: width))
        let summary = try await runner.run(
          progress: .init(
            begin: { place, count, text in job.beginPoint(place, of: count, text) },
            end: { _, error, _, _ in if let error { job.warn(error) } },
            warn: { job.warn($0) }))
        guard !summary.isStopped else { throw CancellationError() }
        let merge = try SweepMerge(folder)
        _ = try merge.write(to: folder)
        let bytes = try JSONEncoder().encode(merge.record)
        return .text(String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}

extension JobObject {
  /// A point of a sweep begins.
  fileprivate func beginPoint(_ place: Int, of count: Int, _ text: String) {
    begin(text, count)
    for _ in 1..<max(place, 1) { step() }
  }
}

@c @implementation
public func tilespice_job_compensate(
  _ file: UnsafePointer<CChar>?, _ export_to: UnsafePointer<CChar>?,
  _ settings: UnsafePointer<CChar>?, _ job: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(job) {
      let settings = try JobSettings(settings, taking: ["point", "threads"])
      let file = try requiredText(file, "file")
      let target = try requiredText(export_to, "export_to")
      let (point, width) = (settings.point, settings.width)
      return try JobObject { job in
        job.begin("compensate", 0)
        let network = try await CompensatedNetwork(experiment: file, point: point, width: width)
        try network.write(to: target)
        let bytes = try JSONEncoder().encode(["file": target])
        return .text(String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}
