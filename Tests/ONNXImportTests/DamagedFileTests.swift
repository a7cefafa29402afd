import Foundation
import NeuralNetwork
import NumericKernels
import SwiftProtobuf
import Testing

@testable import ONNXImport

/// A damaged file gives a named error or a graph that runs; it never traps.
@Suite struct DamagedFileTests {
  private static let path = Digits.network

  /// Imports, and where that succeeds runs one image unless a damaged extent made it large.
  private func digest(_ bytes: Data) {
    do {
      let graph = try ONNXImporter.graph(bytes, path: "damaged.onnx")
      let shapes = try graph.inferShapes()
      let size = shapes.values.reduce(0) { $0 + $1.reduce(1, *) }
      guard size < 1 << 20 else { return }
      let count = graph.inputShape.reduce(1, *)
      _ = try graph.foldingBatchNormalization().run(
        Tensor(shape: [1] + graph.inputShape, values: .init(repeating: 0.5, count: count)))
    } catch let error as ONNXImportError {
      #expect(error.path == "damaged.onnx" && !error.reason.isEmpty)
    } catch {
      Issue.record("an import or a run failed with \(error)")
    }
  }

  @Test func truncationIsNamedAtEveryLength() throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path))
    // All lengths around the start and the end, where headers and the operator set lie; then steps.
    let lengths =
      Array(0..<600) + Array(stride(from: 600, to: bytes.count - 600, by: 211))
      + Array(bytes.count - 600..<bytes.count)
    for length in lengths {
      #expect(throws: ONNXImportError.self, "\(length) bytes") {
        _ = try ONNXImporter.graph(bytes.prefix(length), path: "damaged.onnx")
      }
    }
  }

  @Test(arguments: 0..<8) func flippedBytesNeverTrap(batch: Int) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Self.path))
    // Weights are most of the file and damage to them is dull: half the flips avoid them.
    let structure = bytes.indices.filter { $0 < 2000 || $0 > bytes.count - 2000 }
    for trial in 0..<200 {
      var random = RandomStream(seed: 21, stream: UInt64(batch * 200 + trial))
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place =
          trial % 2 == 0
          ? Int.random(in: bytes.indices, using: &random)
          : structure[Int.random(in: structure.indices, using: &random)]
        damaged[place] = UInt8.random(in: 0...255, using: &random)
      }
      digest(damaged)
    }
  }

  /// Damage behind the decoder: numbers that protobuf accepts and a network must not.
  @Test(arguments: 0..<8) func implausibleNumbersNeverTrap(batch: Int) throws {
    let model = try Onnx_ModelProto(
      serializedBytes: Data(contentsOf: URL(fileURLWithPath: Self.path)))
    let numbers: [Int64] = [
      .min, -2, -1, 0, 1, 2, 3, 7, 1 << 20, 1 << 24, 1 << 31, 1 << 40, .max,
    ]
    for trial in 0..<100 {
      var random = RandomStream(seed: 22, stream: UInt64(batch * 100 + trial))
      func draw() -> Int64 { numbers[Int.random(in: numbers.indices, using: &random)] }
      var damaged = model
      let node = Int.random(in: damaged.graph.node.indices, using: &random)
      let tensor = Int.random(in: damaged.graph.initializer.indices, using: &random)
      switch trial % 6 {
      case 0:
        for k in damaged.graph.node[node].attribute.indices {
          damaged.graph.node[node].attribute[k].i = draw()
          for j in damaged.graph.node[node].attribute[k].ints.indices
          where Bool.random(using: &random) {
            damaged.graph.node[node].attribute[k].ints[j] = draw()
          }
        }
      case 1:
        let dims = damaged.graph.initializer[tensor].dims.indices
        damaged.graph.initializer[tensor].dims[Int.random(in: dims, using: &random)] = draw()
      case 2:
        damaged.graph.initializer[tensor].rawData.removeLast(Int.random(in: 1...9, using: &random))
      case 3: damaged.graph.initializer[tensor].dataType = Int32.random(in: -1...17, using: &random)
      case 4:
        let dims = damaged.graph.input[0].type.tensorType.shape.dim.indices
        damaged.graph.input[0].type.tensorType.shape.dim[
          Int.random(in: dims, using: &random)
        ].dimValue = draw()
      default:
        damaged.graph.node[node].input = damaged.graph.node[node].input.shuffled(using: &random)
      }
      digest(try damaged.serializedBytes())
    }
  }
}
