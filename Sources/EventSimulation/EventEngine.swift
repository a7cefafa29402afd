import Netlist

/// The events of a circuit: values of its nodes of events, what its elements remember, and what is
/// due. A value: a copy of it looks ahead.
///
/// A change that is posted for a time before, or at, that of pending ones of the same output takes
/// their place (transport delay, as in XSPICE).
public struct EventEngine: Sendable {
  private struct Output: Sendable {
    var node: Int
    var isInverted: Bool
    /// `nil` until the element has been asked.
    var value: EventValue?
    /// Changes that are due, in order.
    var pending: [(time: Double, number: Int, value: EventValue)] = []
  }

  private let circuit: EventCircuit
  private var devices: [any EventDevice]
  /// By index of the node.
  public private(set) var values: [EventValue]
  /// The outputs of all elements, one after the other.
  private var outputs: [Output] = []
  private let firstOutput: [Int]
  /// By node: outputs that drive it, and elements with an input there.
  private let drivers: [[Int]]
  private let listeners: [[Int]]
  private var queue = EventQueue()
  private var number = 0
  /// Elements that are still to be asked.
  private var isDue: [Bool]
  private var due: [Int] = []
  /// The last call that each element has asked for, by its number; those before it do not count.
  private var wakes: [Int]
  private var changed: [Int] = []

  /// Values of the probes of all elements, one after the other.
  private var probes: [Double]
  private let firstProbe: [Int]
  private let sensing: [Int]

  /// The voltage sources that bridges drive, by index in the circuit, and their courses.
  public let sources: [Int]
  public private(set) var ramps: [LevelRamp]
  private let firstSource: [Int]
  /// Whether a course has begun or, at rest, a level has changed.
  private var hasDriven = false
  private var isAtRest = true
  /// Seconds up to which everything is done.
  public private(set) var time = 0.0
  private var eventCount = 0
  /// Why the last element that was asked could not go on.
  private var failure: EventError?

  static let passLimit = 1000
  static let eventLimit = 100_000_000

  /// The events of a circuit before anything has been asked.
  public init(_ circuit: EventCircuit) {
    self.circuit = circuit
    devices = circuit.elements.map(\.device)
    values = circuit.nodes.map {
      $0.isReal ? .real(0) : .digital(DigitalValue(.zero, .undetermined))
    }
    var drivers = [[Int]](repeating: [], count: circuit.nodes.count)
    var listeners = drivers
    var (firstOutput, firstProbe, firstSource) = ([Int](), [Int](), [Int]())
    var (probeCount, sources) = (0, [Int]())
    for (index, element) in circuit.elements.enumerated() {
      firstOutput.append(outputs.count)
      for pin in element.outputs {
        if let pin { drivers[pin.node].append(outputs.count) }
        outputs.append(Output(node: pin?.node ?? -1, isInverted: pin?.isInverted ?? false))
      }
      for pin in element.inputs.compactMap({ $0 }) where listeners[pin.node].last != index {
        listeners[pin.node].append(index)
      }
      firstProbe.append(probeCount)
      probeCount += element.probes.count
      firstSource.append(sources.count)
      sources += element.sources
    }
    (self.drivers, self.listeners, self.sources) = (drivers, listeners, sources)
    (self.firstOutput, self.firstProbe, self.firstSource) = (firstOutput, firstProbe, firstSource)
    probes = [Double](repeating: 0, count: probeCount)
    ramps = sources.map { _ in LevelRamp(0) }
    isDue = circuit.elements.map { _ in false }
    wakes = circuit.elements.map { _ in 0 }
    sensing = circuit.elements.indices.filter { !circuit.elements[$0].probes.isEmpty }
    for element in circuit.elements.indices { makeDue(element) }
  }

  // MARK: Rest

  /// Lets everything come to rest at these values of the probes; returns whether a source has to
  /// have another voltage than before.
  public mutating func settle(_ probes: [Double]) throws(EventError) -> Bool {
    sense(probes)
    hasDriven = false
    for _ in 0..<Self.passLimit where !due.isEmpty {
      changed = []
      // In the deck's order, each with what those before it have changed.
      let asked = due.sorted()
      due = []
      for element in asked {
        isDue[element] = false
        ask(element, at: 0)
      }
    }
    if let failure { throw failure }
    guard due.isEmpty else { throw .unsettled(nodes: unique(changed)) }
    return hasDriven
  }

  private func unique(_ nodes: [Int]) -> [Int] { Array(Set(nodes)).sorted() }

  private mutating func sense(_ probes: [Double]) {
    precondition(probes.count == self.probes.count, "a value for every probe")
    self.probes = probes
    for element in sensing { makeDue(element) }
  }

  // MARK: Time

  /// Begins a transient at time zero, from rest.
  public mutating func begin() {
    isAtRest = false
    (time, eventCount) = (0, 0)
    for element in devices.indices {
      var context = context(of: element, at: 0)
      devices[element].begin(&context)
      take(context, of: element, at: 0)
    }
  }

  /// Goes on to a time, or to the first one before it at which a source's course begins; returns
  /// that.
  public mutating func advance(
    to limit: Double, stoppingAtCourses: Bool = false
  ) throws(EventError) -> Double? {
    hasDriven = false
    while let next = queue.first, next.time <= limit {
      time = next.time
      try process(next.time)
      if hasDriven, stoppingAtCourses { return next.time }
    }
    time = max(time, limit)
    return nil
  }

