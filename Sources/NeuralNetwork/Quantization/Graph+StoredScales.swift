/// Quantization stored in a network.
extension Graph {
  /// The scales of a value whose every number is a code times a scale by construction: the result
  /// of a `DequantizeLinear` of the whole tensor, also behind operators that only move, keep or
  /// drop values. `nil` for any other.
  ///
  /// `codes` is what the value can hold, its zero point included: a Relu in between leaves those
  /// from the zero point on.
  public func storedScale(of value: String) -> AffineQuantization? {
    var isPositive = false
    var name = value
    while let node = nodes.first(where: { $0.output == name }), let source = node.inputs.first {
      switch node.operation {
      case .dequantize(let quantization):
        guard quantization.isPerTensor else { return nil }
        return limited(quantization, isPositive: isPositive, codes: source)
      case .maxPool, .flatten, .reshape, .transpose, .slice, .gather, .identity: break
      case .pad(let padding):
        // Added positions of zero are codes too: the zero point.
        guard padding.fill == .constant(0) else { return nil }
      case .unary(.relu): isPositive = true
      default: return nil
      }
      name = source
    }
    return nil
  }

  /// The quantization with the codes that occur.
  private func limited(
    _ quantization: AffineQuantization, isPositive: Bool, codes name: String
  ) -> AffineQuantization {
    var isPositive = isPositive
    if let writer = nodes.first(where: { $0.output == name }), case .quantize = writer.operation,
      let input = writer.inputs.first
    {
      isPositive = isPositive || isNeverNegative(input)
    }
    let all = quantization.codes
    // Codes of values that are never negative are at least the zero point.
    let low = isPositive ? quantization.zeroPoints[0] : all.lowerBound
    return AffineQuantization(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints, codes: low...all.upperBound)
  }

  /// Whether a value is a Relu's result, perhaps moved, averaged, quantized or added to another
  /// one.
  private func isNeverNegative(_ value: String) -> Bool {
    var name = value
    while let node = nodes.first(where: { $0.output == name }), let source = node.inputs.first {
      switch node.operation {
      case .unary(.relu), .unary(.sigmoid): return true
      case .unary(.clip(let low, _)): return low >= 0
      case .binary(.add): return node.inputs.allSatisfy(isNeverNegative)
      case .dequantize:
        // Quantized nonnegative values stay nonnegative; other codes may be anything.
        guard let writer = nodes.first(where: { $0.output == source }),
          case .quantize = writer.operation, let input = writer.inputs.first
        else { return false }
        name = input
      case .maxPool, .averagePool, .globalAveragePool, .flatten, .reshape, .transpose, .slice,
        .gather, .identity:
        name = source
      default: return false
      }
    }
    return false
  }

  /// The network with real activations: nodes that quantize or dequantize computed values pass them
  /// on. Weights keep the values of their codes.
  public func withoutActivationQuantization() -> Graph {
    let changed = nodes.map { node in
      switch node.operation {
      case .quantize, .dequantize:
        GraphNode(
          name: node.name, operation: .identity, inputs: node.inputs, output: node.output)
      default: node
      }
    }
    do throws(GraphError) {
      return try Graph(
        input: input, outputName: outputName, nodes: changed, constants: constants)
    } catch {
      preconditionFailure("names and order are those of a valid graph")
    }
  }
}
