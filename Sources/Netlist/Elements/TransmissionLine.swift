/// A line with one or more conductors above a return conductor at either end, whose waves are
/// modes that do not mix.
public struct TransmissionLine: Sendable {
  public let label: Label
  /// Ends of the conductors, as many at the one end as at the other.
  public let near: [Node], far: [Node]
  /// The return conductor at either end.
  public let nearReference: Node, farReference: Node
  public let modes: LineModes
  /// IC, per conductor: what it is like at the start of a transient that uses initial conditions;
  /// empty for nothing.
  public let initial: [State]

  /// Voltages between the ends of a conductor and their references in volts, and currents into it in
  /// amperes.
  public struct State: Hashable, Sendable {
    public var nearVolts: Double, nearAmperes: Double, farVolts: Double, farAmperes: Double

    public init(
      nearVolts: Double, nearAmperes: Double, farVolts: Double, farAmperes: Double
    ) {
      (self.nearVolts, self.nearAmperes) = (nearVolts, nearAmperes)
      (self.farVolts, self.farAmperes) = (farVolts, farAmperes)
    }
  }
}

/// One mode of propagation: the totals of a line of one conductor.
public struct LineMode: Hashable, Sendable {
  /// Resistance and conductance of the whole length, in ohms and siemens, zero or positive.
  public var ohms: Double, siemens: Double
  /// Inductance and capacitance of the whole length, in henries and farads: both positive, or the
  /// inductance zero and the resistance positive, or both zero and the resistance positive.
  public var henries: Double, farads: Double

  public init(ohms: Double = 0, siemens: Double = 0, henries: Double, farads: Double) {
    (self.ohms, self.siemens, self.henries, self.farads) = (ohms, siemens, henries, farads)
  }

  /// Whether there is a line of these values: finite, not negative, and one of the kinds above.
  public var isValid: Bool {
    let all = [ohms, siemens, henries, farads]
    guard all.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return false }
    if henries > 0 { return farads > 0 && (henries * farads).squareRoot() > 0 }
    return ohms > 0
  }

  /// Delay of a wave's front in seconds: `√(LC)`.
  public var delaySeconds: Double { (henries * farads).squareRoot() }
  public var isLossless: Bool { ohms == 0 && siemens == 0 }
}

extension Circuit {
  /// Adds a transmission line, whose label starts with `t`, `o`, `y` or `p`, and returns its index
  /// among them.
  ///
  /// - Parameter initial: Per conductor, or empty.
  @discardableResult
  public mutating func addLine(
    _ label: Label, near: [Node], nearReference: Node, far: [Node], farReference: Node,
    modes: LineModes,
    initial: [TransmissionLine.State] = []
  ) -> Int {
    precondition(
      near.count == modes.count && far.count == modes.count, "a mode for every conductor")
    precondition(initial.isEmpty || initial.count == modes.count, "one state per conductor")
    precondition(modes.modes.allSatisfy(\.isValid), "a mode's values make a line")
    let letter = firstLetter(of: label)
    precondition("toyp".utf8.contains(letter | 0x20), "an element's name starts with its letter")
    for node in near + far + [nearReference, farReference] {
      check(label, letter: letter, node, .ground)
    }
    lines.append(
      TransmissionLine(
        label: label, near: near, far: far, nearReference: nearReference,
        farReference: farReference, modes: modes, initial: initial))
    return lines.count - 1
  }
}
