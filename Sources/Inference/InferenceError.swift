import CrossbarArray

/// A network that cannot run on analog hardware as requested.
public enum InferenceError: Error, CustomStringConvertible, Sendable {
  /// A value that is not finite entered or left a layer.
  case notFinite(layer: String, what: String)
  /// The arrays of a layer could not be built or solved.
  case array(layer: String, ArrayError)
  /// A name that is no mapped layer of the network.
  ///
  /// `key` is where an experiment names it, as `layers`; empty for the options of commands.
  case unknownLayer(name: String, key: String = "", known: [String])
  /// A number of a block that no layer with this hardware has.
  case unknownBlock(number: Int, most: Int)
  /// A percentile of the calibration activations or of the weights is zero, although not all of
  /// them are.
  case coversNothing(
    layer: String, key: String, of: String = "on the calibration images", percent: Double)
  /// Input codes stored in the network are wider than the input codes of the arrays.
  case codesTooWide(layer: String, codes: ClosedRange<Int>)
  /// There are no images to run.
  case noImages(String)
  /// The network has no layer that could be mapped onto arrays.
  case nothingToMap
  /// Every value of all calibration images is zero.
  case blankImages(count: Int)
  /// Calibration images give a layer fewer output vectors than a fit of its outputs needs.
  case fewVectors(layer: String, vectors: Int, images: Int, least: Int)
  /// A layer that cannot be written as operations of real numbers.
  case notExported(layer: String, reason: String)

  public var description: String {
    switch self {
    case .notFinite(let layer, let what): "layer \(layer): \(what) is not finite"
    case .array(let layer, let error): "layer \(layer): \(error)"
    case .unknownLayer(let name, let key, let known):
      (key.isEmpty ? "" : "\(key).\(name): ")
        + "no mapped layer is called '\(name)'; mapped layers: \(known.joined(separator: ", "))"
    case .unknownBlock(let number, let most):
      "hardware.blocks.\(number): inputs of these layers are in "
        + (most == 1 ? "one block, block 0" : "at most \(most) blocks, 0 … \(most - 1)")
    case .coversNothing(let layer, let key, let place, let percent):
      "layer \(layer): \(key) \(percent) covers nothing but zeros \(place)"
    case .codesTooWide(let layer, let codes):
      "layer \(layer): its input codes \(codes.lowerBound) … \(codes.upperBound) have magnitudes "
        + "beyond 65535, the largest that arrays are driven with"
    case .noImages(let text): text
    case .nothingToMap: "the network has no convolution or dense layer to map onto arrays"
    case .fewVectors(let layer, let vectors, let images, let least):
      "layer \(layer): compensation.gains: column fits two numbers to each output, which takes at "
        + "least \(least) output vectors; \(images) calibration images give \(vectors): take more "
        + "compensation.images, or gains: layer"
    case .notExported(let layer, let reason): "layer \(layer) cannot be exported: \(reason)"
    case .blankImages(let count):
      "every value of the \(count) calibration images is zero at the network's input: they tell "
        + "nothing of the ranges that are needed"
    }
  }
}
