import NumericKernels

/// A recurrent layer with constant weights, in one or both directions along a sequence.
///
/// The gates of a step are `W x + R h + b` for the input `x` of the step and the state `h` before
/// it. `W x` is one product for the whole sequence, `R h` one per step.
public struct RecurrentLayer: Sendable {
  /// The equations of a step.
  public enum Cell: Sendable, Equatable {
    /// `h = f(gate)` (ONNX `RNN`).
    case simple
    /// Hochreiter and Schmidhuber 1997, doi 10.1162/neco.1997.9.8.1735, with the forget gate of Gers
    /// et al. 2000; gates in the order input, output, forget, cell. A coupled forget gate is one
    /// less the input gate.
    case longShortTerm(isCoupled: Bool)
    /// Cho et al. 2014, arXiv 1406.1078; gates in the order update, reset, candidate. The reset gate
    /// multiplies the state, or the product with it if it comes after.
    case gated(resetsAfterProduct: Bool)

    /// Gates of a step.
    public var gateCount: Int {
      switch self {
      case .simple: 1
      case .longShortTerm: 4
      case .gated: 3
      }
    }
    /// Functions of a step, in ONNX's order `f`, `g`, `h`.
    public var functionCount: Int {
      switch self {
      case .simple: 1
      case .longShortTerm: 3
      case .gated: 2
      }
    }
    /// The name of the operator in ONNX.
    var name: String {
      switch self {
      case .simple: "RNN"
      case .longShortTerm: "LSTM"
      case .gated: "GRU"
      }
    }
  }

  /// Parameters of one direction.
  public struct Direction: Sendable {
    public var isReversed: Bool
    /// `W`, `[gates · hidden, inputs]`.
    public var input: Dense
    /// `R`, `[gates · hidden, hidden]`; without the candidate if that has a product of its own.
    public var recurrent: Dense
    /// The candidate's part of `R`, `[hidden, hidden]`, if it multiplies the state after the reset.
    public var candidate: Dense?
    /// Factors of the cell's state in the input, output and forget gate, `[3 · hidden]`; empty for
    /// none.
    public var peepholes: [Float]
    public var functions: [UnaryFunction]
    /// State before the first step, `[N, hidden]`; `nil` for zeros.
    public var hidden: [Float]?
    /// State of the cell before the first step, `[N, hidden]`; `nil` for zeros.
    public var cell: [Float]?

    public init(
      isReversed: Bool, input: Dense, recurrent: Dense, candidate: Dense? = nil,
      peepholes: [Float] = [], functions: [UnaryFunction], hidden: [Float]? = nil,
      cell: [Float]? = nil
    ) {
      self.isReversed = isReversed
      self.input = input
      self.recurrent = recurrent
      self.candidate = candidate
      self.peepholes = peepholes
      self.functions = functions
      self.hidden = hidden
      self.cell = cell
    }
  }

  public let cell: Cell
  /// One, or the forward and the reverse direction.
  public let directions: [Direction]
  /// Values of a state.
  public let hiddenCount: Int
  /// Limit of the magnitude of what gates' functions take; `nil` for none.
  public let clip: Float?
  /// Steps computed, the first ones of the sequence; outputs of the others are zero. `nil` for all.
  public let steps: Int?

  /// A layer whose parameters have the shapes of its cell.
  public init(
    cell: Cell, directions: [Direction], hiddenCount: Int, clip: Float? = nil, steps: Int? = nil
  ) {
    let gates = cell.gateCount
    for direction in directions {
      let own = direction.candidate == nil ? gates : gates - 1
      precondition(
        direction.input.weights.rows == gates * hiddenCount
          && direction.recurrent.weights.rows == own * hiddenCount
          && direction.recurrent.weights.columns == hiddenCount, "weights of every gate")
      precondition(direction.functions.count == cell.functionCount, "functions of every gate")
      precondition(
        direction.peepholes.isEmpty || direction.peepholes.count == 3 * hiddenCount,
        "peepholes of three gates")
    }
    precondition((1...2).contains(directions.count), "one or two directions")
    self.cell = cell
    self.directions = directions
    self.hiddenCount = hiddenCount
    self.clip = clip
    self.steps = steps
  }

  /// States that stand behind the outputs of all steps: the last one, and that of its cell.
  public var stateCount: Int { cell.gateCount == 4 ? 2 : 1 }

  /// The products of a step, direction after direction.
  var matrices: [LayerMatrix] {
    directions.flatMap { direction in
      let prefix = direction.isReversed && directions.count == 2 ? "reverse." : ""
      return [
        LayerMatrix(.dense(direction.input), part: prefix + "input"),
        LayerMatrix(.dense(direction.recurrent), part: prefix + "recurrent", input: nil),
      ]
        + (direction.candidate.map {
          [LayerMatrix(.dense($0), part: prefix + "candidate", input: nil)]
        } ?? [])
    }
  }

