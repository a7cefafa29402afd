/// The kind of a line, which determines the names of its nodes and elements in a circuit.
enum LineKind {
  case wordLine, bitLine, sourceLine

  /// The letter in the names of its nodes and resistors.
  var letter: String {
    switch self {
    case .wordLine: "w"
    case .bitLine: "b"
    case .sourceLine: "s"
    }
  }

  /// The name of the sources at its terminals.
  ///
  /// - Parameter isHeld: Whether the source holds a line that an input or output would use.
  func sourceName(isHeld: Bool) -> String {
    switch self {
    case .wordLine: isHeld ? "vxin" : "vin"
    case .bitLine: isHeld ? "vxo" : "vo"
    // Source lines are always held, at the read voltage.
    case .sourceLine: "vs"
    }
  }
}
