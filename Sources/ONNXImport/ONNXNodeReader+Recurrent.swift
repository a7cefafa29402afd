import NeuralNetwork
import NumericKernels

/// RNN, GRU and LSTM.
extension ONNXNodeReader {
  static let recurrentAttributes: [String: Set<String>] = {
    let shared: Set<String> = [
      "activation_alpha", "activation_beta", "activations", "clip", "direction", "hidden_size",
      "layout",
    ]
    return [
      "GRU": shared.union(["linear_before_reset"]), "LSTM": shared.union(["input_forget"]),
      "RNN": shared,
    ]
  }()

  /// All steps and the last states as one value, and its parts.
  func recurrentLayer() throws(ONNXReason) -> ONNXOutputs {
    let layer = try recurrent()
    let steps = try shape(0)[0]
    func part(_ first: Int, _ end: Int) -> ONNXStep {
      ONNXStep(operation: .slice([SliceAxis(axis: 0, start: first, end: end, step: 1)]))
    }
    let extents = [layer.directions.count, try shape(0)[1], layer.hiddenCount]
    let states = (0..<layer.stateCount).map { state in
      [part(steps + state, steps + state + 1), ONNXStep(operation: .reshape(extents))]
    }
    return ONNXOutputs(shared: [step(.recurrent(layer))], parts: [[part(0, steps)]] + states)
  }

  private func recurrent() throws(ONNXReason) -> RecurrentLayer {
    guard try integer("layout", default: 0) == 0 else {
      throw ONNXReason("attribute layout is 1, which puts the batch first; 0 is read")
    }
    let cell: RecurrentLayer.Cell =
      switch node.opType {
      case "LSTM": .longShortTerm(isCoupled: try flag("input_forget"))
      case "GRU": .gated(resetsAfterProduct: try flag("linear_before_reset"))
      default: .simple
      }
    let gates = cell.gateCount
    let input = try shape(0)
    let (weights, recurrence) = (try finite(1, "W"), try finite(2, "R"))
    let reversed = try directions()
    let count = reversed.count
    guard input.count == 3, weights.shape.count == 3, recurrence.shape.count == 3,
      let hidden = recurrence.shape.last, hidden > 0, hidden <= 1 << 20,
      weights.shape == [count, gates * hidden, input[2]],
      recurrence.shape == [count, gates * hidden, hidden],
      try integer("hidden_size", default: hidden) == hidden
    else {
      throw ONNXReason(
        "W \(weights.shape) and R \(recurrence.shape) do not fit the input \(input): read are "
          + "[steps, N, inputs], W [\(count), \(gates) · hidden, inputs] and "
          + "R [\(count), \(gates) · hidden, hidden]")
    }
    let bias =
      hasInput(3)
      ? try vector(3, "B", count: count * 2 * gates * hidden)
      : [Float](repeating: 0, count: count * 2 * gates * hidden)
    let hiddenStates = try state(5, "initial_h", [count, input[1], hidden])
    let cells = gates == 4 ? try state(6, "initial_c", [count, input[1], hidden]) : nil
    let peepholes =
      gates == 4 && hasInput(7) ? try vector(7, "P", count: count * 3 * hidden) : []
    let functions = try functions(of: cell, directions: count)
    func part(_ values: [Float], _ direction: Int) -> [Float] {
      let length = values.count / count
      return Array(values[direction * length..<(direction + 1) * length])
    }
    var parts: [RecurrentLayer.Direction] = []
    for (direction, isReversed) in reversed.enumerated() {
      let own = part(bias, direction)
      let all = weights.matrix(direction, rows: gates * hidden)
      var dense = all
      dense.bias = Array(own.prefix(gates * hidden))
      var step = recurrence.matrix(direction, rows: gates * hidden)
      step.bias = Array(own.suffix(gates * hidden))
      var candidate: Dense?
      if cell == .gated(resetsAfterProduct: false) {
        candidate = step.rows(2 * hidden..<3 * hidden)
        step = step.rows(0..<2 * hidden)
      }
      parts.append(
        RecurrentLayer.Direction(
          isReversed: isReversed, input: dense, recurrent: step, candidate: candidate,
          peepholes: peepholes.isEmpty ? [] : part(peepholes, direction),
          functions: functions[direction], hidden: hiddenStates.map { part($0, direction) },
          cell: cells.map { part($0, direction) }))
    }
    return RecurrentLayer(
      cell: cell, directions: parts, hiddenCount: hidden, clip: try clipping(),
      steps: try sequenceLength(of: input))
  }

  /// Whether each direction is reversed.
  private func directions() throws(ONNXReason) -> [Bool] {
    switch try text("direction", default: "forward") {
    case "forward": return [false]
    case "reverse": return [true]
    case "bidirectional": return [false, true]
    case let direction:
      throw ONNXReason(
        "attribute direction is \(direction); forward, reverse and bidirectional are read")
    }
  }

  /// A state before the first step, `nil` for zeros.
  private func state(
    _ index: Int, _ role: String, _ extents: [Int]
  ) throws(ONNXReason) -> [Float]? {
    guard hasInput(index) else { return nil }
    let values = try vector(index, role, count: extents.reduce(1, *))
    return values.contains { $0 != 0 } ? values : nil
  }

