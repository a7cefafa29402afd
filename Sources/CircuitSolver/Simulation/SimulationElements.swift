import CompactModels
import Netlist
import SparseLinearAlgebra

/// Under which conditions elements are evaluated.
struct SimulationConditions: Sendable {
  /// Seconds; `nil` outside transients, where sources have their DC values.
  var time: Double?
  /// Factor of all independent sources.
  var sourceScale = 1.0
  /// GMIN: conductance across every junction in siemens.
  var junctionSiemens: Double
  var celsius: Double
  /// Hertz of a small-signal analysis.
  var hertz = 0.0
  /// Factor of the charges of `ddt`; see `SimulationSolver.Companion`.
  var derivativeScale = 1.0
  /// Whether nothing changes with time: integrals then have their initial values.
  var isAtRest = false
  /// Of Newton's method, from one.
  var iteration = 1
  /// Whether a search starts from nothing.
  var isFirst = false
  /// Whether switches keep their accepted states.
  var holdsSwitches = false
}

/// The elements of a circuit, bound to the coordinates that they write to.
struct SimulationElements: Sendable {
  let circuit: Circuit
  let layout: SimulationLayout
  /// Linear elements: their matrices, loaded once.
  private(set) var linear: SimulationMatrix
  private let resistorPairs: [Footprint.Pair]
  private var resistorSiemens: [Double]
  /// Resistances at the nominal temperature, of those that change with it.
  private var nominalOhms: [Int: Double] = [:]
  var diodes: BoundDiodes
  var mosfets: BoundMOSFETs
  var formulas: BoundFormulas
  var switches: BoundSwitches
  var compact: BoundCompactDevices
  var lines: BoundLines
  var events: BoundEvents
  private let options: SimulationOptions
  private(set) var celsius: Double

  init(
    _ circuit: Circuit, options: SimulationOptions, showing currents: [ElementCurrent] = []
  ) throws(CircuitError) {
    self.circuit = circuit
    self.options = options
    celsius = options.celsius
    let layout: SimulationLayout
    do throws(CompactModelError) {
      layout = SimulationLayout(
        circuit, showing: currents,
        compact: try CompactDevices(
          circuit, celsius: options.celsius, nominalCelsius: options.nominalCelsius,
          relativeTolerance: options.relativeTolerance, absoluteVolts: options.absoluteVolts,
          absoluteAmperes: options.absoluteAmperes))
    } catch {
      throw .compactModel(error)
    }
    self.layout = layout
    var footprint = Footprint(order: layout.order)
    resistorPairs = circuit.resistors.indices.map { k in
      let resistor = circuit.resistors[k]
      return footprint.pair(
        layout.terminal(.resistor(k), resistor.a), layout.place(resistor.b))
    }
    resistorSiemens = circuit.resistors.map { 1 / $0.ohms }
    for (index, law) in circuit.temperatureLaws {
      let ohms = circuit.resistors[index].ohms
      nominalOhms[index] = ohms
      resistorSiemens[index] = 1 / (ohms * law.factor(options.celsius - options.nominalCelsius))
    }
    let sources = LinearSources(layout, &footprint)
    let reactive = LinearReactances(layout, &footprint, options)
    let temperature = DeviceTemperatures(
      circuit: circuit, celsius: options.celsius, nominalCelsius: options.nominalCelsius)
    diodes = BoundDiodes(layout, &footprint, temperature)
    mosfets = BoundMOSFETs(layout, &footprint, temperature)
    formulas = BoundFormulas(layout, &footprint)
    switches = BoundSwitches(layout, &footprint)
    compact = BoundCompactDevices(layout, &footprint)
    lines = BoundLines(layout, &footprint)
    events = BoundEvents(circuit, layout)
    linear = SimulationMatrix(footprint)
    sources.load(&linear)
    reactive.load(&linear)
    diodes.loadLinear(&linear)
    mosfets.loadLinear(&linear)
    lines.loadLinear(&linear)
    for (pair, siemens) in zip(resistorPairs, resistorSiemens) {
      linear.addConductance(pair, siemens)
    }
    compact.bind(linear)
  }

  /// Whether every iteration has the same matrix.
  var isLinear: Bool {
    diodes.count == 0 && mosfets.count == 0 && formulas.count == 0 && switches.count == 0
      && compact.count == 0 && lines.count == 0
  }

