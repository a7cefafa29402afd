import NumericKernels
import Units

/// Weight codes whose cells, behind their wires, deliver given weights in proportion.
///
/// What the cells of code `c` deliver, in codes and with the parts `u` of their ideal currents, is
/// linear in `c` on either side of zero:
///
///     d(c) = A c + E
///
/// | mapping              | A                      | E                           |
/// | -------------------- | ---------------------- | --------------------------- |
/// | pair, one-sided      | u₊ for c > 0, else u₋  | o (u₊ − u₋)                 |
/// | pair, two-sided      | (u₊ + u₋) / 2          | (L / 2 + o) (u₊ − u₋)       |
/// | offset, unit column  | u                      | (z + o) (u − u_unit)        |
/// | offset, digital      | u                      | (z + o) u                   |
///
/// with the level `z` of weight zero, the current `o` of an off cell and the highest level `L`, all in
/// codes. A weight `w` takes the code `c = (κ w − E) / A`: `κ` is the largest factor at which no code
/// leaves the range of the cells, so the code of largest magnitude is that of the largest conductance.
/// Nothing is clipped unless `E` alone leaves the range.
///
/// The digital removal of an offset subtracts `z + o` whole, whatever the wires take. There, what cells
/// hold is compensated with the offset, `κ (w + z + o) / u`, and the zero point `(κ − 1)(z + o)`, a
/// whole number, corrects what is removed.
public struct CompensatedCodes: Sendable, Equatable {
  /// The codes, `[outputs, inputs of a group]`.
  public let codes: Matrix<Int8>
  /// Codes of zero, per output; empty if they are all 0.
  public let zeroPoints: [Int]
  /// The factor `κ` of each output.
  public let factors: [Double]
  /// Weights whose codes lie beyond the range of the cells and take its end.
  public let beyondRange: Int
  /// How far the farthest of them lies beyond it, over the end of the range.
  public let farthest: Double

  /// The codes for `weights`, in units of a code but not whole.
  ///
  /// - Parameters:
  ///   - weights: `[outputs, inputs of a group]`.
  ///   - shares: What the cells of `matrix` deliver.
  ///   - matrix: The weights as programmed when the shares were found, without errors.
  ///   - bits: Width of the codes.
  ///   - sharesFactor: Whether all outputs have one factor, not each its own.
  public init(
    _ weights: Matrix<Double>, delivering shares: WeightShares, on matrix: AnalogMatrix, bits: Int,
    sharesFactor: Bool
  ) {
    let delivery = Delivery(shares, matrix, bits: bits)
    let outputs = 0..<weights.rows
    var factors = outputs.map { output in
      (0..<weights.columns).compactMap {
        delivery.largestFactor(weights[output, $0], output, $0)
      }.min() ?? 1
    }
    if sharesFactor, let least = factors.min() {
      factors = factors.map { _ in least }
    }
    var zeros = [Int](repeating: 0, count: weights.rows)
    if delivery.removed > 0 {
      for output in outputs {
        // Zero points are whole: the factor is the next one below that has one.
        zeros[output] = Int(((factors[output] - 1) * delivery.removed).rounded(.down))
        factors[output] = 1 + Double(zeros[output]) / delivery.removed
      }
    }
    let (low, high) = delivery.range
    var (beyond, farthest) = (0, 0.0)
    codes = Matrix(rows: weights.rows, columns: weights.columns) { output, input in
      let code = delivery.code(weights[output, input], factors[output], output, input)
      let end = min(max(code, low), high)
      if (code - end).magnitude > 0.5 {
        beyond += 1
        farthest = max(farthest, (code - end).magnitude / max(end.magnitude, 1))
      }
      return Int8(end.rounded(.toNearestOrEven))
    }
    zeroPoints = zeros.contains { $0 != 0 } ? zeros : []
    self.factors = factors
    beyondRange = beyond
    self.farthest = farthest
  }
}

/// What cells of a code deliver; see `CompensatedCodes`.
private struct Delivery {
  let shares: WeightShares
  let scheme: SignedWeightScheme
  /// The code of weight zero and of an off cell's current, and the highest level, in codes.
  let zero: Double, off: Double, top: Double
  /// What is subtracted digitally, whatever wires take; else 0.
  let removed: Double
  let range: (low: Double, high: Double)

  init(_ shares: WeightShares, _ matrix: AnalogMatrix, bits: Int) {
    self.shares = shares
    let (coding, levels) = (matrix.coding, matrix.hardware.levels)
    scheme = coding.scheme
    zero = Double(coding.offset)
    let slices = (0..<coding.sliceCount).reduce(0) { $0 + coding.significance(ofSlice: $1) }
    top = Double(coding.levels) * slices
    off = top * levels.signal(levels.cell.offConductance.value) / levels.range
    switch coding.scheme {
    case .pair:
      let highest = Double(1 << (bits - 1) - 1)
      (removed, range) = (0, (-highest, highest))
    case .offset(let removal, _):
      removed = removal == .digital ? coding.heldZero(in: levels) + off : 0
      range = (Double(coding.codes.lowerBound), Double(coding.codes.upperBound))
    }
  }

  /// `A` above and below zero, and `E`.
  private func line(_ i: Int, _ j: Int) -> (above: Double, below: Double, offset: Double) {
    let positive = shares.positive[i, j]
    let negative = shares.negative?[i, j] ?? positive
    switch scheme {
    case .pair(.oneSided, _): return (positive, negative, off * (positive - negative))
    case .pair(.twoSided, _):
      let mean = (positive + negative) / 2
      return (mean, mean, (top / 2 + off) * (positive - negative))
    case .offset(.unitColumn, _):
      let unit = shares.unit?[i, j] ?? positive
      return (positive, positive, (zero + off) * (positive - unit))
    case .offset(.digital, _): return (positive, positive, (zero + off) * positive)
    }
  }

  func code(_ weight: Double, _ factor: Double, _ i: Int, _ j: Int) -> Double {
    let (above, below, offset) = line(i, j)
    let wanted = factor * (weight + removed) - offset
    return wanted / (wanted >= 0 ? above : below)
  }

  /// The largest factor at which the code lies within the range; `nil` if none does, and for weights
  /// that no factor changes.
  func largestFactor(_ weight: Double, _ i: Int, _ j: Int) -> Double? {
    let (above, below, offset) = line(i, j)
    let whole = weight + removed
    guard whole != 0 else { return nil }
    let end = whole > 0 ? range.high * above + offset : range.low * below + offset
    let factor = end / whole
    return factor > 0 ? factor : nil
  }
}
