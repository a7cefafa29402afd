import AnalogCore
import CrossbarArray
import Inference
import TestSupport
import Testing

@testable import Experiments

/// The digits network on real cells.
@Suite struct LawNetworkTests {
  private static let transistor =
    "{model: transistor, gateVolts: 1.0, thresholdVolts: 0.4, transconductance: 2e-4}"

  private static let curve =
    "volts,relativeCurrent\n-0.2,-0.3\n-0.1,-0.12\n-0.05,-0.052\n0.05,0.052\n0.1,0.12\n0.2,0.3\n"

  private func run(_ hardware: String, path: String, audit: Int = 0) async throws
    -> ExperimentRecord
  {
    let spec = try ExperimentSpec(
      yaml: "version: 1\nauditVectors: \(audit)\npath: \(path)\nhardware: {\(hardware)}\n",
      file: "E.yaml")
    return try await ExperimentRunner(spec, limit: 8, width: 2).run()
  }

  /// With current-proportional levels, ideal arrays of any law hold the integers exactly.
  @Test(arguments: [
    "{model: sinh, scaleVolts: 0.05}",
    "{model: selector, saturationAmperes: 1e-6, slopeVolts: 0.03}", transistor,
  ])
  func idealArraysOfAnyLawAreTheIntegers(law: String) async throws {
    // One bit per voltage reads every cell at the voltage of its levels.
    for inputs in ["gateBits", "{model: voltages, sliceBits: 1}"] {
      if inputs != "gateBits", law == Self.transistor { continue }
      for mapping in ["differentialPair", "{model: offset, removal: digital}"] {
        let record = try await run(
          "law: \(law), cell: {onOffRatio: 20}, converter: fullPrecision, inputs: \(inputs), "
            + "mapping: \(mapping)", path: "ideal")
        #expect(record.points[0].results[0].flips(from: record.integer) == 0)
        #expect(record.points[0].results[0].outputErrors.last?.worst == 0)
      }
    }
  }

  /// Voltages of several levels through cells that no longer follow them in proportion, between wires in
  /// both directions: Newton's method, audited against factorized circuits.
  @Test(arguments: [
    "{model: sinh, scaleVolts: 0.05}",
    "{model: selector, saturationAmperes: 1e-6, slopeVolts: 0.03}",
    "{model: table, file: iv.csv}",
  ])
  func voltagesDriveAnyTwoTerminalCell(law: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.curve, to: "iv.csv")
    func run(_ law: String) async throws -> ExperimentRecord {
      let file = try folder.write(
        """
        version: 1
        auditVectors: 1
        hardware:
          law: \(law)
          cell: {onOffRatio: 20}
          converter: fullPrecision
          inputs: {model: voltages, sliceBits: 4}
          wires: {wordLineOhms: 10, bitLineOhms: 30}
        """, to: "E.yaml")
      return try await ExperimentRunner(
        ExperimentSpec(contentsOf: file), limit: 1, width: 2
      ).run()
    }
    let record = try await run(law)
    for layer in record.points[0].layers {
      #expect(layer.method.hasPrefix("exact: Newton over line CG"), "\(layer.method)")
      #expect(
        layer.worstRelativeError.map { $0 < 1e-6 } == true, "\(layer.worstRelativeError ?? 1)")
    }
    // The wires must matter, or agreement would say nothing about them; and so must the law.
    #expect(record.points[0].layers.compactMap(\.meanDrop).max().map { $0 > 0.005 } == true)
    let linear = try await run("linear")
    let (a, b) = (record.points[0].results.last, linear.points[0].results.last)
    #expect(a?.outputErrors.last?.relativeRMS != b?.outputErrors.last?.relativeRMS)
    #expect(record.voltageMap != nil)
  }

  /// The exact path of 1T1R cells is audited against factorized circuits, tile by tile, and says how
  /// well its cells are fitted; proportional conductances are another network.
  @Test func transistorsRunThroughTheNonlinearLadder() async throws {
    let hardware = "law: \(Self.transistor), cell: {onOffRatio: 100}, wires: {bitLineOhms: 60}"
    let record = try await run(hardware, path: "exact", audit: 1)
    #expect(record.points[0].layers.count == 4)
    for layer in record.points[0].layers {
      #expect(layer.method.hasPrefix("exact: nonlinear ladder (cell fit "), "\(layer.method)")
      #expect(layer.worstRelativeError.map { $0 < 1e-5 } == true)
    }
    // The wires must matter, or agreement would say nothing about them.
    #expect(record.points[0].layers.compactMap(\.meanDrop).max().map { $0 > 0.005 } == true)
    let other = try await run(
      hardware.replacing("onOffRatio: 100", with: "onOffRatio: 100, levels: conductance"),
      path: "exact")
    func error(_ record: ExperimentRecord) -> Double {
      record.points[0].results.last?.outputErrors.last?.relativeRMS ?? 0
    }
    #expect(error(record) > 0 && error(other) > 0 && error(record) != error(other))
  }

  /// Every wire and real cells: source lines across in the digits network, audited against factorized
  /// circuits; the lines' direction matters.
  @Test func transistorsRunOnCrossingLines() async throws {
    let hardware =
      "law: \(Self.transistor), cell: {onOffRatio: 100}, "
      + "wires: {bitLineOhms: 60, sourceLineOhms: 30}"
    let record = try await run("\(hardware), sourceLine: crossing", path: "exact", audit: 1)
    for layer in record.points[0].layers {
      #expect(layer.method.hasPrefix("exact: nonlinear relaxation (cell fit "), "\(layer.method)")
      #expect(layer.worstRelativeError.map { $0 < 1e-6 } == true)
    }
    let parallel = try await run(hardware, path: "exact")
    let (a, b) = (record.points[0].results.last, parallel.points[0].results.last)
    #expect(a?.outputErrors.last?.relativeRMS != b?.outputErrors.last?.relativeRMS)
  }

  /// A measured curve, which no circuit holds, is audited by the walk in double precision.
  @Test func measuredCurvesRun() async throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.curve, to: "iv.csv")
    let file = try folder.write(
      """
      version: 1
      auditVectors: 1
      hardware: {law: {model: table, file: iv.csv}, wires: {bitLineOhms: 60}}
      """, to: "E.yaml")
    let record = try await ExperimentRunner(
      ExperimentSpec(contentsOf: file), limit: 4, width: 2
    ).run()
    for layer in record.points[0].layers {
      #expect(layer.method.hasPrefix("exact: nonlinear ladder"))
      #expect(layer.worstRelativeError.map { $0 < 1.1e-4 } == true)
    }
    #expect(record.voltageMap != nil)
  }
}
