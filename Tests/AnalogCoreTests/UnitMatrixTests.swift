import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Arrays without wires as matrices of units.
@Suite struct UnitMatrixTests {
  private func ideal(_ array: ArrayDescription) throws(ArrayError) -> any ArrayModel {
    try IdealArray(array)
  }

  private func matrix(
    _ test: IntegerCase, _ scheme: SignedWeightScheme, _ drive: InputDrive, cellBits: Int?,
    onOffRatio: Double = .infinity, converter: ConverterSpecification = .ideal,
    error: ConductanceError = .none
  ) throws -> AnalogMatrix {
    var hardware = HardwareConfiguration()
    hardware.mapping = scheme
    hardware.cellBits = cellBits
    hardware.inputs = drive
    hardware.cell.onOffRatio = onOffRatio
    hardware.tile = TileSpecification(wordLines: 30, bitLines: 8)
    hardware.converter = converter
    hardware.programmingError = error
    return try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, inputBits: test.bitCount, layer: 0,
      seed: 1, makeModel: ideal)
  }

  /// Converters see ties where there are ties, whoever computes the currents, and behind integrators
  /// that never saturate: sums of arrays without wires are whole.
  @Test(arguments: InputDrive.Accumulation.allCases) func tiesAreTies(
    accumulation: InputDrive.Accumulation
  ) throws {
    let test = IntegerCase(outputs: 6, inputs: 70, batch: 40, bitCount: 6, seed: 8)
    func sums(
      _ scheme: SignedWeightScheme, integrator: Double? = nil,
      _ makeModel: @escaping SampledReads.ModelMaker
    ) throws -> (sums: [Double], whole: Bool) {
      var hardware = HardwareConfiguration()
      hardware.mapping = scheme
      hardware.inputs.accumulation = accumulation
      hardware.integrator = integrator?.amperes
      hardware.wires = WireParasitics()
      hardware.tile = TileSpecification(wordLines: 70, bitLines: 16)
      // Steps of 8 units: one sum in eight is a tie.
      let most = 8.0 * Double(1 << 17 - 1)
      hardware.converter = .uniform(bits: 18, range: .limits(low: -most, high: most))
      let matrix = try AnalogMatrix(
        codes: WeightCodes(test.codes), hardware: hardware, inputBits: test.bitCount, layer: 0,
        seed: 1, makeModel: makeModel)
      var sums = [Double](repeating: 0, count: matrix.outputCount * test.batch)
      var counts = ActivityCounts()
      try matrix.multiply(
        test.inputs.span, batch: test.batch, bitCount: test.bitCount, sign: 1, into: &sums,
        counts: &counts)
      return (sums, matrix.tiles.allSatisfy(\.sumsAreWhole))
    }
    for scheme in [SignedWeightScheme.differentialPair, .offset(.digital)] {
      let wanted = try sums(scheme, ideal)
      #expect(!wanted.whole)
      for factorization in [CircuitArray.Factorization.cholmod, .klu] {
        let found = try sums(scheme) { (array) throws(ArrayError) in
          try CircuitArray(array, factorization: factorization)
        }
        #expect(found.sums == wanted.sums && found.whole)
      }
      let held = try sums(scheme, integrator: 1, ideal)
      #expect(held.sums == wanted.sums && held.whole)
      // Saturation is no rounding.
      #expect(try sums(scheme, integrator: 3e-6, ideal).sums != wanted.sums)
    }
  }

  /// The same product through `multiplyColumns`, vectors as columns.
  private func columns(
    _ test: IntegerCase, _ matrix: AnalogMatrix
  ) -> (sums: [Double], counts: ActivityCounts) {
    let (batch, inputs) = (test.batch, matrix.inputCount)
    var sums = [Double](repeating: 0, count: matrix.outputCount * batch)
    var counts = ActivityCounts()
    matrix.multiplyColumns(
      count: batch, firstVector: 0, sign: 1, into: &sums, counts: &counts
    ) { a, strideA, m, rows, c, offset in
      for line in 0..<m {
        for vector in 0..<batch {
          for (k, row) in rows.enumerated() {
            c[offset + line * batch + vector] +=
              a[line * strideA + k] * Float(test.inputs[vector * inputs + row])
          }
        }
      }
    }
    let activations = (0..<inputs).map { input in
      (0..<batch).reduce(0) { sum, vector in
        let code = Int(test.inputs[vector * inputs + input])
        let bits = matrix.hardware.inputs.sliceBits
        let slices = matrix.hardware.inputs.sliceCount(bitCount: test.bitCount)
        return sum + (0..<slices).count { code >> ($0 * bits) & (1 << bits - 1) != 0 }
      }
    }
    matrix.countActivity(activations, vectors: batch, bitCount: test.bitCount, in: &counts)
    let rows = (0..<batch * matrix.outputCount).map {
      sums[$0 % matrix.outputCount * batch + $0 / matrix.outputCount]
    }
    return (rows, counts)
  }

  /// With errors of cells, results of ideal converters are the products of the codes that cells
  /// hold, to the rounding of single precision.
  @Test(arguments: SignedWeightScheme.all.filter { $0.sharedBitLines == 0 }, InputDrive.all)
  func heldCodesAreMultiplied(scheme: SignedWeightScheme, drive: InputDrive) throws {
    let test = IntegerCase(outputs: 5, inputs: 41, batch: 3, bitCount: 7, seed: 52)
    for (cellBits, onOffRatio) in [(Int?.none, Double.infinity), (2, 10)] {
      let matrix = try matrix(
        test, scheme, drive, cellBits: cellBits, onOffRatio: onOffRatio,
        error: .stateIndependent(alpha: 0.02))
      #expect(matrix.tiles.allSatisfy { $0.units?.isExact == false })
      let held = matrix.heldCodes
      var results = [try test.multiply(matrix).0]
      if matrix.takesColumns { results.append(columns(test, matrix).sums) }
      for sums in results {
        for vector in 0..<test.batch {
          for output in 0..<5 {
            var (sum, bound) = (0.0, 0.0)
            for k in 0..<41 {
              let term = held[output, k] * Double(test.inputs[vector * 41 + k])
              sum += term
              bound += abs(term) + Double(matrix.coding.offset) * 127
            }
            #expect(abs(sums[vector * 5 + output] - sum) <= 41 * 0x1p-24 * bound)
          }
        }
      }
    }
  }

  private static let schemes: [SignedWeightScheme] = [
    .pair(.oneSided, .analog), .pair(.twoSided, .analog), .pair(.oneSided, .inArray),
    .offset(.digital), .offset(.unitColumn),
  ]

  /// Cells without error hold whole numbers, so sums that lie on half a code are rounded to even,
  /// whatever the drive; a step of two puts every second sum there.
  @Test(arguments: schemes, InputDrive.all)
  func tiesAreTies(scheme: SignedWeightScheme, drive: InputDrive) throws {
    let test = IntegerCase(outputs: 5, inputs: 41, batch: 3, bitCount: 7, seed: 53)
    for (cellBits, onOffRatio, step) in [
      (Int?.none, Double.infinity, 2.0), (2, 10, 2), (2, 3, 6), (nil, 7, 6),
    ] {
      var matrix = try matrix(
        test, scheme, drive, cellBits: cellBits, onOffRatio: onOffRatio)
      let codes = Double(1 << (matrix.isBipolar ? 19 : 20) - 1)
      matrix.setConverters(
        .uniform(bits: 20, range: .covering(percent: 100)),
        ranges: [Float](repeating: Float(step * codes), count: matrix.coding.sliceCount))
      #expect(matrix.tiles.allSatisfy { $0.units?.isExact == true })
      #expect(matrix.tiles.allSatisfy { Double($0.converter.step) == step })
      let expected = expected(test, matrix, step: step)
      let (sums, counts) = try test.multiply(matrix)
      #expect(sums == expected, "\(scheme) \(drive) \(cellBits as Any)")
      guard matrix.takesColumns else { continue }
      let twin = columns(test, matrix)
      #expect(twin.sums == expected)
      #expect(twin.counts == counts)
    }
  }

  /// The obvious loop: digits of weights and inputs, rounded after every conversion.
  private func expected(_ test: IntegerCase, _ matrix: AnalogMatrix, step: Double) -> [Double] {
    let (coding, drive, inputs) = (matrix.coding, matrix.hardware.inputs, matrix.inputCount)
    let slices = drive.sliceCount(bitCount: test.bitCount)
    var sums = [Double](repeating: 0, count: test.products.count)
    for tile in matrix.tiles {
      func converted(_ output: Int?, _ vector: Int, _ input: (Int) -> Int) -> Double {
        var sum = 0
        for k in tile.inputs {
          let code = output.map { Int(test.codes[$0, k]) } ?? 0
          sum += coding.digit(of: code, slice: tile.weightSlice) * input(k)
        }
        return (Double(sum) / step).rounded(.toNearestOrEven) * step
      }
      for vector in 0..<test.batch {
        for output in tile.outputs {
          var whole = 0.0
          for slice in 0..<(drive.accumulation == .analog ? 1 : slices) {
            let mask = drive.accumulation == .analog ? Int.max : 1 << drive.sliceBits - 1
            func input(_ k: Int) -> Int {
              Int(test.inputs[vector * inputs + k]) >> (slice * drive.sliceBits) & mask
            }
            var value = converted(output, vector, input)
            if coding.scheme == .offset(.unitColumn) { value -= converted(nil, vector, input) }
            whole += value * Double(1 << (slice * drive.sliceBits))
          }
          if coding.scheme == .offset(.digital), tile.weightSlice == 0 {
            let codes = tile.inputs.reduce(0) { $0 + Int(test.inputs[vector * inputs + $1]) }
            whole -= Double(coding.offset * codes)
          }
          sums[vector * test.codes.rows + output] +=
            whole * coding.significance(ofSlice: tile.weightSlice)
        }
      }
    }
    return sums
  }

  /// Sums beyond 2²⁴ are whole numbers in double precision, or, where slices of inputs are converted
  /// one by one, taken from the model.
  @Test func longSumsStayExact() throws {
    let test = IntegerCase(
      outputs: 2, inputs: 30, batch: 1, bitCount: 16, seed: 1, isExtreme: true)
    for drive in [InputDrive(.gates, accumulation: .analog), InputDrive(.voltages(sliceBits: 16))] {
      let matrix = try matrix(
        test, .differentialPair, drive, cellBits: nil, converter: .fullPrecision)
      #expect(!matrix.takesColumns)
      #expect(try test.multiply(matrix).0 == test.products)
    }
  }

  /// Blocks of a matrix are what is not zero in it.
  @Test func blocksCoverWhatIsNotZero() {
    // Four groups of three inputs and two outputs, and a full matrix.
    let diagonal = Matrix(rows: 12, columns: 8) { $0 / 3 == $1 / 2 ? 1.0 : 0 }
    let blocks = CodeProduct(diagonal).blocks
    #expect(blocks.map(\.lines) == [0..<4, 4..<8])
    #expect(blocks.map(\.inputs) == [0..<6, 6..<12])
    let full = CodeProduct(Matrix(rows: 12, columns: 9, repeating: 1.0)).blocks
    #expect(full.map(\.lines) == [0..<9] && full.map(\.inputs) == [0..<12])
    #expect(CodeProduct(Matrix(rows: 3, columns: 5, repeating: 0.0)).blocks.isEmpty)
  }
}
