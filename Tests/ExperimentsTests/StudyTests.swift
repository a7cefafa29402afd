import AnalogCore
import Datasets
import Inference
import NeuralNetwork
import TestSupport
import Testing

@testable import Experiments

/// Studies over axes that no file knows, from point to record.
@Suite struct StudyTests {
  /// Bits of every converter.
  private static let bits = StudyAxis(
    StudyQuantity(
      key: "converterBits", symbol: "ADC bits", title: "ADC resolution",
      definition: "ADC bits is the resolution of every converter.")
  ) { (hardware: HardwareConfiguration) in
    guard case .uniform(let bits, _, _) = hardware.converter else {
      return StudyReading(.text("none"))
    }
    return StudyReading(.number(bits))
  } change: { hardware, value in
    hardware.converter = .uniform(bits: value, range: .covering(percent: 99.98))
  }

  /// Largest over smallest conductance.
  private static let ratio = StudyAxis(
    StudyQuantity(
      key: "onOffRatio", symbol: "on/off ratio", title: "on/off ratio",
      definition: "On/off ratio is the largest conductance over the smallest.", isLogarithmic: true)
  ) { (hardware: HardwareConfiguration) in
    StudyReading(.number(hardware.cell.onOffRatio))
  } change: { hardware, value in
    hardware.cell.onOffRatio = value
  }

  /// The path of all layers: values that are names.
  private static let path = StudyAxis(
    StudyQuantity(
      key: "path", symbol: "path", title: "path", definition: "Path is how currents are computed.")
  ) { spec, _ in
    StudyReading(.text(spec.path.rawValue))
  } change: { spec, value in
    if case .text(let name) = value, let path = SolutionPath(rawValue: name) { spec.path = path }
  }

  /// Which weights share a scale.
  private static let weightScale = StudyAxis(
    StudyQuantity(
      key: "weightScale", symbol: "weight scale", title: "weight scale",
      definition: "Weight scale says which weights share one.")
  ) { spec, _ in
    StudyReading(
      .text(spec.quantization.weightGranularity == .perLayer ? "perLayer" : "perChannel"))
  } change: { spec, value in
    spec.quantization.weightGranularity = value == .text("perLayer") ? .perLayer : .perChannel
  }

  private func spec(_ body: String = "") throws -> ExperimentSpec {
    try ExperimentSpec(
      yaml: "version: 1\nauditVectors: 0\nconverterImages: 2\n"
        + "quantization: {calibrationImages: 8}\n\(body)\n", file: "E.yaml")
  }

  private func run(
    _ spec: ExperimentSpec, limit: Int = 3, partial: PartialResults = PartialResults()
  ) async throws -> ExperimentRecord {
    try await ExperimentRunner(spec, limit: limit, width: 2).run(partial: partial)
  }

  /// Every point of a study is the run of the experiment with the point's changes, and of nothing else.
  @Test(arguments: [
    (Self.bits, [StudyValue.number(3), .number(8)]), (Self.ratio, [.number(4), .number(100)]),
    (Self.path, [.text("ideal"), .text("exact")]),
    (Self.weightScale, [.text("perLayer"), .text("perChannel")]),
  ])
  func pointIsTheRunOfItsChangedExperiment(axis: StudyAxis, values: [StudyValue]) async throws {
    var spec = try spec("hardware: {wires: {bitLineOhms: 500}}\nlayers: {dense: {hardware: {}}}")
    spec.study = StudyPoint.grid([(axis, values)])
    let record = try await run(spec)
    #expect(record.study == [axis.quantity] && record.points.count == 2)
    #expect(record.points.map(\.values) == values.map { [StudyReading($0)] })
    for (point, changes) in zip(record.points, spec.study) {
      let alone = try await run(spec.at(changes))
      #expect(record.digitalInteger(of: point)?.predictions == alone.integer.predictions)
      #expect(point.results.map(\.label) == alone.points[0].results.map(\.label))
      for (own, other) in zip(point.results, alone.points[0].results) {
        #expect(own.predictions == other.predictions && own.labelRanks == other.labelRanks)
        #expect(own.activity == other.activity && own.comparison == other.comparison)
      }
      #expect(point.fidelity == alone.points[0].fidelity)
    }
    // The axis matters, or the comparison would say nothing.
    #expect(record.points[0].fidelity != record.points[1].fidelity)
  }

