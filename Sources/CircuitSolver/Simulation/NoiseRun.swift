import CompactModels
import DeviceModels
import Foundation
import Netlist

/// One noise analysis: the adjoint network gives the transfer from every place of the circuit to the
/// output at once (Rohrer, Nagel, Meyer and Weber, IEEE J. Solid-State Circuits 6(4), 1971).
struct NoiseRun {
  /// A noise current between two unknowns.
  struct Source {
    var name: String
    var from: Int, to: Int
    /// A²/Hz at every frequency, and A² of a density `flicker / f`.
    var white: Double
    var flicker = 0.0
    /// The compact device that gives the density instead, and which of its sources this is.
    var compact: (device: Int, number: Int)?

    func density(_ hertz: Double) -> Double { white + (flicker > 0 ? flicker / hertz : 0) }
  }

  let deck: SimulationDeck
  let settings: NoiseSettings

  /// Densities at the output, in V²/Hz or A²/Hz.
  struct Point {
    var hertz: Double
    /// Of each source, in the order of `sources`.
    var parts: [Double]
    /// `|gain|²` from the input.
    var gain: Double
  }

  /// The density at each frequency, and the sources that they are of.
  func run(
    _ solver: inout SimulationSolver, at point: [Double], _ problem: SimulationSolver.Problem
  ) throws(CircuitError) -> (sources: [Source], points: [Point]) {
    let layout = solver.layout
    let compact = layout.compact
    let sources =
      sources(solver.elements, at: point, problem.conditions) + compactSources(layout, compact)
    let selector = layout.selector(of: settings.output)
    var points: [Point] = []
    var factors = try FrequencyFactors(deck, &solver, at: point, problem)
    let (from, to) = layout.drivenPlaces(of: settings.source)
    for hertz in settings.hertz {
      try factors.factorize(hertz, &solver)
      var adjoint = selector
      factors.solveTransposed(&adjoint)
      adjoint += [0, 0]
      func square(_ from: Int, _ to: Int) -> Double {
        let real = adjoint[2 * to] - adjoint[2 * from]
        let imaginary = adjoint[2 * to + 1] - adjoint[2 * from + 1]
        return real * real + imaginary * imaginary
      }
      var ofDevices: [Int: [Double]] = [:]
      var parts: [Double] = []
      for source in sources {
        var density = source.density(hertz)
        if let (device, number) = source.compact {
          let own = ofDevices[device] ?? compact.noise(of: device, at: point, hertz: hertz) ?? []
          ofDevices[device] = own
          guard own.indices.contains(number), own[number] >= 0, own[number].isFinite else {
            throw .at("frequency=\(hertz)", .solutionNotFinite(source.name))
          }
          density = own[number]
        }
        parts.append(density * square(source.from, source.to))
      }
      points.append(Point(hertz: hertz, parts: parts, gain: square(from, to)))
    }
    return (sources, points)
  }

  /// The sources of compact devices, at the nodes that their modules name.
  private func compactSources(_ layout: SimulationLayout, _ devices: CompactDevices) -> [Source] {
    var found: [Source] = []
    for (device, element) in layout.circuit.compactDevices.enumerated() {
      let name = layout.circuit.name(of: element.label).lowercased()
      func place(_ node: Int?) -> Int {
        node.map { layout.compactPlaces[device][$0] } ?? layout.place(.ground)
      }
      for (number, source) in devices.noiseSources(of: device).enumerated() {
        found.append(
          Source(
            name: source.name.isEmpty ? name : "\(name)_\(source.name)", from: place(source.from),
            to: place(source.to), white: 0, compact: (device, number)))
      }
    }
    return found
  }

