import NeuralNetwork
import NumericKernels

extension ONNXNodeReader {
  /// Scales and zero points of a QuantizeLinear or DequantizeLinear node.
  func quantization(isQuantizing: Bool) throws(ONNXReason) -> AffineQuantization {
    // Real numbers are single precision here, and so is the arithmetic of a quantization.
    let realType = isQuantizing ? "precision" : "output_dtype"
    let real = try integer(realType, default: 0)
    guard real == 0 || real == 1 else {
      throw ONNXReason("attribute \(realType) is \(real); float (1) is read")
    }
    guard try integer("block_size", default: 0) == 0 else {
      throw ONNXReason("attribute block_size is set; scales per tensor or per axis are read")
    }
    let scale = try finite(1, "scale")
    guard scale.shape.count <= 1, !scale.floats.isEmpty, scale.floats.allSatisfy({ $0 > 0 }) else {
      throw ONNXReason("scales \(scale.floats.prefix(4)) of shape \(scale.shape) are not positive")
    }
    // Without a zero point, codes are uint8 or have the type of the input or the attribute.
    var type = try Int32(clamping: integer("output_dtype", default: 0))
    if type == 0 { type = ONNXElementType.uint8.rawValue }
    var zeroPoints = [Int](repeating: 0, count: scale.floats.count)
    if hasInput(2) {
      let zero = try constant(2, "zero point")
      guard let integers = zero.integers, integers.count == scale.floats.count else {
        throw ONNXReason("zero point has shape \(zero.shape), the scale \(scale.shape)")
      }
      (zeroPoints, type) = (integers, zero.type.rawValue)
    } else if !isQuantizing {
      type = (values.constants[node.input[0]]?.type ?? .int32).rawValue
    }
    guard let codes = ONNXElementType(rawValue: type)?.codes else {
      throw ONNXReason(
        "codes have data type \(type); int8, uint8, int16, uint16 and int32 are read")
    }
    guard zeroPoints.allSatisfy(codes.contains) else {
      throw ONNXReason("zero points \(zeroPoints.prefix(4)) are no codes")
    }
    // The result of a node that divides by a subnormal scale is not finite.
    guard scale.floats.allSatisfy({ (1 / $0).isFinite }) else {
      throw ONNXReason("scales \(scale.floats.prefix(4)) are too small to divide by")
    }
    return AffineQuantization(
      scales: scale.floats, zeroPoints: zeroPoints, axis: try integer("axis", default: 1),
      codes: codes)
  }

  func quantized(_ constant: ONNXConstant) throws(ONNXReason) -> ONNXConstant {
    _ = try finite(0, "values")
    let quantization = try quantization(isQuantizing: true)
    let codes = try evaluate(.quantize(quantization), constant.tensor).values
    guard let type = ONNXElementType.allCases.first(where: { $0.codes == quantization.codes })
    else { preconditionFailure("the codes of a quantization are those of a type") }
    return ONNXConstant(shape: constant.shape, integers: codes.map { Int($0) }, type: type)
  }

  func dequantized(_ constant: ONNXConstant) throws(ONNXReason) -> ONNXConstant {
    guard constant.integers != nil else {
      throw ONNXReason("reads codes that are no integers")
    }
    return try dequantized(constant, by: quantization(isQuantizing: false))
  }

