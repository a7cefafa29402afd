/// What a line of an array is, and so how its nodes and elements are named in a circuit.
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
    // Source lines are held at the read voltage by what they are.
    case .sourceLine: "vs"
    }
  }
}
