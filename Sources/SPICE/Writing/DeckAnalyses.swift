import Foundation
import Netlist

/// Options, initial conditions, analyses, outputs and measurements of a deck on their way out.
struct DeckAnalyses {
  let deck: SimulationDeck
  let simulator: Simulator

  /// The cards; throws for anything that `simulator` has no equivalent of.
  func text() throws(NetlistError) -> String {
    var text = options
    for point in deck.initialConditions { text += voltage(".ic", point) }
    for point in deck.guesses { text += voltage(".nodeset", point) }
    for analysis in deck.analyses { text += try card(analysis) }
    text += outputs
    for request in deck.fourier {
      text += ".four \(number(request.hertz)) \(request.output.name)\n"
    }
    for measurement in deck.measurements { text += try card(measurement) }
    return text
  }

  private func number(_ value: Double) -> String { value.description }

  private func voltage(_ card: String, _ point: SimulationDeck.NodeVoltage) -> String {
    "\(card) v(\(deck.circuit.name(of: point.node)))=\(number(point.volts))\n"
  }

  // MARK: Options

  private var options: String {
    let (options, standard) = (deck.options, SimulationOptions())
    var text = ".temp \(number(options.celsius))\n"
    /// One line per card, with the parameters that are not the default.
    func add(_ card: String, _ parameters: [(String, Double, Double)], _ more: [String] = []) {
      let values = parameters.filter { $0.1 != $0.2 }.map { "\($0.0)=\(number($0.1))" } + more
      if !values.isEmpty { text += "\(card) \(values.joined(separator: " "))\n" }
    }
    func count(_ name: String, _ value: Int, _ standard: Int) -> [String] {
      value == standard ? [] : ["\(name)=\(value)"]
    }
    let relative = ("reltol", options.relativeTolerance, standard.relativeTolerance)
    let amperes = ("abstol", options.absoluteAmperes, standard.absoluteAmperes)
    let nominal = "tnom=\(number(options.nominalCelsius))"
    let method = options.integration == .gear ? ["method=gear"] : []
    switch simulator {
    case .ngspice, .hspice, .spectre, .gnucap:
      let isSpectre = simulator == .spectre
      add(
        simulator == .ngspice ? ".options" : ".option",
        [
          relative,
          isSpectre ? ("iabstol", amperes.1, amperes.2) : amperes,
          (isSpectre ? "vabstol" : "vntol", options.absoluteVolts, standard.absoluteVolts),
          ("gmin", options.junctionSiemens, standard.junctionSiemens),
        ], [nominal] + (isSpectre ? [] : method))
      guard !isSpectre else { break }
      let raised = ValueFloors(deck.circuit).options(for: simulator)
      add(simulator == .ngspice ? ".options" : ".option", [], raised.isEmpty ? [] : [raised])
      add(
        simulator == .ngspice ? ".options" : ".option",
        [
          ("chgtol", options.absoluteCoulombs, standard.absoluteCoulombs),
          ("trtol", options.truncationFactor, standard.truncationFactor),
        ],
        count("itl1", options.operatingPointIterations, standard.operatingPointIterations)
          + count("itl2", options.sweepIterations, standard.sweepIterations)
          + count("itl4", options.transientIterations, standard.transientIterations))
    case .xyce:
      add(
        ".options device", [("gmin", options.junctionSiemens, standard.junctionSiemens)],
        ["temp=\(number(options.celsius))", nominal])
      add(
        ".options nonlin", [relative, amperes],
        count("maxstep", options.operatingPointIterations, standard.operatingPointIterations))
      add(".options timeint", [relative], method)
    }
    return text
  }

  // MARK: Analyses

