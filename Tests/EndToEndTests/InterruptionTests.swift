import Foundation
import TestSupport
import Testing

/// Ctrl-C, and going on afterwards.
@Suite(.serialized) struct InterruptionTests {
  /// Circuits are factorized for one layer, which takes some tens of milliseconds per image.
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

  /// Starts a run and interrupts it when its last path has begun.
  private func interrupt(_ arguments: [String], in folder: TemporaryFolder, times: Int = 1) throws
    -> Program.Outcome
  {
    let running = try Program.start(arguments, in: folder)
    let file = folder.file("results/partial.jsonl")
    let deadline = Date(timeIntervalSinceNow: 60)
    while running.process.isRunning, Date() < deadline {
      let text = try? String(contentsOfFile: file, encoding: .utf8)
      if text?.contains("arrays 0") == true { break }
      usleep(1000)
    }
    for time in 0..<times {
      if time > 0 { usleep(20_000) }
      running.process.interrupt()
    }
    return try running.outcome()
  }

  private func rows(_ folder: TemporaryFolder, _ name: String) throws -> [Substring] {
    try String(contentsOfFile: folder.file("results/\(name)"), encoding: .utf8)
      .split(separator: "\n")
  }

  /// The files of a run without its times.
  private func results(_ folder: TemporaryFolder) throws -> [[Substring]] {
    [
      try rows(folder, "images.csv"), try rows(folder, "confusion.csv"),
      try rows(folder, "logits.csv"),
      [Substring(try Timeless.record(folder.file("results/results.json")))],
    ]
  }

  @Test func interruptedRunIsResumedToTheSameBits() throws {
    let undisturbed = try Self.workspace()
    #expect(try Program.run(Self.infer, in: undisturbed).status == 0)
    let expected = try results(undisturbed)
    #expect(!undisturbed.contents.contains("results/partial.jsonl"))

    let folder = try Self.workspace()
    let stopped = try interrupt(Self.infer, in: folder)
    #expect(stopped.status == 130, "\(stopped.errors)")
    #expect(stopped.errors.contains("Stopping after the images under way"))
    #expect(stopped.output.contains("Stopped early at cholmod+exact at 1.0 Ω, image "))
    #expect(stopped.output.contains("go on with --resume"))
    let part = try rows(folder, "images.csv")
    #expect(part.count > 1 && part.count < 25)
    #expect(try rows(folder, "results.json").contains { $0.contains("\"stoppedAt\" : \"cholmod") })
    // Finished images are those of the whole run.
    for row in part { #expect(expected[0].contains(row)) }

    let before = folder.contents
    let again = try Program.run(Self.infer, in: folder)
    #expect(
      again.status == 1
        && again.errors.contains("results/partial.jsonl: a run that was interrupted"))
    let other = try Program.run(Self.infer + ["--resume", "--layer", "conv2=ideal"], in: folder)
    #expect(other.status == 1)
    #expect(other.errors.contains("'path: cholmod' then, 'path: ideal' now"), "\(other.errors)")
    #expect(folder.contents == before)

    let resumed = try Program.run(Self.infer + ["--resume"], in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try results(folder) == expected)
    #expect(!folder.contents.contains("results/partial.jsonl"))
    let nothing = try Program.run(Self.infer + ["--resume"], in: folder)
    #expect(nothing.status == 1 && nothing.errors.contains("there is nothing to resume"))
  }

  /// All circuits are factorized: an image takes half a second, longer than the second Ctrl-C waits.
  @Test func secondInterruptionEndsAtOnce() throws {
    let folder = try Self.workspace()
    let stopped = try interrupt(
      Self.infer + ["--path", "cholmod"], in: folder, times: 2)
    #expect(stopped.status == 130)
    #expect(stopped.output == "")
    #expect(
      folder.contents.filter { $0.hasPrefix("results/") }
        == ["results/partial.jsonl", "results/run.lock"])
  }
}