  /// Real numbers of integer codes, which stay beside them.
  func dequantized(
    _ constant: ONNXConstant, by quantization: AffineQuantization
  ) throws(ONNXReason) -> ONNXConstant {
    guard let integers = constant.integers else {
      throw ONNXReason("reads codes that are no integers")
    }
    guard let codes = constant.type.codes, codes == quantization.codes else {
      throw ONNXReason(
        "codes have data type \(constant.type.rawValue); int8, uint8, int16, uint16 and int32 are read, "
          + "and the zero point has that of the codes")
    }
    let shape = constant.shape
    var (axis, inner) = (0, constant.floats.count)
    if !quantization.isPerTensor {
      axis = quantization.axis < 0 ? quantization.axis &+ shape.count : quantization.axis
      guard shape.indices.contains(axis), shape[axis] == quantization.scales.count else {
        throw ONNXReason(
          "has \(quantization.scales.count) scales along axis \(quantization.axis) of \(shape)")
      }
      inner = shape[(axis + 1)...].reduce(1, *)
    }
    // Integers of 32 bits lose digits as floats, so the zero point comes off before.
    let channels = quantization.scales.count
    func channel(_ k: Int) -> Int { channels == 1 ? 0 : k / inner % channels }
    let offsets = integers.indices.map { integers[$0] - quantization.zeroPoints[channel($0)] }
    var result = ONNXConstant(
      shape: shape,
      floats: offsets.indices.map { Float(offsets[$0]) * quantization.scales[channel($0)] })
    let middle = codes.lowerBound + 128
    result.stored = ONNXStoredCodes(
      codes: offsets, scales: quantization.scales, axis: axis,
      zeroPoints: codes.count == 256 ? quantization.zeroPoints.map { $0 - middle } : [])
    return result
  }

  private func evaluate(_ operation: Operation, _ x: Tensor) throws(ONNXReason) -> Tensor {
    do throws(OperatorError) {
      return try operation.evaluate([x])
    } catch {
      throw ONNXReason(error.description)
    }
  }
}

extension ONNXConstant {
  /// A matrix with rows and columns exchanged; its stored codes turn with it.
  func turned() -> ONNXConstant {
    func turn<T: Sendable>(_ values: [T]) -> [T] {
      Matrix(rows: shape[0], columns: shape[1], elements: values).transposed().elements
    }
    var result = self
    result.shape = [shape[1], shape[0]]
    result.floats = turn(floats)
    result.integers = integers.map(turn)
    if let stored {
      result.stored = ONNXStoredCodes(
        codes: turn(stored.codes), scales: stored.scales, axis: 1 - stored.axis,
        zeroPoints: stored.zeroPoints)
    }
    return result
  }
}

extension ONNXStoredCodes {
  /// Why `weights` returns `nil`; `nil` if it does not.
  func misfit(rows: Int, axis: Int, factor: Float = 1) -> String? {
    guard weights(rows: rows, axis: axis, factor: factor) == nil else { return nil }
    if let low = codes.min(), let high = codes.max(), low < -128 || high > 127 {
      return "less its zero point, its codes reach from \(low) to \(high); arrays hold -128 to 127"
    }
    if scales.count > 1 && self.axis != axis {
      return "it has a scale per position of another axis than its outputs"
    }
    return "a scale times alpha is not positive"
  }

  /// Codes `[rows, …]` with a scale per row; `nil` if codes exceed 8 bits, scales run along another
  /// axis, or a factor would flip signs. Zero points remain only if codes without them exceed signed
  /// 8 bits.
  func weights(rows: Int, axis: Int, factor: Float = 1) -> QuantizedWeights? {
    guard scales.count == 1 || self.axis == axis, factor > 0 else { return nil }
    let scaled = (0..<rows).map { scales[scales.count == 1 ? 0 : $0] * factor }
    guard scaled.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let columns = codes.count / rows
    var narrow = codes.compactMap { Int8(exactly: $0) }
    var zeros: [Int] = []
    if narrow.count < codes.count, !zeroPoints.isEmpty {
      zeros = (0..<rows).map { zeroPoints[zeroPoints.count == 1 ? 0 : $0] }
      narrow = codes.indices.compactMap { Int8(exactly: codes[$0] + zeros[$0 / columns]) }
    }
    guard narrow.count == codes.count else { return nil }
    return QuantizedWeights(
      codes: Matrix(rows: rows, columns: columns, elements: narrow), scales: scaled,
      zeroPoints: zeros)
  }
}