  private func clipping() throws(ONNXReason) -> Float? {
    guard try attribute("clip", .float) != nil else { return nil }
    let clip = try float("clip", default: 0)
    guard clip > 0 else { throw ONNXReason("attribute clip is \(clip); positive ones are read") }
    return clip
  }

  /// Steps of the sequence that count; `nil` for all.
  private func sequenceLength(of input: [Int]) throws(ONNXReason) -> Int? {
    guard hasInput(4) else { return nil }
    let lengths = try integers(4, "sequence_lens")
    guard lengths.count == input[1], let first = lengths.first,
      lengths.allSatisfy({ $0 == first && (1...input[0]).contains($0) })
    else {
      throw ONNXReason(
        "sequence_lens are \(lengths); one length from 1 to \(input[0]) for all is read")
    }
    return first == input[0] ? nil : first
  }

  /// Functions of each direction, in the order that ONNX lists them.
  private func functions(
    of cell: RecurrentLayer.Cell, directions: Int
  ) throws(ONNXReason) -> [[UnaryFunction]] {
    let defaults: [String] =
      switch cell {
      case .simple: ["Tanh"]
      case .gated: ["Sigmoid", "Tanh"]
      case .longShortTerm: ["Sigmoid", "Tanh", "Tanh"]
      }
    let given = try attribute("activations", .texts)?.strings.map {
      String(decoding: $0, as: UTF8.self)
    }
    let names =
      given.flatMap { $0.isEmpty ? nil : $0 } ?? (0..<directions).flatMap { _ in defaults }
    guard names.count == directions * cell.functionCount else {
      throw ONNXReason(
        "attribute activations is \(names); \(directions * cell.functionCount) functions are read")
    }
    // Only functions that take a parameter take one off these lists.
    var alphas = (try attribute("activation_alpha", .floats)?.floats ?? [])[...]
    var betas = (try attribute("activation_beta", .floats)?.floats ?? [])[...]
    var functions: [UnaryFunction] = []
    for name in names {
      func alpha(_ value: Float) -> Float { alphas.popFirst() ?? value }
      func beta(_ value: Float) -> Float { betas.popFirst() ?? value }
      switch name.lowercased() {
      case "affine": functions.append(.affine(slope: alpha(1), offset: beta(0)))
      case "elu": functions.append(.elu(slope: alpha(1)))
      case "hardsigmoid": functions.append(.hardSigmoid(slope: alpha(0.2), offset: beta(0.5)))
      case "leakyrelu": functions.append(.leakyRelu(slope: alpha(0.01)))
      case "relu": functions.append(.relu)
      case "scaledtanh": functions.append(.scaledTanh(scale: alpha(1), slope: beta(1)))
      case "sigmoid": functions.append(.sigmoid)
      case "softplus": functions.append(.softplus)
      case "softsign": functions.append(.softsign)
      case "tanh": functions.append(.tanh)
      case "thresholdedrelu": functions.append(.thresholdedRelu(limit: alpha(1)))
      default:
        throw ONNXReason(
          "attribute activations has \(name); read are Affine, Elu, HardSigmoid, LeakyRelu, Relu, "
            + "ScaledTanh, Sigmoid, Softplus, Softsign, Tanh and ThresholdedRelu")
      }
    }
    return (0..<directions).map {
      Array(functions[$0 * cell.functionCount..<($0 + 1) * cell.functionCount])
    }
  }
}

extension ONNXConstant {
  /// Matrix `index` of a stack, as a layer without bias; the integers of the file go with it.
  fileprivate func matrix(_ index: Int, rows: Int) -> Dense {
    let length = floats.count / shape[0]
    let range = index * length..<(index + 1) * length
    let matrix = Matrix(rows: rows, columns: length / rows, elements: Array(floats[range]))
    guard let stored else { return Dense(weights: matrix, bias: []) }
    var own = ONNXStoredCodes(
      codes: Array(stored.codes[range]), scales: stored.scales, axis: stored.axis - 1)
    if stored.scales.count > 1 && stored.axis == 0 {
      (own.scales, own.axis) = ([stored.scales[index]], 0)
    }
    var dense = Dense(weights: matrix, bias: [], storedWeights: own.weights(rows: rows, axis: 0))
    dense.storedWeightsMisfit = own.misfit(rows: rows, axis: 0)
    return dense
  }
}

extension Dense {
  /// The layer of some of the outputs.
  fileprivate func rows(_ range: Range<Int>) -> Dense {
    func part<T: Sendable>(_ matrix: Matrix<T>) -> Matrix<T> {
      let elements = range.lowerBound * matrix.columns..<range.upperBound * matrix.columns
      return Matrix(
        rows: range.count, columns: matrix.columns, elements: Array(matrix.elements[elements]))
    }
    var result = Dense(
      weights: part(weights), bias: bias.isEmpty ? [] : Array(bias[range]),
      storedWeights: storedWeights.map {
        QuantizedWeights(codes: part($0.codes), scales: Array($0.scales[range]))
      })
    result.storedWeightsMisfit = storedWeightsMisfit
    return result
  }
}
