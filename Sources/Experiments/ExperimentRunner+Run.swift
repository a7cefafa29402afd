import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork

extension ExperimentRunner {
  /// What the outcomes of single images depend on.
  public func identity(keepsLogits: Bool) -> RunIdentity {
    RunIdentity(
      software: SoftwareVersion.line, configuration: spec.resolvedYAML, networkHash: networkHash,
      imagesHash: images.contentHash, calibrationHash: calibrationHash, imageCount: images.count,
      keepsLogits: keepsLogits)
  }

  /// Runs digital, ideal and the experiment's own path over all images, for every wire resistance.
  ///
  /// A cancelled task ends the images that are under way; the record is then that of the images which
  /// every path has finished that was begun, and says so. Throws `ExperimentError.interrupted` where
  /// there are none.
  ///
  /// - Parameters:
  ///   - keepsLogits: Whether the record holds all logits.
  ///   - partial: Outcomes of an earlier run, which are not computed again; receives all others.
  public func run(
    progress: Progress = .silent, keepsLogits: Bool = false,
    partial: PartialResults = PartialResults()
  ) async throws -> ExperimentRecord {
    let plan = plan
    func evaluate(
      _ stage: RunStage, _ label: String,
      _ body: @escaping @Sendable (Tensor) throws -> AnalogNetwork.Output
    ) async throws -> Evaluation {
      let known = partial.outcomes(of: stage)
      if known.count < images.count { progress.begin(label, images.count - known.count) }
      return try await Evaluation(
        images: images, normalization: normalization, keepsLogits: keepsLogits, width: width,
        known: known,
        found: { image, outcome in
          try partial.add(outcome, of: stage, image: image)
          progress.step()
        }, body)
    }
    func interrupted(_ label: String, _ evaluation: Evaluation) -> ExperimentError {
      .interrupted(stage: label, finished: evaluation.finished, count: images.count)
    }
    func reached(_ label: String, _ evaluation: Evaluation) -> String {
      "\(label), image \(evaluation.finished) of \(images.count)"
    }

    let study = spec.studyPoints
    let paths = Set(choices(bitLineOhms: nil, path: nil).map(\.path.rawValue)).sorted()
    // Wires do not matter to the ideal path: one run serves every resistance.
    let hasIdeal = paths != [SolutionPath.ideal.rawValue]
    let isIdealKnown = partial.outcomes(of: .ideal).count == images.count
    var networks = try await RehearsedNetworks(
      self, study: study, ideal: hasIdeal && !isIdealKnown
    ) { stage, network in
      guard case .arrays = stage else { return }
      let open = images.count - partial.outcomes(of: stage).count
      // Three more runs: the trial below, and two that find the errors of each layer.
      if let warning = try sampledReadsWarning(network, count: open + 3) { progress.warn(warning) }
    }

    let float = try await evaluate(.float, "float") {
      AnalogNetwork.Output(logits: try plan.floatLogits($0))
    }
    guard float.isComplete else { throw interrupted("float", float) }
    let integer = try await evaluate(.integer, "int8") {
      AnalogNetwork.Output(logits: try plan.integerLogits($0))
    }
    guard integer.finished > 0 else { throw interrupted("int8", integer) }

    var points: [Point] = []
    var ideal: Evaluation?
    var voltageMap: ExperimentRecord.VoltageMap?
    var stoppedAt = integer.isComplete ? nil : reached("int8", integer)
    let wires = study.map { $0 ?? spec.hardware.wires.bitLineSegment.value }
    let path = paths.joined(separator: "+")
    var label = ""
    do {
      for (index, ohms) in study.enumerated() where stoppedAt == nil {
        if hasIdeal, ideal == nil {
          // It comes first, so that its arrays are gone when those of the experiment's path are
          // programmed.
          label = "ideal"
          let unwired =
            isIdealKnown ? nil : try await networks.take(.ideal, bitLineOhms: ohms).network
          let found = try await evaluate(.ideal, label) { image in
            guard let unwired else { preconditionFailure("every image is known") }
            return try unwired.run(image)
          }
          guard found.isComplete else {
            stoppedAt = reached(label, found)
            break
          }
          ideal = found
        }
        label = "\(path) at \(wires[index]) Ω"
        let prepared = try await networks.take(.arrays(index), bitLineOhms: ohms)
        let network = prepared.network
        let own = try await evaluate(.arrays(index), label) { try network.run($0) }
        if !own.isComplete { stoppedAt = reached(label, own) }
        // The images of a later point are not those of the points before: it counts when complete.
        guard own.isComplete || (index == 0 && own.finished > 0) else { break }
        points.append(Point(ohms: wires[index], evaluation: own, preparation: prepared.seconds))
        if own.isComplete {
          label = "audit at \(wires[index]) Ω"
          progress.begin(label, 1)
          points[index].audits = try await network.audit(
            calibrationImage, vectorsPerTile: spec.auditVectors, width: width)
          points[index].fidelity = try network.fidelity(calibrationImage)
          if spec.auditVectors > 0 {
            voltageMap = try network.voltageMap(calibrationImage, points[index].audits)
          }
          progress.step()
        }
      }
    } catch is CancellationError {
      stoppedAt = label
    }
    if stoppedAt != nil {
      // What an earlier run finished counts, whether or not this one came to it again.
      func known(_ stage: RunStage) -> Evaluation {
        Evaluation(known: partial.outcomes(of: stage), count: images.count)
      }
      if hasIdeal, ideal == nil, known(.ideal).isComplete { ideal = known(.ideal) }
      for index in study.indices.dropFirst(points.count) where !hasIdeal || ideal != nil {
        let own = known(.arrays(index))
        guard own.isComplete || (index == 0 && own.finished > 0) else { break }
        points.append(Point(ohms: wires[index], evaluation: own, preparation: 0))
      }
    }
    let found = [float, integer] + [ideal].compactMap { $0 } + points.map(\.evaluation)
    let finished = (0..<images.count).filter { image in
      found.allSatisfy { $0.outcomes[image] != nil }
    }
    let labels = finished.map { images.label($0) }
    func result(
      _ path: String, _ evaluation: Evaluation, _ digital: ExperimentRecord.PathResult?
    ) -> ExperimentRecord.PathResult {
      ExperimentRecord.PathResult(
        path, evaluation, images: finished, classes: classes, digital: digital, labels: labels)
    }
    let digital = result("int8", integer, nil)
    let unwired = ideal.map { result("ideal", $0, digital) }
    func wirePoint(
      _ ohms: Double, _ own: ExperimentRecord.PathResult?, _ point: Point?
    ) -> ExperimentRecord.WirePoint {
      ExperimentRecord.WirePoint(
        bitLineOhms: ohms,
        relativeResistance: ohms * spec.hardware.cell.onConductance.value,
        results: [unwired, own].compactMap { $0 }, layers: point?.audits ?? [],
        fidelity: point?.fidelity ?? [], preparationSeconds: point?.preparation ?? 0)
    }
    var wirePoints = points.map { wirePoint($0.ohms, result(path, $0.evaluation, digital), $0) }
    // Finished before any image of the experiment's own path was.
    if wirePoints.isEmpty, unwired != nil { wirePoints = [wirePoint(wires[0], nil, nil)] }
    return ExperimentRecord(
      software: SoftwareVersion.line, name: spec.name, configuration: spec.resolved,
      configurationYAML: spec.resolvedYAML,
      seed: spec.seed, networkHash: networkHash, imagesHash: images.contentHash,
      calibrationHash: calibrationHash, stoppedAt: stoppedAt, selectedCount: images.count,
      imageCount: finished.count, threads: width, labels: labels,
      names: finished.map { images.name($0) }, skipped: skipped.map(\.description),
      digitalFloat: result("float", float, nil), digitalInteger: digital,
      points: wirePoints,
      digitalNodes: plan.digitalNodes.map { "\($0.name): \($0.reason)" },
      requantizedLayers: plan.requantizedLayers.map { "\($0.name): \($0.reason)" },
      voltageMap: voltageMap)
  }

  /// What was found at one wire resistance.
  private struct Point {
    var ohms: Double
    var evaluation: Evaluation
    var audits: [LayerAudit] = []
    var fidelity: [LayerFidelity] = []
    var preparation: Double
  }
}
