import NeuralNetwork
import NumericKernels

extension QuantizationOptions {
  /// The codes of a layer as they are programmed: those stored in the network, otherwise those of
  /// its real weights.
  ///
  /// - Parameter layer: Name of the layer, which errors give.
  public func weights(
    of convolution: Convolution, layer: String
  ) throws(InferenceError) -> QuantizedWeights {
    try codes(convolution.storedWeights, convolution.weights, layer: layer)
  }

  /// The codes of a dense layer as they are programmed; see the form for convolutions.
  public func weights(of dense: Dense, layer: String) throws(InferenceError) -> QuantizedWeights {
    try codes(dense.storedWeights, dense.weights, layer: layer)
  }

  private func codes(
    _ stored: QuantizedWeights?, _ weights: Matrix<Float>, layer: String
  ) throws(InferenceError) -> QuantizedWeights {
    if let stored { return stored }
    guard
      let codes = QuantizedWeights(weights, granularity: weightGranularity, percent: weightPercent)
    else {
      throw .coversNothing(
        layer: layer, key: "quantization.weightRange.percent", of: "in weights under one scale",
        percent: weightPercent)
    }
    return codes
  }
}
