import Files
import Foundation
import Netlist

/// Commands that solve the circuit, and what they leave: plots.
extension ControlInterpreter {
  /// An analysis as the command gives it.
  mutating func analyze(_ line: ControlLine) throws(DeckError) {
    let text = try substituted(line)
    let command = DeckSession.Command(text: ".\(text)", line: line, shift: 1)
    try analyze(command, line)
  }

  /// An analysis or, without a command, those of the deck's cards.
  mutating func analyze(
    _ command: DeckSession.Command?, _ line: ControlLine
  ) throws(DeckError) {
    analyses += 1
    guard analyses <= limits.analyses else {
      throw session.fault(.endlessLoop, line, subject: "analysis \(limits.analyses)")
    }
    let deck = try session.deck(running: command)
    guard !deck.analyses.isEmpty || !deck.steps.isEmpty else {
      // Of a deck whose analyses are commands, nothing is to be run again.
      if command == nil, analyses > 1 { return pass(line) }
      throw session.fault(.noAnalysis, line)
    }
    let results: (plots: [Plot], measured: [Measured])
    do {
      results = try environment.simulate(deck)
    } catch {
      throw session.fault(.commandFailed, line, subject: "\(error)")
    }
    for plot in results.plots {
      plots.append(
        ControlPlot(name: newName(plot.analysisKind?.rawValue ?? "plot"), plot: plot, deck: deck))
    }
    current = plots.count - 1
    for value in results.measured { try note(value, nil, line) }
  }

  func newName(_ kind: String) -> String {
    "\(kind)\(plots.count { $0.name.hasPrefix(kind) && $0.name.dropFirst(kind.count).allSatisfy(\.isNumber) } + 1)"
  }

  private mutating func note(
    _ value: Measured, _ file: (name: String, appends: Bool)?, _ line: ControlLine
  ) throws(DeckError) {
    measured.append(value)
    let text = value.value.map { Self.text($0, digits: digits) } ?? "failed"
    let name = value.name.padding(toLength: 20, withPad: " ", startingAt: 0)
    try emit("\(name) = \(text)\n", to: file, line)
  }

  /// `meas tran name …`: a measurement of the present plot, which becomes a vector as well.
  mutating func measure(_ line: ControlLine) throws(DeckError) {
    let (whole, file) = Self.redirection(try substituted(line))
    let text = withVectors(".meas " + rest(whole, 1))
    let command = DeckSession.Command(
      text: text, line: line, shift: 6 - line.verb.count - 1)
    let vectors = Set(plots[current].made.map(\.name))
    let deck = try session.deck(running: command, vectors: vectors)
    guard let measurement = deck.measurements.last else { return }
    guard
      let plot = plots.last(where: {
        $0.plot.analysisKind == measurement.analysis
      }), let circuit = plot.deck?.circuit
    else { throw session.fault(.measuresNothing, line) }
    let source = plots[current].plot.analysisKind == measurement.analysis ? plots[current] : plot
    var measured = source.plot
    if !source.made.isEmpty {
      measured = source.whole(
        source.names.compactMap { name in
          source.vector(name).map { (name, $0) }
        })
    }
    let value = environment.measure(measurement, measured, circuit)
    try note(
      .init(name: measurement.name, analysis: measurement.analysis, value: value), file, line)
    if let value { plots[current].set(measurement.name, to: ControlVector(value)) }
  }

  /// A measurement with the values of the one-valued vectors that bound it: `to=delta`.
  private func withVectors(_ text: String) -> String {
    text.replacing(#/\b(?i)(from|to|at|td|val)\s*=\s*([a-z_]\w*)(?![\w(])/#) { match in
      let name = match.output.2.lowercased()
      guard let vector = names("").vector(name), vector.count == 1, !vector.isComplex else {
        return String(match.output.0)
      }
      return "\(match.output.1)=\(vector.real[0])"
    }
  }

  // MARK: Plots

  mutating func setPlot(_ line: ControlLine) throws(DeckError) {
    let words = try words(line)
    guard words.count > 1 else { return }
    try setPlot(named: words[1], line)
  }

