import Configuration

/// A sweep that cannot be planned, run or joined.
public enum SweepError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Points whose experiments cannot be read; each fault once, with the first point that has it.
  case points([Fault])
  /// The base experiment has a study of its own.
  case study(base: String)
  /// A folder that holds no sweep.
  case noPlan(folder: String)
  /// A folder that holds another sweep; what differs.
  case differs(folder: String, String)
  /// A file of the folder that is not what was written.
  case damaged(path: String, String)
  /// Points without results, where all are asked for.
  case incomplete(folder: String, missing: Int, failed: Int, count: Int)
  /// A shard that there is not.
  case shard(String)

  /// A fault of one point's experiment.
  public struct Fault: Equatable, Sendable {
    /// The values of the point.
    public var point: String
    /// The fault, with its place.
    public var text: String
  }

  static let mostPrinted = 20

  public var description: String {
    switch self {
    case .points(let faults):
      let shown = faults.prefix(Self.mostPrinted).map { fault in
        fault.point.isEmpty ? fault.text : "\(fault.text)\n  at the point \(fault.point)"
      }
      let more = faults.count - Self.mostPrinted
      return (shown + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "\n")
    case .study(let base):
      return "\(base): study: a sweep takes an experiment without a study; make it an axis: "
        + "{key: hardware.wires.bitLineOhms, values: […]}"
    case .noPlan(let folder):
      return "\(folder): holds no sweep; plan one with: tilespice sweep plan S.yaml --out \(folder)"
    case .differs(let folder, let what):
      return "\(folder): holds another sweep: \(what); name another folder"
    case .damaged(let path, let reason): return "\(path): \(reason)"
    case .incomplete(let folder, let missing, let failed, let count):
      let ended = failed > 0 ? ", \(failed) of them ended with an error" : ""
      let again = failed > 0 ? " --rerun-failed" : ""
      return
        "\(folder): \(missing) of \(count) points have no results\(ended); run them (tilespice "
        + "sweep run \(folder)\(again)), or join what there is with --incomplete"
    case .shard(let text):
      return "--shard is \(text); it is i/n, the part i of n, counted from 1: 1/4 … 4/4"
    }
  }
}
