import CrossbarArray
import NumericKernels
import Units

/// The arrays of the contract's reference values: 6 word lines, 5 bit lines, normalized.
enum ReferenceArray {
  static let positive = cells { o, i in 7 * o + 3 * i }
  static let negative = cells { o, i in 5 * o + 2 * i + 4 }

  private static func cells(_ step: (Int, Int) -> Int) -> Matrix<Double> {
    Matrix(rows: 6, columns: 5) { (i: Int, o: Int) -> Double in
      let level = step(o, i) % 11
      return 0.05 + 0.095 * Double(level)
    }
  }

  static let volts = InputBatch.volts(Matrix(rows: 1, columns: 6) { Double($1 + 1) / 6 })
  static let bits = InputBatch.bits(
    BitMatrix(rows: 1, columns: 6) { [true, false, true, true, false, true][$1] })

  static func voltageDriven(wires: Bool = true, interleaved: Bool = false) -> ArrayDescription {
    ArrayDescription(
      topology: .voltageDriven, conductances: positive,
      negativeConductances: interleaved ? negative : nil,
      pairing: interleaved ? .interleaved : .separateLines,
      wires: wires
        ? WireParasitics(wordLineSegment: 1e-3.ohms, bitLineSegment: 2e-3.ohms) : WireParasitics())
  }

  static var gateDriven: ArrayDescription {
    ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel), conductances: positive,
      wires: WireParasitics(bitLineSegment: 2e-3.ohms, sourceLineSegment: 1e-3.ohms))
  }
}
