import Files
import Foundation
import NeuralNetwork
import SwiftProtobuf

/// Reads ONNX files (operator sets 7 to 24 of the default domain) as graphs of one image.
public struct ONNXImporter {
  private static let opsets: ClosedRange<Int64> = 7...24

  private let path: String
  private let options: Options

  /// The graph of the file at `path`, with the tensors stored in external files next to it.
  public static func graph(
    contentsOf path: String, options: Options = Options()
  ) throws(ONNXImportError) -> Graph {
    try graph(read(path), path: path, options: options)
  }

  /// The graph of a file's bytes; `path` names them in errors, and its folder holds the files that
  /// they refer to.
  public static func graph(
    _ bytes: Data, path: String, options: Options = Options()
  ) throws(ONNXImportError) -> Graph {
    let importer = ONNXImporter(path: path, options: options)
    return try importer.graph(importer.model(bytes))
  }

  /// The graph of the file at `path`, and the SHA-256, in hexadecimal, of all that it was read
  /// from: the file, and the files beside it that hold its tensors.
  public static func network(
    contentsOf path: String, options: Options = Options()
  ) throws(ONNXImportError) -> (graph: Graph, contentHash: String) {
    let bytes = try read(path)
    let importer = ONNXImporter(path: path, options: options)
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
    let output = try output(of: model.graph)
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
        outputs: [output])
    } catch {
      throw fault(error.index, error.reason)
    }
    let unsupported = order.indices.filter { !ONNXNodeReader.supports(nodes[$0]) }
    if let first = unsupported.first {
      throw fault(first, ONNXNodeReader.refusal(of: unsupported.map { (name($0), nodes[$0]) }))
    }
    let files = ONNXExternalFiles(besideModel: path)
    var constants = try initializers(of: model.graph, files)
    let inputs: ONNXInputs
    do throws(ONNXReason) {
      inputs = try ONNXInputs(
        model.graph.input.filter { constants[$0.name] == nil }, options: options)
    } catch {
      throw fail(error.text)
    }
    constants.merge(inputs.bound) { _, bound in bound }
    if let error = order.secondOutput { throw fault(error.index, error.reason) }
    var builder = ONNXGraphBuilder(
      opset: opset, input: inputs.input, type: inputs.type, declaredBatch: inputs.declaredBatch,
      constants: constants, files: files)
    for index in order.indices {
      do throws(ONNXReason) {
        try builder.add(nodes[index], name: name(index))
      } catch {
        throw fault(index, error.text)
      }
    }
    do throws(GraphError) {
      return try builder.graph(input: inputs.input, output: output)
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

  /// The output that is the result.
  private func output(of graph: Onnx_GraphProto) throws(ONNXImportError) -> String {
    let names = graph.output.map(\.name)
    if let name = options.output {
      guard names.contains(name) else {
        throw fail("has no output '\(name)' (network.output); its outputs are \(names)")
      }
      return name
    }
    guard names.count == 1, let name = names.first else {
      throw fail("has the outputs \(names); choose the result among them (network.output)")
    }
    return name
  }
}
