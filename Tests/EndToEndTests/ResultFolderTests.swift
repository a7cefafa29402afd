import Foundation
import TestSupport
import Testing

/// Whose a results folder is, and what it holds in the end.
@Suite(.serialized) struct ResultFolderTests {
  /// Circuits are factorized for one layer: seconds for the whole run.
  private static func workspace() throws -> TemporaryFolder {
    let folder = try Workspace.make()
    try folder.write(
      """
      version: 1
      auditVectors: 0
      layers: {conv2: {path: cholmod}}
      outputs: {folder: results}
      """, to: "E.yaml")
    return folder
  }

  private static let infer = ["infer", "E.yaml", "--limit", "24", "--logits", "--quiet"]

  /// Starts a run and waits until its last path has begun.
  private func start(_ arguments: [String], in folder: TemporaryFolder, outcomes: Int = 80) throws
    -> Program.Running
  {
    let running = try Program.start(arguments, in: folder)
    let deadline = Date(timeIntervalSinceNow: 60)
    while running.process.isRunning, Date() < deadline {
      let text = try? String(contentsOfFile: folder.file("results/partial.jsonl"), encoding: .utf8)
      if text?.split(separator: "\n").count ?? 0 > outcomes { break }
      usleep(1000)
    }
    return running
  }

  private func results(_ folder: TemporaryFolder) throws -> [String] {
    try ["images.csv", "confusion.csv", "logits.csv"].map {
      try String(contentsOfFile: folder.file("results/\($0)"), encoding: .utf8)
    }
  }

  private static let complete = [
    "confusion.csv", "images.csv", "logits.csv", "outputs-arrays-0.npy", "outputs-float.npy",
    "outputs-ideal.npy", "outputs-int8.npy", "outputs.csv", "report.html", "results.json",
  ].map { "results/\($0)" }
  /// The files of a run that does not keep all outputs.
  private static let plain = complete.filter {
    !$0.hasSuffix("logits.csv") && !$0.hasPrefix("results/outputs-")
  }

  private func held(_ folder: TemporaryFolder) -> [String] {
    folder.contents.filter { $0.hasPrefix("results/") }
  }

  /// While one process runs, others are told which; it ends as if it had been alone.
  @Test func secondRunIsToldWhoIsWriting() throws {
    let folder = try Self.workspace()
    let first = try start(Self.infer, in: folder)
    for arguments in [[], ["--resume"], ["--restart"]] {
      let other = try Program.run(Self.infer + arguments, in: folder)
      #expect(other.status == 1)
      #expect(
        other.errors.hasPrefix(
          "Error: results: another run is writing its results here "
            + "(process \(first.process.processIdentifier) on "), "\(other.errors)")
    }
    let outcome = try first.outcome()
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(held(folder) == Self.complete)
  }

  /// A killed process locks nothing and loses nothing; of two that go on, one does.
  @Test(.tags(.validation)) func killedRunIsResumedByOneProcess() throws {
    let undisturbed = try Self.workspace()
    #expect(try Program.run(Self.infer, in: undisturbed).status == 0)
    let folder = try Self.workspace()
    let killed = try start(Self.infer, in: folder)
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.outcome()
    #expect(held(folder) == ["results/partial.jsonl", "results/run.lock"])

    let refused = try Program.run(Self.infer, in: folder)
    #expect(refused.status == 1)
    #expect(
      refused.errors == "Error: results/partial.jsonl: a run that was interrupted or failed left "
        + "finished images here; go on with --resume, or begin anew with --restart\n")
    let resuming = try [1, 2].map { _ in
      try Program.start(Self.infer + ["--resume"], in: folder)
    }
    let outcomes = try resuming.map { try $0.outcome() }.sorted { $0.status < $1.status }
    #expect(outcomes[0].status == 0, "\(outcomes[0].errors)")
    // The other one came while the first was at work, or after it had ended.
    #expect(outcomes[1].status == 1)
    #expect(
      outcomes[1].errors.contains("another run is writing its results here (process ")
        || outcomes[1].errors.contains("there is nothing to resume"), "\(outcomes[1].errors)")
    #expect(held(folder) == Self.complete)
    let (found, expected) = (try results(folder), try results(undisturbed))
    #expect(found == expected)
  }

  /// What a killed run left is discarded when the user says so.
  @Test func restartBeginsAnew() throws {
    let folder = try Self.workspace()
    let killed = try start(Self.infer, in: folder)
    kill(killed.process.processIdentifier, SIGKILL)
    _ = try killed.outcome()
    let other = ["infer", "E.yaml", "--limit", "2", "--quiet", "--path", "ideal"]
    #expect(try Program.run(other, in: folder).status == 1)
    // A run that is refused discards nothing.
    let refused = try Program.run(other + ["--restart", "--layer", "conv9=ideal"], in: folder)
    #expect(refused.status == 1 && held(folder).contains("results/partial.jsonl"))
    let restarted = try Program.run(other + ["--restart"], in: folder)
    #expect(restarted.status == 0, "\(restarted.errors)")
    #expect(held(folder) == Self.plain)
    let both = try Program.run(other + ["--restart", "--resume"], in: folder)
    #expect(both.status == 64 && both.errors.contains("choose"))
  }

  /// A leftover in which nothing is finished keeps nobody from beginning anew.
  @Test(arguments: ["", "{\"che", "only the first line\n"])
  func emptyLeftoverBlocksNothing(text: String) throws {
    let folder = try Self.workspace()
    try folder.write(text, to: "results/partial.jsonl")
    let outcome = try Program.run(
      ["infer", "E.yaml", "--limit", "2", "--quiet", "--path", "ideal"], in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(held(folder) == Self.plain)
  }

  /// Files of an earlier run that the new one does not write go with it; those of the user stay.
  @Test func oldFilesGoWithTheirRun() throws {
    let folder = try Self.workspace()
    let infer = ["infer", "E.yaml", "--quiet", "--path", "ideal", "--limit"]
    #expect(try Program.run(infer + ["3", "--logits"], in: folder).status == 0)
    try folder.write("mine", to: "results/notes.txt")
    #expect(folder.contents.contains("results/logits.csv"))
    #expect(try Program.run(infer + ["2"], in: folder).status == 0)
    #expect(
      held(folder)
        == (Self.plain + ["results/notes.txt"]).sorted())
    let images = try String(contentsOfFile: folder.file("results/images.csv"), encoding: .utf8)
    #expect(images.split(separator: "\n").count == 3)
  }

  /// A run that is refused, or fails before any image, leaves the folder as it was.
  @Test func failedRunLeavesNothing() throws {
    let folder = try Self.workspace()
    let before = folder.contents
    let refused = try Program.run(Self.infer + ["--layer", "conv9=ideal"], in: folder)
    #expect(refused.status == 1 && refused.errors.contains("'conv9'"))
    #expect(folder.contents == before)
    try folder.write("", to: "results/notes.txt")
    #expect(try Program.run(Self.infer + ["--layer", "conv9=ideal"], in: folder).status == 1)
    #expect(held(folder) == ["results/notes.txt"])
  }
}
