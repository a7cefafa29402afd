import BehavioralModels
import Netlist
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Compiled cells in the calibrated model of crossing lines, against the modules themselves in the
/// general engine.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactCrossingTests {
  private static func array(_ law: CellLaw) -> ArrayDescription {
    var random = RandomStream(seed: 41)
    func cells() -> Matrix<Double> {
      Matrix(rows: 30, columns: 20) { _, _ in
        let u = Double.random(in: 0...1, using: &random)
        return 1e-4 * (0.01 + 0.99 * u * u)
      }
    }
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .crossing), conductances: cells(),
      negativeConductances: cells(),
      wires: WireParasitics(bitLineSegment: 2.ohms, sourceLineSegment: 2.ohms),
      readVoltage: 0.2.volts, law: law)
  }

  private static func law(_ source: String, v0: Double? = nil) throws -> CellLaw {
    .compact(
      try CompactLaw(
        cell: CompactLawTests.device(source, v0.map { [.init("v0", $0)] } ?? []),
        conductanceParameter: "G", maximumVolts: 0.5, siemens: 1e-7...2e-4))
  }

  /// Curves that are proportional to the conductance, and curves that are not.
  @Test(arguments: [VerilogA.sinhCell, CompactLawTests.shapeCell])
  func promisesHoldAgainstTheModules(source: String) throws {
    let array = Self.array(try Self.law(source))
    #expect(CrossingLadder.refusal(of: array) == nil)
    let hashed = HashedArray(array)
    let exact = try ExactMethod.model(of: array)
    let model = try Calibrator(seed: 3).calibrate(
      hashed, against: exact, recorded: nil, lsbAmperes: nil)
    #expect(model.meetsTarget && model.method.label == "calibrated: crossing ladder")
    var random = RandomStream(seed: 42)
    let bits = BitMatrix(rows: 10, columns: 30) { row, line in
      switch row {
      case 0: true
      case 1: line < 10
      case 2: line % 3 == 1
      default: Double.random(in: 0..<1, using: &random) < 0.1 * Double(row)
      }
    }
    let guarded = try CalibratedArray(model, of: hashed, exact: exact, auditRate: 0)
    let found = try guarded.currents(.bits(bits)).amperes.elements
    let circuit = try CircuitArray(array)
    #expect(circuit.method.label == "exact: Newton over KLU")
    let modules = try circuit.currents(.bits(bits)).amperes.elements
    let error = ModelError(found, exact: modules)
    #expect(
      error.rmsAmperes <= 1.5 * model.promisedRMSAmperes, "\(error), \(model.promisedRMSAmperes)")
    let ideal = try IdealArray(array).currents(.bits(bits)).amperes.elements
    let drop = 1 - modules.reduce(0, +) / ideal.reduce(0, +)
    // The wires must matter, and more than the promise.
    #expect(drop > 20 * error.relativeRMS && drop > 0.01, "\(drop), \(error.relativeRMS)")
    // Outside of the domain the exact path answers, and is counted.
    var narrow = model
    narrow.domain.activeCount = 0...12
    let strict = try CalibratedArray(narrow, of: hashed, exact: exact, auditRate: 0)
    let solved = try exact.inferredCurrents(.bits(bits))
    let strictly = try strict.currents(.bits(bits)).amperes.elements
    let outside = (0..<bits.rows).filter { bits.population(row: $0) > 12 }
    for vector in outside {
      #expect(strictly[vector * 40..<(vector + 1) * 40] == solved[vector * 40..<(vector + 1) * 40])
    }
    #expect(strict.observations.fallbacks == outside.count && outside.count > 2)
  }

  /// A stored model is of one module with its parameters.
  @Test func otherParametersAreAnotherCircuit() throws {
    let array = Self.array(try Self.law(VerilogA.sinhCell, v0: 0.1))
    let model = try Calibrator(seed: 3).calibrate(
      HashedArray(array), against: ExactMethod.model(of: array), recorded: nil, lsbAmperes: nil)
    _ = try model.model(of: HashedArray(array))
    var other = array
    other.law = try Self.law(VerilogA.sinhCell, v0: 0.11)
    #expect(throws: ArrayError.self) { try model.model(of: HashedArray(other)) }
  }

  /// Cells with a gate are circuits: no fast model takes them, and says so.
  @Test func gatesAreRefused() throws {
    let law = CellLaw.compact(
      try CompactLaw(
        cell: CompactLawTests.device(CompactLawTests.ohmic), conductanceParameter: "G",
        access: CompactLawTests.device(CompactLawTests.channel), gateVolts: 1.2,
        siemens: 1e-7...2e-4))
    #expect(
      CrossingLadder.refusal(of: Self.array(law))
        == "cells of law: compact with a gate are solved as circuits")
  }
}
