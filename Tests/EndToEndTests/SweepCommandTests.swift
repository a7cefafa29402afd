import Files
import Foundation
import TestSupport
import Testing

/// Sweeps as a user runs them: killed, shared, on disks that are full or cannot be written.
@Suite(.serialized) struct SweepCommandTests {
  /// Quick points whose cells differ.
  private static func workspace(
    _ axes: String = "axes: [{key: hardware.converter.bits, values: [4, 6, 8]}]\nseeds: 4",
    images: Int = 6
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      version: 1
      path: ideal
      auditVectors: 0
      converterImages: 2
      quantization: {calibrationImages: 4}
      selection: {limit: \(images)}
      hardware: {errors: {programming: {model: stateProportional, alpha: 0.1}}}
      outputs: {folder: own}

      """, to: "E.yaml")
    try folder.write("version: 1\nbase: E.yaml\n\(axes)\n", to: "S.yaml")
    return folder
  }

  private static let run = ["sweep", "run", "S.yaml", "--out", "f", "--quiet", "--threads", "1"]

  /// Every point's results without times, by its folder, and the joined results.
  private func results(_ folder: TemporaryFolder) throws -> [String: String] {
    let points = folder.file("f/points")
    var found: [String: String] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: points) {
      found[name] = try Timeless.record("\(points)/\(name)/results.json")
    }
    found["sweep.json"] = try String(contentsOfFile: folder.file("f/sweep.json"), encoding: .utf8)
    return found
  }

  private func merged(_ folder: TemporaryFolder) throws -> [String: String] {
    let merge = try Program.run(["sweep", "merge", "f"], in: folder)
    #expect(merge.status == 0, "\(merge.errors)")
    return try results(folder)
  }

  @Test func planRunStatusMerge() throws {
    let folder = try Self.workspace()
    let plan = try Program.run(["sweep", "plan", "S.yaml", "--out", "f"], in: folder)
    #expect(plan.status == 0, "\(plan.errors)")
    #expect(plan.output.contains("experiment: 12 points") && plan.output.contains("Estimated: "))
    let again = try Program.run(["sweep", "plan", "S.yaml", "--out", "f"], in: folder)
    #expect(again.output.contains("Already planned: f/plan.json"))
    let early = try Program.run(["sweep", "merge", "f"], in: folder)
    #expect(early.status != 0 && early.errors.contains("12 of 12 points have no results"))
    let part = try Program.run(["sweep", "run", "f", "--shard", "1/3"], in: folder)
    #expect(part.status == 0 && part.output.contains("4 points finished"), "\(part.errors)")
    #expect(part.errors.contains("1/4 hardware.converter.bits="))
    let status = try Program.run(["sweep", "status", "f"], in: folder)
    #expect(status.output.contains("12 points: 4 done, 0 running, 0 failed, 8 open"))
    #expect(
      try Program.run(Self.run, in: folder).output.contains("8 points finished, 0 failed, 4 done"))
    let all = try merged(folder)
    #expect(all.count == 13)
    // The base's own folder is not written to.
    #expect(!FileManager.default.fileExists(atPath: folder.file("own")))

    // A point is `infer` of its experiment, to the bit.
    let name = try #require(all.keys.filter { $0 != "sweep.json" }.min())
    let infer = try Program.run(
      ["infer", "f/points/\(name)/E.yaml", "--out", "alone", "--quiet"], in: folder)
    #expect(infer.status == 0, "\(infer.errors)")
    #expect(try Timeless.record(folder.file("alone/results.json")) == all[name])

    try folder.write(
      "version: 1\nbase: E.yaml\naxes: [{key: hardware.converter.bits, values: [4, 6]}]\n",
      to: "S.yaml")
    let other = try Program.run(Self.run, in: folder)
    #expect(other.status == 1)
    #expect(
      other.errors.contains(
        "f: holds another sweep: it varies hardware.converter.bits, seed, this one "
          + "hardware.converter.bits; name another folder"))
    #expect(try merged(folder) == all)
  }

  /// Kills at moments that no point is told of leave nothing that must be repaired.
  @Test func killedRunsGoOn() throws {
    let expected = try Self.workspace()
    #expect(try Program.run(Self.run, in: expected).status == 0)
    let folder = try Self.workspace()
    var random = SystemRandomNumberGenerator()
    for _ in 0..<10 {
      let running = try Program.start(Self.run, in: folder)
      usleep(UInt32.random(in: 1_000...400_000, using: &random))
      if running.process.isRunning { kill(running.process.processIdentifier, SIGKILL) }
      _ = try running.outcome()
    }
    let last = try Program.run(Self.run, in: folder)
    #expect(last.status == 0 && !last.output.contains("in the hands of others"), "\(last.errors)")
    #expect(try merged(folder) == merged(expected))
    // What was written aside is gone with the point.
    #expect(!folder.contents.contains { $0.contains(".results.json") || $0.hasSuffix("run.lock") })
  }

  /// Two processes share the points; the one that is killed blocks nothing.
  @Test func processesShareTheWork() throws {
    let expected = try Self.workspace()
    #expect(try Program.run(Self.run, in: expected).status == 0)
    let folder = try Self.workspace()
    #expect(try Program.run(["sweep", "plan", "S.yaml", "--out", "f"], in: folder).status == 0)
    let workers = try (0..<3).map { _ in try Program.start(Self.run, in: folder) }
    usleep(200_000)
    kill(workers[0].process.processIdentifier, SIGKILL)
    let outcomes = try workers.map { try $0.outcome() }
    #expect(outcomes[1].status == 0 && outcomes[2].status == 0, "\(outcomes.map(\.errors))")
    #expect(try Program.run(Self.run, in: folder).status == 0)
    #expect(try merged(folder) == merged(expected))
  }

  /// A file that cannot grow stands for a full disk: a clear error, and what was finished stays.
  @Test func fullDiskLosesNothing() throws {
    let folder = try Self.workspace(images: 40)
    #expect(try Program.run(["sweep", "plan", "S.yaml", "--out", "f"], in: folder).status == 0)
    #expect(
      try Program.run(["sweep", "run", "f", "--shard", "1/4", "--quiet"], in: folder).status == 0)
    let full = try Program.shell(
      "trap '' XFSZ; ulimit -f 4; $TILESPICE sweep run f --quiet", in: folder)
    #expect(full.status == 1, "\(full.output)")
    #expect(full.errors.contains("cannot be written"), "\(full.errors)")
    #expect(!full.errors.contains("Fatal"))
    let status = try Program.run(["sweep", "status", "f"], in: folder)
    #expect(status.output.contains("12 points: 3 done, 0 running, 0 failed, 9 open"))
    #expect(try Program.run(["sweep", "run", "f", "--quiet"], in: folder).status == 0)
    _ = try merged(folder)
  }

  private static let mayMount: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return (try? Program.shell("unshare -rm true", in: folder).status) == 0
  }()

  @Test(.enabled(if: mayMount, "no name spaces of a user's own"))
  func readOnlyFolderIsTold() throws {
    let folder = try Self.workspace()
    #expect(try Program.run(["sweep", "plan", "S.yaml", "--out", "f"], in: folder).status == 0)
    let line =
      "unshare -rm bash -c 'mount --bind f f && mount -o remount,ro,bind f && "
      + "\"$TILESPICE\" sweep run f --quiet'"
    let outcome = try Program.shell(line, in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains("Read-only") || outcome.errors.contains("cannot be written"),
      "\(outcome.errors)")
    let status = try Program.run(["sweep", "status", "f"], in: folder)
    #expect(status.output.contains("12 open"))
  }

  /// What one change does is said by `diff`; one change needs no other file.
  @Test func settingsAndDifferences() throws {
    let folder = try Self.workspace(images: 60)
    func infer(_ out: String, _ more: [String]) throws {
      let outcome = try Program.run(
        ["infer", "E.yaml", "--out", out, "--quiet"] + more, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try infer("a", [])
    try infer("b", ["--set", "hardware.converter.bits=3", "--seed", "7", "--compare", "none"])
    let diff = try Program.run(["diff", "a", "b/results.json"], in: folder)
    #expect(diff.status == 0, "\(diff.errors)")
    for part in [
      "a (A) and b/results.json (B), 60 images", "McNemar p = ", "hardware.converter.bits  8",
      "seed",
      "own SNR of A (dB)",
    ] { #expect(diff.output.contains(part), "\(part) in \(diff.output)") }
    let json = try Program.run(["diff", "a", "b", "--json"], in: folder)
    let object = try JSONSerialization.jsonObject(with: Data(json.output.utf8))
    #expect((object as? [String: Any])?["imageCount"] as? Int == 60)
    try infer("c", ["--limit", "50"])
    let refused = try Program.run(["diff", "a", "c"], in: folder)
    #expect(
      refused.status == 1
        && refused.errors.contains("a and c cannot be compared: they are of 60 and 50 images"))
    try infer("d", ["--offset", "1"])
    #expect(
      try Program.run(["diff", "a", "d"], in: folder).errors
        .contains("image 1 is 0 in one and 1 in the other"))
    let unknown = try Program.run(
      ["infer", "E.yaml", "--set", "hardware.converter.bit=3"], in: folder)
    #expect(
      unknown.errors.contains(
        "--set hardware.converter.bit=3: hardware.converter.bit: unknown key; did you mean bits?"))
    let twice = try Program.run(
      ["infer", "E.yaml", "--set", "seed=3", "--set", "seed=4"], in: folder)
    #expect(twice.errors.contains("--set gives seed twice"))
    let both = try Program.run(["infer", "E.yaml", "--compare", "flaot"], in: folder)
    #expect(
      both.errors.contains(
        "--compare: compare: 'flaot' is none of the networks; did you mean float?"))
  }
}
