import Units

/// The I–V law of an array's cells; `G` is the cell's entry of the conductance matrix.
///
/// The closed list of laws that files can name. Each law is implemented in the file of its own
/// type, which `law` returns: the only switch over this enumeration.
public enum CellLaw: Sendable, Equatable {
  /// A resistor: `i = G v`.
  case linear
  /// Hopping or tunneling conduction: `i = G v₀ sinh(v / v₀)`.
  case sinh(SinhLaw)
  /// A resistor in series with a two-way selector (1S1R).
  case selector(SelectorLaw)
  /// A resistor in series with a MOSFET whose gate is the word line (1T1R); gate-driven arrays
  /// only.
  case transistor(TransistorLaw)
  /// A measured curve: `i = G f(v)`.
  case table(TableLaw)
  /// A module of compiled Verilog-A.
  case compact(CompactLaw)

  /// The implementation of the law.
  var law: any CurrentVoltageLaw {
    switch self {
    case .linear: LinearLaw()
    case .sinh(let law): law
    case .selector(let law): law
    case .transistor(let law): law
    case .table(let law): law
    case .compact(let law): law
    }
  }
}

extension CellLaw {
  /// Amperes through a two-terminal cell of conductance `siemens` at `volts` across it; for a
  /// selected 1T1R cell, with `volts` on its source line and its bit line at 0 V.
  public func amperes(_ volts: Double, siemens: Double) -> Double {
    law.amperes(volts, siemens: siemens)
  }

  /// Increase of a cell's current, in amperes at `volts` across it, when its conductance rises from
  /// `off` to `on` siemens: the full scale of a stored level.
  public func amperes(_ volts: Double, from off: Double, to on: Double) -> Double {
    law.amperes(volts, from: off, to: on)
  }

  /// Conductance in siemens of a cell that carries `amperes`, at least 0, with `volts` across it;
  /// infinite if no cell carries as much.
  public func siemens(_ volts: Double, amperes: Double) -> Double {
    law.siemens(volts, amperes: amperes)
  }

  /// Whether a cell's current is proportional to its conductance at every voltage.
  public var isProportional: Bool { law.isProportional }

  /// Whether opposite voltages across a cell give opposite currents.
  public var isOdd: Bool { law.isOdd }

  /// Why selected cells cannot be read at `volts` across them, or not by gates; `nil` if they can.
  public func refusal(ofGatedReadAt volts: Double) -> String? {
    if let reason = refusal(ofReadAt: volts, .gateDriven(sourceLine: .parallel)) { return reason }
    if case .transistor(let law) = self, law.threshold.value < 0 {
      return "law.thresholdVolts is \(law.threshold.value): cells whose gates are off, at 0 V, "
        + "would conduct"
    }
    return nil
  }

  /// Why cells of voltage-driven arrays cannot be read with up to `volts` across them; `nil` if they
  /// can.
  public func refusal(ofVoltageReadAt volts: Double) -> String? {
    refusal(ofReadAt: volts, .voltageDriven)
  }

  private func refusal(ofReadAt volts: Double, _ topology: CellTopology) -> String? {
    do throws(ArrayError) {
      try law.validate(topology)
    } catch {
      return "\(error)"
    }
    return law.refusal(ofReadAt: volts)
  }

  /// Why cells cannot hold conductances from `off` to `on` siemens; `nil` if they can.
  public func refusal(ofStatesFrom off: Double, to on: Double) -> String? {
    // An open cell, 0 S, is a state of every law.
    guard let known = law.siemensLimit,
      let outside = [off, on].first(where: { $0 != 0 && !known.holds($0) })
    else { return nil }
    return "cells hold \(off) to \(on) S, but law: \(keyword) has no state of \(outside) S: "
      + law.siemensReach
  }

  /// Why circuits cannot hold such cells; `nil` if they can.
  public var circuitRefusal: String? { law.circuitRefusal }

  /// Whether every cell is a resistor.
  public var isLinear: Bool { law.kind == .linear }

  /// The law's keyword in files.
  public var keyword: String { type(of: law).keyword }
}

extension ClosedRange<Double> {
  /// Whether a conductance is one of the range, up to the rounding of conductances to single
  /// precision.
  func holds(_ siemens: Double) -> Bool {
    siemens >= lowerBound * (1 - 1e-6) && siemens <= upperBound * (1 + 1e-6)
  }
}