  /// When something is due next.
  public var nextEvent: Double? { queue.first?.time }

  private mutating func process(_ now: Double) throws(EventError) {
    for _ in 0..<Self.passLimit {
      changed = []
      while let entry = queue.first, entry.time <= now {
        _ = queue.popFirst()
        eventCount += 1
        guard eventCount <= Self.eventLimit else { throw .tooMany(eventCount, seconds: now) }
        switch entry.subject {
        case .wake(let element):
          if wakes[element] == entry.number { makeDue(element) }
        case .output(let output):
          guard let first = outputs[output].pending.first, first.number == entry.number else {
            continue
          }
          outputs[output].pending.removeFirst()
          set(output, first.value)
        }
      }
      let asked = due.sorted()
      due = []
      for element in asked {
        isDue[element] = false
        ask(element, at: now)
      }
      if let failure { throw failure }
      if (queue.first?.time ?? .infinity) > now { return }
    }
    throw .endless(seconds: now, nodes: unique(changed))
  }

  /// Takes the values that the probes have at the present time; returns whether that changes what is
  /// to come.
  public mutating func sense(_ probes: [Double], at seconds: Double) throws(EventError) -> Bool {
    time = seconds
    let former = number
    sense(probes)
    let asked = due.sorted()
    due = []
    for element in asked {
      isDue[element] = false
      ask(element, at: seconds)
    }
    if let failure { throw failure }
    return number != former
  }

  /// Where on the way from the last values of the probes to these the first bridge would change an
  /// output: the share of the way, as on a line; `nil` if none would.
  public func crossing(to after: [Double]) -> Double? {
    sensing.compactMap { element in
      let first = firstProbe[element]
      let range = first..<first + circuit.elements[element].probes.count
      return devices[element].crossing(from: probes[range], to: after[range])
    }.min()
  }

  /// Whether the course of a source has begun since the last call of `advance`.
  public var hasBegunCourse: Bool { hasDriven }

  /// The next end of a source's ramp after a time.
  public func corner(after seconds: Double) -> Double? {
    ramps.compactMap { $0.corner(after: seconds) }.min()
  }

  // MARK: Elements

  private mutating func makeDue(_ element: Int) {
    guard !isDue[element] else { return }
    isDue[element] = true
    due.append(element)
  }

  private func context(of element: Int, at time: Double) -> EventContext {
    let inputs = circuit.elements[element].inputs.map { pin -> EventValue in
      guard let pin else { return .digital(DigitalValue(.zero)) }
      guard pin.isInverted, case .digital(let value) = values[pin.node] else {
        return values[pin.node]
      }
      return .digital(value.inverted)
    }
    let first = firstProbe[element]
    return EventContext(
      time: time, isAtRest: isAtRest, inputs: inputs,
      probes: probes[first..<first + circuit.elements[element].probes.count])
  }

  private mutating func ask(_ element: Int, at time: Double) {
    var context = context(of: element, at: time)
    devices[element].respond(&context)
    take(context, of: element, at: time)
  }

  /// Does what an element has asked for.
  private mutating func take(_ context: EventContext, of element: Int, at now: Double) {
    switch context.failure {
    case .tooMany: failure = .tooMany(context.posts.count, seconds: now)
    case .notFinite: failure = .notFinite(nodes: nodes(of: element), seconds: now)
    case nil: break
    }
    guard failure == nil else { return }
    for post in context.posts {
      let output = firstOutput[element] + post.output
      if isAtRest {
        set(output, post.value)
      } else {
        schedule(output, post.value, at: now + post.delay)
      }
    }
    if let wake = context.wake {
      number += 1
      wakes[element] = number
      queue.push(.init(time: max(wake, now), number: number, subject: .wake(element: element)))
    }
    for level in context.levels {
      guard level.volts.isFinite else {
        failure = .notFinite(nodes: nodes(of: element), seconds: now)
        return
      }
      let source = firstSource[element] + level.output
      if isAtRest {
        hasDriven = hasDriven || level.volts != ramps[source].final
        ramps[source] = LevelRamp(level.volts)
      } else {
        hasDriven = true
        ramps[source] = LevelRamp(
          at: now, from: ramps[source].volts(at: now), to: level.volts, level.pace)
      }
    }
  }

  private func nodes(of element: Int) -> [Int] {
    (circuit.elements[element].outputs + circuit.elements[element].inputs).compactMap { $0?.node }
  }

  private mutating func schedule(_ output: Int, _ value: EventValue, at time: Double) {
    number += 1
    let stays = outputs[output].pending.firstIndex { $0.time >= time }
    if let stays { outputs[output].pending.removeSubrange(stays...) }
    outputs[output].pending.append((time, number, value))
    queue.push(.init(time: time, number: number, subject: .output(output)))
  }

  private mutating func set(_ output: Int, _ value: EventValue) {
    var value = value
    if outputs[output].isInverted, case .digital(let digital) = value {
      value = .digital(digital.inverted)
    }
    if case .real(let number) = value, !number.isFinite {
      failure = .notFinite(nodes: [outputs[output].node], seconds: time)
      return
    }
    outputs[output].value = value
    let node = outputs[output].node
    guard node >= 0 else { return }
    let driven = drivers[node].compactMap { outputs[$0].value }
    let whole = driven.dropFirst().reduce(driven[0]) { $0.resolved(with: $1) }
    guard whole != values[node] else { return }
    values[node] = whole
    changed.append(node)
    for listener in listeners[node] { makeDue(listener) }
  }
}
