import Foundation
import TestSupport
import Testing

/// Standard streams that take nothing: progress is lost, work is not; results that cannot be shown
/// are an error, and their files are complete.
@Suite struct ConsoleTests {
  struct Job: CustomTestStringConvertible, Sendable {
    var arguments: String
    /// The files that it leaves.
    var files: [String] = []

    var testDescription: String { arguments }
  }

  static let jobs =
    [
      Job(
        arguments: "mvm W.yaml --inputs volts.npy --out o/I.npy --voltages o/V.npy",
        files: ["o", "o/I.npy", "o/V.npy"]),
      Job(arguments: "solve d.sp --csv o/d.csv --raw o/d.raw", files: ["o", "o/d.csv", "o/d.raw"]),
      Job(
        arguments: "netlist W.yaml --input volts.npy --out o",
        files: [
          "o", "o/core.sp", "o/run.gnucap.sp", "o/run.hspice.sp", "o/run.ngspice.sp",
          "o/run.spectre.scs", "o/run.vacask.sim",
          "o/run.xyce.sp",
        ]),
      Job(arguments: "verify deck --with builtin"),
      Job(
        arguments: "settle W.yaml --input volts.npy --out o/s.npy", files: ["o", "o/s.npy"]),
      Job(arguments: "inspect E.yaml --resolved"),
      Job(
        arguments: "infer E.yaml --limit 2 --path ideal --out o",
        files: [
          "o", "o/confusion.csv", "o/images.csv", "o/outputs.csv", "o/report.html",
          "o/results.json",
        ]),
      Job(
        arguments: "compare W.yaml --dump o",
        files: [
          "o", "o/circuit.npy", "o/fitting-circuit.npy", "o/fitting-vectors.npy", "o/vectors.npy",
        ]),
      Job(arguments: "reference"), Job(arguments: "--help"), Job(arguments: "--version"),
      Job(arguments: "--generate-completion-script bash"), Job(arguments: "manual"),
    ] + slow

  /// Circuits of whole layers take long where kernels are not optimized.
  #if DEBUG
    static let slow: [Job] = []
  #else
    static let slow = [
      Job(arguments: "calibrate E.yaml --csv o/c.csv", files: ["o", "o/c.csv"]),
      Job(
        arguments: "demo --limit 2 --out o",
        files: [
          "o", "o/E.yaml", "o/confusion.csv", "o/images.csv", "o/outputs.csv", "o/report.html",
          "o/results.json",
        ]),
    ]
  #endif

  private static func workspace() throws -> TemporaryFolder {
    let folder = try Workspace.make()
    try folder.write(
      Workspace.array(
        "voltageDriven",
        "wires: {wordLineOhms: 1e-3, bitLineOhms: 2e-3, bitLineFarads: 1e-12}"), to: "W.yaml")
    try folder.write("a divider\nv1 a 0 1\nr1 a b 1k\nr2 b 0 1k\n.op\n.end\n", to: "d.sp")
    let made = try Program.run(
      ["netlist", "W.yaml", "--input", "volts.npy", "--out", "deck"], in: folder)
    #expect(made.status == 0, "\(made.errors)")
    return folder
  }

  private func run(
    _ job: Job, _ redirection: String
  ) throws -> (outcome: Program.Outcome, added: [String]) {
    let folder = try Self.workspace()
    let before = Set(folder.contents)
    let outcome = try Program.shell("\"$TILESPICE\" \(job.arguments) \(redirection)", in: folder)
    return (outcome, folder.contents.filter { !before.contains($0) })
  }

  @Test(arguments: jobs, ["2>&-", "2>/dev/full"])
  func workDoesNotNeedStandardError(_ job: Job, redirection: String) throws {
    let (outcome, added) = try run(job, redirection)
    #expect(outcome.status == 0)
    #expect(added == job.files && !outcome.output.isEmpty)
  }

  @Test(arguments: jobs, [">&-", ">/dev/full"])
  func resultsThatCannotBeShownAreAnError(_ job: Job, redirection: String) throws {
    let (outcome, added) = try run(job, redirection)
    #expect(outcome.status == 1)
    let reason = redirection == ">&-" ? "Bad file descriptor" : "No space left on device"
    #expect(
      outcome.errors.hasSuffix("Error: standard output cannot be written: \(reason)\n"),
      "\(outcome.errors)")
    #expect(added == job.files)
  }

  /// The reader has gone before anything is written, as `head` may have.
  @Test(arguments: jobs)
  func aClosedPipeEndsQuietly(_ job: Job) throws {
    let folder = try Self.workspace()
    let before = Set(folder.contents)
    let outcome = try Program.shell(
      "set -o pipefail; (sleep 0.2; exec \"$TILESPICE\" \(job.arguments)) | true", in: folder)
    #expect(outcome.status == 141)
    #expect(!outcome.errors.contains("rror"), "\(outcome.errors)")
    #expect(folder.contents.filter { !before.contains($0) } == job.files)
  }

  @Test(arguments: ["2>&-", "2>/dev/full", ">&- 2>&-"])
  func failuresKeepTheirStatus(redirection: String) throws {
    let folder = try Workspace.make()
    for (arguments, status) in [("mvm no.yaml --inputs x.npy --out I.npy", 1), ("mvm", 64)] {
      let outcome = try Program.shell("\"$TILESPICE\" \(arguments) \(redirection)", in: folder)
      #expect(outcome.status == status)
    }
  }

  /// The word on Ctrl-C has nowhere to go; the interruption still ends the run cleanly.
  @Test func interruptionDoesNotNeedStandardError() throws {
    let folder = try Workspace.make()
    try folder.write(
      "version: 1\nauditVectors: 0\nlayers: {conv2: {path: cholmod}}\n", to: "E.yaml")
    let running = try Program.startShell(
      "exec \"$TILESPICE\" infer E.yaml --limit 200 --out results 2>/dev/full", in: folder)
    let deadline = Date(timeIntervalSinceNow: 60)
    while running.process.isRunning, Date() < deadline,
      !folder.contents.contains("results/partial.jsonl")
    { usleep(2000) }
    running.process.interrupt()
    #expect(try running.outcome().status == 130)
  }

  /// Everything that is printed goes through the console.
  @Test func nothingPrintsPastTheConsole() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String }
    let developerTools = ["Benchmarks/", "DeckFuzz/", "LibraryExample/"]
    let swift = (files ?? []).filter { file in
      file.hasSuffix(".swift") && !developerTools.contains { file.hasPrefix($0) }
    }
    #expect(swift.count > 100)
    for file in swift {
      let text = try String(
        contentsOfFile: sources.appendingPathComponent(file).path, encoding: .utf8)
      for line in text.split(separator: "\n") where !line.drop(while: { $0 == " " }).hasPrefix("//")
      {
        // `Bundle.module` traps where the program has been moved; `ProgramFiles` does not.
        let isBanned =
          line.contains(/(^|[^.\w])print\(/) || line.contains("FileHandle.standard")
          || line.contains("Bundle.module")
        #expect(!isBanned || line.contains("func print("), "\(file): \(line)")
      }
    }
  }
}
