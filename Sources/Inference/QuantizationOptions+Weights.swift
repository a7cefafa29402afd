import NeuralNetwork
import NumericKernels

extension QuantizationOptions {
  /// The codes of a layer as they are programmed: those stored in the network, otherwise those of
  /// its real weights.
  ///
  /// - Parameter layer: Name of the layer, which errors give.
  public func weights(
    of product: MatrixOperator, layer: String
  ) throws(InferenceError) -> QuantizedWeights {
    if let stored = product.storedWeights { return stored }
    guard
      let codes = QuantizedWeights(
        product.weights, granularity: weightGranularity, percent: weightPercent,
        bits: precision(of: layer).weightBits)
    else {
      throw .coversNothing(
        layer: layer, key: "quantization.weightRange.percent", of: "in weights under one scale",
        percent: weightPercent)
    }
    return codes
  }
}
