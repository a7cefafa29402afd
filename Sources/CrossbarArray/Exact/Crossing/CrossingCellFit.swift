import Foundation

/// Polynomials for the cells of an array whose lines cross, over the voltages that they can have.
///
/// With `d = v / V − 1` for `v` volts across a cell and `V` the read voltage, a cell whose source line is
/// at `V` carries `c₀ + c₁ d + c₂ d² + …` (`CellFit`). The product of `v` and the steepest slope of the
/// range is taken off, so that the deviation that is left falls with the voltage, by less than that
/// slope. A transistor also feels that its source line is at `V (1 − η)`: that adds
/// `η (r₀ + r₁ d + r₂ η)`.
struct CrossingCellFit: Sendable {
  let volts: Double
  let hasThirdTerminal: Bool
  /// Highest power of `d`, at least 2.
  var degree: Int { along.degree }
  /// Largest error of a cell's current over the current itself.
  let relativeError: Double
  /// Largest change of a cell's slope over the range of voltages, relative to the steepest.
  let bend: Double
  private let law: any CurrentVoltageLaw
  private let along: CellFit
  /// The largest `η`.
  private let mostLost: Double

  /// A cell's steepest slope in siemens, and the coefficients in amperes of what it carries besides.
  struct Cell: Sendable {
    var siemens: Double
    /// Of the powers of `d`, from the constant up.
    var deviation: [Double]
    /// `r₀`, `r₁` and `r₂`; none without a third terminal.
    var tilt: [Double] = []

    /// Amperes at `d` and `η`, on the slope at `volts`.
    func amperes(_ d: Double, lost: Double, volts: Double) -> Double {
      let along = deviation.reversed().reduce(0) { $0 * d + $1 }
      let beside = tilt.isEmpty ? 0 : lost * (tilt[0] + tilt[1] * d + tilt[2] * lost)
      return siemens * volts * (1 + d) + along + beside
    }
  }

  /// The fit of cells with conductances within `siemens`, above zero.
  ///
  /// - Parameters:
  ///   - least: The least `v` over the read voltage.
  ///   - mostLost: The largest `η`.
  init(
    _ law: any CurrentVoltageLaw, volts: Double, least: Double, mostLost: Double,
    siemens: ClosedRange<Double>, precision: CellFit.Precision = .single
  ) {
    (self.law, self.volts, self.mostLost) = (law, volts, mostLost)
    hasThirdTerminal = law.kind == .threeTerminal
    let along = CellFit(
      CellPath(law: law, volts: volts, sourceShare: 0), range: min(least - 1, -0.01)...0,
      siemens: siemens, isPaired: false, precision: precision)
    self.along = along
    var (error, bend) = (along.relativeError, 0.0)
    for k in 0...16 {
      let g = siemens.lowerBound * pow(siemens.upperBound / siemens.lowerBound, Double(k) / 16)
      let cell = Self.cell(law, volts, along, mostLost, g)
      for a in 0...6 {
        let d = along.range.lowerBound * Double(a) / 6
        var steep = Self.slope(cell.deviation, d).magnitude
        if hasThirdTerminal { steep += cell.tilt[0].magnitude }
        bend = max(bend, cell.siemens > 0 ? steep / (cell.siemens * volts) : .infinity)
        guard hasThirdTerminal else { continue }
        for b in 1...4 {
          let (v, lost) = (volts * (1 + d), mostLost * Double(b) / 4)
          let exact = law.tangent(v, bitLine: volts * (1 - lost) - v, siemens: g).amperes
          let found = cell.amperes(d, lost: lost, volts: volts)
          error = max(error, 1.2 * (found - exact).magnitude / exact.magnitude)
        }
      }
    }
    (relativeError, self.bend) = (error, bend)
  }

  /// The coefficients of a cell.
  func cell(_ siemens: Double) -> Cell { Self.cell(law, volts, along, mostLost, siemens) }

  /// Derivative of a polynomial at `d`.
  private static func slope(_ coefficients: [Double], _ d: Double) -> Double {
    var sum = 0.0
    for k in coefficients.indices.dropFirst().reversed() {
      sum = sum * d + Double(k) * coefficients[k]
    }
    return sum
  }

  private static func cell(
    _ law: any CurrentVoltageLaw, _ volts: Double, _ along: CellFit, _ mostLost: Double,
    _ siemens: Double
  ) -> Cell {
    var deviation = along.coefficients(siemens)
    let least = along.range.lowerBound
    let steepest = (0...4).reduce(0) { max($0, slope(deviation, least * Double($1) / 4)) }
    deviation[0] -= steepest
    deviation[1] -= steepest
    var cell = Cell(siemens: steepest / volts, deviation: deviation)
    guard law.kind == .threeTerminal else { return cell }
    /// What a loss adds, over the loss: interpolated with half of it without and with half of the drop,
    /// and with all of it.
    func tilt(_ d: Double, _ lost: Double) -> Double {
      let v = volts * (1 + d)
      let along = law.tangent(v, bitLine: volts - v, siemens: siemens).amperes
      return
        (law.tangent(v, bitLine: volts * (1 - lost) - v, siemens: siemens).amperes - along) / lost
    }
    let half = mostLost / 2
    let (a, b, c) = (tilt(0, half), tilt(least, half), tilt(least / 2, mostLost))
    let byDrop = (b - a) / least
    let byLoss = (c - a - byDrop * least / 2) / half
    cell.tilt = [a - byLoss * half, byDrop, byLoss]
    return cell
  }
}
