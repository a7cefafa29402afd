import BehavioralModels
import CrossbarArray
import NumericKernels
import TestSupport
import Testing
import Units

@testable import AnalogCore

/// Levels of cells with an I–V law.
@Suite struct CellLevelsTests {
  static let laws: [CellLaw] = [
    .sinh(SinhLaw(scale: 0.04.volts)),
    .selector(SelectorLaw(saturation: 2e-6.amperes, slope: 0.03.volts)),
    .transistor(TransistorLaw(gate: 0.9.volts, threshold: 0.4.volts, transconductance: 1e-4)),
  ]

  private func hardware(_ law: CellLaw, ratio: Double, states: Int? = nil) -> HardwareConfiguration
  {
    var hardware = HardwareConfiguration()
    hardware.law = law
    hardware.cell.onOffRatio = ratio
    hardware.cell.stateCount = states
    hardware.wires = WireParasitics()
    return hardware
  }

  /// Currents at the read voltage are evenly spaced between those of the ends of the range, which are
  /// the conductances of the cell; states are levels of their own.
  @Test(arguments: laws, [Double.infinity, 100, 10])
  func currentsAreEvenlySpaced(law: CellLaw, ratio: Double) {
    let hardware = hardware(law, ratio: ratio)
    let (cell, levels) = (hardware.cell, hardware.levels)
    func amperes(_ siemens: Double) -> Double { law.amperes(0.1, siemens: siemens) }
    let (off, on) = (amperes(cell.offConductance.value), amperes(cell.onConductance.value))
    for level in 0...127 {
      let found = amperes(levels.target(level: level, of: 127))
      let wanted = off + (on - off) * Double(level) / 127
      #expect((found - wanted).magnitude <= 1e-13 * on)
    }
    #expect(levels.target(level: 0, of: 127) == cell.offConductance.value)
    #expect(levels.target(level: 127, of: 127) == cell.onConductance.value)
    var few = self.hardware(law, ratio: ratio, states: 5)
    let held = (0...127).map { amperes(few.levels.target(level: $0, of: 127)) }
    let steps = Set(held.map { (4 * ($0 - off) / (on - off)).rounded() })
    #expect(steps == [0, 1, 2, 3, 4])
    // Proportional conductances are those of a resistor.
    few.cell.stateCount = nil
    few.cell.levels = .conductance
    for level in 0...127 {
      #expect(
        few.levels.target(level: level, of: 127) == cell.conductance(level: level, of: 127))
    }
  }

  /// Products of ideal arrays of any law are the integer products, for every mapping and slicing;
  /// what cells hold are the codes that were written.
  @Test(
    arguments: laws,
    [
      SignedWeightScheme.differentialPair, .pair(.twoSided, .digital),
      .offset(.digital), .offset(.unitColumn), .pair(.oneSided, .inArray),
    ])
  func idealProductsAreTheIntegers(law: CellLaw, scheme: SignedWeightScheme) throws {
    var random = RandomStream(seed: 3)
    let codes = Matrix(rows: 7, columns: 40) { _, _ in Int8.random(in: -127...127, using: &random) }
    let inputs = (0..<3 * 40).map { _ in UInt16.random(in: 0...255, using: &random) }
    for cellBits in [nil, 2] as [Int?] {
      var hardware = hardware(law, ratio: 50)
      hardware.mapping = scheme
      hardware.cellBits = cellBits
      hardware.converter = .fullPrecision
      hardware.tile = TileSpecification(wordLines: 16, bitLines: 9)
      // Interleaved pairs take a law that is the same at both voltages: others are refused.
      let isExact = scheme.pairing != .interleaved || law.isOdd
      guard isExact else { continue }
      let matrix = try AnalogMatrix(
        codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1
      ) { (array) throws(ArrayError) in try IdealArray(array) }
      var sums = [Double](repeating: 0, count: 3 * 7)
      var counts = ActivityCounts()
      try matrix.multiply(
        inputs.span, batch: 3, bitCount: 8, sign: 1, into: &sums, counts: &counts)
      for vector in 0..<3 {
        for output in 0..<7 {
          let wanted = (0..<40).reduce(0) {
            $0 + Int(codes[output, $1]) * Int(inputs[vector * 40 + $1])
          }
          #expect(sums[vector * 7 + output] == Double(wanted))
        }
      }
      let held = matrix.heldCodes
      for (found, code) in zip(held.elements, codes.elements) {
        #expect((found - Double(code)).magnitude < 1e-9)
      }
    }
  }

  /// The nonlinear ladder without wires is the ideal path, to the bit; with wires it loses current.
  @Test(arguments: laws)
  func wiresAreTheDifference(law: CellLaw) throws {
    var random = RandomStream(seed: 4)
    let codes = Matrix(rows: 5, columns: 60) { _, _ in Int8.random(in: -127...127, using: &random) }
    let inputs = (0..<2 * 60).map { _ in UInt16.random(in: 0...255, using: &random) }
    func products(_ ohms: Double, isIdeal: Bool) throws -> [Double] {
      var hardware = hardware(law, ratio: 50)
      hardware.converter = .ideal
      hardware.wires.bitLineSegment = ohms.ohms
      hardware.mapping = .pair(.oneSided, .digital)
      let matrix = try AnalogMatrix(
        codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 1
      ) { (array) throws(ArrayError) in
        if isIdeal { return try IdealArray(array) }
        return try ExactMethod.model(of: array)
      }
      var sums = [Double](repeating: 0, count: 2 * 5)
      var counts = ActivityCounts()
      try matrix.multiply(
        inputs.span, batch: 2, bitCount: 8, sign: 1, into: &sums, counts: &counts)
      return sums
    }
    let ideal = try products(0, isIdeal: true)
    #expect(try products(0, isIdeal: false) == ideal)
    #expect(try products(40, isIdeal: true) == ideal)
    #expect(try products(40, isIdeal: false) != ideal)
  }
}
