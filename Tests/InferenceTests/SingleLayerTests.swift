import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import Testing
import Units

@testable import Inference

/// Layers by themselves give what they give in a network.
@Suite struct SingleLayerTests {
  /// The float network up to and from its layers, run by hand.
  private struct Parts {
    var layers: [SingleLayer]

    init(_ choice: AnalogNetwork.LayerChoice, seed: UInt64) throws {
      layers = try SmallNetwork.graph().nodes.compactMap { node in
        node.operation.matrices.first.map { ($0.product, node.name) }
      }.enumerated().map { index, layer in
        try SingleLayer(
          layer.0,
          SingleLayer.Settings(
            name: layer.1, index: index, quantization: QuantizationOptions(), choice: choice,
            models: ModelCalibration(), seed: seed))
      }
    }

    /// What stands between the layers.
    func between(_ tensor: Tensor) -> Tensor {
      Tensor(
        shape: [tensor.shape[0], tensor.count / tensor.shape[0]],
        values: tensor.values.map { max($0, 0) })
    }

    mutating func prepare(calibration: [Tensor], converters: Int) throws {
      for image in calibration {
        try layers[0].observe(image)
        try layers[1].observe(between(layers[0].product.apply(image)))
      }
      for k in layers.indices { try layers[k].program() }
      for image in calibration.prefix(converters) {
        let first = try layers[0].calibrate(image)
        _ = try layers[1].calibrate(between(first))
      }
      for k in layers.indices { try layers[k].finish() }
    }

    func run(_ batch: Tensor) throws -> [Float] {
      let first = try run(layers[0], batch)
      return try run(layers[1], between(first)).values
    }

    private func run(_ layer: SingleLayer, _ input: Tensor) throws -> Tensor {
      let values = try layer.parts(of: input.shape[0]).flatMap {
        try layer.run(input, part: $0).values
      }
      return Tensor(shape: try layer.outputShape(input.shape), values: values)
    }
  }

  private static func hardware(
    _ change: (inout HardwareConfiguration) -> Void = { _ in }
  ) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.tile.wordLines = 32
    hardware.technology.wires = WireParasitics(bitLineSegment: 500.ohms)
    change(&hardware)
    return hardware
  }

  private static let designs: [(String, HardwareConfiguration, SolutionPath)] = [
    ("wires", hardware(), .exact),
    (
      "errors of cells",
      hardware { $0.errors.programming = .stateIndependent(alpha: 0.05) }, .exact
    ),
    ("no wires", hardware { $0.technology.wires = WireParasitics() }, .ideal),
    ("fitted models", hardware(), .calibrated),
  ]

  @Test(arguments: 0..<designs.count)
  func aChainOfLayersIsTheNetwork(design: Int) async throws {
    let (name, hardware, path) = Self.designs[design]
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: path)
    let calibration = SmallNetwork.images(8, seed: 2)
    let plan = try await SmallNetwork.plan()
    let network = try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in choice }, seed: 3,
      calibration: Array(calibration.prefix(5)), width: 2)
    var parts = try Parts(choice, seed: 3)
    try parts.prepare(calibration: calibration, converters: 5)
    let images = SmallNetwork.images(70, seed: 4)
    let batch = Tensor(shape: [70, 2, 6, 7], values: images.flatMap(\.values))
    let expected = try images.flatMap { try network.run($0).logits }
    let found = try parts.run(batch)
    guard path.isFitted else {
      #expect(found == expected, "\(name)")
      return
    }
    // A network records the inputs of fitted models behind converters, a layer by itself before them:
    // the models differ by as little as their fits.
    let peak = expected.reduce(0) { max($0, $1.magnitude) }
    for (a, b) in zip(found, expected) { #expect((a - b).magnitude <= 2e-2 * peak, "\(name)") }
  }

  @Test func updatedWeightsAreThoseOfOtherArrays() throws {
    let choice = AnalogNetwork.LayerChoice(hardware: Self.hardware(), path: .exact)
    var parts = try Parts(choice, seed: 1)
    let calibration = SmallNetwork.images(8, seed: 2)
    try parts.prepare(calibration: calibration, converters: 8)
    let before = try parts.layers[1].heldWeights()
    let old = parts.layers[1].product.weights
    try parts.layers[1].update(weights: old.map { -2 * $0 }, bias: [0, 0, 0, 0])
    let after = try parts.layers[1].heldWeights()
    // Codes are the same but for their sign, and so is the scale but for its factor.
    for (a, b) in zip(before.elements, after.elements) { #expect(abs(b + 2 * a) <= 1e-5) }
    #expect(throws: SingleLayer.StepError.self) {
      try parts.layers[1].update(weights: Matrix(rows: 1, columns: 1, elements: [0]), bias: [])
    }
  }

  /// Without wires, weights as the circuit weighs them are those that it holds.
  @Test func effectiveWeightsAreHeldOnesWithoutWires() throws {
    let hardware = Self.hardware {
      $0.technology.wires = WireParasitics()
      $0.errors.programming = .stateIndependent(alpha: 0.05)
    }
    var parts = try Parts(.init(hardware: hardware, path: .exact), seed: 1)
    let images = SmallNetwork.images(8, seed: 2)
    try parts.prepare(calibration: images, converters: 8)
    let held = try parts.layers[0].heldWeights()
    #expect(try parts.layers[0].effectiveWeights(over: images[0]) == held)
  }

  @Test func stepsComeInTheirOrder() throws {
    var parts = try Parts(.init(hardware: Self.hardware(), path: .exact), seed: 1)
    let image = SmallNetwork.images(1, seed: 2)[0]
    func refused(_ body: () throws -> Void) {
      #expect(throws: SingleLayer.StepError.self, performing: body)
    }
    refused { try parts.layers[0].program() }
    refused { _ = try parts.layers[0].calibrate(image) }
    refused { try parts.layers[0].finish() }
    refused { _ = try parts.layers[0].run(image, part: 0..<1) }
    refused { try parts.layers[0].observe(Tensor(shape: [1, 3], values: [1, 2, 3])) }
    try parts.layers[0].observe(image)
    try parts.layers[0].program()
    refused { try parts.layers[0].observe(image) }
    // No converter has seen anything.
    refused { try parts.layers[0].finish() }
  }
}
