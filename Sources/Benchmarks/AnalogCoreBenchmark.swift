import AnalogCore
import BehavioralModels
import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Programming, slicing of inputs and conversion: what every path shares, one core.
enum AnalogCoreBenchmark {
  static func run() throws {
    try programming()
    try conversion()
  }

  private static func codes(_ outputs: Int, _ inputs: Int) -> Matrix<Int8> {
    var random = RandomStream(seed: 1)
    return Matrix(rows: outputs, columns: inputs) { _, _ in
      Int8.random(in: -127...127, using: &random)
    }
  }

  @Sendable private static func ideal(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try IdealArray(array) }

  @Sendable private static func exact(
    _ array: ArrayDescription
  ) throws(ArrayError) -> any ArrayModel { try LadderArray(array) }

  /// A matrix of 2048 × 2048 into differential pairs with an error of every cell.
  private static func programming() throws {
    let codes = codes(2048, 2048)
    print("core: 2048 × 2048 weights into pairs on 1152 × 256 arrays, one core (target 1 s)")
    for (name, error) in [
      ("no error", ConductanceError.none), ("state independent", .stateIndependent(alpha: 0.02)),
      ("state proportional", .stateProportional(alpha: 0.05)),
    ] {
      var hardware = HardwareConfiguration()
      hardware.tile = TileSpecification(wordLines: 1152, bitLines: 256)
      hardware.programmingError = error
      hardware.wires = WireParasitics()
      let times = try (0..<3).map { _ in
        try Stopwatch.seconds {
          _ = try AnalogMatrix(
            codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1, makeModel: ideal)
        }
      }
      print(
        "  " + name.padding(toLength: 20, withPad: " ", startingAt: 0)
          + String(format: "%.2f s (minimum of 3)", times.min() ?? 0))
    }
  }

  /// A bit-serial pass with 8-bit converters against the currents of its arrays alone.
  private static func conversion() throws {
    print(
      "core: bit-serial pass, 32 windows of 8 bits, 8-bit converters, exact ladder (target 1.3)")
    print("  matrix       bits on   pass over arrays (minimum)   slicing over arrays")
    for (outputs, inputs) in [(128, 1152), (64, 576), (16, 144)] {
      var hardware = HardwareConfiguration()
      hardware.tile = TileSpecification(wordLines: 1152, bitLines: 256)
      hardware.wires = WireParasitics(bitLineSegment: 0.0625.ohms)
      hardware.converter = .uniform(bits: 8, range: .maximum)
      let matrix = try AnalogMatrix(
        codes: WeightCodes(codes(outputs, inputs)), hardware: hardware, layer: 0, seed: 1,
        makeModel: exact)
      var random = RandomStream(seed: 2)
      let batch = 32
      for zeros in [0.0, 0.6] {
        let input = (0..<batch * inputs).map { _ in
          Double.random(in: 0..<1, using: &random) < zeros
            ? UInt16(0) : UInt16.random(in: 0...255, using: &random)
        }
        let bits = InputSlices.bits(
          of: input.span, batch: batch, stride: inputs, lines: 0..<inputs, bitCount: 8)
        let on = bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
        var sums = [Double](repeating: 0, count: batch * outputs)
        var counts = ActivityCounts()
        var amperes: [Float] = []
        func arrays() throws {
          for tile in matrix.tiles { try tile.model.currents(bits, into: &amperes) }
        }
        let (_, _, pass) = try Stopwatch.pairs(count: 31) {
          try matrix.multiply(
            input.span, batch: batch, bitCount: 8, sign: 1, into: &sums, counts: &counts)
        } against: {
          try arrays()
        }
        let (_, _, slicing) = try Stopwatch.pairs(count: 31) {
          _ = InputSlices.bits(
            of: input.span, batch: batch, stride: inputs, lines: 0..<inputs, bitCount: 8)
        } against: {
          try arrays()
        }
        print(
          String(
            format: "  %4d × %3d   %5.1f %%   %12.2f (%.2f)   %22.3f", inputs, outputs,
            100 * Double(on) / Double(bits.rows * bits.columns), pass.median, pass.minimum,
            slicing.median))
      }
    }
  }
}
