import Inference
import TestSupport
import Testing

@testable import Experiments

/// Runs of the bundled digits network.
@Suite struct ExperimentRunnerTests {
  private func run(
    _ body: String = "", limit: Int? = 40, width: Int = 2, audit: Bool = false
  ) async throws -> ExperimentRecord {
    let spec = try ExperimentSpec(
      yaml: "version: 1\n\(audit ? "" : "auditVectors: 0\n")\(body)\n", file: "E.yaml")
    return try await ExperimentRunner(spec, limit: limit, width: width).run()
  }

  /// The record without what may differ between two runs: times and the number of tasks.
  private func timeless(_ record: ExperimentRecord) -> ExperimentRecord {
    var record = record
    record.threads = 0
    record.float.seconds = 0
    record.integer.seconds = 0
    for point in record.points.indices {
      record.points[point].preparationSeconds = 0
      for result in record.points[point].results.indices {
        record.points[point].results[result].seconds = 0
        record.points[point].results[result].layerSeconds = []
      }
    }
    return record
  }

  /// The count that `validation/digits/README.md` states, measured by ONNX Runtime.
  @Test func floatAccuracyIsThatOfONNXRuntime() async throws {
    let record = try await run("path: ideal", limit: nil)
    #expect(record.imageCount == 540)
    #expect(record.float.correct == 533)
    // Integers may flip a few images near a boundary, no more.
    #expect(record.integer.flips(from: record.float) <= 5)
  }

  @Test func resultsDoNotDependOnTheNumberOfTasks() async throws {
    let body = """
      hardware: {errors: {programming: {model: stateProportional, alpha: 0.05}}}
      study: {bitLineOhms: [1, 500]}
      """
    let one = try await run(body, width: 1, audit: true)
    let three = try await run(body, width: 3, audit: true)
    #expect(timeless(one) == timeless(three))
    #expect(one.threads == 1 && three.threads == 3)
  }

  /// Cells without limits may conduct negatively, which no circuit does: a run is finished without
  /// the solution of one.
  @Test func negativeCellsAreNotSolved() async throws {
    let body = """
      path: ideal
      hardware: {errors: {programming: {model: stateIndependent, alpha: 0.05}, limits: none}}
      """
    let record = try await run(body, limit: 5, audit: true)
    #expect(record.voltageMap == nil && record.points[0].results[0].correct ?? 0 >= 3)
    let layers = """
      path: ideal
      hardware: {errors: {programming: {model: stateIndependent, alpha: 0.05}}}
      layers: {conv2: {hardware: {errors: {limits: none}}}}
      """
    #expect(try await run(layers, limit: 5, audit: true).voltageMap != nil)
  }

  /// Results are named by the widths of their integers, which a study may vary; on ideal arrays with
  /// full precision they are those of the digital network.
  @Test func resultsAreNamedByTheirWidths() async throws {
    let body = "path: ideal\nhardware: {converter: fullPrecision}\n"
    let narrow = try await run(body + "quantization: {weightBits: 4, activationBits: 6}")
    #expect(narrow.integer.label == "w4a6" && narrow.integerLabel == "w4a6")
    #expect(narrow.points[0].results[0].flips(from: narrow.integer) == 0)
    let mixed = try await run(body + "layers: {conv1: {quantization: {weightBits: 2}}}")
    #expect(mixed.integer.label == "integer")
    let wide = try await run(body + "quantization: {activationBits: 16}")
    #expect(wide.integer.label == "w8a16")
    #expect(wide.points[0].results[0].flips(from: wide.integer) == 0)
    #expect(try await run(body).integer.label == "int8")
  }

