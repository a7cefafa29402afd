import Energy
import Inference
import NeuralNetwork

extension EnergyModel {
  /// What the arrays of a network cost.
  init(_ table: ComponentTable, _ network: AnalogNetwork) throws(EnergyError) {
    try self.init(
      table,
      layers: network.layers.map {
        LayerArrays(
          name: $0.name, $0.matrix, inputBits: $0.integer.quantizer.bitCount,
          hasGains: $0.compensation.map { $0.gains != .none } ?? false)
      })
  }
}
