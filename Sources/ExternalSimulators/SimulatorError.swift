/// Why an external simulator gave no currents.
public enum SimulatorError: Error, Equatable, CustomStringConvertible, Sendable {
  /// No such program in the search path; the Debian package that has it.
  case notInstalled(program: String, package: String)
  /// No such program in the search path, and no Debian package; where its makers offer it.
  case notPackaged(program: String, source: String)
  /// The program could not be started or its files not be read or written.
  case notRunnable(program: String, reason: String)
  /// The program ran longer than allowed and was stopped.
  case timedOut(program: String, seconds: Double)
  /// The program ended with an error; the last lines of its log.
  case failed(program: String, status: Int32, log: String)
  /// The program printed no number for this source; the last lines of its log.
  case missingCurrent(source: String, log: String)

  public var description: String {
    switch self {
    case .notInstalled(let program, let package):
      "\(program) is not installed; Debian has it in the package \(package)"
    case .notPackaged(let program, let source):
      "\(program) is not installed; its makers offer it at \(source)"
    case .notRunnable(let program, let reason): "\(program) could not be run: \(reason)"
    case .timedOut(let program, let seconds): "\(program) was stopped after \(seconds) seconds"
    case .failed(let program, let status, let log):
      "\(program) ended with status \(status):\n\(log)"
    case .missingCurrent(let source, let log):
      "the simulator printed no current of \(source):\n\(log)"
    }
  }
}
