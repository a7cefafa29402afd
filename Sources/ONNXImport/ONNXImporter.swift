import Foundation
import NeuralNetwork
import NumericKernels
import SwiftProtobuf

/// Reads ONNX files (opsets 11 to 21 of the default domain) as graphs.
public enum ONNXImporter {
  private static let opsets = 11...21

  /// The graph of the file at `path`.
  public static func graph(contentsOf path: String) throws -> Graph {
    try graph(FileContents.read(path), path: path)
  }

  /// The graph of a file's bytes; `path` only names them in errors.
  public static func graph(_ bytes: Data, path: String) throws(ONNXImportError) -> Graph {
    func fail(_ reason: String, node: String? = nil) -> ONNXImportError {
      ONNXImportError(path: path, node: node, reason: reason)
    }
    let model: Onnx_ModelProto
    do {
      model = try Onnx_ModelProto(serializedBytes: bytes)
    } catch {
      throw fail("is no ONNX file or is truncated")
    }
    let onnx = model.graph
    guard model.hasGraph, !onnx.node.isEmpty else { throw fail("holds no ONNX graph") }
    guard let opset = model.opsetImport.first(where: { ["", "ai.onnx"].contains($0.domain) }),
      opsets.contains(Int(opset.version))
    else {
      let versions = model.opsetImport.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
      throw fail("uses the operator set '\(versions)'; versions 11 to 21 of ONNX are read")
    }

    var constants: [String: ONNXConstant] = [:]
    do throws(ONNXReason) {
      for tensor in onnx.initializer { constants[tensor.name] = try ONNXConstant(tensor) }
    } catch {
      throw fail(error.text)
    }
    let inputs = onnx.input.filter { constants[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      throw fail("has the inputs \(inputs.map(\.name)); networks of one input are run")
    }
    let dimensions = input.type.tensorType.shape.dim
    let shape = dimensions.dropFirst().map { Int($0.dimValue) }
    guard !shape.isEmpty, shape.allSatisfy({ (1...(1 << 20)).contains($0) }) else {
      throw fail("input '\(input.name)' has no fixed shape behind the batch")
    }
    guard onnx.output.count == 1, let output = onnx.output.first else {
      throw fail("has the outputs \(onnx.output.map(\.name)); networks of one output are run")
    }

    var nodes: [GraphNode] = []
    var names = Set<String>()
    for (index, node) in onnx.node.enumerated() {
      var name = node.name.isEmpty ? "\(node.opType)_\(index)" : node.name
      if !names.insert(name).inserted {
        name += "_\(index)"
        names.insert(name)
      }
      guard let result = node.output.first, !result.isEmpty else {
        throw fail("\(node.opType) writes nothing", node: name)
      }
      guard node.domain.isEmpty || node.domain == "ai.onnx" else {
        throw fail("operator \(node.opType) of domain \(node.domain) is not supported", node: name)
      }
      do throws(ONNXReason) {
        if node.opType == "Constant" {
          guard let tensor = node.attribute.first(where: { $0.name == "value" })?.t else {
            throw ONNXReason("has no attribute value")
          }
          constants[result] = try ONNXConstant(tensor)
          continue
        }
        let reader = ONNXNodeReader(node: node, opset: Int(opset.version), constants: constants)
        let (operation, count) = try reader.operation()
        let values = Array(node.input.prefix(count))
        guard values.count == count, values.allSatisfy({ !$0.isEmpty }) else {
          throw ONNXReason("\(node.opType) needs \(count) inputs, has \(node.input)")
        }
        if values.count == 1, let constant = constants[values[0]], case .identity = operation {
          constants[result] = constant
          continue
        }
        nodes.append(
          GraphNode(name: name, operation: operation, inputs: values, output: result))
      } catch {
        throw fail(error.text, node: name)
      }
    }
    do throws(GraphError) {
      let read = Set(nodes.flatMap(\.inputs))
      return try Graph(
        inputName: input.name, inputShape: Array(shape), outputName: output.name, nodes: nodes,
        constants: constants.filter { read.contains($0.key) }
          .mapValues { Tensor(shape: $0.shape, values: $0.floats) })
    } catch {
      throw fail(error.reason, node: error.node)
    }
  }
}
