// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AnalogCore
import CTileSpice
import CrossbarArray
import Experiments
import Inference
import NeuralNetwork
import NumericKernels

@c @implementation
public func tilespice_layer_create(
  _ settings: UnsafePointer<CChar>?, _ hardware_file: UnsafePointer<CChar>?,
  _ name: UnsafePointer<CChar>?, _ index: Int64, _ weights: UnsafePointer<tilespice_buffer>?,
  _ bias: UnsafePointer<tilespice_buffer>?, _ window: UnsafePointer<tilespice_window>?,
  _ layer: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(layer) {
      let spec = try ExperimentSpec(settings: settings, hardware: hardware_file)
      let name = try requiredText(name, "name")
      guard (0..<1_000_000).contains(index) else { throw CallError("index is \(index)") }
      let own = spec.layers[name]
      let product = try MatrixOperator(
        weights: try BufferView(weights, "weights"), bias: try .optional(bias, "bias"),
        window: window?.pointee)
      return LayerObject(
        try SingleLayer(
          product,
          SingleLayer.Settings(
            name: name, index: Int(index), quantization: spec.quantization,
            choice: .init(
              hardware: own?.hardware ?? spec.hardware, path: own?.path ?? spec.path),
            models: spec.calibration, seed: spec.seed)))
    }
  }
}

@c @implementation
public func tilespice_layer_observe(
  _ layer: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let input = try BufferView(inputs, "inputs").tensor()
    try Handles.object(layer, LayerObject.self).change { try $0.observe(input) }
  }
}

@c @implementation
public func tilespice_layer_program(_ layer: OpaquePointer?, _ error: TextResult?) -> Int32 {
  call(error) { try Handles.object(layer, LayerObject.self).change { try $0.program() } }
}

@c @implementation
public func tilespice_layer_calibrate(
  _ layer: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?,
  _ outputs: UnsafePointer<tilespice_buffer>?, _ threads: Int32, _ error: TextResult?
) -> Int32 {
  call(error) {
    let object = try Handles.object(layer, LayerObject.self)
    let input = try BufferView(inputs, "inputs").tensor()
    let out = try BufferView.optional(outputs, "outputs")
    try out?.require(try object.current.outputShape(input.shape), "[N, outputs …]")
    _ = try width(threads)
    let found = try object.change { try $0.calibrate(input) }
    try out?.write(found.values)
  }
}

@c @implementation
public func tilespice_layer_finish(_ layer: OpaquePointer?, _ error: TextResult?) -> Int32 {
  call(error) { try Handles.object(layer, LayerObject.self).change { try $0.finish() } }
}

@c @implementation
public func tilespice_layer_update(
  _ layer: OpaquePointer?, _ weights: UnsafePointer<tilespice_buffer>?,
  _ bias: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let view = try BufferView(weights, "weights")
    let values = try MatrixOperator.weights(view)
    let bias = try MatrixOperator.bias(try .optional(bias, "bias"), outputs: values.rows)
    try Handles.object(layer, LayerObject.self).change {
      try $0.update(weights: values, bias: bias)
    }
  }
}

private struct RunDetails: Encodable {
  /// Input vectors, and conversions of all of them.
  var vectors: Int
}

@c @implementation
public func tilespice_layer_run(
  _ layer: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?,
  _ outputs: UnsafePointer<tilespice_buffer>?, _ threads: Int32, _ details: TextResult?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    let layer = try Handles.object(layer, LayerObject.self).current
    let input = try BufferView(inputs, "inputs").tensor()
    let out = try BufferView(outputs, "outputs")
    try out.require(try layer.outputShape(input.shape), "[N, outputs …]")
    let parts = layer.parts(of: input.shape[0])
    let width = min(try tasks(threads), parts.count)
    let results =
      width == 1
      ? try parts.map { try layer.run(input, part: $0) }
      : try waiting {
        try await concurrentMap(parts.count, width: width) { try layer.run(input, part: parts[$0]) }
      }
    var values: [Float] = []
    values.reserveCapacity(out.count)
    for result in results { values += result.values }
    try out.write(values)
    try give(
      json: RunDetails(vectors: results.reduce(0) { $0 + $1.counts.vectors }), to: details)
  }
}

