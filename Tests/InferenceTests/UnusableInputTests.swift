import AnalogCore
import Inference
import NeuralNetwork
import NumericKernels
import Testing

/// Networks and images that give no numbers to rely on are refused with what is wrong.
@Suite struct UnusableInputTests {
  /// The small network with one more node, which reads the node before.
  private func graph(_ last: Operation) throws -> Graph {
    let small = try SmallNetwork.graph()
    return try Graph(
      inputName: small.inputName, inputShape: small.inputShape, outputName: "last",
      nodes: small.nodes + [
        GraphNode(name: "end", operation: last, inputs: ["scores"], output: "last")
      ])
  }

  /// The logarithm of a negative number: what is not a number is larger than nothing, so a class
  /// would be predicted all the same.
  @Test func logitsThatAreNoNumbersAreRefused() async throws {
    let plan = try await ExecutionPlan(
      graph(.unary(.logarithm)), calibration: SmallNetwork.images(4, seed: 2),
      options: QuantizationOptions(), width: 1)
    let image = SmallNetwork.images(1, seed: 3)[0]
    let float = #expect(throws: InferenceError.self) { try plan.floatLogits(image) }
    #expect(
      float.map { "\($0)" } == "layer last: a logit of the float network is not finite")
    let integer = #expect(throws: InferenceError.self) { try plan.integerLogits(image) }
    #expect(
      integer.map { "\($0)" } == "layer last: a logit of the network in integers is not finite")
  }

  @Test func blankCalibrationImagesAreRefused() async throws {
    let blank = Tensor(shape: [1, 2, 6, 7], values: [Float](repeating: 0, count: 84))
    let error = await #expect(throws: InferenceError.self) {
      try await ExecutionPlan(
        SmallNetwork.graph(), calibration: [blank, blank], options: QuantizationOptions(),
        width: 1)
    }
    #expect(
      error.map { "\($0)" }
        == "every value of the 2 calibration images is zero at the network's input: they tell "
        + "nothing of the ranges that are needed")
    // One value that is not zero suffices, on any image.
    var single = blank
    single.values[83] = 0.5
    _ = try await ExecutionPlan(
      SmallNetwork.graph(), calibration: [blank, single], options: QuantizationOptions(), width: 1)
  }

  /// The same where a network needs images for its converters only.
  @Test func blankImagesCalibrateNoConverters() async throws {
    let plan = try await SmallNetwork.plan()
    let blank = Tensor(shape: [1, 2, 6, 7], values: [Float](repeating: 0, count: 84))
    var hardware = HardwareConfiguration()
    hardware.converter = .uniform(bits: 8, range: .covering(percent: 99))
    let choices = plan.layers.map { _ in
      AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
    }
    let error = await #expect(throws: InferenceError.self) {
      try await AnalogNetwork(plan, choices: choices, seed: 1, calibration: [blank], width: 1)
    }
    #expect(error.map { "\($0)".hasPrefix("every value of the 1 calibration images") } == true)
  }

  /// A network without convolutions and dense layers has nothing for arrays.
  @Test func networksWithoutMatricesAreRefused() async throws {
    let graph = try Graph(
      inputName: "image", inputShape: [2, 6, 7], outputName: "scores",
      nodes: [
        GraphNode(name: "positive", operation: .relu, inputs: ["image"], output: "scores")
      ])
    let error = await #expect(throws: InferenceError.self) {
      try await ExecutionPlan(
        graph, calibration: SmallNetwork.images(1, seed: 1), options: QuantizationOptions(),
        width: 1)
    }
    #expect(
      error.map { "\($0)" } == "the network has no convolution or dense layer to map onto arrays")
  }
}
