import Files
import Foundation
import NeuralNetwork
import ONNXImport
import TestSupport
import Testing

/// The network that ships with the package, its images and ONNX Runtime's logits for eight of them.
enum Digits {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
  private static let folder = package + "/Sources/Experiments/Resources/digits/"
  static let network = folder + "digits.onnx"

  static func images() throws -> (pixels: [Float], labels: [Int]) {
    (
      try NPYFile(contentsOf: folder + "test_images.npy").floats.map { $0 / 16 },
      try NPYFile(contentsOf: folder + "test_labels.npy").doubles.map { Int($0) }
    )
  }

  static func referenceLogits() throws -> [Float] {
    try NPYFile(
      contentsOf: package + "/Tests/ONNXImportTests/Resources/digits_reference_logits.npy"
    ).floats
  }
}

/// The index of the largest value; ties go to the lower index.
func classOf(_ logits: ArraySlice<Float>) -> Int {
  let best = logits.indices.reduce(logits.startIndex) { logits[$1] > logits[$0] ? $1 : $0 }
  return best - logits.startIndex
}

@Suite struct DigitsTests {
  /// ONNX Runtime's logits, before and after folding, to float rounding.
  @Test(arguments: [false, true]) func logitsAreThoseOfONNXRuntime(isFolded: Bool) throws {
    var graph = try ONNXImporter.graph(contentsOf: Digits.network)
    if isFolded { graph = graph.foldingBatchNormalization() }
    #expect(graph.nodes.count == (isFolded ? 10 : 13))
    let pixels = try Digits.images().pixels
    let logits = try graph.runEach(Tensor(shape: [8, 1, 8, 8], values: Array(pixels[..<512])))
    #expect(logits.shape == [8, 10])
    for (value, reference) in matched(logits.values, try Digits.referenceLogits()) {
      #expect(abs(value - reference) <= 1e-5 * max(1, abs(reference)))
    }
  }

  /// The count that the network's own README states: 533 of 540.
  @Test func accuracyIsThePublishedOne() throws {
    let graph = try ONNXImporter.graph(contentsOf: Digits.network).foldingBatchNormalization()
    let (pixels, labels) = try Digits.images()
    let logits = try graph.runEach(Tensor(shape: [labels.count, 1, 8, 8], values: pixels))
    let hits = labels.indices.count { classOf(logits.values[$0 * 10..<$0 * 10 + 10]) == labels[$0] }
    #expect(hits == 533 && labels.count == 540)
  }

  @Test func namesAndShapesAreTheFiles() throws {
    let graph = try ONNXImporter.graph(contentsOf: Digits.network)
    #expect(graph.inputName == "input" && graph.inputShape == [1, 8, 8])
    let shapes = try graph.inferShapes()
    #expect(shapes["pool3_out"] == [1, 32, 2, 2] && shapes[graph.outputName] == [1, 10])
  }
}
