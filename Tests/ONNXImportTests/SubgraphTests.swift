import Foundation
import NeuralNetwork
import Testing

@testable import ONNXImport

/// Nodes that hold graphs: what of them is settled while a file is read, and what is refused.
/// `OperatorCaseTests` has their results.
@Suite struct SubgraphTests {
  private func value(_ name: String) -> Onnx_ValueInfoProto {
    var value = Onnx_ValueInfoProto()
    value.name = name
    return value
  }

  /// The nodes of `text` as a subgraph.
  private func part(
    _ text: ModelText, inputs: [String] = [], outputs: [String]
  ) -> Onnx_GraphProto {
    var graph = text.model.graph
    (graph.input, graph.output) = (inputs.map(value), outputs.map(value))
    return graph
  }

  private func add(
    _ graphs: [String: Onnx_GraphProto], to text: inout ModelText, _ kind: String,
    _ inputs: [String], _ output: String
  ) {
    text.node(kind, inputs, output)
    let last = text.model.graph.node.count - 1
    for (name, graph) in graphs.sorted(by: { $0.key < $1.key }) {
      var attribute = Onnx_AttributeProto()
      (attribute.name, attribute.type, attribute.g) = (name, 5, graph)
      text.model.graph.node[last].attribute.append(attribute)
    }
  }

  /// A choice between the exponential and an operator that is not read.
  private func choice(_ condition: Int32?) -> ModelText {
    var first = ModelText()
    first.node("Exp", ["x"], "a")
    var second = ModelText()
    second.node("Relu", ["x"], "a")
    second.node("Loopy", ["a"], "b")
    var text = ModelText(input: [0, 2])
    if let condition { text.narrow("c", .bool, [], [condition]) }
    if condition == nil {
      text.node("ReduceSum", ["x"], "s", integers: ["keepdims": 0])
      text.constant("zero", [], [0])
      text.node("Less", ["s", "zero"], "c")
    }
    add(
      [
        "then_branch": part(first, outputs: ["a"]), "else_branch": part(second, outputs: ["b"]),
      ], to: &text, "If", ["c"], "y")
    return text
  }

  /// Nothing is asked of the branch that does not run.
  @Test func onlyTheBranchThatRunsIsRead() throws {
    #expect(try choice(1).run(batch: 1).values == [1, Foundation.exp(Float(1))])
    #expect(try choice(1).graph().nodes.map(\.name) == ["n_y/then_branch/n_a", "n_y"])
    #expect(
      try choice(0).fault().reason
        == "in 'n_y/else_branch', node 'n_b' (Loopy): operator Loopy is not supported; supported: "
        + ONNXNodeReader.supportedList)
    #expect(
      try choice(nil).fault().reason
        == "input 0 (condition) is 'c', which is no constant of the file")
  }

  /// Doubles its state as often as `count` says, and goes on as `condition`, a value of its own or
  /// of the outside, says.
  private func doubling(_ count: Int64, goesOn condition: String = "going") -> ModelText {
    var body = ModelText()
    body.node("Add", ["state", "state"], "next")
    body.node("Not", ["going"], "opposite")
    var text = ModelText(input: [0, 2])
    text.integers("count", [count], isScalar: true)
    text.constant("zero", [], [0])
    text.node("ReduceSum", ["x"], "s", integers: ["keepdims": 0])
    text.node("Less", ["s", "zero"], "computed")
    add(
      ["body": part(body, inputs: ["turn", "going", "state"], outputs: [condition, "next"])],
      to: &text, "Loop", ["count", "", "x"], "y")
    return text
  }

  @Test func loopsTurnAsOftenAsTheirCountSays() throws {
    #expect(try doubling(3).run(batch: 1).values == [0, 8])
    #expect(try doubling(3).graph().nodes.map(\.name).last == "n_y")
    #expect(try doubling(3, goesOn: "opposite").run(batch: 1).values == [0, 2])
    #expect(try doubling(0).run(batch: 1).values == [0, 1])
    #expect(try doubling(-2).run(batch: 1).values == [0, 1])
  }

  @Test func endlessAndComputedLoopsAreRefused() throws {
    #expect(try doubling(1025).fault().reason == "has more than 1024 turns")
    #expect(
      try doubling(3, goesOn: "computed").fault().reason
        == "goes on by a condition that is computed from images")
    var text = doubling(3)
    text.model.graph.node[2].input.append("x")
    #expect(
      try text.fault().reason
        == "carries 2 values and writes 1, its body reads 3 and writes 2")
    text = doubling(3)
    text.model.graph.node[2].attribute[0].g.node[0].input[1] = "nowhere"
    #expect(try text.fault().reason == "reads 'nowhere', which nothing writes")
    text = doubling(3)
    text.model.graph.node[2].attribute = []
    #expect(try text.fault().reason == "attribute body is missing")
  }

  /// Loops in loops multiply; a small file must not become millions of nodes.
  @Test func nestedLoopsHaveALimit() throws {
    var text = doubling(1024)
    for _ in 0..<2 {
      var body = ModelText()
      body.integers("count", [1024], isScalar: true)
      var inner = text.model.graph.node[2]
      inner.input = ["count", "", "state"]
      inner.output = ["next"]
      body.model.graph.node = [inner]
      text = doubling(1024)
      text.model.graph.node[2].attribute[0].g = part(
        body, inputs: ["turn", "going", "state"], outputs: ["going", "next"])
    }
    #expect(
      try text.fault().reason.hasSuffix("subgraphs have more than 16384 nodes in all"))
  }

  /// A file whose nodes stand in any order has values that only subgraphs read computed before.
  @Test func valuesThatOnlySubgraphsReadComeBefore() throws {
    var first = ModelText()
    first.node("Exp", ["late"], "a")
    var text = ModelText(input: [0, 2])
    text.narrow("c", .bool, [], [1])
    add(
      ["then_branch": part(first, outputs: ["a"]), "else_branch": part(first, outputs: ["a"])],
      to: &text, "If", ["c"], "y")
    text.node("Neg", ["x"], "late")
    #expect(try text.run(batch: 1).values == [1, Foundation.exp(Float(-1))])
  }
}
