/// A figure that gnuplot did not draw, with the reason.
public struct GnuplotError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Why.
  public enum Reason: Equatable, Sendable {
    /// No such program on this machine.
    case missing
    /// The program could not be started, or its input not be prepared.
    case cannotRun(String)
    /// The program ended with an error; its last message.
    case failed(String)
  }

  /// The program as requested.
  public var executable: String
  public var reason: Reason

  public var description: String {
    switch reason {
    case .missing:
      "figures need \(executable), which is not on this machine; "
        + "on Debian and Ubuntu: apt install gnuplot-nox"
    case .cannotRun(let problem): "\(executable) cannot be run: \(problem)"
    case .failed(let message): "\(executable) failed: \(message)"
    }
  }
}
