/// One physical line of an array with its terminals.
struct WiredLine: Sendable, Equatable {
  /// The source behind a line's terminals.
  enum Source: Sendable, Equatable {
    /// `sign` times the voltage of an input.
    case input(Int, sign: Double)
    /// A fixed voltage, the same for every input.
    case fixed(volts: Double)
    /// The virtual ground of an output.
    case sense(output: Int)
  }

  /// Number of places along the line: the lines that it crosses.
  var length: Int
  /// Resistance of a segment without a fault, in ohms.
  var segmentOhms: Double
  /// Capacitance to ground at each place in farads.
  var segmentFarads = 0.0
  /// Resistance of each terminal in ohms, in series with the end segment.
  var terminalOhms: Double
  /// Ends that have a terminal; `nil` for a floating line.
  var ends: LineEnd?
  var source: Source
  /// Resistances of faulty segments in ohms, infinite where the line is open. Segment `p` is before
  /// place `p`, segment `length` after the last place.
  var faults: [Int: Double] = [:]

  /// Resistance of segment `p` in ohms.
  func ohms(ofSegment p: Int) -> Double { faults[p] ?? segmentOhms }

  /// Whether the whole line is one node.
  var isIdeal: Bool { segmentOhms == 0 && faults.isEmpty }

  /// The terminals: whether each is at the far end, and the resistance between its source and the
  /// first place. Two terminals on one node without any resistance are one source.
  var terminals: [(isFar: Bool, ohms: Double)] {
    guard let ends else { return [] }
    let near = (isFar: false, ohms: ohms(ofSegment: 0) + terminalOhms)
    let far = (isFar: true, ohms: ohms(ofSegment: length) + terminalOhms)
    let attached: [(isFar: Bool, ohms: Double)] =
      switch ends {
      case .near: [near]
      case .far: [far]
      case .both: isIdeal && terminalOhms == 0 ? [near] : [near, far]
      }
    return attached.filter { $0.ohms.isFinite }
  }
}
