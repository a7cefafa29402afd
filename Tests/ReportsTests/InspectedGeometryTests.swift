import AnalogCore
import CrossbarArray
import Foundation
import Inference
import NeuralNetwork
import ONNXImport
import Reports
import TestSupport
import Testing

@testable import Experiments

@Suite struct InspectedGeometryTests {
  private static let mappings = [
    "differentialPair", "{model: differentialPair, states: twoSided}",
    "{model: differentialPair, subtraction: inArray}",
    "{model: differentialPair, subtraction: digital}", "offset",
    "{model: offset, removal: unitColumn}", "{model: offset, zero: lowest}",
  ]

  /// What `inspect` prints of the demonstration's network is what is programmed: tiles, their word
  /// lines, and the part of their cells that holds conductances.
  @Test(arguments: mappings, ["none", "{model: bits, bits: 1}", "{model: bits, bits: 3}"])
  func inspectPrintsWhatIsProgrammed(mapping: String, slices: String) async throws {
    let folder = try TemporaryFolder()
    for partition in ["equal", "maximum"] {
      let file = try folder.write(
        """
        version: 1
        quantization: {weightBits: 5, activationBits: 6}
        layers: {dense: {quantization: {weightBits: 3}}}
        hardware:
          mapping: \(mapping)
          weightSlices: \(slices)
          tile: {wordLines: 40, bitLines: 24, partition: \(partition)}
          converter: ideal
        """, to: "E-\(partition).yaml")
      let spec = try ExperimentSpec(contentsOf: file)
      let graph = try ONNXImporter.graph(contentsOf: spec.network.file)
      let image = Tensor(
        shape: [1] + graph.inputShape,
        values: Array(repeating: 1, count: graph.inputShape.reduce(1, *)))
      let plan = try await ExecutionPlan(
        graph, calibration: [image], options: spec.quantization, width: 1)
      let network = try await AnalogNetwork(
        plan,
        choices: plan.layers.map { _ in
          AnalogNetwork.LayerChoice(hardware: spec.hardware, path: .ideal)
        }, seed: 1, calibration: [], width: 1)
      let inspection = try NetworkInspection(experiment: file, hardware: nil)
      let rows = InspectionTables(inspection).layers.rows
      try #require(rows.count == network.layers.count)
      for ((row, own), (inspected, programmed)) in zip(
        zip(rows, plan.layers), zip(inspection.layers, network.layers))
      {
        #expect(inspected.name == programmed.name)
        #expect(inspected.geometry == programmed.matrix.geometry)
        // Counted from the arrays themselves.
        let tiles = programmed.matrix.tiles
        let crossings = tiles.reduce(0) { sum, tile in
          let array = tile.model.description
          return sum + array.wordLineCount * array.outputCount
        }
        let heights = tiles.filter { $0.outputs.lowerBound == 0 && $0.weightSlice == 0 }
          .map { $0.model.description.wordLineCount }
        let range = "\(heights.min() ?? 0)–\(heights.max() ?? 0)"
        #expect(row[0] == programmed.name)
        #expect(
          row[5]
            == (heights.count == 1
              ? "\(heights[0])"
              : "\(heights.count) × \(Set(heights).count == 1 ? "\(heights[0])" : range)"))
        #expect(row[6] == "\(tiles.count)")
        #expect(row[10] == "\(own.weights.bits) bits quantized")
        #expect(row[11] == "\(own.quantizer.bits) bits quantized")
        #expect(
          row[8]
            == NumberFormat.percent(Double(crossings) / Double(tiles.count * 40 * 24), decimals: 0))
      }
    }
  }
}
