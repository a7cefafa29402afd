import CrossbarArray
import NumericKernels
import Units

/// A tile whose currents are sums of what its inputs contribute, in units of the integer dot
/// product: what each input adds to each converted line, per unit of its digit.
///
/// Pairs are subtracted and off-state current is removed in double precision, cell by cell. A cell
/// without error then holds a whole number, sums of them are exact in any order, and converters see
/// ties where there are ties: neither depends on the rounding of currents.
struct UnitMatrix: Sendable {
  /// The form that the drive of the arrays asks for.
  enum Form: Sendable {
    /// Sums of the rows that gate bits select.
    case bits(SelectedSums)
    /// Products with the digits of an input slice.
    case digits(OrderedProduct<SIMD16<Float>>)
    /// Products with whole codes.
    case codes(CodeProduct)
  }

  /// The products.
  let form: Form
  /// Whether every sum is exact.
  let isExact: Bool

  /// The matrix of a tile's array; `nil` if its currents are no such sum, or if single precision does
  /// not hold its sums.
  ///
  /// - Parameters:
  ///   - response: Amperes by word line and sensed line; `nil` if currents are no sums of such.
  ///   - units: Units per ampere.
  ///   - inputBits: Maximum number of bits of an input code.
  init?(
    _ response: Matrix<Double>?, outputs: Int, hardware: HardwareConfiguration,
    coding: WeightCoding,
    units: Double, inputBits: Int
  ) {
    // Integrators limit the current of every read.
    guard hardware.integrator == nil, let response else { return nil }
    let inputs = hardware.inputs
    let voltsPerDigit = hardware.cell.readVoltage.value / Double(1 << inputs.sliceBits - 1)
    let perDigit = inputs.lines == .gates ? 1 : voltsPerDigit
    let off = hardware.needsReference ? hardware.offAmperesPerDigit : 0
    let subtracts =
      coding.scheme == .pair(.oneSided, .analog)
      || coding.scheme == .pair(.twoSided, .analog)
    let granularity = coding.scheme.granularity
    // Conductances, their differences and their currents are off by a few roundings.
    let rounding = 0x1p-48 * Double(coding.levels) * hardware.levels.commonMode
    var isWhole = true
    var matrix = Matrix(
      rows: response.rows, columns: coding.scheme.conversions(outputs: outputs), repeating: 0.0)
    for i in 0..<matrix.rows {
      for j in 0..<matrix.columns {
        let amperes = subtracts ? response[i, j] - response[i, outputs + j] : response[i, j]
        let value = (amperes * perDigit - off) * units
        let whole = (value / granularity).rounded() * granularity
        let isCellWhole = abs(value - whole) <= rounding
        if !isCellWhole { isWhole = false }
        matrix[i, j] = isCellWhole ? whole : value
      }
    }
    let takesCodes = inputs.accumulation == .analog || inputs.sliceCount(bitCount: inputBits) == 1
    let isGated = inputs.lines == .gates
    let largest = takesCodes ? 1 << inputBits - 1 : 1 << inputs.sliceBits - 1
    // In steps of the granularity, of which single precision holds 2²⁴.
    let peak = Self.peak(matrix) * Double(largest) / granularity
    isExact = isWhole
    if isWhole, peak > 0x1p24 {
      guard takesCodes, peak <= 0x1p53 else { return nil }
      form = .codes(CodeProduct(exactly: matrix))
    } else if takesCodes {
      form = .codes(CodeProduct(matrix))
    } else if isGated {
      form = .bits(
        SelectedSums(rows: matrix.rows, columns: matrix.columns) { Float(matrix[$0, $1]) })
    } else {
      form = .digits(
        OrderedProduct(matrix.elements.map { Float($0) }, k: matrix.rows, n: matrix.columns))
    }
  }

  /// The largest sum of magnitudes of a column.
  private static func peak(_ matrix: Matrix<Double>) -> Double {
    var sums = [Double](repeating: 0, count: matrix.columns)
    for i in 0..<matrix.rows {
      for j in sums.indices { sums[j] += abs(matrix[i, j]) }
    }
    return sums.max() ?? 0
  }
}
