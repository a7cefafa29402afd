import CrossbarArray
import Energy
import Foundation
import Inference
import NumericKernels
import TestSupport
import Testing

@testable import Configuration
@testable import Experiments

/// Compensation in experiment files, runs and results.
@Suite struct CompensationRunTests {
  private static let wires = """
    auditVectors: 0
    converterImages: 4
    hardware:
      cell: {onOffRatio: 100}
      wires: {bitLineOhms: 2000}
    """

  private func read(_ body: String) throws -> ExperimentSpec {
    try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
  }

  private func run(
    _ body: String, limit: Int = 30, partial: PartialResults = PartialResults()
  ) async throws -> ExperimentRecord {
    try await ExperimentRunner(try read("\(Self.wires)\n\(body)"), limit: limit, width: 2)
      .run(partial: partial)
  }

  // MARK: The file

  @Test func keysAreReadAndInherited() throws {
    let plain = try read("")
    #expect(plain.compensation == .none && plain.compensationImages == 64)
    #expect(plain.usedCompensationImages == 0)
    let spec = try read(
      """
      compensation: {gains: column, programming: {model: voltageLoss, passes: 2}, images: 7}
      layers:
        conv1: {compensation: {gains: layer}}
        conv2: {compensation: {gains: none, programming: none}}
        conv3: {path: ideal}
        dense: {compensation: {programming: voltageLoss}}
      """)
    #expect(spec.compensation.gains == .column && spec.usedCompensationImages == 7)
    #expect(spec.compensation.programming == .voltageLoss(passes: 2))
    #expect(
      spec.layers["conv1"]?.compensation
        == LayerCompensation(gains: .layer, programming: .voltageLoss(passes: 2)))
    #expect(spec.layers["conv2"]?.compensation == LayerCompensation.none)
    #expect(spec.layers["conv3"]?.compensation == nil)
    #expect(
      spec.layers["dense"]?.compensation
        == LayerCompensation(gains: .column, programming: .voltageLoss(passes: 4)))
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
    // One layer is enough to need images.
    let one = try read("layers: {dense: {compensation: {gains: layer}}}\ncompensation: {images: 3}")
    #expect(one.usedCompensationImages == 3)
  }

  /// Keys of reconstruction are inherited one by one, and one that changes conductances has the control
  /// of lower ones.
  @Test func reconstructionIsReadAndInherited() throws {
    let spec = try read(
      """
      compensation: {gains: column, reconstruction: {steps: 5, vectors: 300}}
      layers:
        conv1: {compensation: {reconstruction: {steps: 0}}}
        conv2: {compensation: {reconstruction: {vectors: 64}}}
        conv3: {compensation: {gains: layer}}
      """)
    #expect(spec.compensation.reconstruction == .init(steps: 5, vectors: 300))
    #expect(spec.controlCount == 2)
    #expect(spec.layers["conv1"]?.compensation?.reconstruction == .init(steps: 0, vectors: 300))
    #expect(spec.layers["conv2"]?.compensation?.reconstruction == .init(steps: 5, vectors: 64))
    #expect(spec.layers["conv3"]?.compensation?.reconstruction == .init(steps: 5, vectors: 300))
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
    #expect(try read("").compensation.reconstruction == .none)
  }

  /// What reconstruction finds stands in the record, and its control has its mean conductance.
  @Test func reconstructionIsRecorded() async throws {
    let record = try await run(
      "compensation: {gains: column, reconstruction: {steps: 2, vectors: 128}, images: 16}",
      limit: 20)
    let point = record.points[0]
    #expect(
      point.results.map(\.run) == ["ideal", "uncompensated 0", "lowConductance 0", "arrays 0"])
    let compensation = try #require(point.compensation)
    for (layer, found) in compensation.layers.enumerated() {
      #expect(found.passes == 0 && found.meanShare == nil)
      #expect(try #require(found.reconstructionSteps) >= 1)
      #expect(
        try #require(found.reconstructionErrorAfter)
          <= #require(found.reconstructionErrorBefore))
      #expect(found.reconstructionVectors == (layer < 3 ? 128 : 16))
      #expect(compensation.runs[2].layers[layer].meanSiemens == found.siemensAfter)
    }
    let errors = point.results.compactMap { $0.errors(from: "float")?.relativeRMS }
    #expect(errors[3] < errors[1], "\(errors)")
  }

  @Test(arguments: [
    (
      "compensation: {gains: row}",
      "E.yaml:2: compensation.gains: 'row' is not an option; options: none, layer, column"
    ),
    (
      "compensation: {programming: {model: voltageLoss, passes: 0}}",
      "E.yaml:2: compensation.programming.passes: 0 is below 1"
    ),
    (
      "compensation: {reconstruction: {steps: -1}}",
      "E.yaml:2: compensation.reconstruction.steps: -1 is below 0"
    ),
    (
      "compensation: {reconstruction: {vectors: 4}}",
      "E.yaml:2: compensation.reconstruction.vectors: 4 is below 8"
    ),
    (
      "compensation: {gains: layer, robustness: {driftSeconds: [10]}}",
      "E.yaml:2: compensation: robustness.driftSeconds: no cells drift; set hardware.errors.drift"
    ),
    ("compensation: {images: 0}", "E.yaml:2: compensation.images: 0 is below 1"),
    (
      "layers:\n  conv1: {compensation: {images: 3}}",
      "E.yaml:3: layers.conv1.compensation.images: unknown key; known keys: gains, programming, "
        + "reconstruction"
    ),
  ])
  func faultIsNamed(body: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { _ = try read(body) }
    #expect(error?.description == message)
  }

  /// Refused when the run is set up, before anything is programmed.
  @Test func pathsWithoutVoltagesAreRefusedByLayer() async throws {
    for (body, layer) in [
      ("path: ideal\ncompensation: {programming: voltageLoss}", "conv1"),
      ("layers: {conv3: {path: ideal}}\ncompensation: {programming: voltageLoss}", "conv3"),
    ] {
      let error = await #expect(throws: InferenceError.self) {
        _ = try await ExperimentRunner(try read(body), limit: 1, width: 1)
      }
      #expect(
        error?.description
          == "layer \(layer): compensation.programming: path ideal has no wires and "
          + "gives no voltages of cells: take path exact, or programming: none")
    }
  }

  // MARK: Runs

  /// The controls stand before the compensated path, the original network stays the reference, and the
  /// arrays without wires are those of the network as it is.
  @Test func controlsStandBesideTheRun() async throws {
    let body = "compensation: {gains: column, programming: voltageLoss, images: 16}\n"
    let record = try await run(body + "energy: xiao2022")
    let point = record.points[0]
    #expect(
      point.results.map(\.label) == [
        "ideal", "exact uncompensated", "exact lower G_on", "exact",
      ])
    #expect(
      point.results.map(\.run) == ["ideal", "uncompensated 0", "lowConductance 0", "arrays 0"])
    #expect(point.ideal?.run == "ideal")
    let plain = try await run("")
    let (uncompensated, own) = (point.results[1], point.results[3])
    #expect(record.integer.predictions == plain.integer.predictions)
    #expect(point.results[0].predictions == plain.points[0].results[0].predictions)
    #expect(uncompensated.predictions == plain.points[0].results[1].predictions)
    #expect(uncompensated.outputErrors == plain.points[0].results[1].outputErrors)
    let errors = point.results.compactMap { $0.errors(from: "float")?.relativeRMS }
    #expect(errors[3] < 0.4 * errors[1] && errors[2] < 0.6 * errors[1], "\(errors)")
    #expect(own.comparison?.flips ?? 99 < uncompensated.comparison?.flips ?? 0)

    let compensation = try #require(point.compensation)
    #expect(compensation.images == 16)
    #expect(compensation.layers.map(\.name) == ["conv1", "conv2", "conv3", "dense"])
    #expect(compensation.layers.map(\.fittedVectors) == [1024, 1024, 256, 16])
    #expect(compensation.runs.map(\.path) == point.results.dropFirst().map(\.label))
    #expect(compensation.runs.map(\.run) == point.results.dropFirst().map(\.run))
    // The control has the mean conductance of the compensated arrays, layer by layer.
    let runs = compensation.runs
    for (layer, found) in compensation.layers.enumerated() {
      let (before, low, after) = (
        runs[0].layers[layer], runs[1].layers[layer], runs[2].layers[layer]
      )
      #expect(before.meanSiemens == found.siemensBefore && after.meanSiemens == found.siemensAfter)
      #expect((low.meanSiemens / after.meanSiemens - 1).magnitude < 1e-9)
      #expect(after.meanSiemens < before.meanSiemens)
      #expect(try #require(after.converterAmperes) < #require(before.converterAmperes))
    }
    #expect(runs[2].meanSiemens < runs[0].meanSiemens)
    // Gains cost, and only where there are some.
    let cost = try #require(point.cost)
    #expect(runs[2].joules == cost.joules && cost.joules(of: .gains) > 0)
    #expect(try #require(runs[0].joules) > 0)
    #expect(plain.points[0].compensation == nil && plain.points[0].results.count == 2)
  }

  /// Gains alone leave the conductances as they are: no control of lower ones. Points of a study each
  /// have their own.
  @Test func gainsAloneHaveOneControl() async throws {
    let record = try await run(
      "compensation: {gains: layer, images: 8}\nstudy: {bitLineOhms: [500, 4000]}\n"
        + "compare: [float, integer]", limit: 8)
    for (index, point) in record.points.enumerated() {
      #expect(point.results.map(\.run) == ["uncompensated \(index)", "arrays \(index)"])
      #expect(point.ideal == nil)
      let compensation = try #require(point.compensation)
      #expect(compensation.layers.allSatisfy { $0.passes == 0 && $0.meanShare == nil })
      #expect(compensation.layers.allSatisfy { $0.lowestGain == $0.highestGain })
      #expect(compensation.runs[0].meanSiemens == compensation.runs[1].meanSiemens)
    }
    let gains = record.points.compactMap { $0.compensation?.layers[3].meanGain }
    #expect(gains[0] > 1 && gains[1] > gains[0])
  }

  /// Programming knows the targets of cells, not what errors make of them.
  @Test func programmingDoesNotKnowTheDraws() async throws {
    func found(_ seed: Int) async throws -> [CompensatedLayer] {
      let spec = try read(
        "seed: \(seed)\nauditVectors: 0\nhardware:\n  wires: {bitLineOhms: 1000}\n"
          + "  errors: {programming: {model: stateIndependent, alpha: 0.05}}\n"
          + "compensation: {programming: voltageLoss, images: 4}")
      let record = try await ExperimentRunner(spec, limit: 1, width: 2).run()
      return try #require(record.points[0].compensation).layers
    }
    let (one, two) = (try await found(1), try await found(2))
    // Behind it, inputs differ with the errors of the first layer.
    #expect(one[0] == two[0])
  }

  /// What an earlier run has found of controls and path is not computed again, and gives the same
  /// record.
  @Test func runsResume() async throws {
    let folder = try TemporaryFolder()
    let body =
      "compensation: {gains: column, programming: {model: voltageLoss, passes: 1}, images: 8}"
    let spec = try read("\(Self.wires)\n\(body)")
    let runner = try await ExperimentRunner(spec, limit: 4, width: 2)
    let identity = runner.identity(keepsLogits: false)
    let path = folder.file("partial.jsonl")
    let first = try await runner.run(
      partial: PartialResults(identity, path: path, resumes: false))
    let resumed = try PartialResults(identity, path: path, resumes: true)
    #expect(resumed.outcomes(of: .uncompensated(0)).count == 4)
    #expect(resumed.outcomes(of: .lowConductance(0)).count == 4)
    let second = try await runner.run(partial: resumed)
    #expect(second.points[0].compensation == first.points[0].compensation)
    #expect(
      second.points[0].results.map(\.predictions) == first.points[0].results.map(\.predictions))
    #expect(second.points[0].results.allSatisfy { $0.imagesTimed == 0 })
  }

  /// The network as it was compensated runs again on changed arrays, apart from the results of the point,
  /// and its mean and worst are those of the changes.
  @Test func changedArraysAreRun() async throws {
    let folder = try TemporaryFolder()
    let body =
      "compensation:\n  {gains: column, programming: voltageLoss, images: 8, "
      + "robustness: {resistancePercent: 20, seeds: 1, driftSeconds: [1000]}}"
    let arrays = Self.wires.replacing(
      "bitLineOhms: 2000}",
      with: "bitLineOhms: 2000}\n"
        + "  errors:\n    programming: {model: stateIndependent, alpha: 0.02}\n"
        + "    drift: {model: powerLaw, exponent: 0.05, seconds: 1, referenceSeconds: 1}")
    let spec = try read("\(arrays)\n\(body)")
    #expect(
      spec.robustness == RobustnessSpec(resistancePercent: 20, seeds: 1, driftSeconds: [1000]))
    #expect(
      spec.variations == [
        .resistance(factor: 0.8), .resistance(factor: 1.2), .seed(2), .driftSeconds(1000),
      ])
    let runner = try await ExperimentRunner(spec, limit: 20, width: 2)
    let path = folder.file("partial.jsonl")
    let identity = runner.identity(keepsLogits: false)
    let record = try await runner.run(
      partial: PartialResults(identity, path: path, resumes: false))
    let point = record.points[0]
    #expect(
      point.results.map(\.run) == ["ideal", "uncompensated 0", "lowConductance 0", "arrays 0"])
    let found = try #require(point.compensation?.robustness)
    #expect(
      found.runs.map(\.text) == [
        "resistances −20 %", "resistances +20 %", "errors of seed 2", "after 1000 s",
      ])
    #expect(found.runs.map(\.value) == [0.8, 1.2, 2, 1000])
    #expect(found.runs.map(\.result.run) == (0..<4).map { "varied 0 \($0)" })
    let accuracies = found.runs.compactMap(\.result.accuracyPercent)
    #expect(accuracies.count == 4 && found.worstAccuracyPercent == accuracies.min())
    #expect(found.meanAccuracyPercent == accuracies.reduce(0, +) / 4)
    let errors = found.runs.compactMap { $0.result.errors(from: "float")?.relativeRMS }
    #expect(found.worstRelativeRMS == errors.max())
    let own = try #require(point.results[3].errors(from: "float")?.relativeRMS)
    #expect(Set(errors + [own]).count == 5, "every change has results of its own: \(errors)")
    // A later run finds them.
    let resumed = try PartialResults(identity, path: path, resumes: true)
    #expect(resumed.outcomes(of: .varied(0, 3)).count == 20)
    let second = try await runner.run(partial: resumed)
    #expect(
      second.points[0].compensation?.robustness?.runs.map(\.result.predictions)
        == found.runs.map(\.result.predictions))
  }

  /// Decks hold the compensated cells.
  @Test func exportedTilesAreCompensated() async throws {
    let folder = try TemporaryFolder()
    func deck(_ body: String) async throws -> ExportedArray {
      let file = try folder.write("version: 1\n\(Self.wires)\n\(body)\n", to: "E.yaml")
      return try await ExportedArray(
        experiment: file, layer: "conv2", tile: 0, row: 0, point: nil, crop: nil)
    }
    let plain = try await deck("").description
    let own = try await deck("compensation: {programming: voltageLoss, images: 4}").description
    #expect(plain.wires == own.wires && plain.conductances != own.conductances)
    #expect(own.conductances.elements.reduce(0, +) < 0.9 * plain.conductances.elements.reduce(0, +))
  }

  /// Layers of a recurrent network, one of which multiplies its own outputs.
  @Test func recurrentLayersAreCompensated() async throws {
    let resources = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("ONNXImportTests/Resources").path
    let record = try await run(
      "network: {model: onnx, file: \(resources)/lstm.onnx}\ndata: digits\n"
        + "compensation: {gains: column, programming: voltageLoss, images: 16}", limit: 12)
    let point = record.points[0]
    #expect(point.compensation?.layers.count == 5)
    let errors = point.results.compactMap { $0.errors(from: "float")?.relativeRMS }
    #expect(errors.count == 4 && errors[3] < 0.5 * errors[1], "\(errors)")
  }
}
