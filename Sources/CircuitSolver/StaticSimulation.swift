import Netlist

/// Operating points and sweeps of voltage sources in circuits of resistors, independent sources,
/// ideal diodes and MOSFETs, as a deck asks for them. Linear circuits are factorized once.
public struct StaticSimulation: Sendable {
  private let deck: SimulationDeck

  /// Whether static simulation covers everything that `deck` asks for.
  public static func covers(_ deck: SimulationDeck) -> Bool { refusal(deck) == nil }

  /// The first thing in `deck` that this does not cover, as text; `nil` if there is none.
  public static func refusal(_ deck: SimulationDeck) -> String? {
    if let label = deck.circuit.firstBeyondResistive {
      return
        "\(deck.circuit.name(of: label)) is beyond resistors, sources, ideal diodes and MOSFETs"
    }
    if deck.options.celsius != 27 || deck.options.nominalCelsius != 27 {
      return "temperatures other than 27 °C"
    }
    if let measurement = deck.measurements.first { return "measurement \(measurement.name)" }
    for output in deck.outputs where value(of: output.expression, at: nil) == nil {
      return "output \(output.name)"
    }
    for analysis in deck.analyses {
      switch analysis {
      case .operatingPoint: continue
      case .dcSweep(let sweeps):
        for sweep in sweeps {
          guard case .voltageSource = sweep.variable else { return "sweep of \(sweep.name)" }
        }
      case .smallSignal: return ".ac"
      case .table(let table): return "sweep of \(table.names.joined(separator: ", "))"
      case .transient: return ".tran"
      case .noise: return ".noise"
      case .transferFunction: return ".tf"
      case .scattering: return ".sp"
      case .poleZero: return ".pz"
      }
    }
    return nil
  }

  /// A simulation of a deck that `covers` accepts.
  public init(_ deck: SimulationDeck) {
    precondition(Self.covers(deck), "the deck asks for more than static circuits")
    self.deck = deck
  }

  /// One plot per analysis, in the deck's order.
  public func run() throws(CircuitError) -> [Plot] {
    guard !deck.analyses.isEmpty else { return [] }
    try CircuitSimulation.requireMemory(for: deck)
    var solver = try NewtonOperatingPoint(
      analyzing: deck.circuit, method: isForChains ? .chains : nil)
    var plots: [Plot] = []
    for analysis in deck.analyses {
      switch analysis {
      case .operatingPoint:
        var plot = plot("Operating Point", of: analysis)
        append(try solver.solve(), scale: nil, of: analysis, to: &plot)
        plots.append(plot)
      case .dcSweep(let sweeps):
        plots.append(try sweep(sweeps, analysis, &solver))
      case .smallSignal, .table, .transient, .noise, .transferFunction, .scattering, .poleZero:
        preconditionFailure("covers refuses these")
      }
    }
    return plots
  }

  /// Whether the circuit is so large and has so few points to be solved at that a factor of its matrix
  /// would not pay: in linear circuits whose voltage sources are grounded.
  private var isForChains: Bool {
    let circuit = deck.circuit
    guard circuit.nodeCount > 1000, !circuit.isNonlinear,
      circuit.voltageSources.allSatisfy({ $0.plus == .ground || $0.minus == .ground })
    else { return false }
    let points = deck.analyses.reduce(0) { count, analysis in
      guard case .dcSweep(let sweeps) = analysis else { return count + 1 }
      return sweeps.reduce(into: 1) { $0 *= $1.values.count } + count
    }
    return points <= 8
  }

  /// The first sweep runs fastest; each point starts from the one before it.
  private func sweep(
    _ sweeps: [Sweep], _ analysis: Analysis, _ solver: inout NewtonOperatingPoint
  ) throws(CircuitError) -> Plot {
    var plot = plot("DC transfer characteristic", of: analysis)
    var volts = deck.circuit.voltageSources.map(\.volts)
    var places = [Int](repeating: 0, count: sweeps.count)
    var point: OperatingPoint?
    while true {
      for (sweep, place) in zip(sweeps, places) {
        if case .voltageSource(let source) = sweep.variable { volts[source] = sweep.values[place] }
      }
      let next: OperatingPoint
      do throws(CircuitError) {
        next = try solver.solve(sourceVolts: volts, from: point)
      } catch {
        throw .at(Sweep.names(sweeps, at: places), error)
      }
      append(next, scale: sweeps[0].values[places[0]], of: analysis, to: &plot)
      point = next
      var level = 0
      while level < sweeps.count {
        places[level] += 1
        if places[level] < sweeps[level].values.count { break }
        places[level] = 0
        level += 1
      }
      if level == sweeps.count { return plot }
    }
  }

  // MARK: Plots

  /// Every node voltage and source current, and outputs that are neither.
  private func plot(_ name: String, of analysis: Analysis) -> Plot {
    let circuit = deck.circuit
    var variables: [Plot.Variable] = []
    variables.reserveCapacity(1 + circuit.nodeCount + circuit.voltageSources.count)
    if case .dcSweep = analysis { variables.append(.init(name: "v-sweep", kind: "voltage")) }
    for name in circuit.vectorNames("v", of: circuit.nodeLabels.dropFirst()) {
      variables.append(.init(name: name, kind: "voltage"))
    }
    for name in circuit.vectorNames("i", of: circuit.voltageSources.lazy.map(\.label)) {
      variables.append(.init(name: name, kind: "current"))
    }
    for output in formulas(of: analysis) { variables.append(output.variable) }
    return Plot(title: circuit.title, name: name, variables: variables)
  }

  private func append(
    _ point: OperatingPoint, scale: Double?, of analysis: Analysis, to plot: inout Plot
  ) {
    if let scale { plot.values.append(scale) }
    plot.values += point.nodeVolts.dropFirst()
    plot.values += point.sourceAmperes
    for output in formulas(of: analysis) {
      let value = Self.value(of: output.expression, at: point) ?? 0
      plot.values.append(output.part.of(.init(real: value)).real)
    }
  }

  private func formulas(of analysis: Analysis) -> [OutputRequest] {
    deck.outputs.filter { output in
      guard !output.isVector else { return false }
      switch (output.analysis, analysis) {
      case (nil, _), (.operatingPoint, .operatingPoint), (.dcSweep, .dcSweep): return true
      default: return false
      }
    }
  }

  /// A sum or product of voltages and currents at `point`; without a point, whether it is one.
  /// `nil` for anything else.
  private static func value(of expression: Expression, at point: OperatingPoint?) -> Double? {
    switch expression {
    case .number(let number): return number
    case .quantity(.voltage(let node)): return point?.nodeVolts[Int(node.index)] ?? 0
    case .quantity(.current(.voltageSource(let source))):
      return point?.sourceAmperes[source] ?? 0
    case .negated(let operand): return value(of: operand, at: point).map { -$0 }
    case .binary(let sign, let a, let b):
      guard let a = value(of: a, at: point), let b = value(of: b, at: point) else { return nil }
      switch sign {
      case .add: return a + b
      case .subtract: return a - b
      case .multiply: return a * b
      default: return nil
      }
    default: return nil
    }
  }
}