  /// Replaces a resistance, as sweeps do.
  mutating func setOhms(_ ohms: Double, ofResistor index: Int) {
    var siemens = 1 / ohms
    if let law = circuit.temperatureLaws[index] {
      nominalOhms[index] = ohms
      siemens = 1 / (ohms * law.factor(celsius - options.nominalCelsius))
    }
    linear.addConductance(resistorPairs[index], siemens - resistorSiemens[index])
    resistorSiemens[index] = siemens
  }

  /// A conductance at the present temperature.
  func siemens(ofResistor index: Int) -> Double { resistorSiemens[index] }

  /// Puts resistances of small-signal analyses in place of those at DC.
  func setSmallSignalOhms(_ matrix: inout SimulationMatrix) {
    for (index, ohms) in circuit.smallSignalOhms {
      let factor =
        circuit.temperatureLaws[index]?.factor(celsius - options.nominalCelsius) ?? 1
      matrix.addConductance(resistorPairs[index], 1 / (ohms * factor) - resistorSiemens[index])
    }
  }

  /// Moves resistors and devices to another temperature.
  mutating func setCelsius(_ celsius: Double) {
    self.celsius = celsius
    for (index, ohms) in nominalOhms { setOhms(ohms, ofResistor: index) }
    let temperature = DeviceTemperatures(
      circuit: circuit, celsius: celsius, nominalCelsius: options.nominalCelsius)
    diodes.setTemperature(temperature, &linear)
    mosfets.setTemperature(temperature)
    compact.setCelsius(celsius)
  }

  /// Flow, charge and slopes at `x` into `matrix`; with `limiting`, devices go only as far as their
  /// exponentials allow. Returns how many were held back or switched. Charges of compact devices
  /// count if `isDynamic`.
  mutating func load(
    _ x: [Double], _ sources: SourceValues, _ conditions: SimulationConditions, limiting: Bool,
    isDynamic: Bool, into matrix: inout SimulationMatrix
  ) -> Int {
    let n = layout.order
    matrix.conductances = linear.conductances
    matrix.capacitances = linear.capacitances
    linear.multiply(x.span, flow: &matrix.flow, charge: &matrix.charge)
    for (branch, volts) in zip(layout.sourceBranches, sources.volts) {
      matrix.flow[branch] -= conditions.sourceScale * volts
    }
    for (k, amperes) in sources.amperes.enumerated() {
      let source = circuit.currentSources[k]
      matrix.flow[layout.terminal(.currentSource(k), source.from)] +=
        conditions.sourceScale * amperes
      matrix.flow[layout.place(source.to)] -= conditions.sourceScale * amperes
    }
    var held = diodes.load(x, conditions, limiting: limiting, into: &matrix)
    held += mosfets.load(x, conditions, limiting: limiting, into: &matrix)
    held += switches.load(
      x, limiting: limiting, holding: conditions.holdsSwitches, into: &matrix)
    held += formulas.load(x, conditions, limiting: limiting, into: &matrix)
    held += compact.load(
      x, conditions, limiting: limiting, isDynamic: isDynamic, into: &matrix)
    if lines.count > 0 { lines.load(x, conditions, into: &matrix) }
    matrix.flow[n] = 0
    matrix.charge[n] = 0
    return held
  }
}

/// Values of the independent sources, in the circuit's order.
struct SourceValues: Sendable {
  var volts: [Double], amperes: [Double]

  /// DC values.
  init(_ circuit: Circuit) {
    volts = circuit.voltageSources.map(\.volts)
    amperes = circuit.currentSources.map(\.amperes)
  }

  /// Values at a time of a transient.
  init(_ circuit: Circuit, at seconds: Double, dc: SourceValues) {
    volts = zip(circuit.voltageSources, dc.volts).map {
      $0.stimulus?.waveform?.value(at: seconds) ?? $1
    }
    amperes = zip(circuit.currentSources, dc.amperes).map {
      $0.stimulus?.waveform?.value(at: seconds) ?? $1
    }
  }
}

extension SimulationMatrix {
  /// `G x` and `C x`.
  func multiply(
    _ x: Span<Double>, flow: inout [Double], charge: inout [Double]
  ) {
    for i in flow.indices {
      flow[i] = 0
      charge[i] = 0
    }
    for j in 0..<pattern.order where x[j] != 0 {
      for entry in pattern.columnStarts[j]..<pattern.columnStarts[j + 1] {
        let i = pattern.rowIndices[entry]
        flow[i] += conductances[entry] * x[j]
        charge[i] += capacitances[entry] * x[j]
      }
    }
  }
}
