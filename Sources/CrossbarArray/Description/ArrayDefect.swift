import Units

/// One fault of a physical array: a cell, a piece of wire or a short between neighbors.
///
/// Places are those of used lines: cell `(wordLine, bitLine)`, and along a line the segment
/// *before* that cell, counted from the near end. The segment after the last cell, towards the far
/// terminal, is one beyond the last index.
public struct ArrayDefect: Sendable, Equatable {
  /// The kind of fault, with its value.
  public var kind: Kind
  /// Word line of the fault.
  public var wordLine: Int
  /// Bit line of the fault.
  public var bitLine: Int
  /// Whether the fault is in the negative cell of the pair, or on a line of negative cells.
  public var isNegative: Bool

  /// A kind of fault, with its value.
  public enum Kind: Sendable, Equatable {
    /// The cell has this conductance, whatever was programmed.
    case stuckCell(Siemens)
    /// The cell does not conduct.
    case openCell
    /// A resistance in parallel with cell and switch, from the cell's driven line to its bit line.
    case shortedCell(Ohms)
    /// The segment before the cell is interrupted.
    case openSegment(ArrayLineKind)
    /// The segment before the cell has this resistance.
    case resistiveSegment(ArrayLineKind, Ohms)
    /// A resistance at the cell from its line to the next line of that kind.
    case shortedLines(ArrayLineKind, Ohms)
  }

  /// A fault at a place.
  public init(_ kind: Kind, wordLine: Int, bitLine: Int, isNegative: Bool = false) {
    self.kind = kind
    self.wordLine = wordLine
    self.bitLine = bitLine
    self.isNegative = isNegative
  }
}

/// The wires of an array.
public enum ArrayLineKind: String, Sendable, Codable, CaseIterable {
  case wordLine, bitLine, sourceLine
}

extension ArrayDefect: CustomStringConvertible {
  public var description: String {
    let place = "[\(wordLine), \(bitLine)]\(isNegative ? " (negative)" : "")"
    return switch kind {
    case .stuckCell(let siemens): "cell \(place) stuck at \(siemens.value) S"
    case .openCell: "open cell \(place)"
    case .shortedCell(let ohms): "cell \(place) shorted by \(ohms.value) Ω"
    case .openSegment(let line): "open \(line.text) before \(place)"
    case .resistiveSegment(let line, let ohms):
      "\(ohms.value) Ω in the \(line.text) before \(place)"
    case .shortedLines(let line, let ohms):
      "\(ohms.value) Ω between neighboring \(line.text)s at \(place)"
    }
  }
}

extension ArrayLineKind {
  /// Name of the line in running text.
  var text: String {
    switch self {
    case .wordLine: "word line"
    case .bitLine: "bit line"
    case .sourceLine: "source line"
    }
  }
}

extension ArrayDescription {
  /// Refuses defects outside the array, on lines that it does not have, or of one subject twice.
  func validateDefects() throws(ArrayError) {
    var seen: [String: ArrayDefect] = [:]
    for defect in defects {
      try validate(defect)
      let subject =
        "\(subject(of: defect.kind)) \(defect.wordLine) \(defect.bitLine)"
        + (defect.isNegative ? " negative" : "")
      if let other = seen.updateValue(defect, forKey: subject) {
        throw .invalidDefect("defects contradict each other: \(other); \(defect)")
      }
    }
  }

  /// Two defects of the same subject at the same place contradict each other.
  private func subject(of kind: ArrayDefect.Kind) -> String {
    switch kind {
    case .stuckCell, .openCell: "cell"
    case .shortedCell: "short"
    case .openSegment(let line), .resistiveSegment(let line, _): "segment \(line)"
    case .shortedLines(let line, _): "lines \(line)"
    }
  }

  private func validate(_ defect: ArrayDefect) throws(ArrayError) {
    func refuse(_ reason: String) -> ArrayError { .invalidDefect("\(defect): \(reason)") }
    if defect.isNegative, negativeConductances == nil {
      throw refuse("the array has no negative cells")
    }
    var (lastWordLine, lastBitLine) = (wordLineCount - 1, bitLineCount - 1)
    var ohms: Ohms?
    switch defect.kind {
    case .openCell: break
    case .stuckCell(let siemens):
      guard siemens.value == 0 || Self.physical.contains(siemens.value) else {
        throw refuse("a conductance is 0 or between 1e-30 and 1e30")
      }
    case .shortedCell(let value): ohms = value
    case .openSegment(let line), .resistiveSegment(let line, _):
      if case .resistiveSegment(_, let value) = defect.kind { ohms = value }
      try requireLine(line, refuse)
      if runsAlongWordLines(line) { lastBitLine += 1 } else { lastWordLine += 1 }
    case .shortedLines(let line, let value):
      ohms = value
      try requireLine(line, refuse)
      if runsAlongWordLines(line) { lastWordLine -= 1 } else { lastBitLine -= 1 }
    }
    if let ohms, !Self.physical.contains(ohms.value) {
      throw refuse("a resistance is between 1e-30 and 1e30 Ω; without one, nodes would be one")
    }
    guard defect.wordLine >= 0, defect.wordLine <= lastWordLine, defect.bitLine >= 0,
      defect.bitLine <= lastBitLine
    else {
      throw refuse(
        "there is no such place; the last one of that kind is [\(lastWordLine), \(lastBitLine)]")
    }
    if defect.isNegative, pairing == .interleaved, touchesBitLine(defect.kind) {
      throw refuse("interleaved pairs share their bit lines; leave the polarity out")
    }
  }

  private func requireLine(
    _ line: ArrayLineKind, _ refuse: (String) -> ArrayError
  ) throws(ArrayError) {
    switch (line, self.topology) {
    case (.sourceLine, .voltageDriven): throw refuse("a voltage-driven array has no source lines")
    case (.wordLine, .gateDriven):
      throw refuse(
        "the word lines of a gate-driven array carry no current; mark the cells that it no longer "
          + "switches as open")
    default: return
    }
  }

  private func touchesBitLine(_ kind: ArrayDefect.Kind) -> Bool {
    switch kind {
    case .openSegment(.bitLine), .resistiveSegment(.bitLine, _), .shortedLines(.bitLine, _): true
    default: false
    }
  }

  /// Whether positions along such a line are bit lines (else word lines).
  func runsAlongWordLines(_ line: ArrayLineKind) -> Bool {
    switch line {
    case .wordLine: true
    case .bitLine: false
    case .sourceLine: self.topology == .gateDriven(sourceLine: .crossing)
    }
  }
}
