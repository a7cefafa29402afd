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
      case .binary(.subtract):
        // Codes of an input's own quantization, less its zero point: of scale 1, whatever that is.
        guard node.inputs.count == 2, let own = dynamicQuantizer(source),
          own == dynamicQuantizer(node.inputs[1])
        else { return nil }
        let low = isPositive ? 0 : -255
        return AffineQuantization(scales: [1], zeroPoints: [0], codes: low...255)
      default: return nil
      }
      name = source
    }
    return nil
  }

  /// The node that a value of codes, or their zero point, is a part of if an input is quantized by
  /// its own values.
  private func dynamicQuantizer(_ value: String) -> String? {
    guard let writer = nodes.first(where: { $0.output == value }) else { return nil }
    switch writer.operation {
    case .dynamicQuantize: return writer.name
    case .slice, .reshape, .transpose, .flatten, .identity:
      return dynamicQuantizer(writer.inputs[0])
    default: return nil
    }
  }

  /// The quantization with the codes that occur.
  private func limited(
    _ quantization: AffineQuantization, isPositive: Bool, codes name: String
  ) -> AffineQuantization {
    var codes = writtenCodes(name, of: quantization)
    // Codes of values that are never negative are at least the zero point.
    if isPositive {
      let zero = quantization.zeroPoints[0]
      codes = max(codes.lowerBound, zero)...max(codes.upperBound, zero)
    }
    return AffineQuantization(
      scales: quantization.scales, zeroPoints: quantization.zeroPoints, codes: codes)
  }

  /// The codes that a value of integers can hold: those of its type from the zero point on if what
  /// is quantized is never negative, within the bounds of a Clip behind (Brevitas' narrow codes).
  private func writtenCodes(
    _ name: String, of quantization: AffineQuantization
  ) -> ClosedRange<Int> {
    let all = quantization.codes
    guard let writer = nodes.first(where: { $0.output == name }), let source = writer.inputs.first
    else { return all }
    switch writer.operation {
    case .quantize:
      return isNeverNegative(source) ? quantization.zeroPoints[0]...all.upperBound : all
    case .unary(.clip(let low, let high)):
      let codes = writtenCodes(source, of: quantization)
      func clip(_ code: Int) -> Int {
        let limited = min(max(Float(code), low), high)
        return Int(min(max(limited, Float(all.lowerBound)), Float(all.upperBound)))
      }
      return clip(codes.lowerBound)...clip(codes.upperBound)
    case .integers: return writtenCodes(source, of: quantization)
    default: return all
    }
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
        guard let input = quantizedValue(source) else { return false }
        name = input
      case .maxPool, .averagePool, .globalAveragePool, .flatten, .reshape, .transpose, .slice,
        .gather, .identity:
        name = source
      default: return false
      }
    }
    return false
  }

  /// The value that a QuantizeLinear made these codes of, perhaps behind a Clip.
  private func quantizedValue(_ codes: String) -> String? {
    guard let writer = nodes.first(where: { $0.output == codes }), let source = writer.inputs.first
    else { return nil }
    switch writer.operation {
    case .quantize: return source
    case .unary(.clip), .integers: return quantizedValue(source)
    default: return nil
    }
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
