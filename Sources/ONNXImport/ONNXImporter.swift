import Foundation
import NeuralNetwork
import NumericKernels
import SwiftProtobuf

/// Reads ONNX files (opsets 11 to 21 of the default domain) as graphs.
public struct ONNXImporter {
  private static let opsets: ClosedRange<Int64> = 11...21
  private static let largestExtent: Int64 = 1 << 20

  private let path: String

  /// The graph of the file at `path`.
  public static func graph(contentsOf path: String) throws(ONNXImportError) -> Graph {
    let bytes: Data
    do throws(FileError) {
      bytes = try FileContents.read(path)
    } catch {
      throw ONNXImportError(path: path, reason: error.reason)
    }
    return try graph(bytes, path: path)
  }

  /// The graph of a file's bytes; `path` only names them in errors.
  public static func graph(_ bytes: Data, path: String) throws(ONNXImportError) -> Graph {
    try ONNXImporter(path: path).graph(bytes)
  }

  private func fail(_ reason: String) -> ONNXImportError {
    ONNXImportError(path: path, reason: reason)
  }

  private func graph(_ bytes: Data) throws(ONNXImportError) -> Graph {
    let model: Onnx_ModelProto
    do {
      model = try Onnx_ModelProto(serializedBytes: bytes)
    } catch {
      throw fail("is no ONNX file or is truncated")
    }
    guard model.hasGraph, !model.graph.node.isEmpty else { throw fail("holds no ONNX graph") }
    let opset = try opset(of: model)
    let constants = try initializers(of: model.graph)
    let (input, shape, batch) = try input(of: model.graph, constants: Set(constants.keys))
    guard model.graph.output.count == 1, let output = model.graph.output.first else {
      throw fail("has the outputs \(model.graph.output.map(\.name)); networks of one are run")
    }
    var builder = ONNXGraphBuilder(
      opset: opset, input: input, inputShape: shape, declaredBatch: batch, constants: constants)
    let nodes = model.graph.node
    func name(_ index: Int) -> String {
      nodes[index].name.isEmpty ? "\(nodes[index].opType)_\(index)" : nodes[index].name
    }
    func fault(_ index: Int, _ reason: String) -> ONNXImportError {
      ONNXImportError(
        path: path, node: name(index), operation: nodes[index].opType, reason: reason)
    }
    let order: [Int]
    do throws(ONNXNodeFault) {
      order = try ONNXNodeOrder(
        nodes, known: Set(constants.keys).union([input]), output: output.name
      ).indices
    } catch {
      throw fault(error.index, error.reason)
    }
    for index in order {
      do throws(ONNXReason) {
        try builder.add(nodes[index], name: name(index))
      } catch {
        throw fault(index, error.text)
      }
    }
    do throws(GraphError) {
      return try builder.graph(input: input, inputShape: shape, output: output.name)
    } catch {
      throw ONNXImportError(path: path, node: error.node, reason: error.reason)
    }
  }

  private func opset(of model: Onnx_ModelProto) throws(ONNXImportError) -> Int {
    let defaults = model.opsetImport.filter { ["", "ai.onnx"].contains($0.domain) }
    guard defaults.count == 1, let opset = defaults.first, Self.opsets.contains(opset.version)
    else {
      let versions = model.opsetImport.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
      throw fail("uses the operator set '\(versions)'; versions 11 to 21 of ONNX are read")
    }
    return Int(opset.version)
  }

  private func initializers(
    of graph: Onnx_GraphProto
  ) throws(ONNXImportError) -> [String: ONNXConstant] {
    var constants: [String: ONNXConstant] = [:]
    do throws(ONNXReason) {
      for tensor in graph.initializer {
        let previous = constants.updateValue(try ONNXConstant(tensor), forKey: tensor.name)
        guard previous == nil, !tensor.name.isEmpty else {
          throw ONNXReason("two tensors are named '\(tensor.name)', or one has no name")
        }
      }
    } catch {
      throw fail(error.text)
    }
    return constants
  }

  /// Name, shape of one image, and the batch if the file fixes it.
  private func input(
    of graph: Onnx_GraphProto, constants: Set<String>
  ) throws(ONNXImportError) -> (name: String, shape: [Int], batch: Int?) {
    let inputs = graph.input.filter { !constants.contains($0.name) }
    guard inputs.count == 1, let input = inputs.first, !input.name.isEmpty else {
      throw fail("has the inputs \(inputs.map(\.name)); networks of one input are run")
    }
    guard input.type.tensorType.elemType == 1 else {
      throw fail(
        "input '\(input.name)' has data type \(input.type.tensorType.elemType); float (1) is read")
    }
    let extents = input.type.tensorType.shape.dim.map(\.dimValue)
    let shape = extents.dropFirst()
    guard !shape.isEmpty, shape.allSatisfy({ (1...Self.largestExtent).contains($0) }),
      Tensor.elementCount(of: shape.map { Int($0) }) != nil
    else {
      throw fail(
        "input '\(input.name)' has shape \(extents) (0: symbolic); behind the batch, extents from "
          + "1 to \(Self.largestExtent) are read")
    }
    guard let batch = extents.first, (0...Self.largestExtent).contains(batch) else {
      throw fail("input '\(input.name)' has the batch \(extents.first ?? 0)")
    }
    return (input.name, shape.map { Int($0) }, batch == 0 ? nil : Int(batch))
  }
}
