import NeuralNetwork
import NumericKernels

extension ONNXNodeReader {
  static let einsumAttributes: [String: Set<String>] = ["Einsum": ["equation"]]

  func einsum() throws(ONNXReason) -> [ONNXStep] {
    let equation = try text("equation", default: "")
    guard !equation.isEmpty, let einsum = Einsum(equation) else {
      throw ONNXReason("attribute equation is '\(equation)', which is none")
    }
    return try denseEinsum(einsum) ?? [step(.einsum(einsum), inputs: node.input.count)]
  }

  /// A computed operand times a constant one that has only axes of the product: a dense layer;
  /// `nil` for any other.
  private func denseEinsum(_ einsum: Einsum) throws(ONNXReason) -> [ONNXStep]? {
    guard node.input.count == 2, hasInput(0), hasInput(1),
      let place = [1, 0].first(where: { values.constants[node.input[$0]] != nil }),
      values.constants[node.input[1 - place]] == nil
    else { return nil }
    let weights = try finite(place, "weights")
    let shape = try shape(1 - place)
    let axes = try axes(of: einsum)
    let (own, other) = (axes.operands[place], axes.operands[1 - place])
    let columns = other.filter { own.contains($0) }
    let rows = own.filter { !other.contains($0) }
    let leading = other.filter { !own.contains($0) }
    // Every axis has one part, and none is broadcast or summed by itself.
    guard Set(own).count == own.count, Set(other).count == other.count, !columns.isEmpty,
      weights.shape.allSatisfy({ $0 > 0 }),
      !columns.contains(where: axes.output.contains), rows.allSatisfy(axes.output.contains),
      leading.allSatisfy(axes.output.contains),
      zip(own, weights.shape).allSatisfy({ axes.extents[$0] == $1 }),
      zip(other, shape).allSatisfy({ axes.extents[$0] == $1 })
    else { return nil }
    func extents(_ labels: [Int]) -> [Int] { labels.map { axes.extents[$0] ?? 1 } }
    let layer = try dense(
      weights, order: (rows + columns).compactMap(own.firstIndex), rowAxes: rows.count)
    let vectors = extents(leading).reduce(1, *)
    var steps: [ONNXStep] = []
    func add(_ operation: Operation) {
      steps.append(steps.isEmpty ? input(operation, 1 - place) : ONNXStep(operation: operation))
    }
    let order = (leading + columns).compactMap(other.firstIndex)
    if order != Array(shape.indices) { add(.transpose(order)) }
    add(.reshape([vectors, layer.weights.columns]))
    add(.dense(layer))
    add(.reshape(extents(leading + rows)))
    let made = leading + rows
    let turn = axes.output.compactMap(made.firstIndex)
    if turn != Array(made.indices) { add(.transpose(turn)) }
    return steps
  }

  private func input(_ operation: Operation, _ index: Int) -> ONNXStep {
    ONNXStep(operation: operation, inputs: [node.input[index]])
  }

  private func axes(of einsum: Einsum) throws(ONNXReason) -> Einsum.Axes {
    var shapes: [[Int]] = []
    for index in node.input.indices { shapes.append(try shape(index)) }
    do throws(OperatorError) {
      return try einsum.axes(shapes)
    } catch {
      throw ONNXReason(error.description)
    }
  }

  /// A dense layer whose weights are a constant with its axes in `order`, the first of them the
  /// outputs; integers of the file move along.
  private func dense(
    _ constant: ONNXConstant, order: [Int], rowAxes: Int
  ) throws(ONNXReason) -> Dense {
    func moved(_ values: [Float]) throws(ONNXReason) -> [Float] {
      do throws(OperatorError) {
        return try Operation.transpose(order)
          .evaluate([Tensor(shape: constant.shape, values: values)]).values
      } catch {
        throw ONNXReason(error.description)
      }
    }
    let rows = order.prefix(rowAxes).reduce(1) { $0 * constant.shape[$1] }
    let matrix = Matrix(
      rows: rows, columns: constant.floats.count / rows, elements: try moved(constant.floats))
    guard let stored = constant.stored else { return Dense(weights: matrix, bias: []) }
    let isExact = stored.codes.allSatisfy { $0.magnitude < 1 << 24 }
    let turned = ONNXStoredCodes(
      codes: isExact ? try moved(stored.codes.map { Float($0) }).map { Int($0) } : stored.codes,
      scales: stored.scales, axis: rowAxes == 1 && order[0] == stored.axis ? 0 : 1)
    var dense = Dense(
      weights: matrix, bias: [], storedWeights: turned.weights(rows: rows, axis: 0))
    dense.storedWeightsMisfit = turned.misfit(rows: rows, axis: 0)
    return dense
  }
}
