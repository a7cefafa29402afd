import Files
import NumericKernels
import Units

extension ArrayDescription {
  /// Hash of everything that determines the array's currents over time. It reads every number of
  /// the array: compute it once and pass it on.
  public var contentHash: ContentHash {
    var encoding = CanonicalEncoding()
    encoding.add("technology") { technology.encode(into: &$0) }
    encoding.add("pair", pairing.rawValue)
    encoding.add("wordLines", wordLineCount)
    encoding.add("bitLines", bitLineCount)
    encoding.add("conductances", conductances.elements)
    if let negativeConductances {
      encoding.add("negativeConductances", negativeConductances.elements)
    }
    for defect in defects { encoding.add("defect") { defect.encode(into: &$0) } }
    return encoding.hash
  }
}

extension ArrayTechnology {
  fileprivate func encode(into encoding: inout CanonicalEncoding) {
    switch topology {
    case .voltageDriven: encoding.add("topology", "voltageDriven")
    case .gateDriven(let sourceLine):
      encoding.add("topology", "gateDriven")
      encoding.add("sourceLine", sourceLine.rawValue)
    }
    encoding.add("law") {
      $0.add("model", law.keyword)
      law.law.encode(into: &$0)
    }
    encoding.add("wordLineOhms", wires.wordLineSegment.value)
    encoding.add("bitLineOhms", wires.bitLineSegment.value)
    encoding.add("sourceLineOhms", wires.sourceLineSegment.value)
    encoding.add("wordLineFarads", wires.wordLineCapacitance.value)
    encoding.add("bitLineFarads", wires.bitLineCapacitance.value)
    encoding.add("sourceLineFarads", wires.sourceLineCapacitance.value)
    encoding.add("wordLineDriverOhms", terminals.wordLineDriver.value)
    encoding.add("bitLineSenseOhms", terminals.bitLineSense.value)
    encoding.add("sourceLineDriverOhms", terminals.sourceLineDriver.value)
    encoding.add("wordLineDrive", ends.wordLineDrive.rawValue)
    encoding.add("bitLineSense", ends.bitLineSense.rawValue)
    encoding.add("sourceLineDrive", ends.sourceLineDrive.rawValue)
    encoding.add("unused") { unused.encode(into: &$0) }
    encoding.add("readVolts", readVoltage.value)
  }
}

extension UnusedLines {
  fileprivate func encode(into encoding: inout CanonicalEncoding) {
    for (key, group) in [("wordLines", wordLines), ("bitLines", bitLines)] {
      encoding.add(key) {
        $0.add("count", group.count)
        $0.add("side", group.side.rawValue)
        switch group.state {
        case .off: $0.add("state", "off")
        case .grounded: $0.add("state", "grounded")
        case .floating: $0.add("state", "floating")
        case .held(let volts):
          $0.add("state", "held")
          $0.add("volts", volts.value)
        }
      }
    }
    encoding.add("cellSiemens", cellConductance.value)
  }
}

extension ArrayDefect {
  fileprivate func encode(into encoding: inout CanonicalEncoding) {
    encoding.add("wordLine", wordLine)
    encoding.add("bitLine", bitLine)
    encoding.add("polarity", isNegative ? "negative" : "positive")
    switch kind {
    case .stuckCell(let siemens):
      encoding.add("kind", "stuckCell")
      encoding.add("siemens", siemens.value)
    case .openCell: encoding.add("kind", "openCell")
    case .shortedCell(let ohms):
      encoding.add("kind", "shortedCell")
      encoding.add("ohms", ohms.value)
    case .openSegment(let line):
      encoding.add("kind", "openSegment")
      encoding.add("line", line.rawValue)
    case .resistiveSegment(let line, let ohms):
      encoding.add("kind", "resistiveSegment")
      encoding.add("line", line.rawValue)
      encoding.add("ohms", ohms.value)
    case .shortedLines(let line, let ohms):
      encoding.add("kind", "shortedLines")
      encoding.add("line", line.rawValue)
      encoding.add("ohms", ohms.value)
    }
  }
}
