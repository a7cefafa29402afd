import Files
import Foundation
import Units

/// Another simulator as a program that is run in a folder with its output in a log file.
struct SimulatorProcess: Sendable {
  /// Its name in messages.
  let program: String
  /// Path of the program.
  let executable: String
  /// How long a run may take before it is stopped.
  var timeLimitSeconds: Double

  /// The first of `names` in `searchPath`, a colon-separated list; `nil` if none is found.
  init?(program: String, names: [String], searchPath: String, timeLimitSeconds: Double) {
    let candidates = searchPath.split(separator: ":").flatMap { folder in
      names.map { "\(folder)/\($0)" }
    }
    guard let found = candidates.first(where: FileManager.default.isExecutableFile) else {
      return nil
    }
    self.program = program
    executable = found
    self.timeLimitSeconds = timeLimitSeconds
  }

  /// Runs the program in `folder` with its output in the file `logPath`; returns its exit status.
  func run(
    arguments: [String], inFolder folder: String, logPath: String
  ) throws(SimulatorError) -> Int32 {
    // A log file rather than a pipe: it needs no draining, and the user can read it later.
    guard FileManager.default.createFile(atPath: logPath, contents: nil),
      let log = FileHandle(forWritingAtPath: logPath)
    else {
      throw SimulatorError.notRunnable(
        program: program, reason: "\(logPath) cannot be written")
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
      throw SimulatorError.notRunnable(program: program, reason: error.localizedDescription)
    }
    if ended.wait(timeout: .now() + timeLimitSeconds) == .timedOut {
      // Not SIGTERM, which a child inherits blocked when the calling thread blocks it.
      kill(process.processIdentifier, SIGKILL)
      ended.wait()
      throw SimulatorError.timedOut(program: program, seconds: timeLimitSeconds)
    }
    return process.terminationStatus
  }

  /// The currents of `names` in the file at `resultPath` that a run in `folder` leaves there.
  ///
  /// - Parameter parse: Currents in amperes by name in lower case, from the file's text.
  func currents(
    of names: [String], arguments: [String], inFolder folder: String, logPath: String,
    resultPath: String, parse: (String) -> [String: Double]
  ) throws(SimulatorError) -> [Double] {
    try removeResult(resultPath)
    let status = try run(arguments: arguments, inFolder: folder, logPath: logPath)
    let log = Self.lastLines(of: logPath)
    guard status == 0 else {
      throw SimulatorError.failed(program: program, status: status, log: log)
    }
    // Some solvers of Xyce end well and print nothing.
    guard let result = try? FileContents.read(resultPath) else {
      throw SimulatorError.missingCurrent(source: names.first ?? "", log: log)
    }
    let printed = parse(String(decoding: result, as: UTF8.self))
    var currents: [Double] = []
    for name in names {
      guard let amperes = printed[name.lowercased()] else {
        throw SimulatorError.missingCurrent(source: name, log: log)
      }
      currents.append(amperes)
    }
    return currents
  }

  /// Values under `i(name)` in a table's line of names, from its first line of numbers, by name in
  /// lower case.
  static func currents(ofTable lines: [[Substring]]) -> [String: Double] {
    guard lines.count >= 2 else { return [:] }
    var currents: [String: Double] = [:]
    for (name, value) in zip(lines[0], lines[1]) {
      let name = name.lowercased()
      guard name.hasPrefix("i("), name.hasSuffix(")"), let value = SpiceNumber.parse(value) else {
        continue
      }
      currents[String(name.dropFirst(2).dropLast())] = value
    }
    return currents
  }

  /// Removes the output of an earlier run: it must not pass for a result of the next one.
  private func removeResult(_ path: String) throws(SimulatorError) {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw SimulatorError.notRunnable(program: program, reason: "\(path) cannot be removed")
    }
  }

  /// The complaints in a log, or its end where nothing reads like one; at most ten lines.
  private static func lastLines(of path: String) -> String {
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
