import Foundation
import SPICE
import Units

/// Runs ngspice on a folder that `SPICEWriter.write` filled, and reads the currents it printed.
public struct NgspiceRunner: Sendable {
  private let process: SimulatorProcess

  /// Path of the program.
  public var executable: String { process.executable }

  /// Name of the program's log beside the wrapper.
  public static let logFileName = "run.ngspice.log"

  /// The runner of the `ngspice` in `searchPath`, a colon-separated list, by default `PATH`.
  public init(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimitSeconds: Double = 600
  ) throws(SimulatorError) {
    guard
      let process = SimulatorProcess(
        program: "ngspice", names: ["ngspice"], searchPath: searchPath,
        timeLimitSeconds: timeLimitSeconds)
    else { throw SimulatorError.notInstalled(program: "ngspice", package: "ngspice") }
    self.process = process
  }

  /// The currents `i(name)` of the named voltage sources, in amperes and in the order requested,
  /// from running `wrapper` in `folder`.
  public func currents(
    of names: [String], wrapper: String = Simulator.ngspice.wrapperFileName,
    inFolder folder: String
  ) throws(SimulatorError) -> [Double] {
    try process.currents(
      of: names, arguments: ["-b", wrapper], inFolder: folder,
      logPath: "\(folder)/\(Self.logFileName)",
      resultPath: "\(folder)/\(Simulator.ngspiceResultFileName)", parse: Self.printedCurrents)
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
    try process.run(arguments: arguments, inFolder: folder, logPath: logPath)
  }
}