  /// `[T, N, inputs]` as `[T + states, directions, N, hidden]`.
  func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    let inputs = directions[0].input.weights.columns
    guard input.count == 3, input[2] == inputs, input[0] > 0, input[1] > 0 else {
      throw OperatorError("takes [T, N, \(inputs)]")
    }
    guard steps ?? 1 <= input[0], steps ?? 1 > 0 else {
      throw OperatorError("computes \(steps ?? 0) steps of \(input[0])")
    }
    for state in directions.flatMap({ [$0.hidden, $0.cell] }) {
      guard state.map({ $0.count == input[1] * hiddenCount }) ?? true else {
        throw OperatorError("has an initial state of \(state?.count ?? 0) values")
      }
    }
    return [input[0] + stateCount, directions.count, input[1], hiddenCount]
  }

  /// The outputs of all steps, the last state and that of its cell. `product` computes the products
  /// of `matrices`.
  func apply<Failure: Error>(
    _ x: Tensor, to extents: [Int], product: (Int, Tensor) throws(Failure) -> Tensor
  ) throws(Failure) -> Tensor {
    let (length, batch) = (x.shape[0], x.shape[1])
    let count = steps ?? length
    let inputs = x.shape[2]
    let sequence = Tensor(
      shape: [count, batch, inputs], values: Array(x.values.prefix(count * batch * inputs)))
    let size = batch * hiddenCount
    var result = [Float](repeating: 0, count: extents.reduce(1, *))
    func put(_ values: [Float], _ step: Int, _ direction: Int) {
      let start = (step * directions.count + direction) * size
      for k in values.indices { result[start + k] = values[k] }
    }
    var first = 0
    for (number, direction) in directions.enumerated() {
      let gates = try product(first, sequence).values
      let gateLength = gates.count / count
      let zeros = [Float](repeating: 0, count: size)
      var state = RecurrentState(
        hidden: direction.hidden ?? zeros, cell: direction.cell ?? zeros, batch: batch)
      for step in direction.isReversed ? Array((0..<count).reversed()) : Array(0..<count) {
        let own = Array(gates[step * gateLength..<(step + 1) * gateLength])
        let before = Tensor(shape: [batch, hiddenCount], values: state.hidden)
        let recurrent = try product(first + 1, before).values
        try advance(&state, direction, own, recurrent) { reset throws(Failure) in
          try product(first + 2, Tensor(shape: [batch, hiddenCount], values: reset)).values
        }
        put(state.hidden, step, number)
      }
      put(state.hidden, length, number)
      if stateCount == 2 { put(state.cell, length + 1, number) }
      first += direction.candidate == nil ? 2 : 3
    }
    return Tensor(shape: extents, values: result)
  }
}

/// The state of a layer between two steps, `[N, hidden]` each.
struct RecurrentState {
  var hidden: [Float]
  /// Of an LSTM.
  var cell: [Float]
  var batch: Int
}

extension RecurrentLayer {
  /// One step, from the products of its input and of the state before it, each `[N, gates · hidden]`.
  private func advance<Failure: Error>(
    _ state: inout RecurrentState, _ direction: Direction, _ input: [Float],
    _ recurrent: [Float], candidate: ([Float]) throws(Failure) -> [Float]
  ) throws(Failure) {
    let (size, batch) = (hiddenCount, state.batch)
    /// The gate `number` of a product for all of the batch.
    func gate(_ product: [Float], _ number: Int) -> [Float] {
      let width = product.count / batch
      var result: [Float] = []
      for row in 0..<batch {
        let start = row * width + number * size
        result += product[start..<start + size]
      }
      return result
    }
    func sum(_ number: Int) -> [Float] { adding(gate(input, number), gate(recurrent, number)) }
    /// A gate's function of the sum, and of a state that it sees through peepholes.
    func value(
      _ function: UnaryFunction, _ sum: [Float], _ peephole: Int? = nil, _ cell: [Float] = []
    ) -> [Float] {
      var x = sum
      if let peephole, !direction.peepholes.isEmpty {
        for k in x.indices { x[k] += direction.peepholes[peephole * size + k % size] * cell[k] }
      }
      if let clip { x = x.map { min(max($0, -clip), clip) } }
      return function(Tensor(shape: [x.count], values: x)).values
    }
    switch cell {
    case .simple: state.hidden = value(direction.functions[0], sum(0))
    case .longShortTerm(let isCoupled):
      let (f, g, h) = (direction.functions[0], direction.functions[1], direction.functions[2])
      let enters = value(f, sum(0), 0, state.cell)
      let stays = isCoupled ? enters.map { 1 - $0 } : value(f, sum(2), 2, state.cell)
      let new = value(g, sum(3))
      state.cell = adding(multiplying(stays, state.cell), multiplying(enters, new))
      let leaves = value(f, sum(1), 1, state.cell)
      state.hidden = multiplying(
        leaves, h(Tensor(shape: [state.cell.count], values: state.cell)).values)
    case .gated(let resetsAfterProduct):
      let (f, g) = (direction.functions[0], direction.functions[1])
      let update = value(f, sum(0))
      let reset = value(f, sum(1))
      let part: [Float]
      if resetsAfterProduct {
        part = multiplying(reset, gate(recurrent, 2))
      } else {
        part = try candidate(multiplying(reset, state.hidden))
      }
      let new = value(g, adding(gate(input, 2), part))
      let kept = multiplying(update, state.hidden)
      state.hidden = adding(multiplying(update.map { 1 - $0 }, new), kept)
    }
  }

  private func adding(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 + $1 } }
  private func multiplying(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0 * $1 } }
}
