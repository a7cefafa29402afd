import AnalogCore
import CrossbarArray
import Datasets
import Inference
import Units

extension ExperimentRun {
  /// Results of the run on the images that every path has finished.
  var record: ExperimentRecord {
    let images = runner.images
    let finished = (0..<images.count).filter { image in
      evaluations.values.allSatisfy { $0.outcomes[image] != nil }
    }
    let labels = finished.map { images.label($0) }
    func result(
      _ label: String, _ stage: RunStage, _ digital: ExperimentRecord.RunResult?
    ) -> ExperimentRecord.RunResult? {
      evaluations[stage].map {
        ExperimentRecord.RunResult(
          label, run: stage.text, $0, images: finished, classes: runner.loaded.classes,
          digital: digital, labels: labels)
      }
    }
    guard let float = result("float", .float, nil),
      let integer = result(runner.plan.label, plan.points[0].integer, nil)
    else { preconditionFailure("a record is asked for once the digital networks were run") }
    var points: [ExperimentRecord.Point] = []
    for (index, point) in plan.points.enumerated() {
      let own = index < found.count ? found[index] : nil
      let digital = result(
        runner.networks[point.own.design.network].plan.label, point.integer, nil)
      let results = [
        point.ideal.flatMap { result("ideal", $0.stage, digital) },
        own.flatMap { _ in result(point.own.design.label, point.own.stage, digital) },
      ].compactMap { $0 }
      // The first point counts, without its own path, once its ideal path is finished.
      guard own != nil || (index == 0 && !results.isEmpty) else { break }
      let hardware = point.spec.hardware
      let segment = hardware.wires.bitLineSegment.value
      points.append(
        ExperimentRecord.Point(
          values: point.readings, bitLineOhms: segment,
          relativeResistance: segment * hardware.cell.onConductance.value,
          digitalInteger: point.integer == plan.points[0].integer ? nil : digital,
          results: results, layers: own?.audits ?? [], fidelity: own?.fidelity ?? [],
          preparationSeconds: own?.preparationSeconds ?? 0))
    }
    let spec = runner.spec
    let network = runner.plan
    return ExperimentRecord(
      software: SoftwareVersion.line, name: spec.name, configuration: spec.resolved,
      configurationYAML: spec.resolvedYAML, seed: spec.seed,
      networkHash: runner.loaded.networkHash, imagesHash: images.contentHash,
      calibrationHash: runner.loaded.calibrationHash, stoppedAt: stoppedAt,
      selectedCount: images.count, imageCount: finished.count, threads: runner.width,
      labels: labels, names: finished.map { images.name($0) },
      skipped: runner.skipped.map(\.description), study: spec.studyAxes.map(\.quantity),
      digitalFloat: float, digitalInteger: integer, points: points,
      requantizedLayers: network.requantizedLayers.map { "\($0.name): \($0.reason)" },
      voltageMap: voltageMap)
  }
}