  /// What no point changes is evaluated once; what a point changes is not shared.
  @Test(arguments: [
    (
      Self.bits, [StudyValue.number(3), .number(8)],
      [["int8", "ideal", "arrays 0"], ["int8", "ideal 1", "arrays 1"]]
    ),
    (
      StudyAxis.bitLineOhms, [.number(1), .number(1000), .number(1)],
      [
        ["int8", "ideal", "arrays 0"], ["int8", "ideal", "arrays 1"],
        ["int8", "ideal", "arrays 0"],
      ]
    ),
    // A point that leaves out wires by its own path is the ideal path of the other.
    (
      Self.path, [.text("exact"), .text("ideal")],
      [["int8", "ideal", "arrays 0"], ["int8", "ideal"]]
    ),
    (
      Self.path, [.text("ideal"), .text("exact"), .text("cholmod")],
      [["int8", "arrays 0"], ["int8", "arrays 0", "arrays 1"], ["int8", "arrays 0", "arrays 2"]]
    ),
    (
      Self.weightScale, [.text("perLayer"), .text("perChannel")],
      [["int8", "ideal", "arrays 0"], ["int8 1", "ideal 1", "arrays 1"]]
    ),
  ])
  func stagesAreSharedByWhatTheyDependOn(
    axis: StudyAxis, values: [StudyValue], stages: [[String]]
  ) async throws {
    var spec = try spec()
    spec.study = StudyPoint.grid([(axis, values)])
    let plan = RunPlan(try await ExperimentRunner(spec, limit: 1, width: 2))
    let found = plan.points.map { point in
      [point.integer, point.ideal?.stage, point.own.stage].compactMap { $0?.text }
    }
    #expect(found == stages)
  }

  /// Wires matter to none of the outcomes of a run that leaves them out, and to all of its audits.
  @Test func idealPathIsEvaluatedOnceAndAuditedAtEveryPoint() async throws {
    let record = try await run(
      try ExperimentSpec(
        yaml: "version: 1\npath: ideal\nauditVectors: 1\nstudy: {bitLineOhms: [1, 2000]}\n",
        file: "E.yaml"), limit: 3)
    #expect(record.points.map { $0.results.map(\.run) } == [["arrays 0"], ["arrays 0"]])
    #expect(record.points[0].results == record.points[1].results)
    let drops = record.points.map { $0.layers.compactMap(\.meanDrop).max() ?? 0 }
    #expect(drops[1] > 10 * drops[0])
  }

  /// Values are combined, the last axis fastest; commands name points by all of them.
  @Test func severalAxesMakeAGrid() throws {
    var spec = try spec()
    spec.study = StudyPoint.grid([
      (Self.bits, [.number(4), .number(6)]), (.bitLineOhms, []), (.bitLineOhms, [.number(0.5)]),
      (Self.path, [.text("ideal"), .text("exact")]),
    ])
    #expect(
      spec.study.map(\.text) == [
        "ADC bits = 4, 0.5 Ω, path = ideal", "ADC bits = 4, 0.5 Ω, path = exact",
        "ADC bits = 6, 0.5 Ω, path = ideal", "ADC bits = 6, 0.5 Ω, path = exact",
      ])
    for name in ["6,0.5,exact", "converterBits=6,bitLineOhms=0.50,path=exact"] {
      #expect(try spec.onlyPoint(name) == spec.study[3])
    }
    #expect {
      _ = try spec.onlyPoint("6,path=0.5,exact")
    } throws: {
      "\($0)" == "--point is 6,path=0.5,exact; study has the points "
        + "converterBits=4,bitLineOhms=0.5,path=ideal; converterBits=4,bitLineOhms=0.5,path=exact; "
        + "converterBits=6,bitLineOhms=0.5,path=ideal; converterBits=6,bitLineOhms=0.5,path=exact"
    }
    spec.study = StudyPoint.grid([(Self.bits, [.number(4), .number(6)])])
    #expect {
      _ = try spec.onlyPoint(nil)
    } throws: {
      "\($0)" == "study.converterBits has the points 4, 6; name one with --point"
    }
    #expect {
      _ = try spec.onlyPoint("5")
    } throws: {
      "\($0)" == "--point is ADC bits = 5; study.converterBits has the points 4, 6"
    }
  }

  /// All points of a run are of one network and one set of images.
  @Test func pointThatChangesTheImagesIsRefused() async throws {
    let offset = StudyAxis(
      StudyQuantity(
        key: "offset", symbol: "offset", title: "offset", definition: "Offset is the first image.")
    ) { spec, _ in
      StudyReading(.number(Double(spec.selection.offset)))
    } change: { spec, value in
      spec.selection.offset = Int(value.number ?? 0)
    }
    var spec = try spec()
    spec.study = [StudyPoint([offset.at(0)]), StudyPoint([offset.at(3)])]
    await #expect {
      _ = try await run(spec)
    } throws: {
      "\($0)"
        == "study: the point offset = 3 changes selection, which all points of a run share; run "
        + "it as an experiment of its own"
    }
  }

  /// Outcomes are not taken over by a run whose points are others, though its file is the same.
  @Test func identityHoldsThePoints() async throws {
    var spec = try spec()
    spec.study = StudyPoint.grid([(Self.bits, [.number(4), .number(6)])])
    let one = try await ExperimentRunner(spec, limit: 2, width: 1).identity(keepsLogits: false)
    spec.study = StudyPoint.grid([(Self.bits, [.number(4), .number(7)])])
    let other = try await ExperimentRunner(spec, limit: 2, width: 1).identity(keepsLogits: false)
    #expect(one.configuration == other.configuration)
    #expect(one.difference(from: other) == "the points of the study have changed")
    #expect(one.difference(from: one) == nil)
  }
}