/// Weights in the shape of those of the layer: its first extent and their number.
private func write(_ weights: Matrix<Float>, to view: BufferView) throws {
  guard view.shape.first == weights.rows, view.count == weights.elements.count else {
    throw CallError(
      "\(view.name) has shape \(view.shape); that of the layer's weights is expected, "
        + "\(weights.rows) outputs of \(weights.columns)")
  }
  try view.write(weights.elements)
}

@c @implementation
public func tilespice_layer_weights(
  _ layer: OpaquePointer?, _ weights: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let held = try Handles.object(layer, LayerObject.self).current.heldWeights()
    try write(held, to: try BufferView(weights, "weights"))
  }
}

@c @implementation
public func tilespice_layer_effective_weights(
  _ layer: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?,
  _ weights: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let layer = try Handles.object(layer, LayerObject.self).current
    let input = try BufferView(inputs, "inputs").tensor()
    try write(try layer.effectiveWeights(over: input), to: try BufferView(weights, "weights"))
  }
}

@c @implementation
public func tilespice_layer_backward(
  _ layer: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?,
  _ cotangents: UnsafePointer<tilespice_buffer>?,
  _ weight_gradients: UnsafePointer<tilespice_buffer>?,
  _ input_gradients: UnsafePointer<tilespice_buffer>?, _ threads: Int32, _ error: TextResult?
) -> Int32 {
  call(error) {
    let layer = try Handles.object(layer, LayerObject.self).current
    let input = try BufferView(inputs, "inputs").tensor()
    let cotangent = try BufferView(cotangents, "cotangents").tensor()
    let matrix = try layer.programmed.matrix
    let (length, outputs) = (matrix.inputCount, matrix.outputCount)
    guard input.shape.count == 2, input.shape[1] == length,
      cotangent.shape == [input.shape[0], outputs]
    else {
      throw CallError(
        "inputs of shape \(input.shape) and cotangents of shape \(cotangent.shape): [vectors, "
          + "\(length)] and [vectors, \(outputs)] are expected")
    }
    let weightView = try BufferView.optional(weight_gradients, "weight_gradients")
    let inputView = try BufferView.optional(input_gradients, "input_gradients")
    try inputView?.require(input.shape, "[vectors, inputs]")
    let parts = SingleLayer.parts(ofVectors: input.shape[0])
    let width = min(try tasks(threads), parts.count)
    @Sendable func derivatives(_ part: Range<Int>) throws -> SingleLayer.Derivatives {
      try layer.derivatives(
        Array(input.values[part.lowerBound * length..<part.upperBound * length]),
        cotangents: Array(
          cotangent.values[part.lowerBound * outputs..<part.upperBound * outputs]))
    }
    let found =
      width == 1
      ? try parts.map(derivatives)
      : try waiting {
        try await concurrentMap(parts.count, width: width) { try derivatives(parts[$0]) }
      }
    if let weightView {
      var sum = found[0].weights
      for part in found.dropFirst() {
        for k in sum.elements.indices { sum.elements[k] += part.weights.elements[k] }
      }
      try write(sum, to: weightView)
    }
    try inputView?.write(found.flatMap(\.inputs))
  }
}

private struct LayerSummary: Encodable {
  var name: String, index: Int
  var path: String
  var isReady: Bool
  var tiles: Int?
  var inputScale: Float?, isSigned: Bool?, inputBits: Int?
  var methods: [String]?
}

@c @implementation
public func tilespice_layer_describe(
  _ layer: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let layer = try Handles.object(layer, LayerObject.self).current
    let ready = try? layer.programmed
    try give(
      json: LayerSummary(
        name: layer.settings.name, index: layer.settings.index,
        path: layer.settings.choice.path.rawValue, isReady: ready != nil,
        tiles: ready?.matrix.tiles.count, inputScale: ready?.integer.quantizer.scale,
        isSigned: ready?.integer.quantizer.isSigned, inputBits: ready?.integer.quantizer.bits,
        methods: ready.map { Set($0.matrix.tiles.map { "\($0.model.method)" }).sorted() }),
      to: result)
  }
}
