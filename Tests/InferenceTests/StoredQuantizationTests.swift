import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing

@testable import Inference

/// Networks that bring their integers along.
@Suite struct StoredQuantizationTests {
  /// Two layers with stored codes, −128 among them, and asymmetric input codes. All scales are powers
  /// of two, so that real arithmetic is exact and every path must give the same bits.
  private static func graph() throws -> Graph {
    var random = RandomStream(seed: 51)
    func stored(_ rows: Int, _ columns: Int) -> QuantizedWeights {
      var codes = Matrix<Int8>(rows: rows, columns: columns) { _, _ in
        Int8.random(in: -128...127, using: &random)
      }
      codes[0, 0] = -128
      return QuantizedWeights(
        codes: codes, scales: (0..<rows).map { $0 % 2 == 0 ? 0.0078125 : 0.015625 })
    }
    func real(_ stored: QuantizedWeights) -> Matrix<Float> {
      Matrix(rows: stored.codes.rows, columns: stored.codes.columns) {
        Float(stored.codes[$0, $1]) * stored.scales[$0]
      }
    }
    let (first, second) = (stored(5, 18), stored(4, 5 * 6 * 7))
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 1, 1, 1)
    let input = AffineQuantization(scales: [0.0078125], zeroPoints: [140], codes: 0...255)
    let inner = AffineQuantization(scales: [0.0625], zeroPoints: [-128], codes: -128...127)
    return try Graph(
      inputName: "image", inputShape: [2, 6, 7], outputName: "scores",
      nodes: [
        GraphNode(name: "q", operation: .quantize(input), inputs: ["image"], output: "q"),
        GraphNode(name: "d", operation: .dequantize(input), inputs: ["q"], output: "d"),
        GraphNode(
          name: "first",
          operation: .convolution(
            Convolution(
              weights: real(first), bias: [0.5, -0.25, 0, 0.125, 0], groups: 1, window: window,
              storedWeights: first)), inputs: ["d"], output: "a"),
        GraphNode(name: "relu", operation: .relu, inputs: ["a"], output: "b"),
        GraphNode(name: "q2", operation: .quantize(inner), inputs: ["b"], output: "q2"),
        GraphNode(name: "d2", operation: .dequantize(inner), inputs: ["q2"], output: "d2"),
        GraphNode(name: "flat", operation: .flatten(axis: 1), inputs: ["d2"], output: "c"),
        GraphNode(
          name: "second",
          operation: .dense(Dense(weights: real(second), bias: [], storedWeights: second)),
          inputs: ["c"], output: "scores"),
      ])
  }

  /// No calibration images are needed, and integers give the bits of the real network.
  @Test func integersGiveTheBitsOfTheNetwork() async throws {
    let graph = try Self.graph()
    let plan = try await ExecutionPlan(
      graph, calibration: [], options: QuantizationOptions(), width: 1)
    #expect(plan.layers.map(\.quantizer.codes) == [-140...115, 0...255])
    #expect(plan.layers.map(\.weights.scales.count) == [5, 4])
    for image in SmallNetwork.images(4, seed: 52) {
      let logits = try graph.run(image).values
      #expect(try plan.integerLogits(image) == logits)
      #expect(try plan.floatLogits(image) == logits)
    }
  }

  /// Ideal arrays compute the stored integers, the code −128 at the highest level.
  @Test func idealArraysComputeTheStoredIntegers() async throws {
    let plan = try await ExecutionPlan(
      Self.graph(), calibration: [], options: QuantizationOptions(), width: 1)
    let choice = AnalogNetwork.LayerChoice(hardware: HardwareConfiguration(), path: .ideal)
    var ideal = choice
    ideal.hardware.converter = .ideal
    let network = try await AnalogNetwork(
      plan, choices: [ideal, ideal], seed: 1, calibration: [], width: 1)
    for image in SmallNetwork.images(2, seed: 53) {
      let expected = try plan.integerLogits(image)
      let scale = expected.reduce(Float(1)) { max($0, $1.magnitude) }
      for (value, reference) in matched(try network.run(image).logits, expected) {
        // Single-precision currents of 210 cells per bit line; inner codes round the same way here.
        #expect(abs(value - reference) <= 210 * Float.ulpOfOne * scale)
      }
    }
  }

  /// Zero points of weights, one per output, are subtracted digitally: every path gives the bits of
  /// the real network, with grouped layers and inputs of both signs by every drive.
  @Test(arguments: [
    InputDrive(.gates), InputDrive(.voltages(sliceBits: 8), signs: .differential),
  ])
  func zeroPointsOfWeightsAreSubtracted(drive: InputDrive) async throws {
    var random = RandomStream(seed: 52)
    func stored(_ rows: Int, _ columns: Int) -> QuantizedWeights {
      QuantizedWeights(
        codes: Matrix(rows: rows, columns: columns) { _, _ in
          Int8.random(in: -128...127, using: &random)
        }, scales: (0..<rows).map { $0 % 2 == 0 ? 0.0078125 : 0.015625 },
        zeroPoints: (0..<rows).map { _ in Int.random(in: -128...127, using: &random) })
    }
    func real(_ stored: QuantizedWeights) -> Matrix<Float> {
      Matrix(rows: stored.codes.rows, columns: stored.codes.columns) {
        Float(stored.integer(output: $0, input: $1)) * stored.scales[$0]
      }
    }
    let (first, second) = (stored(6, 9), stored(3, 6 * 4 * 5))
    let input = AffineQuantization(scales: [0.0078125], zeroPoints: [140], codes: 0...255)
    let inner = AffineQuantization(scales: [0.5], zeroPoints: [3], codes: -128...127)
    let graph = try Graph(
      inputName: "image", inputShape: [2, 6, 7], outputName: "scores",
      nodes: [
        GraphNode(name: "q", operation: .quantize(input), inputs: ["image"], output: "q"),
        GraphNode(name: "d", operation: .dequantize(input), inputs: ["q"], output: "d"),
        GraphNode(
          name: "grouped",
          operation: .convolution(
            Convolution(
              weights: real(first), bias: [], groups: 2,
              window: WindowShape(kernelHeight: 3, kernelWidth: 3), storedWeights: first)),
          inputs: ["d"], output: "a"),
        GraphNode(name: "q2", operation: .quantize(inner), inputs: ["a"], output: "q2"),
        GraphNode(name: "d2", operation: .dequantize(inner), inputs: ["q2"], output: "d2"),
        GraphNode(name: "flat", operation: .flatten(axis: 1), inputs: ["d2"], output: "c"),
        GraphNode(
          name: "dense",
          operation: .dense(Dense(weights: real(second), bias: [], storedWeights: second)),
          inputs: ["c"], output: "scores"),
      ])
    let plan = try await ExecutionPlan(
      graph, calibration: [], options: QuantizationOptions(), width: 1)
    #expect(plan.requantizedLayers.isEmpty)
    var hardware = HardwareConfiguration()
    hardware.inputs = drive
    hardware.wires = WireParasitics()
    hardware.converter = .fullPrecision
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
    let network = try await AnalogNetwork(
      plan, choices: [choice, choice], seed: 1, calibration: [], width: 1)
    for image in SmallNetwork.images(3, seed: 54) {
      let logits = try graph.run(image).values
      #expect(try plan.integerLogits(image) == logits)
      #expect(try network.run(image).logits == logits)
      #expect(try network.fidelity(image).allSatisfy { $0.reachedError == 0 })
    }
  }

  /// Weights whose own integers arrays cannot hold are quantized anew, and the plan says so.
  @Test func weightsThatAreQuantizedAnewAreNamed() async throws {
    var layer = Dense(
      weights: Matrix(rows: 1, columns: 2, elements: [1, 200]), bias: [], storedWeights: nil)
    layer.storedWeightsMisfit = "its codes are wide"
    func plan(_ layer: Dense) async throws -> ExecutionPlan {
      try await ExecutionPlan(
        Graph(
          inputName: "x", inputShape: [2], outputName: "y",
          nodes: [
            GraphNode(name: "wide", operation: .dense(layer), inputs: ["x"], output: "y")
          ]), calibration: [Tensor(shape: [1, 2], values: [1, 1])],
        options: QuantizationOptions(), width: 1)
    }
    let named = try await plan(layer).requantizedLayers
    #expect(named == [ExecutionPlan.RequantizedLayer(name: "wide", reason: "its codes are wide")])
    layer.storedWeightsMisfit = nil
    #expect(try await plan(layer).requantizedLayers.isEmpty)
  }

  @Test func codesThatArraysCannotTakeAreNamed() async throws {
    let wide = AffineQuantization(scales: [1], zeroPoints: [0], codes: -65536...65535)
    let graph = try Graph(
      inputName: "x", inputShape: [2], outputName: "y",
      nodes: [
        GraphNode(name: "q", operation: .quantize(wide), inputs: ["x"], output: "q"),
        GraphNode(name: "d", operation: .dequantize(wide), inputs: ["q"], output: "d"),
        GraphNode(
          name: "layer",
          operation: .dense(Dense(weights: Matrix(rows: 1, columns: 2, repeating: 1), bias: [])),
          inputs: ["d"], output: "y"),
      ])
    await #expect {
      try await ExecutionPlan(graph, calibration: [], options: QuantizationOptions(), width: 1)
    } throws: {
      "\($0)".hasPrefix("layer layer: its input codes -65536 … 65535")
    }
  }
}
