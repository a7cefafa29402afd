import AnalogCore
import CrossbarArray
import Inference
import NumericKernels
import TestSupport
import Testing

@testable import Experiments

/// Networks are prepared once, before the first image, whatever the memory holds.
@Suite struct PreparedArraysTests {
  private func runner(_ body: String) async throws -> ExperimentRunner {
    let spec = try ExperimentSpec(
      yaml: "version: 1\nauditVectors: 1\nconverterImages: 2\n"
        + "quantization: {calibrationImages: 8}\n\(body)\n", file: "E.yaml")
    return try await ExperimentRunner(spec, limit: 2, width: 2)
  }

  private func timeless(_ record: ExperimentRecord) -> ExperimentRecord {
    var record = record
    func clear(_ result: inout ExperimentRecord.RunResult) {
      (result.seconds, result.layerSeconds) = (0, [])
    }
    clear(&record.float)
    clear(&record.integer)
    for point in record.points.indices {
      record.points[point].preparationSeconds = 0
      for result in record.points[point].results.indices {
        clear(&record.points[point].results[result])
      }
    }
    return record
  }

  private static let one = MemoryBudget(bytes: 1)

  /// A network that waited without its solvers is the network that was prepared: cells with their errors,
  /// measured ranges, fitted models with what they promise and count, noise.
  @Test(arguments: [
    "hardware: {errors: {programming: {model: stateProportional, alpha: 0.05}}}",
    "path: auto\ncalibration: {images: 2, auditRate: 0.5}",
    "layers: {conv2: {path: calibrated}, dense: {path: ideal}}\ncalibration: {images: 2}",
    "hardware: {errors: {readNoise: {model: stateProportional, alpha: 0.01}}}",
    "hardware: {inputs: voltages, weightSlices: {model: bits, bits: 4}}",
  ])
  func recordDoesNotDependOnTheMemory(body: String) async throws {
    let runner = try await runner("\(body)\nstudy: {bitLineOhms: [1, 200]}")
    let whole = try await runner.run(keepsLogits: true, memory: .machine)
    let tight = try await runner.run(keepsLogits: true, memory: Self.one)
    #expect(timeless(tight) == timeless(whole))
    #expect(whole.points[0].results[1].outputs != whole.points[1].results[1].outputs)
  }

  /// Cells of a study of wires are programmed once, not once for each point and the ideal path; what
  /// changes cells is programmed anew, layer by layer.
  @Test(arguments: [
    ("study: {bitLineOhms: [1, 2, 3]}", 4),
    ("path: cholmod\nstudy: {bitLineOhms: [1, 2]}", 4),
    ("layers: {dense: {hardware: {cell: {onOffRatio: 9}}}}\nstudy: {bitLineOhms: [1, 2]}", 4),
  ])
  func cellsAreProgrammedOnce(body: String, layers: Int) async throws {
    let runner = try await runner(body)
    let plan = RunPlan(runner)
    var roles = plan.points.indices.map { index -> (PreparedArrays.Role, NetworkDesign) in
      (.own(index), plan.points[index].own.design)
    }
    if let ideal = plan.points[0].ideal { roles.append((.ideal(0), ideal.design)) }
    for memory in [MemoryBudget.machine, Self.one] {
      var arrays = try await PreparedArrays(
        runner, roles.map { (role: $0.0, design: $0.1) }, first: .ideal(0), memory: memory
      ) { _, _ in }
      #expect(arrays.programmedLayers == layers)
      let first = try await arrays.take(.own(0)).network
      let ideal = try await arrays.take(.ideal(0)).network
      for (a, b) in zip(first.layers, ideal.layers) {
        for (a, b) in zip(a.matrix.tiles, b.matrix.tiles) {
          let (a, b) = (a.model.description, b.model.description)
          #expect(a.conductances == b.conductances)
          #expect(a.negativeConductances == b.negativeConductances)
        }
      }
    }
    // One more set of cells for a layer that other errors change.
    var changed = plan.points[0].own.design
    changed.choices[1].hardware.errors.programming = .stateProportional(alpha: 0.1)
    let both = try await PreparedArrays(
      runner, [(.own(0), plan.points[0].own.design), (.own(1), changed)], first: nil
    ) { _, _ in }
    #expect(both.programmedLayers == layers + 1)
  }
}
