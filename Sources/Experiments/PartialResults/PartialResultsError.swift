/// Partial results that cannot be kept or continued.
public enum PartialResultsError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A run would overwrite the outcomes of an earlier one.
  case exists(path: String)
  /// There is nothing to continue.
  case missing(path: String)
  /// The earlier run was another one.
  case differs(path: String, reason: String)
  /// A line, from 1, is corrupt.
  case damaged(path: String, line: Int, reason: String)

  public var description: String {
    switch self {
    case .exists(let path):
      "\(path): a run that was interrupted or failed left finished images here; go on with --resume, "
        + "or begin anew with --restart"
    case .missing(let path):
      "\(path): no such file, so there is nothing to resume; run without --resume"
    case .differs(let path, let reason): "\(path): cannot be resumed: \(reason)"
    case .damaged(let path, let line, let reason):
      "\(path):\(line): \(reason); begin anew with --restart"
    }
  }
}