  private func card(_ analysis: Analysis) throws(NetlistError) -> String {
    switch analysis {
    case .operatingPoint: return ".op\n"
    case .dcSweep(let sweeps):
      var text = ".dc"
      for sweep in sweeps {
        if case .resistor = sweep.variable, simulator == .hspice || simulator == .spectre {
          throw refusal("sweep of the resistor \(sweep.name)")
        }
        guard let step = Self.step(of: sweep.values) else {
          throw refusal("uneven sweep of \(sweep.name)")
        }
        let (first, last) = (sweep.values[0], sweep.values[sweep.values.count - 1])
        text += " \(sweep.name) \(number(first)) \(number(last)) \(number(step))"
      }
      return text + "\n"
    case .smallSignal(let hertz):
      guard let range = Self.frequencyRange(hertz) else {
        throw refusal("list of frequencies")
      }
      return ".ac \(range.scale) \(range.count) \(number(hertz[0])) "
        + "\(number(hertz[hertz.count - 1]))\n"
    case .noise(let settings):
      guard let range = Self.frequencyRange(settings.hertz) else {
        throw refusal("list of frequencies")
      }
      let (first, last) = (settings.hertz[0], settings.hertz[settings.hertz.count - 1])
      return ".noise \(text(settings.output)) \(name(settings.source)) \(range.scale) "
        + "\(range.count) \(number(first)) \(number(last))"
        + (settings.showsElements ? " 1\n" : "\n")
    case .transferFunction(let settings):
      return ".tf \(text(settings.output)) \(name(settings.source))\n"
    case .scattering: throw refusal("analysis of scattering parameters")
    case .poleZero(let settings):
      guard simulator == .ngspice else { throw refusal("analysis of poles and zeros") }
      let nodes = [
        settings.input.plus, settings.input.minus, settings.output.plus, settings.output.minus,
      ].map { deck.circuit.name(of: $0) }
      let wanted =
        settings.findsPoles && settings.findsZeros ? "pz" : settings.findsPoles ? "pol" : "zer"
      return ".pz \(nodes.joined(separator: " ")) \(settings.isVoltage ? "vol" : "cur") \(wanted)\n"
    case .table(let table):
      throw refusal("sweep of parameters or a table: \(table.names.joined(separator: ", "))")
    case .transient(let settings):
      var text = ".tran \(number(settings.step)) \(number(settings.stop))"
      if simulator == .hspice {
        if settings.start > 0 { text += " start=\(number(settings.start))" }
        if let step = settings.maximumStep { text = ".option delmax=\(number(step))\n" + text }
      } else if settings.start > 0 || settings.maximumStep != nil {
        text += " \(number(settings.start))"
        if let step = settings.maximumStep { text += " \(number(step))" }
      }
      return text + (settings.usesInitialConditions ? " uic\n" : "\n")
    }
  }

  private func text(_ output: SmallSignalOutput) -> String {
    switch output {
    case .voltage(let plus, .ground): "v(\(deck.circuit.name(of: plus)))"
    case .voltage(let plus, let minus):
      "v(\(deck.circuit.name(of: plus)),\(deck.circuit.name(of: minus)))"
    case .current(let index):
      "i(\(deck.circuit.name(of: deck.circuit.voltageSources[index].label)))"
    }
  }

  private func name(_ source: ElementCurrent) -> String {
    deck.circuit.name(of: deck.circuit.label(of: source))
  }

  /// The step of evenly spaced values, 1 for a single one; `nil` if they are not evenly spaced.
  static func step(of values: [Double]) -> Double? {
    guard let first = values.first, let last = values.last else { return nil }
    guard values.count > 1 else { return 1 }
    let step = (last - first) / Double(values.count - 1)
    guard step != 0 else { return nil }
    for (k, value) in values.enumerated()
    where (value - (first + Double(k) * step)).magnitude > 1e-9 * step.magnitude { return nil }
    // The deck's own step, a short decimal, reproduces every value to the last bit.
    let decimals = (1...16).lazy.compactMap { Double(String(format: "%.\($0)g", step)) }
    return decimals.first { step in
      values.indices.allSatisfy { values[$0] == first + Double($0) * step }
    } ?? step
  }

