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

  /// The graph of a model; throws all that is in the way as one error.
  private func graph(_ model: Onnx_ModelProto) throws(ONNXImportError) -> Graph {
    guard model.hasGraph, !model.graph.node.isEmpty else { throw fail("holds no ONNX graph") }
    var obstacles = ONNXObstacles()
    let opset = obstacles.attempt { () throws(ONNXImportError) in try self.opset(of: model) }
    // The output tells which nodes are needed, and so what can be in the way.
    guard
      let output = obstacles.attempt({ () throws(ONNXImportError) in
        try self.output(of: model.graph)
      }),
      let order = obstacles.attempt({ () throws(ONNXImportError) in
        try self.order(of: model.graph, output: output)
      })
    else {
      // Inputs depend on no node.
      _ = inputs(of: model.graph, &obstacles)
      throw obstacles.error
    }
    let nodes = model.graph.node
    // Check operators first: other faults of a file may follow from an unsupported one.
    let unsupported = order.indices.filter { !ONNXNodeReader.supports(nodes[$0]) }
    if let first = unsupported.first {
      obstacles.add(
        fault(
          first, of: model.graph,
          ONNXNodeReader.refusal(of: unsupported.map { (name($0, of: model.graph), nodes[$0]) })))
    }
    let files = ONNXExternalFiles(besideModel: path)
    var constants = initializers(of: model.graph, files, &obstacles)
    let stored = Set(model.graph.initializer.map(\.name))
    let inputs = inputs(of: model.graph, &obstacles)
    constants.merge(inputs?.bound ?? [:]) { _, bound in bound }
    // Nodes of an unknown operator set have no meaning.
    guard let opset else { throw obstacles.error }
    var builder = ONNXGraphBuilder(
      opset: opset, inputs: inputs, constants: constants, files: files,
      unknown: stored.union(model.graph.input.map(\.name)).subtracting(constants.keys))
    for index in order.indices {
      guard ONNXNodeReader.supports(nodes[index]) else {
        builder.forget(nodes[index])
        continue
      }
      do throws(ONNXReason) {
        if let reason = order.secondOutputs[index] { throw ONNXReason(reason) }
        try builder.add(nodes[index], name: name(index, of: model.graph))
      } catch {
        builder.forget(nodes[index])
        obstacles.add(fault(index, of: model.graph, error.text))
      }
    }
    guard let inputs, obstacles.isEmpty else { throw obstacles.error }
    do throws(GraphError) {
      return try builder.graph(input: inputs.input, output: output)
    } catch {
      throw ONNXImportError(path: path, node: error.node, reason: error.reason)
    }
  }

  private func name(_ index: Int, of graph: Onnx_GraphProto) -> String {
    graph.node[index].name.isEmpty ? "\(graph.node[index].opType)_\(index)" : graph.node[index].name
  }

  private func fault(
    _ index: Int, of graph: Onnx_GraphProto, _ reason: String
  ) -> ONNXImportError {
    ONNXImportError(
      path: path, node: name(index, of: graph), operation: graph.node[index].opType,
      reason: reason)
  }

  private func order(
    of graph: Onnx_GraphProto, output: String
  ) throws(ONNXImportError) -> ONNXNodeOrder {
    do throws(ONNXNodeFault) {
      return try ONNXNodeOrder(
        graph.node, known: Set(graph.input.map(\.name) + graph.initializer.map(\.name)),
        outputs: [output])
    } catch {
      throw fault(error.index, of: graph, error.reason)
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

  /// The tensors of the file that can be read.
  private func initializers(
    of graph: Onnx_GraphProto, _ files: ONNXExternalFiles, _ obstacles: inout ONNXObstacles
  ) -> [String: ONNXConstant] {
    var constants: [String: ONNXConstant] = [:]
    for tensor in graph.initializer {
      do throws(ONNXReason) {
        let previous = constants.updateValue(
          try ONNXConstant(tensor, beside: files), forKey: tensor.name)
        guard previous == nil, !tensor.name.isEmpty else {
          throw ONNXReason("two tensors are named '\(tensor.name)', or one has no name")
        }
      } catch {
        obstacles.add(fail(error.text))
      }
    }
    return constants
  }

  /// The inputs, of which tensors of the file are none.
  private func inputs(
    of graph: Onnx_GraphProto, _ obstacles: inout ONNXObstacles
  ) -> ONNXInputs? {
    obstacles.attempt { () throws(ONNXImportError) in
      let stored = Set(graph.initializer.map(\.name))
      do throws(ONNXReason) {
        return try ONNXInputs(graph.input.filter { !stored.contains($0.name) }, options: options)
      } catch {
        throw fail(error.text)
      }
    }
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
