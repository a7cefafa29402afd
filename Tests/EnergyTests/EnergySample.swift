import AnalogCore
import CrossbarArray
import NumericKernels
import Units

@testable import Energy

/// A small matrix on hardware, with the counts of a batch of products.
struct EnergySample {
  var matrix: AnalogMatrix
  var counts: ActivityCounts
  /// Whether outputs have digital gains.
  var hasGains = true

  /// - Parameters:
  ///   - largestCode: Largest input code; zero leaves all inputs at rest.
  ///   - change: Changes the hardware: three blocks of inputs, exact wires on the bit lines.
  init(
    largestCode: UInt16 = 15, _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) throws {
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 8, bitLines: 12)
    hardware.cell = CellSpecification(
      onConductance: 2e-5.siemens, onOffRatio: 50, readVoltage: 0.2.volts)
    hardware.wires = WireParasitics(bitLineSegment: 40.ohms)
    hardware.converter = .uniform(bits: 8, range: .maximum)
    change(&hardware)
    let codes = Matrix<Int8>(rows: 7, columns: 20) { o, i in Int8((37 * o + 11 * i) % 255 - 127) }
    matrix = try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, inputBits: 4, layer: 0, seed: 3,
      makeModel: { (array) throws(ArrayError) in try ExactMethod.model(of: array) })
    try matrix.measurePower()
    counts = try Self.counts(matrix, largestCode: largestCode)
  }

  static let batch = 3

  static func codes(_ largest: UInt16) -> [UInt16] {
    let count = Int(largest) + 1
    return (0..<batch * 20).map { k -> UInt16 in
      let value: Int = 7 * k + k / 3
      return UInt16(value % count)
    }
  }

  private static func counts(
    _ matrix: AnalogMatrix, largestCode: UInt16
  ) throws -> ActivityCounts {
    var counts = ActivityCounts()
    var sums = [Double](repeating: 0, count: batch * 7)
    try matrix.multiply(
      codes(largestCode).span, batch: batch, bitCount: 4, sign: 1, into: &sums, counts: &counts)
    counts.vectors = batch
    return counts
  }

  var arrays: LayerArrays {
    LayerArrays(name: "layer", matrix, inputBits: 4, hasGains: hasGains)
  }

  /// Every component with a number of its own.
  static let table = ComponentTable(
    about: "",
    integration: .init(
      seconds: 1e-8, integratorWatts: 3e-5, areaSquareMicrometers: 70, source: "a test"),
    cells: .init(read: .circuit, areaSquareMicrometers: 0.1, source: "a test"),
    wordLines: .init(
      volts: 2.5, cellFarads: 1e-16, driverJoules: 3e-15, areaSquareMicrometers: 5,
      source: "a test"),
    inputAccumulation: .init(joules: 2e-14, areaSquareMicrometers: 20, source: "a test"),
    converters: .init(
      conversion: .ramp(watts: 2e-5, hertz: 1e9), linesPerConverter: 1,
      areaSquareMicrometers: 300, source: "a test"),
    shiftAdd: .init(joules: 2e-14, areaSquareMicrometers: 60, source: "a test"),
    adders: .init(joules: 1e-14, areaSquareMicrometers: 40, source: "a test"),
    gains: .init(joules: 8e-13, areaSquareMicrometers: 900, source: "a test"),
    buffers: .init(
      readJoulesPerByte: 5e-14, writeJoulesPerByte: 7e-14, bytesPerArray: 8,
      areaSquareMicrometersPerByte: 1, source: "a test"),
    idle: .init(wattsPerArray: 1e-6, areaSquareMicrometers: 100, source: "a test"))

  func cost(_ table: ComponentTable = table) throws -> NetworkCost {
    try EnergyModel(table, layers: [arrays]).cost([counts], images: 1)
  }
}