  /// The `.ac` sweep that gives these frequencies; `nil` if there is none.
  static func frequencyRange(_ hertz: [Double]) -> (scale: String, count: Int)? {
    guard let first = hertz.first, let last = hertz.last else { return nil }
    if hertz.count == 1 { return ("lin", 1) }
    if step(of: hertz) != nil { return ("lin", hertz.count) }
    guard first > 0 else { return nil }
    for (scale, base) in [("dec", 10.0), ("oct", 2.0)] {
      let perUnit = 1 / (log(hertz[1] / first) / log(base))
      let count = perUnit.rounded()
      guard count >= 1, (perUnit - count).magnitude < 1e-6 * count else { continue }
      let isEven = hertz.indices.allSatisfy { k in
        let expected = first * pow(base, Double(k) / count)
        return (hertz[k] - expected).magnitude <= 1e-9 * last
      }
      if isEven { return (scale, Int(count)) }
    }
    return nil
  }

  // MARK: Outputs

  private var outputs: String {
    var text = ""
    for kind in [AnalysisKind.operatingPoint, .dcSweep, .smallSignal, .transient, .noise]
    where deck.analyses.contains(where: { $0.kind == kind }) {
      let names = deck.outputs.filter { $0.analysis == nil || $0.analysis == kind }.map(\.name)
      // Xyce has no output of operating points.
      if simulator == .xyce, kind == .operatingPoint { continue }
      if names.isEmpty {
        guard simulator == .xyce else { continue }
        text += ".print \(kind.rawValue) format=csv precision=16 v(*) i(*)\n"
        continue
      }
      let format = simulator == .xyce ? " format=csv precision=16" : ""
      text += ".print \(kind.rawValue)\(format)"
      for name in names { text += "\n+ \(name)" }
      text += "\n"
    }
    return text
  }

  private func card(_ measurement: Measurement) throws(NetlistError) -> String {
    func level(_ level: Measurement.Event.Level) -> String {
      switch level {
      case .number(let value): number(value)
      case .signal(let signal): signal.name
      }
    }
    func place(_ place: Measurement.Place) -> String {
      switch place {
      case .event(let found): "WHEN \(event(found, separator: "="))"
      case .at(let value): "AT=\(number(value))"
      }
    }
    func bound(_ place: Measurement.Place) -> String {
      switch place {
      case .event(let found): event(found, separator: " VAL=")
      case .at(let value): "AT=\(number(value))"
      }
    }
    func event(_ event: Measurement.Event, separator: String) -> String {
      let delay = event.delay > 0 ? " TD=\(number(event.delay))" : ""
      let end = event.end.isFinite ? " TO=\(number(event.end))" : ""
      let place = event.occurrence.map(String.init) ?? "LAST"
      return "\(event.signal.name)\(separator)\(level(event.level))\(delay) "
        + "\(event.direction.rawValue.uppercased())=\(place)\(end)"
    }
    let form: String
    switch measurement.form {
    case .delay(let trigger, let target):
      form = "TRIG \(bound(trigger)) TARG \(bound(target))"
    case .event(let found): form = "WHEN \(event(found, separator: "="))"
    case .value(let signal, let found): form = "FIND \(signal.name) \(place(found))"
    case .slope(let signal, let found): form = "DERIV \(signal.name) \(place(found))"
    case .formula(let formula):
      do throws(ExpressionText.Fault) {
        let text = ExpressionText(circuit: deck.circuit, simulator: simulator)
        form = "PARAM='\(try text.text(formula))'"
      } catch {
        throw refusal("\(error.function) in measurement \(measurement.name)")
      }
    case .statistic(let statistic, let signal, let from, let to):
      form =
        "\(statistic.rawValue.uppercased()) \(signal.name)"
        + (from.map { " FROM=\(number($0))" } ?? "") + (to.map { " TO=\(number($0))" } ?? "")
    }
    return ".measure \(measurement.analysis.rawValue) \(measurement.name) \(form)\n"
  }

  private func refusal(_ what: String) -> NetlistError {
    NetlistError(
      .noEqual, file: deck.circuit.title, line: 0,
      subject: "\(what) in \(simulator.displayName)")
  }
}
