import EventSimulation
import Netlist

/// The events of a circuit beside its equations: what they sense of a solution, when they change a
/// source, and to what.
struct BoundEvents: Sendable {
  private var engine: EventEngine
  /// A copy that has gone ahead, up to when, and whether a source's course begins there; `nil` where
  /// something has changed since.
  private var ahead: (engine: EventEngine, until: Double, hasCourse: Bool)?
  private let probes: [Expression]
  private let circuit: Circuit
  /// `nil` in a circuit without equations.
  private let layout: SimulationLayout?

  init(_ circuit: Circuit, _ layout: SimulationLayout?) {
    engine = EventEngine(circuit.events)
    probes = circuit.events.elements.flatMap(\.probes)
    self.circuit = circuit
    self.layout = layout
  }

  var count: Int { circuit.events.elements.count }

  /// Values of the nodes of events.
  var numbers: [Double] { engine.values.map(\.number) }

  private func sensed(_ x: [Double], _ celsius: Double, time: Double) -> [Double] {
    guard let layout else { return probes.map { _ in 0 } }
    return probes.map { probe in
      probe.value { quantity in
        switch quantity {
        case .voltage(let node): x[layout.place(node)]
        case .current(let current): x[layout.place(of: current)]
        case .dynamic(let term): x[layout.dynamicPlaces[term]]
        case .temperature: celsius
        case .time: time
        case .frequency, .device, .event: 0
        }
      }
    }
  }

  private func located(_ error: EventError) -> CircuitError {
    func names(_ nodes: [Int]) -> [String] {
      nodes.map { circuit.name(of: circuit.events.nodes[$0].label) }
    }
    switch error {
    case .unsettled(let nodes): return .unsettledEvents(nodes: names(nodes), seconds: nil)
    case .endless(let seconds, let nodes):
      return .unsettledEvents(nodes: names(nodes), seconds: seconds)
    case .tooMany(let count, let seconds): return .tooManyEvents(count, seconds: seconds)
    case .notFinite(let nodes, _): return .solutionNotFinite(names(nodes).first ?? "a bridge")
    }
  }

  /// Elements with a source or a probe, for messages.
  var namesOfBridges: [String] {
    circuit.events.elements.filter { !$0.sources.isEmpty || !$0.probes.isEmpty }
      .map { circuit.name(of: $0.label) }
  }

  /// Puts what bridges drive at a time, up to the next course that begins, in place of the sources'
  /// own values.
  func apply(to sources: inout SourceValues, at seconds: Double) {
    for (source, ramp) in zip(engine.sources, engine.ramps) {
      sources.volts[source] = ramp.volts(at: seconds)
    }
  }

  // MARK: Rest

  /// Lets events come to rest at a solution; returns whether a source has to have another value.
  mutating func settle(at x: [Double], _ celsius: Double) throws(CircuitError) -> Bool {
    do throws(EventError) {
      return try engine.settle(sensed(x, celsius, time: 0))
    } catch {
      throw located(error)
    }
  }

  // MARK: Transients

  /// When something is due next.
  var nextEvent: Double? { engine.nextEvent }

  /// Begins a transient from rest.
  mutating func begin() {
    engine.begin()
    ahead = nil
  }

  /// When the next ramp ends after one time or, before another, a course begins.
  mutating func nextCorner(
    after now: Double, before limit: Double
  ) throws(CircuitError) -> Double? {
    guard count > 0 else { return nil }
    let end = engine.corner(after: now)
    guard !engine.sources.isEmpty else { return end }
    do throws(EventError) {
      var (copy, until, hasCourse) = ahead ?? (engine, now, false)
      if !hasCourse, until < limit {
        let course = try copy.advance(to: limit, stoppingAtCourses: true)
        (until, hasCourse) = (course ?? limit, course != nil)
      }
      ahead = (copy, until, hasCourse)
      return hasCourse ? min(until, end ?? .infinity) : end
    } catch {
      throw located(error)
    }
  }

  /// Where on the way to a solution the first bridge changes an output, as on a line; `nil` if none
  /// does.
  func crossing(to x: [Double], _ celsius: Double) -> Double? {
    engine.crossing(to: sensed(x, celsius, time: engine.time))
  }

  /// Goes on to an accepted point; returns whether the course of a source has begun at it.
  mutating func accept(
    _ x: [Double], at seconds: Double, _ celsius: Double
  ) throws(CircuitError) -> Bool {
    guard count > 0 else { return false }
    do throws(EventError) {
      _ = try engine.advance(to: seconds)
      var hasBegun = engine.hasBegunCourse
      if try engine.sense(sensed(x, celsius, time: seconds), at: seconds) {
        ahead = nil
        // What has no delay happens now.
        _ = try engine.advance(to: seconds)
        hasBegun = hasBegun || engine.hasBegunCourse
      }
      if hasBegun { ahead = nil }
      return hasBegun
    } catch {
      throw located(error)
    }
  }
}
