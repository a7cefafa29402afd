import Datasets
import Files
import Foundation
import NeuralNetwork
import NumericKernels
import ONNXImport
import TestSupport
import Testing

/// Networks and ONNX Runtime results of the shared data folder (its README, section 3).
@Suite(.enabled(if: SharedData.isPresent), .serialized) struct SharedNetworkTests {
  private static func network(_ name: String) throws -> Graph {
    try ONNXImporter.graph(contentsOf: SharedData.path("networks/\(name).onnx"))
  }

  @Test(arguments: [
    "resnet20-cifar10", "resnet56-cifar10", "resnet8-cifar10", "squeezenet1.1-imagenet",
    "efficientnet-lite0-imagenet",
  ])
  func logitsAreThoseOfONNXRuntime(name: String) throws {
    let archive = try ZipArchive(contentsOf: SharedData.path("networks/\(name).ref.npz"))
    let input = try NPYFile(archive.member("input.npy"), path: "input.npy")
    let reference = try NPYFile(archive.member("logits.npy"), path: "logits.npy")
    let graph = try Self.network(name)
    let batch = Tensor(shape: input.shape, values: input.floats)
    for network in [graph, graph.foldingBatchNormalization()] {
      let logits = try network.runEach(batch)
      #expect(logits.shape == reference.shape)
      let scale = reference.floats.reduce(0) { max($0, $1.magnitude) }
      for (value, expected) in matched(logits.values, reference.floats) {
        #expect(abs(value - expected) <= 1e-4 * scale)
      }
    }
  }

  /// Counts of ONNX Runtime on the first 1000 test images, exactly.
  @Test(arguments: [
    ("resnet20-cifar10", Normalization.imageNet, 915), ("resnet8-cifar10", Normalization(), 881),
  ])
  func countsAreThoseOfONNXRuntime(
    name: String, normalization: Normalization, expected: Int
  ) throws {
    let graph = try Self.network(name).foldingBatchNormalization()
    let images = try CIFAR10Binary.load(SharedData.path("cifar10/test_batch.bin"))
    #expect(images.count == 1000 && images.classes?.max() == 9)
    let start = ContinuousClock.now
    var hits = 0
    for index in 0..<images.count {
      let pixels = try images.tensor(index, normalization: normalization)
      let logits = try graph.run(Tensor(shape: [1] + images.shape, values: pixels))
      if classOf(logits.values[...]) == images.label(index).category { hits += 1 }
    }
    print("\(name): \((ContinuousClock.now - start) / images.count) per image, one thread")
    #expect(hits == expected)
  }

  /// The count of ONNX Runtime on 500 ImageNet images, of a network as PyTorch's exporter left it.
  @Test(.tags(.validation)) func paddingFromShapesGivesTheCountOfONNXRuntime() async throws {
    let graph = try Self.network("efficientnet-lite0-imagenet")
    let files = try ImageFiles(
      SharedData.path("imagenet/val"), labels: SharedData.path("imagenet/val_labels.txt"),
      preparation: ImagePreparation(crop: .window(top: 1, left: 1, height: 224, width: 224)))
    let images = try await files.checked(.stop, width: 2).images
    let normalization = Normalization(mean: [127], deviation: [128])
    let hits = try await concurrentMap(images.count, width: 2) { index in
      let pixels = try images.tensor(index, normalization: normalization)
      let logits = try graph.run(Tensor(shape: [1] + images.shape, values: pixels))
      return classOf(logits.values[...]) == images.label(index).category ? 1 : 0
    }
    #expect(images.count == 500 && hits.reduce(0, +) == 369)
  }

  /// The data set's normalization is the one that the reference inputs went through.
  @Test func normalizedPixelsAreTheReferenceInputs() throws {
    let archive = try ZipArchive(
      contentsOf: SharedData.path("networks/resnet20-cifar10.ref.npz"))
    let input = try NPYFile(archive.member("input.npy"), path: "input.npy").floats
    let images = try CIFAR10Binary.load(SharedData.path("cifar10/test_batch.bin"))
    let values = try (0..<4).flatMap { try images.tensor($0, normalization: .imageNet) }
    #expect(values.count == input.count)
    // Pixel times 1/255, minus the mean, over the deviation: roundings of values up to 1 over 0.22.
    for (value, expected) in matched(values, input) { #expect(abs(value - expected) <= 2e-6) }
  }

  /// Both variants of the quantized network of the data's README. Its sums are integers times powers
  /// of two below 2²⁴, so the quantized one has the reference's very bits.
  @Test(.tags(.validation)) func quantizedLogitsAreThoseOfONNXRuntime() throws {
    let archive = try ZipArchive(
      contentsOf: SharedData.path("networks/resnet50-imagenet-qdq.ref.npz"))
    let input = try NPYFile(archive.member("input.npy"), path: "input.npy")
    let batch = Tensor(shape: input.shape, values: input.floats)
    let graph = try Self.network("resnet50-imagenet-qdq")
    let exact = try NPYFile(archive.member("logits.npy"), path: "logits.npy").floats
    #expect(try graph.runEach(batch).values == exact)
    let variant = "logits_float_activations.npy"
    let real = try NPYFile(archive.member(variant), path: variant).floats
    let logits = try graph.withoutActivationQuantization().runEach(batch).values
    let scale = real.reduce(0) { max($0, $1.magnitude) }
    #expect(logits.count == real.count)
    for (value, expected) in matched(logits, real) {
      #expect(abs(value - expected) <= 1e-4 * scale)
    }
  }

  /// Every layer of the quantized network carries the integers of its file, and its input a scale.
  @Test(.tags(.validation)) func quantizedLayersKeepTheirCodesAndScales() throws {
    let graph = try Self.network("resnet50-imagenet-qdq")
    var layers = 0
    for node in graph.nodes {
      let (weights, stored): (Matrix<Float>, QuantizedWeights?)
      switch node.operation {
      case .convolution(let layer): (weights, stored) = (layer.weights, layer.storedWeights)
      case .dense(let layer): (weights, stored) = (layer.weights, layer.storedWeights)
      default: continue
      }
      layers += 1
      let codes = try #require(stored, "\(node.name)")
      #expect(
        weights.elements.indices.allSatisfy {
          weights.elements[$0] == Float(codes.codes.elements[$0])
            * codes.scales[$0 / weights.columns]
        })
      let scale = try #require(graph.storedScale(of: node.inputs[0]), "\(node.name)")
      #expect(scale.zeroPoints == [0] && scale.scales[0].significand == 1)
      // All but the first layer read what a Relu passed on.
      #expect(scale.codes == (layers == 1 ? -128...127 : 0...127))
    }
    #expect(layers == 54)
  }
}
