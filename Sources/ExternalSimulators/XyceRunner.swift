import Foundation
import SPICE
import Units

/// Runs Xyce on a folder that `SPICEWriter.write` filled, and reads the currents it printed.
///
/// Written from Xyce's reference guide (.PRINT, FORMAT=CSV): the table goes to a file named for the
/// deck, with a line of names in upper case and one line of numbers per point.
public struct XyceRunner: Sendable {
  /// Name of the program's log beside the wrapper.
  public static let logFileName = "run.xyce.log"
  private let process: SimulatorProcess

  /// The runner of the `Xyce` in `searchPath`, a colon-separated list, by default `PATH`.
  public init(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimitSeconds: Double = 600
  ) throws(SimulatorError) {
    guard
      let process = SimulatorProcess(
        program: "Xyce", names: ["Xyce", "xyce"], searchPath: searchPath,
        timeLimitSeconds: timeLimitSeconds)
    else { throw SimulatorError.notPackaged(program: "Xyce", source: "xyce.sandia.gov") }
    self.process = process
  }

  /// The currents `i(name)` of the named voltage sources, in amperes and in the order requested,
  /// from running `wrapper` in `folder`.
  public func currents(
    of names: [String], wrapper: String = Simulator.xyce.wrapperFileName, inFolder folder: String
  ) throws(SimulatorError) -> [Double] {
    try process.currents(
      of: names, arguments: [wrapper], inFolder: folder, logPath: "\(folder)/\(Self.logFileName)",
      resultPath: "\(folder)/\(wrapper).csv", parse: Self.printedCurrents)
  }

  /// Values under `I(name)` in the first line of numbers, by name in lower case.
  static func printedCurrents(_ text: String) -> [String: Double] {
    let lines = text.split { $0 == "\n" || $0 == "\r\n" }.map {
      $0.split(separator: ",").map { $0.filter { !" \t\"".contains($0) }[...] }
    }
    return SimulatorProcess.currents(ofTable: lines)
  }
}
