import Files
import Foundation
import NeuralNetwork
import SwiftProtobuf

/// Reads ONNX files (opsets 11 to 24 of the default domain) as graphs.
public struct ONNXImporter {
  /// Of the operators that are read, versions 22 to 24 changed no more than the element types and
  /// attributes that select them, which are refused if they are not supported.
  private static let opsets: ClosedRange<Int64> = 11...24
  private static let largestExtent: Int64 = 1 << 20

  private let path: String

  /// The graph of the file at `path`, with the tensors stored in external files next to it.
  public static func graph(contentsOf path: String) throws(ONNXImportError) -> Graph {
    try graph(read(path), path: path)
  }

  /// The graph of a file's bytes; `path` names them in errors, and its folder holds the files that
  /// they refer to.
  public static func graph(_ bytes: Data, path: String) throws(ONNXImportError) -> Graph {
    let importer = ONNXImporter(path: path)
    return try importer.graph(importer.model(bytes))
  }

  /// The graph of the file at `path`, and the SHA-256, in hexadecimal, of all that it was read
  /// from: the file, and the files beside it that hold its tensors.
  public static func network(
    contentsOf path: String
  ) throws(ONNXImportError) -> (graph: Graph, contentHash: String) {
    let bytes = try read(path)
    let importer = ONNXImporter(path: path)
    let model = try importer.model(bytes)
    let graph = try importer.graph(model)
    var hash = ContentHash(bytes).hexadecimal
    let files = ONNXExternalFiles(besideModel: path)
    for location in ONNXExternalFiles.locations(of: model) {
      do throws(FileError) {
        hash =
          ContentHash(
            hash + ContentHash(try files.contents(of: location)).hexadecimal
          ).hexadecimal
      } catch {
        throw importer.fail("external file '\(location)': \(error.reason)")
      }
    }
    return (graph, hash)
  }

  private static func read(_ path: String) throws(ONNXImportError) -> Data {
    do throws(FileError) {
      return try FileContents.read(path)
    } catch {
      throw ONNXImportError(path: path, reason: error.reason)
    }
  }

  private func fail(_ reason: String) -> ONNXImportError {
    ONNXImportError(path: path, reason: reason)
  }

  private func model(_ bytes: Data) throws(ONNXImportError) -> Onnx_ModelProto {
    do {
      return try Onnx_ModelProto(serializedBytes: bytes)
    } catch {
      throw fail("is no ONNX file or is truncated")
    }
  }

  private func graph(_ model: Onnx_ModelProto) throws(ONNXImportError) -> Graph {
    guard model.hasGraph, !model.graph.node.isEmpty else { throw fail("holds no ONNX graph") }
    let opset = try opset(of: model)
    let nodes = model.graph.node
    func name(_ index: Int) -> String {
      nodes[index].name.isEmpty ? "\(nodes[index].opType)_\(index)" : nodes[index].name
    }
    func fault(_ index: Int, _ reason: String) -> ONNXImportError {
      ONNXImportError(
        path: path, node: name(index), operation: nodes[index].opType, reason: reason)
    }
    // Check operators first: other faults of a file may follow from an unsupported one.
    let order: ONNXNodeOrder
    do throws(ONNXNodeFault) {
      order = try ONNXNodeOrder(
        nodes, known: Set(model.graph.input.map(\.name) + model.graph.initializer.map(\.name)),
        outputs: model.graph.output.map(\.name))
    } catch {
      throw fault(error.index, error.reason)
    }
    let unsupported = order.indices.filter { !ONNXNodeReader.supports(nodes[$0]) }
    if let first = unsupported.first {
      throw fault(first, ONNXNodeReader.refusal(of: unsupported.map { (name($0), nodes[$0]) }))
    }
    let files = ONNXExternalFiles(besideModel: path)
    let constants = try initializers(of: model.graph, files)
    let (input, shape, batch) = try input(of: model.graph, constants: Set(constants.keys))
    guard model.graph.output.count == 1, let output = model.graph.output.first else {
      throw fail("has the outputs \(model.graph.output.map(\.name)); networks of one are run")
    }
    if let error = order.secondOutput { throw fault(error.index, error.reason) }
    var builder = ONNXGraphBuilder(
      opset: opset, input: input, inputShape: shape, declaredBatch: batch, constants: constants,
      files: files)
    for index in order.indices {
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
    let known = "versions \(Self.opsets.lowerBound) to \(Self.opsets.upperBound) of ONNX are read"
    guard defaults.count == 1, let opset = defaults.first else {
      let all = model.opsetImport.map { "'\($0.domain)' \($0.version)" }.joined(separator: ", ")
      throw fail(
        "names \(defaults.count) operator sets of ONNX (\(all)); one is needed, and \(known)")
    }
    guard Self.opsets.contains(opset.version) else {
      throw fail("uses the operator set \(opset.version); \(known)")
    }
    return Int(opset.version)
  }

  private func initializers(
    of graph: Onnx_GraphProto, _ files: ONNXExternalFiles
  ) throws(ONNXImportError) -> [String: ONNXConstant] {
    var constants: [String: ONNXConstant] = [:]
    do throws(ONNXReason) {
      for tensor in graph.initializer {
        let previous = constants.updateValue(
          try ONNXConstant(tensor, beside: files), forKey: tensor.name)
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
