import Foundation
import Netlist

/// The output of an analysis: every node voltage and branch current, and further requested outputs.
struct SimulationOutput {
  let deck: SimulationDeck
  let layout: SimulationLayout
  /// Outputs that are no plain voltage or current, or a part of a phasor.
  let formulas: [OutputRequest]
  private let slopes: DeviceSlopeValues
  /// Branch currents: name and place.
  private let branches: [(name: String, place: Int)]

  init(_ deck: SimulationDeck, _ layout: SimulationLayout, _ kind: AnalysisKind) {
    self.deck = deck
    self.layout = layout
    slopes = DeviceSlopeValues(
      layout: layout, options: deck.options, isDynamic: kind == .transient)
    formulas = deck.outputs.filter { output in
      guard output.analysis == nil || output.analysis == kind, !output.isVector else {
        return false
      }
      // Values of devices are none of phasors; saved for all analyses, they are of the others.
      return output.analysis != nil || kind != .smallSignal || !output.expression.isDeviceValue
    }
    let circuit = deck.circuit
    var branches: [(name: String, place: Int)] = []
    func add(_ label: Label, _ place: Int?) {
      if let place { branches.append(("i(\(circuit.name(of: label).lowercased()))", place)) }
    }
    for (element, place) in zip(circuit.voltageSources, layout.sourceBranches) {
      add(element.label, place)
    }
    for (element, place) in zip(circuit.inductors, layout.inductorBranches) {
      add(element.label, place)
    }
    for (element, place) in zip(
      circuit.voltageControlledSources, layout.voltageControlledBranches)
    {
      add(element.label, place)
    }
    for (element, place) in zip(
      circuit.currentControlledSources, layout.currentControlledBranches)
    {
      add(element.label, place)
    }
    for (element, place) in zip(circuit.behavioralSources, layout.formulaBranches) {
      add(element.label, place)
    }
    for current in layout.metered { add(circuit.label(of: current), layout.place(of: current)) }
    self.branches = branches
  }

  /// A plot without points, with `scale` as its first variable.
  func plot(_ name: String, scale: Plot.Variable?, isComplex: Bool = false) -> Plot {
    var variables = scale.map { [$0] } ?? []
    for node in deck.circuit.nodes.dropFirst() {
      let name = deck.circuit.name(of: node).lowercased()
      variables.append(.init(name: "v(\(name))", kind: "voltage"))
    }
    for branch in branches { variables.append(.init(name: branch.name, kind: "current")) }
    if !isComplex {
      for node in deck.circuit.events.nodes.indices {
        let name = deck.circuit.vectorName(ofEventNode: node)
        variables.append(.init(name: name, kind: "notype"))
      }
    }
    for output in formulas { variables.append(output.variable) }
    return Plot(
      title: deck.circuit.title, name: name, variables: variables, isComplex: isComplex)
  }

  /// Adds one point of real values, with those of the nodes of events.
  func append(
    _ x: [Double], events: [Double], scale: Double?, time: Double?, celsius: Double,
    to plot: inout Plot
  ) {
    if let scale { plot.values.append(scale) }
    plot.values += x[0..<deck.circuit.nodeCount - 1]
    for branch in branches { plot.values.append(x[branch.place]) }
    plot.values += events
    for output in formulas {
      let value = output.expression.value { quantity in
        switch quantity {
        case .voltage(let node): x[layout.place(node)]
        case .current(let current): x[layout.place(of: current)]
        case .device(let slope): slopes.value(slope, at: x, celsius: celsius)
        case .time: time ?? 0
        case .temperature: celsius
        case .frequency: 0
        case .dynamic(let term): x[layout.dynamicPlaces[term]]
        case .event(let node): events[node]
        }
      }
      plot.values.append(output.part.of(.init(real: value)).real)
    }
  }

  /// Adds one point of phasors.
  func append(
    _ x: [SmallSignalRun.Phasor], hertz: Double, celsius: Double, to plot: inout Plot
  ) throws(CircuitError) {
    func add(_ phasor: SmallSignalRun.Phasor) { plot.values += [phasor.real, phasor.imaginary] }
    add(.init(real: hertz))
    for phasor in x[0..<deck.circuit.nodeCount - 1] { add(phasor) }
    for branch in branches { add(x[branch.place]) }
    for output in formulas {
      let phasor = output.expression.phasor { quantity in
        switch quantity {
        case .voltage(let node): x[layout.place(node)]
        case .current(let current): x[layout.place(of: current)]
        case .device, .event: .init(real: .nan)
        case .time: .init()
        case .temperature: .init(real: celsius)
        case .frequency: .init(real: hertz)
        case .dynamic(let term): x[layout.dynamicPlaces[term]]
        }
      }
      guard let phasor, !phasor.real.isNaN else { throw .unsupportedOutput(output.name) }
      add(output.part.of(phasor))
    }
  }
}

extension Netlist.Expression {
  fileprivate var isDeviceValue: Bool {
    if case .quantity(.device) = self { true } else { false }
  }
}

extension OutputRequest {
  /// Whether every plot has it as one of its vectors: a node's voltage or an element's current.
  var isVector: Bool {
    guard part == .value, !name.hasPrefix("@"), case .quantity(let quantity) = expression else {
      return false
    }
    switch quantity {
    // Ground has no vector of its own.
    case .voltage(let node): return node != .ground
    case .current, .event: return true
    case .time, .temperature, .frequency, .device, .dynamic: return false
    }
  }

  /// What a whole value is: the name of a vector says it.
  private var kind: String {
    guard name.hasSuffix(")") || name.hasSuffix("]"), !name.dropLast().contains(")") else {
      return "notype"
    }
    let beginnings = [("v(", "voltage"), ("i(", "current"), ("id(", "current"), ("p(", "power")]
    if name.hasPrefix("@"), name.hasSuffix("[i]") || name.hasSuffix("[id]") { return "current" }
    if name.hasPrefix("@"), name.hasSuffix("[p]") { return "power" }
    return beginnings.first { name.hasPrefix($0.0) }?.1 ?? "notype"
  }

  /// Its name and kind in a plot.
  var variable: Plot.Variable {
    // Parts of a voltage or a current have its unit, except ratios and angles.
    switch part {
    case .value:
      Plot.Variable(
        name: name,
        kind: kind)
    case .real, .imaginary, .magnitude:
      Plot.Variable(name: name, kind: name.hasPrefix("v") ? "voltage" : "current", isReal: true)
    case .phase: Plot.Variable(name: name, kind: "phase")
    case .decibels: Plot.Variable(name: name, kind: "decibel")
    }
  }
}

extension OutputRequest.Part {
  /// This part of a phasor, as a real one; the whole phasor if the value is requested.
  func of(_ phasor: SmallSignalRun.Phasor) -> SmallSignalRun.Phasor {
    switch self {
    case .value: phasor
    case .real: .init(real: phasor.real)
    case .imaginary: .init(real: phasor.imaginary)
    case .magnitude: .init(real: phasor.magnitude)
    case .phase: .init(real: phasor.radians)
    case .decibels: .init(real: 20 * log10(phasor.magnitude))
    }
  }
}

extension SimulationDeck {
  /// Currents that outputs and measurements ask for.
  var shownCurrents: [ElementCurrent] {
    let signals = outputs + measurements.flatMap(\.signals)
    return signals.flatMap { $0.expression.controls }.compactMap { control in
      if case .current(let current) = control { current } else { nil }
    }
  }
}
