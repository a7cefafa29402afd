import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Experiments

/// Runs that go on where another one was interrupted.
@Suite struct ResumedRunTests {
  private static let yaml = """
    version: 1
    auditVectors: 1
    hardware: {errors: {programming: {model: stateProportional, alpha: 0.05}}}
    study: {bitLineOhms: [100, 1000]}
    """

  private func runner(width: Int = 2) async throws -> ExperimentRunner {
    try await ExperimentRunner(
      ExperimentSpec(yaml: Self.yaml, file: "E.yaml"), limit: 6, width: width)
  }

  private func timeless(_ record: ExperimentRecord) -> ExperimentRecord {
    var record = record
    func clear(_ result: inout ExperimentRecord.RunResult) {
      (result.seconds, result.imagesTimed, result.layerSeconds) = (0, 0, [])
    }
    clear(&record.float)
    clear(&record.integer)
    for point in record.points.indices {
      record.points[point].preparationSeconds = 0
      for result in record.points[point].results.indices {
        clear(&record.points[point].results[result])
      }
    }
    return record
  }

  /// Whatever part of the outcomes an earlier run left, the record is that of one run, logits too.
  @Test func recordIsThatOfOneRun() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("partial.jsonl")
    let runner = try await runner()
    let identity = runner.identity(keepsLogits: true)
    let first = try PartialResults(identity, path: path, resumes: false)
    let whole = try await runner.run(keepsLogits: true, partial: first)
    #expect(whole.stoppedAt == nil)
    #expect(whole.imageCount == 6 && whole.selectedCount == 6)
    let again = try await runner.run(keepsLogits: true)
    #expect(timeless(again) == timeless(whole))
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    // float, int8, ideal and two wire resistances.
    #expect(lines.count == 1 + 5 * 6)
    for kept in [0, 1, 4, 13, 18, 20, 30] {
      let text = lines.prefix(1 + kept).joined(separator: "\n") + "\n{\"che"
      try FileContents.write(text, to: path)
      let partial = try PartialResults(identity, path: path, resumes: true)
      #expect(partial.count == kept)
      let record = try await runner.run(keepsLogits: true, partial: partial)
      #expect(timeless(record) == timeless(whole))
      #expect(record.float.imagesTimed == 6 - min(6, kept))
      #expect(partial.count == 30)
    }
  }

  struct Stop: CustomTestStringConvertible, Sendable {
    /// Steps of progress before the run is canceled: images of each path, and audits.
    var steps: Int
    var at: String
    var images: Int, points: Int, audits: Int
    var testDescription: String { at }
  }

  /// A canceled run reports the images that it has finished as a run of all of them does.
  @Test(arguments: [
    Stop(steps: 8, at: "int8, image 2 of 6", images: 2, points: 0, audits: 0),
    Stop(steps: 12, at: "ideal", images: 6, points: 0, audits: 0),
    Stop(steps: 15, at: "ideal, image 3 of 6", images: 6, points: 0, audits: 0),
    // The ideal path is finished and stays visible.
    Stop(steps: 18, at: "exact at 100.0 Ω", images: 6, points: 1, audits: 0),
    Stop(steps: 20, at: "exact at 100.0 Ω, image 2 of 6", images: 2, points: 1, audits: 0),
    Stop(steps: 24, at: "audit at 100.0 Ω", images: 6, points: 1, audits: 0),
    Stop(steps: 27, at: "exact at 1000.0 Ω, image 2 of 6", images: 6, points: 1, audits: 1),
  ])
  func canceledRunReportsWhatIsFinished(_ stop: Stop) async throws {
    let whole = try await runner().run()
    let record = try await cancelled(after: stop.steps)
    #expect(record.stoppedAt == stop.at)
    #expect(record.imageCount == stop.images && record.selectedCount == 6)
    #expect(record.points.count == stop.points)
    #expect(record.points.count { !$0.layers.isEmpty } == stop.audits)
    #expect(record.names == Array(whole.names.prefix(stop.images)))
    #expect(record.labels == Array(whole.labels.prefix(stop.images)))
    let pairs =
      [(record.float, whole.float), (record.integer, whole.integer)]
      + zip(record.points, whole.points).flatMap { zip($0.results, $1.results) }
    for (part, all) in pairs {
      #expect(part.predictions == Array(all.predictions.prefix(stop.images)))
      #expect(part.labelRanks == Array(all.labelRanks.prefix(stop.images)))
    }
  }

  /// A run that goes on and is stopped before it comes to a path again shows what is finished of it.
  @Test func stoppedAgainItHidesNothing() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("partial.jsonl")
    let runner = try await runner()
    let identity = runner.identity(keepsLogits: false)
    let first = try PartialResults(identity, path: path, resumes: false)
    let whole = try await runner.run(partial: first)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    // float, int8, ideal and two wire resistances, six images each.
    let cases: [(outcomes: Int, images: Int, paths: [[String]])] = [
      (18, 6, [["ideal"]]), (20, 2, [["ideal", "exact"]]), (24, 6, [["ideal", "exact"]]),
      (27, 6, [["ideal", "exact"]]), (30, 6, [["ideal", "exact"], ["ideal", "exact"]]),
    ]
    for (outcomes, images, paths) in cases {
      try FileContents.write(
        lines.prefix(1 + outcomes).joined(separator: "\n") + "\n", to: path)
      let partial = try PartialResults(identity, path: path, resumes: true)
      let task = Task {
        while !Task.isCancelled { await Task.yield() }
        return try await runner.run(partial: partial)
      }
      task.cancel()
      let record = try await task.value
      #expect(record.stoppedAt == "exact at 100.0 Ω" && record.imageCount == images)
      #expect(record.points.map { $0.results.map(\.label) } == paths)
      // A stopped run has fewer of them; which, was checked.
      for (part, all) in zip(record.points, whole.points) {
        #expect(part.bitLineOhms == all.bitLineOhms)
        for (part, all) in zip(part.results, all.results) {
          #expect(part.predictions == Array(all.predictions.prefix(images)))
        }
      }
    }
  }

  @Test(arguments: [(3, "float, image 3 of 6"), (6, "int8, image 0 of 6")])
  func canceledTooEarlyThereIsNothingToReport(steps: Int, at: String) async throws {
    await #expect {
      _ = try await cancelled(after: steps)
    } throws: {
      "\($0)" == "stopped at \(at): too early for results"
    }
  }

  /// A run, one image at a time, that is canceled at one of its steps.
  private func cancelled(after steps: Int) async throws -> ExperimentRecord {
    let runner = try await runner(width: 1)
    let canceller = Canceller(steps: steps)
    let task = Task {
      while !canceller.isReady { await Task.yield() }
      return try await runner.run(progress: .init(begin: { _, _ in }, step: canceller.step))
    }
    canceller.task = task
    return try await task.value
  }
}

/// Cancels a task at one of its steps.
private final class Canceller: Sendable {
  private let state: Mutex<(left: Int, task: Task<ExperimentRecord, any Error>?)>

  init(steps: Int) { state = Mutex((steps, nil)) }

  var isReady: Bool { state.withLock { $0.task != nil } }
  var task: Task<ExperimentRecord, any Error>? {
    get { state.withLock { $0.task } }
    set { state.withLock { $0.task = newValue } }
  }

  @Sendable func step() {
    state.withLock { state in
      state.left -= 1
      if state.left == 0 { state.task?.cancel() }
    }
  }
}
