import AnalogCore
import BehavioralModels
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

@Suite struct CalibratedNetworkTests {
  private func network(
    _ path: SolutionPath, ohms: Double = 30, models: ModelCalibration = ModelCalibration(),
    width: Int = 2, converter: ConverterSpecification? = nil
  ) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    if let converter { hardware.converter = converter }
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 6)
    hardware.wires = WireParasitics(bitLineSegment: ohms.ohms)
    let plan = try await SmallNetwork.plan()
    let choices = plan.layers.map { _ in
      AnalogNetwork.LayerChoice(hardware: hardware, path: path)
    }
    return try await AnalogNetwork(
      plan, choices: choices, seed: 1, calibration: SmallNetwork.images(4, seed: 2), width: width,
      models: models)
  }

  /// The calibrated network is the exact one within what it promises, and says what it observed.
  /// Converters are ideal where logits are compared: a step of theirs is more than the models' error.
  @Test func calibratedFollowsExact() async throws {
    var models = ModelCalibration()
    models.auditRate = 1
    let converted = (
      try await network(.exact), try await network(.calibrated, models: models)
    )
    #expect(
      zip(converted.0.layers, converted.1.layers).allSatisfy {
        $0.matrix.tiles.map(\.converter) == $1.matrix.tiles.map(\.converter)
      })
    let (exact, calibrated) = (
      try await network(.exact, converter: .ideal),
      try await network(.calibrated, models: models, converter: .ideal)
    )
    let ideal = try await network(.ideal, converter: .ideal)
    var (near, far) = (Float(0), Float(0))
    for image in SmallNetwork.images(4, seed: 5) {
      let logits = try exact.run(image).logits
      for (k, value) in try calibrated.run(image).logits.enumerated() {
        near = max(near, (value - logits[k]).magnitude)
      }
      for (k, value) in try ideal.run(image).logits.enumerated() {
        far = max(far, (value - logits[k]).magnitude)
      }
    }
    #expect(near < far / 10)
    let audits = try await calibrated.audit(
      SmallNetwork.images(1, seed: 7)[0], vectorsPerTile: 3, width: 2)
    for audit in audits {
      let found = try #require(audit.calibration)
      #expect(audit.method.hasPrefix("calibrated: reduced ladder"))
      #expect(found.choices.count == audit.tiles)
      #expect(found.relativeRMS <= 1e-3 && found.relativeWorst <= 1e-2)
      #expect(
        found.observations.audited + found.observations.fallbacks + found.observations.empty
          == found.observations.vectors)
      let ratio = try #require(found.observedOverPromised)
      #expect(ratio <= 1)
      #expect((audit.worstRelativeError ?? .infinity) < 1e-2)
    }
  }

  /// A generous budget ignores the wires, a strict one keeps the exact path; the report says why.
  @Test func autoMeetsTheBudgetPerTile() async throws {
    var models = ModelCalibration()
    models.budget = .percent(50)
    let loose = try await network(.auto, models: models)
    let tiles = loose.layers.reduce(0) { $0 + $1.matrix.tiles.count }
    #expect(tiles > 0 && loose.layers.flatMap(\.choices).count == tiles)
    for choice in loose.layers.flatMap(\.choices) {
      #expect(choice.model.method.label == "calibrated: no wires")
      #expect(choice.reason.contains("cheapest that meets 50.0%"))
    }
    models.budget = .percent(1e-9)
    let strict = try await network(.auto, models: models)
    #expect(strict.layers.flatMap(\.choices).count == tiles)
    for choice in strict.layers.flatMap(\.choices) {
      #expect(choice.model.method == ArrayMethod(.exact, "ladder") && choice.calibrated == nil)
      #expect(choice.reason.contains("no model meets"))
    }
    let image = SmallNetwork.images(1, seed: 8)[0]
    let exact = try await network(.exact).run(image).logits
    #expect(try strict.run(image).logits == exact)
    models.budget = .leastSignificantBits(0.05)
    let middle = try await network(.auto, models: models)
    let fitted = middle.layers.flatMap(\.choices).compactMap(\.calibrated)
    #expect(!fitted.isEmpty)
    for array in fitted {
      let lsb = try #require(array.calibration.lsbAmperes)
      #expect(array.calibration.heldOut.rmsAmperes <= 0.05 * lsb)
    }
  }

  /// Calibrating with one task or four, fresh or from the store, gives the same network.
  @Test(.tags(.validation)) func calibrationIsReproducible() async throws {
    let folder = try TemporaryFolder()
    var models = ModelCalibration()
    models.cacheFolder = folder.file("cache")
    let first = try await network(.calibrated, models: models, width: 1)
    let second = try await network(.calibrated, models: models, width: 4)
    let (made, found) = (first.layers.flatMap(\.choices), second.layers.flatMap(\.choices))
    #expect(!made.isEmpty && made.count == found.count)
    #expect(made.allSatisfy { !$0.isStored } && found.allSatisfy { $0.isStored })
    #expect(
      first.layers.flatMap(\.choices).map(\.calibrated?.calibration)
        == second.layers.flatMap(\.choices).map(\.calibrated?.calibration))
    for image in SmallNetwork.images(2, seed: 6) {
      let (a, b) = (try first.run(image).logits, try second.run(image).logits)
      #expect(a == b)
    }
  }

  /// What is recorded are windows spread over all images, in their order, every bit of each; images
  /// are let go of one by one, so a set of any size records the same way.
  @Test func recordsWindowsOfAllImages() async throws {
    let calibrated = try await network(.exact)
    let images = SmallNetwork.images(3, seed: 9)
    var settings = ModelCalibration()
    settings.recordedVectors = 100_000
    let all = try await calibrated.recordedVectors(
      of: images, tile: 1, settings: settings, width: 2)
    settings.recordedVectors = 40
    let some = try await calibrated.recordedVectors(
      of: images, tile: 1, settings: settings, width: 2)
    for (layer, (full, part)) in matched(all, some).enumerated() {
      let (full, part) = (try #require(full), try #require(part))
      let bits = calibrated.layers[layer].integer.quantizer.bitCount
      let chosen = stratifiedIndices(min(40 / bits, full.count / bits), of: full.count / bits)
      let rows = chosen.flatMap { window in (0..<bits).map { window * bits + $0 } }
      #expect(part == full.selecting(rows))
      let alone = try await calibrated.recordedVectors(
        of: [images[2]], tile: 1, settings: ModelCalibration(), width: 1)[layer]
      let last = full.count - (alone?.count ?? 0)
      if full.count <= 3 * 512 { #expect(alone == full.selecting(Array(last..<full.count))) }
    }
  }

  /// Without solved circuits the audit still tells what calibration promised and a run observed.
  @Test func observationsNeedNoAuditedCircuits() async throws {
    let calibrated = try await network(.calibrated)
    let image = SmallNetwork.images(1, seed: 9)[0]
    _ = try calibrated.run(image)
    for audit in try await calibrated.audit(image, vectorsPerTile: 0, width: 1) {
      #expect(
        audit.meanDrop == nil && audit.circuitResidual == nil && audit.worstRelativeError == nil)
      #expect(try #require(audit.calibration).observations.vectors > 0)
    }
  }

  /// What a layer observed over what was promised is that of its worst tile, wherever it is: the plain
  /// maximum over tiles, with a layer among those looked at whose last tile is not the worst.
  @Test func observedOverPromisedIsOfTheWorstTile() async throws {
    var models = ModelCalibration()
    models.auditRate = 1
    let network = try await network(.calibrated, models: models, converter: .ideal)
    for image in SmallNetwork.images(3, seed: 3) { _ = try network.run(image) }
    let audits = try await network.audit(
      SmallNetwork.images(1, seed: 3)[0], vectorsPerTile: 0, width: 1)
    var isLastWorst: [Bool] = []
    for (layer, audit) in matched(network.layers, audits) {
      let ratios = layer.choices.compactMap(\.calibrated).compactMap { tile -> Double? in
        let promised = tile.calibration.promisedRMSAmperes
        return promised > 0 ? tile.observations.rmsAmperes.map { $0 / promised } : nil
      }
      let worst = try #require(ratios.max())
      #expect(audit.calibration?.observedOverPromised == worst)
      isLastWorst.append(ratios.last == worst)
    }
    #expect(isLastWorst.contains(false))
  }
}
