import AnalogCore
import CrossbarArray
import Inference
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Experiments

/// Every tile of the demonstration, at its largest wire resistance, on inputs of a real image.
@Suite struct DigitsTileTests {
  @Test func everyTileAgreesWithItsFactorizedCircuit() async throws {
    let spec = try ExperimentSpec(yaml: ExperimentSpec.demonstration(), file: "demo.yaml")
    let runner = try await ExperimentRunner(spec, limit: 1, width: 2)
    let wires = runner.points.map { $0.spec.hardware.wires.bitLineSegment.value }
    let ohms = try #require(wires.max())
    let network = try await runner.network(at: try #require(wires.firstIndex(of: ohms)))
    #expect(network.layers.map(\.matrix.tiles.count) == [1, 3, 5, 2])
    var worstDrop = 0.0
    for (index, layer) in network.layers.enumerated() {
      for (number, tile) in layer.matrix.tiles.enumerated() {
        let array = tile.model.description
        #expect(array.wires.bitLineSegment.value == ohms)
        let inputs = try network.inputVectors(
          layer: index, tile: number, image: runner.calibrationImage, count: 3)
        #expect(inputs.activeLines(vector: 0) > 0)
        guard case .bits(let bits) = inputs else {
          Issue.record("gates take bits")
          return
        }
        let circuit = try CircuitArray(array).currents(inputs)
        let ladder = try LadderArray(array)
        let doubles = try ladder.currents(inputs).amperes.elements
        let name = "\(layer.name), tile \(number)"
        #expect(
          relativeDifference(doubles, circuit.amperes.elements) < Tolerance.exactDouble, "\(name)")
        var floats: [Float] = []
        try ladder.currents(bits, into: &floats)
        #expect(
          relativeDifference(floats.map { Double($0) }, circuit.amperes.elements)
            < Tolerance.exactSingle, "\(name)")
        #expect(circuit.residual.map { $0.value < 1e-10 } == true, "\(name)")
        let ideal = try network.layers[index].path.model(of: unwired(array))
          .currents(inputs).amperes.elements
        worstDrop = max(worstDrop, relativeDifference(doubles, ideal))
      }
    }
    // The wires must matter, or agreement would say nothing about them.
    #expect(worstDrop > 0.05)
  }

  private func unwired(_ array: ArrayDescription) -> ArrayDescription {
    var array = array
    array.wires = WireParasitics()
    return array
  }
}
