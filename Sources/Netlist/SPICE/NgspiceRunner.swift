import Foundation
import NumericKernels
import Units

/// Runs ngspice on a folder that `SPICEWriter.write` filled, and reads the currents it printed.
public struct NgspiceRunner: Sendable {
  /// Path of the program.
  public let executable: String
  /// How long a run may take before it is stopped.
  public var timeLimitSeconds: Double

  /// Name of the program's log beside the wrapper.
  public static let logFileName = "run.ngspice.log"

  /// The runner of the `ngspice` in `searchPath`, a colon-separated list, by default `PATH`.
  public init(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimitSeconds: Double = 600
  ) throws(SimulatorError) {
    let candidates = searchPath.split(separator: ":").map { "\($0)/ngspice" }
    guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
      throw SimulatorError.notInstalled(program: "ngspice", package: "ngspice")
    }
    executable = found
    self.timeLimitSeconds = timeLimitSeconds
  }

  /// The currents `i(name)` of the named voltage sources, in amperes and in the order asked for,
  /// from running `wrapper` in `folder`.
  public func currents(
    of names: [String], wrapper: String = Simulator.ngspice.wrapperFileName,
    inFolder folder: String
  ) throws(SimulatorError) -> [Double] {
    let resultPath = "\(folder)/\(Simulator.ngspiceResultFileName)"
    let logPath = "\(folder)/\(Self.logFileName)"
    // A result of an earlier run must not pass for one of this run.
    if FileManager.default.fileExists(atPath: resultPath) {
      do {
        try FileManager.default.removeItem(atPath: resultPath)
      } catch {
        throw SimulatorError.notRunnable(
          program: "ngspice", reason: "\(resultPath) cannot be removed")
      }
    }
    let status = try run(arguments: ["-b", wrapper], inFolder: folder, logPath: logPath)
    let log = lastLines(of: logPath)
    guard status == 0 else {
      throw SimulatorError.failed(program: "ngspice", status: status, log: log)
    }
    guard let result = try? FileContents.read(resultPath) else {
      throw SimulatorError.missingCurrent(source: names.first ?? "", log: log)
    }
    let printed = Self.printedCurrents(String(decoding: result, as: UTF8.self))
    var currents: [Double] = []
    for name in names {
      guard let amperes = printed[name.lowercased()] else {
        throw SimulatorError.missingCurrent(source: name, log: log)
      }
      currents.append(amperes)
    }
    return currents
  }

  /// Values of `i(name) = value` lines by name in lower case.
  static func printedCurrents(_ text: String) -> [String: Double] {
    var currents: [String: Double] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, words[1] == "=", words[0].hasSuffix(")"),
        words[0].lowercased().hasPrefix("i("), let value = SpiceNumber.parse(words[2])
      else { continue }
      currents[words[0].dropFirst(2).dropLast().lowercased()] = value
    }
    return currents
  }

  /// Runs the program in `folder` with its output in the file `logPath`; returns its exit status.
  package func run(
    arguments: [String], inFolder folder: String, logPath: String
  ) throws(SimulatorError) -> Int32 {
    // A log file rather than a pipe: nobody has to drain it, and the user can read it later.
    guard FileManager.default.createFile(atPath: logPath, contents: nil),
      let log = FileHandle(forWritingAtPath: logPath)
    else {
      throw SimulatorError.notRunnable(
        program: "ngspice", reason: "\(logPath) cannot be written")
    }
    defer { try? log.close() }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder, isDirectory: true)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = log
    process.standardError = log
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do {
      try process.run()
    } catch {
      throw SimulatorError.notRunnable(program: "ngspice", reason: error.localizedDescription)
    }
    if ended.wait(timeout: .now() + timeLimitSeconds) == .timedOut {
      // Not SIGTERM, which a child inherits blocked when the calling thread blocks it.
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
      throw SimulatorError.timedOut(program: "ngspice", seconds: timeLimitSeconds)
    }
    return process.terminationStatus
  }

  /// The complaints in a log, or its end where nothing reads like one; at most ten lines.
  private func lastLines(of path: String) -> String {
    guard let contents = try? FileContents.read(path) else { return "" }
    let text = String(decoding: contents.suffix(1 << 16), as: UTF8.self)
    let lines = text.split(separator: "\n")
    let complaints = lines.filter { line in
      let folded = line.lowercased()
      return ["error", "singular", "failed", "warning"].contains { folded.contains($0) }
    }
    return (complaints.isEmpty ? lines : complaints).suffix(10).joined(separator: "\n")
  }
}