  /// Makes a plot the present one: one of that name, `new`, `previous` or `next`.
  mutating func setPlot(named word: String, _ line: ControlLine) throws(DeckError) {
    let name = word.lowercased()
    switch name {
    case "new":
      plots.append(
        ControlPlot(
          name: newName("unknown"), plot: Plot(title: "Anonymous", name: "unknown", variables: [])))
      current = plots.count - 1
    case "previous": current = max(0, current - 1)
    case "next": current = min(plots.count - 1, current + 1)
    default:
      guard let found = plots.lastIndex(where: { $0.name == name }) else {
        throw session.fault(
          .unknownPlot, line, subject: word,
          suggestion: NearestWord.find(name, among: plots.map(\.name)))
      }
      current = found
    }
  }

  /// Plots keep their numbers and stay among the results; their vectors go out of reach.
  mutating func destroy(_ line: ControlLine) throws(DeckError) {
    let words = try words(line).dropFirst().map { $0.lowercased() }
    for place in plots.indices.dropFirst()
    where words.contains("all") || words.contains(plots[place].name)
      || (words.isEmpty && place == current)
    {
      plots[place].name = "destroyed"
      if place == current { current = 0 }
    }
  }

  /// `cutout`: the points of the present transient from the vector `cut-tstart` to `cut-tstop`, in a
  /// plot of its own.
  mutating func cutout(_ line: ControlLine) throws(DeckError) {
    let plot = plots[current]
    guard plot.plot.analysisKind == .transient, let time = plot.scale?.real, time.count > 0,
      time.count == plot.plot.pointCount
    else {
      throw session.fault(.noVectorValue, line)
    }
    let start = names("").vector("cut-tstart")?.real.first ?? time[0]
    let stop = names("").vector("cut-tstop")?.real.first ?? time[time.count - 1]
    let width = plot.plot.variables.count
    var part = Plot(
      title: plot.plot.title, name: plot.plot.name + " (cut out)", variables: plot.plot.variables)
    for point in time.indices where time[point] >= start && time[point] <= stop {
      part.values += plot.plot.values[point * width..<(point + 1) * width]
    }
    guard part.pointCount > 0 else { throw session.fault(.noVectorValue, line) }
    plots.append(ControlPlot(name: newName("tran"), plot: part, deck: plot.deck))
    current = plots.count - 1
  }

  /// `linearize`: the present transient at the steps of its `.tran`, in a plot of its own.
  mutating func linearize(_ line: ControlLine) throws(DeckError) {
    let plot = plots[current]
    guard plot.plot.analysisKind == .transient, let time = plot.scale?.real, time.count > 1,
      let settings = plot.deck?.analyses.lazy.compactMap({ analysis -> TransientSettings? in
        if case .transient(let settings) = analysis { settings } else { nil }
      }).first
    else { throw session.fault(.noVectorValue, line) }
    let count = ((settings.stop - settings.start) / settings.step * (1 + 1e-9)).rounded(.down)
    guard count >= 1, count * Double(plot.plot.variables.count) < 1e8 else {
      throw session.fault(.tooMuchOutput, line)
    }
    let times = (0...Int(count)).map { settings.start + Double($0) * settings.step }
    var even = Plot(
      title: plot.plot.title, name: plot.plot.name + " (linearized)",
      variables: plot.plot.variables)
    var next = 1
    for moment in times {
      while next < time.count - 1, time[next] < moment { next += 1 }
      let (before, after) = (time[next - 1], time[next])
      let share = after > before ? min(max((moment - before) / (after - before), 0), 1) : 1
      for column in plot.plot.variables.indices {
        let width = plot.plot.variables.count
        let (a, b) = (
          plot.plot.values[(next - 1) * width + column], plot.plot.values[next * width + column]
        )
        even.values.append(column == 0 ? moment : a + (b - a) * share)
      }
    }
    plots.append(ControlPlot(name: newName("tran"), plot: even, deck: plot.deck))
    current = plots.count - 1
  }
}
