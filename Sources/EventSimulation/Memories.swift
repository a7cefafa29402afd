import Netlist

/// A Moore machine from a table.
struct StateMachine: EventDevice {
  private let model: StateMachineModel
  private var state: Int
  private var clock = DigitalValue.State.zero
  private var reset = DigitalValue.State.zero

  init(_ model: StateMachineModel) {
    self.model = model
    state = model.resetState
  }

  mutating func respond(_ context: inout EventContext) {
    let inputs = context.inputs.count - 2
    let (clock, reset) = (context.state(inputs), context.state(inputs + 1))
    let isEdge = clock == .one && self.clock == .zero
    let isReset = reset == .one && self.reset != .one
    (self.clock, self.reset) = (clock, reset)
    if context.isAtRest { return take(model.resetState, after: 0, &context) }
    if isReset { return take(model.resetState, after: model.resetDelay, &context) }
    guard isEdge, reset != .one else { return }
    let next = model.states[state].transitions.first { transition in
      transition.inputs.indices.allSatisfy {
        transition.inputs[$0] == nil || transition.inputs[$0] == context.state($0)
      }
    }
    if let next { take(next.next, after: model.clockDelay, &context) }
  }

  private mutating func take(_ next: Int, after delay: Double, _ context: inout EventContext) {
    guard next != state || context.isAtRest else { return }
    for (output, value) in model.states[next].outputs.enumerated() {
      context.post(output, .digital(value), delay: delay)
    }
    state = next
  }
}

/// A memory: reads while it is selected, and writes while writing is enabled too. Its outputs then
/// show the data without driving them, and stay so where the selection ends before the writing.
struct Memory: EventDevice {
  private let model: MemoryModel
  private var words: [Int: [DigitalValue.State]] = [:]
  /// Every bit of the words that are not there.
  private var rest: DigitalValue.State
  private var last: [DigitalValue]
  private var isSelected = false

  init(_ model: MemoryModel) {
    self.model = model
    rest = model.initial
    last = [DigitalValue](
      repeating: DigitalValue(.unknown, .highImpedance), count: model.width)
  }

  mutating func respond(_ context: inout EventContext) {
    let values = values(context)
    for output in values.indices where values[output] != last[output] || context.isAtRest {
      context.post(output, .digital(values[output]), delay: model.readDelay)
    }
    last = values
  }

  private mutating func values(_ context: EventContext) -> [DigitalValue] {
    let width = model.width
    let address = number(context, width..<width + model.addressBits)
    let write = context.state(width + model.addressBits)
    let selects = width + model.addressBits + 1..<context.inputs.count
    let wasSelected = isSelected
    isSelected = number(context, selects) == model.selectValue
    guard isSelected else {
      guard wasSelected, write != .one else { return last }
      return [DigitalValue](repeating: DigitalValue(.unknown, .highImpedance), count: width)
    }
    let unknown = [DigitalValue.State](repeating: .unknown, count: width)
    switch write {
    case .zero:
      let word =
        address.map {
          words[$0] ?? [DigitalValue.State](repeating: rest, count: width)
        } ?? unknown
      return word.map { DigitalValue($0) }
    case .one:
      let data = (0..<width).map { context.state($0) }
      if let address {
        words[address] = data
      } else {
        // Any word may be the one that is written.
        (words, rest) = ([:], .unknown)
      }
      return data.map { DigitalValue($0, .highImpedance) }
    case .unknown:
      if let address { words[address] = unknown }
      return unknown.map { DigitalValue($0) }
    }
  }

  /// Inputs as a number, the first its least significant bit; `nil` if one is unknown.
  private func number(_ context: EventContext, _ inputs: Range<Int>) -> Int? {
    var number = 0
    for (bit, input) in inputs.enumerated() {
      switch context.state(input) {
      case .zero: continue
      case .one: number |= 1 << bit
      case .unknown: return nil
      }
    }
    return number
  }
}
