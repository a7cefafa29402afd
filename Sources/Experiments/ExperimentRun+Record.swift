import AnalogCore
import CrossbarArray
import Datasets
import Energy
import Inference
import Units

extension ExperimentRun {
  /// Results of the run on the images that every path has finished.
  var record: ExperimentRecord {
    let images = runner.images
    let finished = (0..<images.count).filter { image in
      evaluations.values.allSatisfy { $0.outcomes[image] != nil }
    }
    let judged = JudgedImages(
      images: finished, task: runner.loaded.task, axes: runner.loaded.axes,
      classes: finished.compactMap { images.label($0).category },
      labelSpread: RegressionResult.labelSpread(finished.compactMap { images.label($0).numbers }))
    typealias Digital = (evaluation: Evaluation, result: ExperimentRecord.RunResult)
    func result(
      _ label: String, _ stage: RunStage, _ references: [Digital], integers: Digital? = nil
    ) -> ExperimentRecord.RunResult? {
      evaluations[stage].map {
        ExperimentRecord.RunResult(
          label, run: stage.text, $0, judged, references: references, integers: integers?.result)
      }
    }
    func digital(_ label: String, _ stage: RunStage, _ references: [Digital]) -> Digital? {
      evaluations[stage].flatMap { evaluation in
        result(label, stage, references).map { (evaluation, $0) }
      }
    }
    let float = digital("float", .float, [])
    func integers(_ label: String, _ point: RunPlan.Point) -> Digital? {
      point.integer.flatMap { digital(label, $0, [float].compactMap { $0 }) }
    }
    let integer = integers(runner.plan.label, plan.points[0])
    var points: [ExperimentRecord.Point] = []
    for (index, point) in plan.points.enumerated() {
      let own = index < found.count ? found[index] : nil
      let integers = integers(runner.networks[point.own.design.network].plan.label, point)
      let references = [float, integers].compactMap { $0 }
      let ideal = point.ideal.flatMap {
        result("ideal", $0.stage, references, integers: integers)
      }
      let controls = point.controls.compactMap { control, arrays in
        result(
          "\(arrays.design.label) \(control.text)", arrays.stage, references, integers: integers)
      }
      let path = own.flatMap { _ in
        result(point.own.design.label, point.own.stage, references, integers: integers)
      }
      let variations = point.variations.compactMap { variation, stage in
        own == nil
          ? nil
          : result(
            "\(point.own.design.label) \(variation.text)", stage, references, integers: integers
          ).map { (variation, $0) }
      }
      let results = [ideal].compactMap { $0 } + controls + [path].compactMap { $0 }
      // The first point counts, without its own path, once its ideal path is finished.
      guard own != nil || (index == 0 && !results.isEmpty) else { break }
      let cost = own?.energy.flatMap { energy in
        results.last.map { energy.cost($0.activity, images: finished.count) }
      }
      let hardware = point.spec.hardware
      let segment = hardware.wires.bitLineSegment.value
      points.append(
        ExperimentRecord.Point(
          values: point.readings, bitLineOhms: segment,
          relativeResistance: segment * hardware.cell.onConductance.value,
          digitalInteger: point.integer == plan.points[0].integer ? nil : integers?.result,
          results: results, layers: own?.audits ?? [], fidelity: own?.fidelity ?? [],
          cost: cost,
          compensation: own.flatMap {
            ExperimentRecord.CompensationResult(
              $0, point, results, variations, imageCount: finished.count)
          },
          preparationSeconds: own?.preparationSeconds ?? 0))
    }
    let spec = runner.spec
    let network = runner.plan
    return ExperimentRecord(
      software: SoftwareVersion.line, name: spec.name, configuration: spec.resolved,
      configurationYAML: spec.resolvedYAML, seed: spec.seed,
      networkHash: runner.loaded.networkHash, imagesHash: runner.loaded.imagesHash,
      calibrationHash: runner.loaded.calibrationHash, stoppedAt: stoppedAt,
      selectedCount: images.count, imageCount: finished.count, threads: runner.width,
      task: judged.task.name, outputShape: judged.axes.shape, labels: judged.classes,
      names: finished.map { images.name($0) },
      skipped: runner.skipped.map(\.description), study: spec.studyAxes.map(\.quantity),
      digitalFloat: float?.result, digitalInteger: integer?.result, points: points,
      requantizedLayers: network.requantizedLayers.map { "\($0.name): \($0.reason)" },
      voltageMap: voltageMap)
  }
}
