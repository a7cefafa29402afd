import AnalogCore
import NumericKernels

/// Random codes with their integer products, by the obvious loop.
struct IntegerCase {
  var codes: Matrix<Int8>
  var inputs: [UInt16]
  var batch: Int
  var bitCount: Int
  var products: [Double]

  /// - Parameter isExtreme: All weights and inputs at the ends of their ranges.
  init(
    outputs: Int, inputs inputCount: Int, batch: Int, bitCount: Int, seed: UInt64,
    isExtreme: Bool = false, weightBits: Int = 8
  ) {
    var random = RandomStream(seed: seed)
    let largest = UInt16(1 << bitCount - 1)
    let half = Int8(1 << (weightBits - 1) - 1)
    codes = Matrix(rows: outputs, columns: inputCount) { output, _ in
      isExtreme ? (output % 2 == 0 ? half : -half) : Int8.random(in: -half...half, using: &random)
    }
    inputs = (0..<batch * inputCount).map { _ in
      isExtreme ? largest : UInt16.random(in: 0...largest, using: &random)
    }
    self.batch = batch
    self.bitCount = bitCount
    products = []
    for vector in 0..<batch {
      for output in 0..<outputs {
        var sum = 0
        for k in 0..<inputCount {
          sum += Int(codes[output, k]) * Int(inputs[vector * inputCount + k])
        }
        products.append(Double(sum))
      }
    }
  }

  func multiply(_ matrix: AnalogMatrix) throws -> ([Double], ActivityCounts) {
    var sums = [Double](repeating: 0, count: products.count)
    var counts = ActivityCounts()
    try matrix.multiply(
      inputs.span, batch: batch, bitCount: bitCount, sign: 1, into: &sums, counts: &counts)
    return (sums, counts)
  }
}

extension SignedWeightScheme {
  static let all: [SignedWeightScheme] =
    PairStates.allCases.flatMap { states in
      PairSubtraction.allCases.map { SignedWeightScheme.pair(states, $0) }
    } + OffsetRemoval.allCases.map { SignedWeightScheme.offset($0) }
}

extension InputDrive {
  static let all: [InputDrive] = Accumulation.allCases.flatMap { accumulation in
    [InputDrive(.gates, accumulation: accumulation)]
      + [1, 2, 3, 4, 8].map { InputDrive(.voltages(sliceBits: $0), accumulation: accumulation) }
  }
}