  @Test func studyHasOnePointPerResistanceOverOneIdealRun() async throws {
    let record = try await run("study: {bitLineOhms: [0, 10, 1e4]}", audit: true)
    #expect(record.points.map(\.bitLineOhms) == [0, 10, 1e4])
    for point in record.points { #expect(point.results.map(\.label) == ["ideal", "exact"]) }
    #expect(Set(record.points.map(\.results[0].predictions)).count == 1)
    // Without wires both paths are the same dot product up to rounding before one converter step.
    #expect(record.points[0].results[1].flips(from: record.points[0].results[0]) == 0)
    let results = record.points[2].results
    #expect(try #require(results[1].correct) < #require(results[0].correct))
    let drops = record.points.map { $0.layers.compactMap(\.meanDrop).max() ?? 0 }
    #expect(drops[0] < 1e-12 && drops[0] < drops[1] && drops[1] < drops[2])
    for point in record.points {
      for layer in point.layers {
        #expect(try #require(layer.worstRelativeError) < Tolerance.exactSingle)
      }
    }
    #expect(record.voltageMap?.bitLineOhms == 1e4)
  }

  /// The map is of the layer that loses most, whichever that is, with its own wires.
  @Test(arguments: ["conv1", "conv2", "conv3", "dense"])
  func voltageMapIsOfTheWorstLayer(name: String) async throws {
    let record = try await run(
      """
      path: ideal
      auditVectors: 1
      converterImages: 1
      hardware: {wires: {bitLineOhms: 0.01}}
      layers: {\(name): {hardware: {wires: {bitLineOhms: 3e4}, ends: {bitLineSense: near}}}}
      """, limit: 1, audit: true)
    let layers = record.points[0].layers
    let largest = try #require(layers.compactMap(\.meanDrop).max())
    let worst = try #require(layers.first { $0.name == name })
    #expect(worst.meanDrop == largest && layers.count { $0.meanDrop == largest } == 1)
    let map = try #require(record.voltageMap)
    #expect(map.layer == name && map.bitLineOhms == 3e4 && map.bitLineSense == "near")
    #expect(map.topology == "gateDriven" && map.activeWordLines > 0)
    // Cells at the sensed end hold more of the read voltage than those at the other one.
    let (near, far) = (try #require(map.cellVolts.first), try #require(map.cellVolts.last))
    #expect(near.reduce(0, +) > far.reduce(0, +))
    #expect(map.cellVolts.joined().allSatisfy { $0 > 0 && $0 <= map.readVolts * (1 + 1e-12) })
  }

  /// A selection runs the images that it names, each as in a run of all; a shuffle's parts join.
  @Test func selectionsRunTheirImages() async throws {
    let all = try await run("path: ideal", limit: nil)
    let part = try await run("path: ideal\nselection: {offset: 7, limit: 20}", limit: nil)
    #expect(part.names == (7..<27).map { "\($0)" } && part.labels == Array(all.labels[7..<27]))
    #expect(part.float.predictions == Array(all.float.predictions[7..<27]))
    #expect(
      part.points[0].results[0].predictions
        == Array(all.points[0].results[0].predictions[7..<27]))
    let mixed = try await run("path: ideal\nselection: {shuffleSeed: 3, offset: 530}", limit: nil)
    #expect(mixed.imageCount == 10 && mixed.names != mixed.names.sorted())
    for (k, name) in mixed.names.enumerated() {
      let place = try #require(Int(name))
      #expect(mixed.float.predictions[k] == all.float.predictions[place])
    }
    await #expect(throws: ExperimentError.self) {
      try await run("selection: {offset: 540}", limit: nil)
    }
  }

  @Test func digitalCountsDoNotDependOnTheHardware() async throws {
    let plain = try await run()
    let other = try await run("path: ideal\nhardware: {converter: {model: uniform, bits: 2}}")
    #expect(plain.imageCount == 40 && plain.labels.count == 40)
    #expect(plain.float.predictions == other.float.predictions)
    #expect(plain.integer.predictions == other.integer.predictions)
    #expect(try #require(plain.float.correct) >= 38)
    #expect(try #require(plain.integer.correct) >= 38)
    #expect(other.points[0].results.map(\.label) == ["ideal"])
    #expect(try #require(other.points[0].results[0].correct) < 38)
  }

  /// The ladder and the factorized circuits give the same predictions through the whole network.
  @Test func exactAndCHOLMODPredictTheSame() async throws {
    let hardware = "hardware: {wires: {bitLineOhms: 1000}}"
    let exact = try await run(hardware, limit: 1)
    let circuit = try await run("path: cholmod\n\(hardware)", limit: 1)
    #expect(circuit.points[0].results.map(\.label) == ["ideal", "cholmod"])
    #expect(
      exact.points[0].results[1].predictions == circuit.points[0].results[1].predictions)
    #expect(exact.points[0].results[1].activity.count == 4)
  }

  @Test func layersMayDifferInPathAndHardware() async throws {
    let record = try await run(
      "layers: {conv1: {path: ideal}, dense: {hardware: {tile: {wordLines: 8}}}}", limit: 2,
      audit: true)
    #expect(record.points[0].results.map(\.label) == ["ideal", "exact+ideal"])
    #expect(record.points[0].layers.map(\.method).first == "ideal")
    #expect(record.points[0].layers.last?.tiles == 16)
  }

  @Test(arguments: [
    (
      "layers: {conv9: {path: ideal}}",
      "layers.conv9: no mapped layer is called 'conv9'; mapped layers: conv1"
    ),
    (
      "quantization: {activationRange: {model: percentile, percent: 1e-9}}",
      "layer conv1: quantization.activationRange.percent 1e-09 covers nothing but zeros"
    ),
    (
      "hardware: {converter: {model: uniform, range: {model: calibrated, percent: 1e-9}}}",
      "layer conv1: converter.range.percent 1e-09 covers nothing but zeros"
    ),
  ])
  func impossibleExperimentIsRefusedByName(body: String, message: String) async throws {
    await #expect {
      _ = try await run(body, limit: 1)
    } throws: {
      "\($0)".contains(message)
    }
  }
}
