import Netlist

extension GateKind {
  /// The output; an unknown input leaves it open unless the others decide it.
  func output(_ inputs: some Sequence<DigitalValue.State>) -> DigitalValue.State {
    switch self {
    case .buffer: inputs.first { _ in true } ?? .unknown
    case .inverter: Self.buffer.output(inputs).inverted
    case .and: Self.combined(inputs, deciding: .zero)
    case .nand: Self.and.output(inputs).inverted
    case .or: Self.combined(inputs, deciding: .one)
    case .nor: Self.or.output(inputs).inverted
    case .xor: Self.parity(inputs)
    case .xnor: Self.parity(inputs).inverted
    }
  }

  /// One input of a state decides; without it all have the other one, or the output is unknown.
  private static func combined(
    _ inputs: some Sequence<DigitalValue.State>, deciding state: DigitalValue.State
  ) -> DigitalValue.State {
    var isUnknown = false
    for input in inputs {
      if input == state { return state }
      if input == .unknown { isUnknown = true }
    }
    return isUnknown ? .unknown : state.inverted
  }

  private static func parity(_ inputs: some Sequence<DigitalValue.State>) -> DigitalValue.State {
    var odd = false
    for input in inputs {
      if input == .unknown { return .unknown }
      if input == .one { odd.toggle() }
    }
    return odd ? .one : .zero
  }
}

/// A function of the inputs with delays of its edges.
struct Gate: EventDevice {
  private let law: @Sendable ([DigitalValue.State]) -> DigitalValue.State
  private let delays: EdgeDelays
  private var last = DigitalValue.State.zero

  init(_ kind: GateKind, _ delays: EdgeDelays) {
    law = { kind.output($0) }
    self.delays = delays
  }

  /// - Parameter table: By the inputs as a number, the first of them its least significant bit.
  init(table: [DigitalValue.State], _ delays: EdgeDelays) {
    law = { inputs in
      guard !inputs.contains(.unknown) else { return .unknown }
      return table[inputs.reversed().reduce(0) { 2 * $0 + ($1 == .one ? 1 : 0) }]
    }
    self.delays = delays
  }

  mutating func respond(_ context: inout EventContext) {
    let state = law(context.inputs.indices.map { context.state($0) })
    guard state != last || context.isAtRest else { return }
    context.post(0, state, delay: delays.delay(to: state, from: last))
    last = state
  }
}
