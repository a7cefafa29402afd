import Foundation
import SPICE
import Units

/// Runs gnucap on a folder that `SPICEWriter.write` filled, and reads the currents it printed.
///
/// Its matrices are ordered as nodes come: a 32 × 64 array takes it seconds.
public struct GnucapRunner: Sendable {
  /// Name of the program's log beside the wrapper.
  public static let logFileName = "run.gnucap.log"
  private let process: SimulatorProcess

  /// The runner of the `gnucap` in `searchPath`, a colon-separated list, by default `PATH`.
  public init(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimitSeconds: Double = 600
  ) throws(SimulatorError) {
    guard
      let process = SimulatorProcess(
        program: "gnucap", names: ["gnucap"], searchPath: searchPath,
        timeLimitSeconds: timeLimitSeconds)
    else { throw SimulatorError.notInstalled(program: "gnucap", package: "gnucap") }
    self.process = process
  }

  /// The currents `i(name)` of the named voltage sources, in amperes and in the order requested,
  /// from running `wrapper` in `folder`.
  public func currents(
    of names: [String], wrapper: String = Simulator.gnucap.wrapperFileName,
    inFolder folder: String
  ) throws(SimulatorError) -> [Double] {
    try process.currents(
      of: names, arguments: ["-b", wrapper], inFolder: folder,
      logPath: "\(folder)/\(Self.logFileName)",
      resultPath: "\(folder)/\(Simulator.gnucapResultFileName)", parse: Self.printedCurrents)
  }

  /// Values under `i(name)` in the line of names, by name in lower case; the first number of a line
  /// is the temperature, over which stands a number sign.
  static func printedCurrents(_ text: String) -> [String: Double] {
    let lines = text.split { $0 == "\n" || $0 == "\r\n" }.map { $0.split(separator: " ") }
    return SimulatorProcess.currents(ofTable: lines)
  }
}
