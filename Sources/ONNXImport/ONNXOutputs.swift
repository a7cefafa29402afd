import NeuralNetwork

/// A node of several outputs: what is computed once for all of them, and the steps from there to
/// each.
struct ONNXOutputs {
  /// Empty if every output is made of the node's own inputs.
  var shared: [ONNXStep] = []
  /// By the place of the output.
  var parts: [[ONNXStep]]
  /// Types of outputs that are integers, by their place.
  var types: [Int: ONNXElementType] = [:]
}

extension ONNXNodeReader {
  /// Whether all outputs of an operator are computed, not the first alone.
  static func computesAllOutputs(of kind: String) -> Bool {
    ["DynamicQuantizeLinear", "GRU", "If", "LSTM", "Loop", "RNN", "Split", "TopK"].contains(kind)
  }

  /// The outputs of a node of several; `nil` if only the first is computed.
  func outputs() throws(ONNXReason) -> ONNXOutputs? {
    switch node.opType {
    case "Split": return ONNXOutputs(parts: try split().map { [step(.slice([$0]))] })
    case "DynamicQuantizeLinear": return try dynamicQuantization()
    case "GRU", "LSTM", "RNN": return try recurrentLayer()
    case "TopK": return try largestValues()
    default: return nil
    }
  }
}