  /// Thermal noise of resistances, shot noise of junctions, noise of channels (Vladimirescu, The SPICE
  /// Book, 1994, section 5.4; SPICE3f5 `resnoise.c`, `dionoise.c`, `mos1noi.c`).
  private func sources(
    _ elements: SimulationElements, at x: [Double], _ conditions: SimulationConditions
  ) -> [Source] {
    let (circuit, layout) = (elements.circuit, elements.layout)
    let temperatures = DeviceTemperatures(
      circuit: circuit, celsius: conditions.celsius, nominalCelsius: deck.options.nominalCelsius)
    var found: [Source] = []
    func thermal(
      _ label: Label, _ part: String, _ from: Int, _ to: Int, _ siemens: Double, _ kelvin: Double
    ) {
      guard siemens > 0 else { return }
      found.append(
        Source(
          name: circuit.name(of: label).lowercased() + part, from: from, to: to,
          white: 4 * ThermalVoltage.boltzmann * kelvin * siemens))
    }
    for (k, resistor) in circuit.resistors.enumerated()
    where !circuit.noiselessResistors.contains(k) {
      thermal(
        resistor.label, "", layout.terminal(.resistor(k), resistor.a), layout.place(resistor.b),
        elements.siemens(ofResistor: k),
        temperatures.of(.resistor(k), nominal: nil).kelvin)
    }
    for (k, element) in circuit.switches.enumerated() {
      thermal(
        element.label, "", layout.terminal(.voltageSwitch(k), element.a), layout.place(element.b),
        elements.switches.siemens(of: k), conditions.celsius + 273.15)
    }
    for (k, diode) in circuit.diodes.enumerated() {
      let anode = layout.junctionAnodes[k]
      thermal(
        diode.label, "_rs", layout.terminal(.diode(k), diode.anode), anode,
        temperatures.seriesSiemens(ofDiode: k), temperatures.ofDiode(k).kelvin)
      let cathode = layout.place(diode.cathode)
      let amperes = abs(temperatures.diode(k).linearize(at: x[anode] - x[cathode], gmin: 0).amperes)
      let extras = circuit.diodeModels[diode.model].extras
      found.append(
        Source(
          name: circuit.name(of: diode.label).lowercased(), from: anode, to: cathode,
          white: 2 * ThermalVoltage.elementaryCharge * amperes,
          flicker: extras.flickerCoefficient * pow(amperes, extras.flickerExponent)))
    }
    for (k, mosfet) in circuit.mosfets.enumerated() {
      let extras = circuit.mosfetModels[mosfet.model].extras
      let (drain, source) = (layout.channelDrains[k], layout.channelSources[k])
      let kelvin = temperatures.ofMOSFET(k).kelvin
      func series(_ ohms: Double) -> Double { ohms > 0 ? mosfet.multiplier / ohms : 0 }
      thermal(
        mosfet.label, "_rd", layout.terminal(.mosfet(k), mosfet.drain), drain,
        series(extras.drainOhms), kelvin)
      thermal(
        mosfet.label, "_rs", layout.place(mosfet.source), source, series(extras.sourceOhms), kelvin)
      let tangent = temperatures.mosfet(k).linearize(
        gate: x[layout.place(mosfet.gate)] - x[source], drain: x[drain] - x[source],
        bulk: x[layout.place(mosfet.bulk)] - x[source])
      let channel = mosfet.lengthMeters - 2 * extras.lateralDiffusionMeters
      let oxide =
        extras.oxideFaradsPerSquareMeter > 0
        ? extras.oxideFaradsPerSquareMeter : 3.9 * 8.854214871e-12 / 1e-7
      found.append(
        Source(
          name: circuit.name(of: mosfet.label).lowercased(), from: drain, to: source,
          white: 8.0 / 3 * ThermalVoltage.boltzmann * kelvin * abs(tangent.gateSiemens),
          flicker: extras.flickerCoefficient
            * pow(abs(tangent.drainAmperes), extras.flickerExponent)
            / (mosfet.totalWidthMeters * channel * oxide * oxide)))
    }
    return found
  }
}

extension NoiseRun {
  /// `∫ S df` between points, with straight lines of log S over log f.
  static func integral(_ hertz: [Double], _ densities: [Double]) -> Double {
    var sum = 0.0
    for k in hertz.indices.dropFirst() {
      let (f0, f1, s0, s1) = (hertz[k - 1], hertz[k], densities[k - 1], densities[k])
      guard s0 > 0, s1 > 0, f0 > 0, f1 > f0 else {
        sum += (s0 + s1) / 2 * (f1 - f0)
        continue
      }
      let power = 1 + log(s1 / s0) / log(f1 / f0)
      sum += abs(power) < 1e-9 ? s0 * f0 * log(f1 / f0) : (s1 * f1 - s0 * f0) / power
    }
    return sum
  }

  /// The density of noise at the output and of what it is at the input, in V/√Hz or A/√Hz, and their
  /// integrals over the frequencies, in V or A.
  func plots(_ sources: [Source], _ points: [Point]) throws(CircuitError) -> [Plot] {
    let unit: String = if case .voltage = settings.output { "voltage" } else { "current" }
    let inputUnit: String =
      if case .voltageSource = settings.source { "voltage" } else { "current" }
    var spectrum = Plot(
      title: deck.circuit.title, name: "Noise Spectral Density Curves",
      variables: [.init(name: "frequency", kind: "frequency")])
    var total = Plot(title: deck.circuit.title, name: "Integrated Noise", variables: [])
    let shown = settings.showsElements ? Array(sources.indices) : []
    for k in shown {
      spectrum.variables.append(.init(name: "onoise_\(sources[k].name)", kind: unit))
    }
    spectrum.variables.append(.init(name: "onoise_spectrum", kind: unit))
    spectrum.variables.append(.init(name: "inoise_spectrum", kind: inputUnit))
    var (outputs, inputs): ([Double], [Double]) = ([], [])
    for point in points {
      let output = point.parts.reduce(0, +)
      outputs.append(output)
      inputs.append(output / point.gain)
      guard output.isFinite, (output / point.gain).isFinite else {
        throw .at("frequency=\(point.hertz)", .solutionNotFinite("inoise_spectrum"))
      }
      spectrum.values.append(point.hertz)
      for k in shown { spectrum.values.append(point.parts[k].squareRoot()) }
      spectrum.values += [output.squareRoot(), (output / point.gain).squareRoot()]
    }
    let hertz = points.map(\.hertz)
    for k in shown {
      total.variables.append(.init(name: "onoise_total_\(sources[k].name)", kind: unit))
      total.values.append(Self.integral(hertz, points.map { $0.parts[k] }).squareRoot())
    }
    total.variables += [
      .init(name: "onoise_total", kind: unit), .init(name: "inoise_total", kind: inputUnit),
    ]
    total.values += [
      Self.integral(hertz, outputs).squareRoot(), Self.integral(hertz, inputs).squareRoot(),
    ]
    return [spectrum, total]
  }
}
