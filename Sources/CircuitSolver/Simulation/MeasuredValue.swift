import Netlist

/// The result of one `.measure` card.
public struct MeasuredValue: Sendable, Equatable {
  public let name: String
  public let analysis: AnalysisKind
  /// `nil` if the event to be measured does not occur.
  public let value: Double?
  /// The step of the deck; `nil` in decks without steps.
  public internal(set) var step: String?

  /// A value that something else has found.
  init(name: String, analysis: AnalysisKind, value: Double?) {
    (self.name, self.analysis, self.value) = (name, analysis, value)
  }

  /// A signal by point of a plot; `nil` if the plot does not have it.
  static func curve(of output: OutputRequest, in plot: Plot, _ circuit: Circuit) -> [Double]? {
    MeasuredCurves(plot, circuit).curve(output)
  }

  /// Measures a plot; between its points values are on straight lines.
  ///
  /// - Parameter known: Values of other measurements of the plot, by name.
  public init(
    _ measurement: Measurement, of plot: Plot, _ circuit: Circuit, known: [String: Double] = [:]
  ) {
    name = measurement.name
    analysis = measurement.analysis
    let curves = MeasuredCurves(plot, circuit)
    switch measurement.form {
    case .delay(let trigger, let target):
      if let from = curves.place(trigger), let to = curves.place(target) {
        value = to - from
      } else {
        value = nil
      }
    case .event(let event): value = curves.place(of: event)
    case .value(let signal, let place):
      value = curves.place(place).flatMap { curves.value(of: signal, at: $0) }
    case .slope(let signal, let place):
      value = curves.place(place).flatMap { curves.slope(of: signal, at: $0) }
    case .formula(let formula):
      let result = formula.value(
        parameters: { known[$0] ?? plot.values(of: $0)?.first }, { _ in .nan })
      value = result.isFinite ? result : nil
    case .statistic(let statistic, let signal, let from, let to):
      value = curves.statistic(statistic, of: signal, from: from, to: to)
    }
  }
}

/// The signals of a plot over its scale.
private struct MeasuredCurves {
  private let plot: Plot
  private let circuit: Circuit
  private let scale: [Double]

  init(_ plot: Plot, _ circuit: Circuit) {
    self.plot = plot
    self.circuit = circuit
    scale = plot.values(of: plot.variables.first?.name ?? "") ?? []
  }

  /// A signal by point: magnitudes of phasors unless another part is requested.
  func curve(_ request: OutputRequest) -> [Double]? {
    // A vector that a command made.
    if case .parameter(let name) = request.expression { return plot.values(of: name) }
    var vectors: [Expression.Quantity: [SmallSignalRun.Phasor]] = [:]
    let width = plot.isComplex ? 2 : 1
    for control in request.expression.controls {
      let wanted: String
      switch control {
      case .voltage(let node): wanted = "v(\(circuit.name(of: node).lowercased()))"
      case .current(let current): wanted = circuit.vectorName(of: current)
      case .event(let node): wanted = circuit.vectorName(ofEventNode: node)
      case .device, .dynamic: wanted = request.name
      case .time, .temperature, .frequency: continue
      }
      guard let column = plot.variables.firstIndex(where: { $0.name == wanted }) else { return nil }
      vectors[control] = (0..<plot.pointCount).map { point in
        let start = (point * plot.variables.count + column) * width
        return .init(
          real: plot.values[start], imaginary: plot.isComplex ? plot.values[start + 1] : 0)
      }
    }
    var curve: [Double] = []
    for point in 0..<plot.pointCount {
      if plot.isComplex {
        guard let phasor = request.expression.phasor({ vectors[$0]?[point] ?? .init() }) else {
          return nil
        }
        let part = request.part == .value ? OutputRequest.Part.magnitude : request.part
        curve.append(part.of(phasor).real)
      } else {
        curve.append(
          request.expression.value { quantity in
            quantity == .time ? scale[point] : vectors[quantity]?[point].real ?? 0
          })
      }
    }
    return curve
  }

  func place(_ place: Measurement.Place) -> Double? {
    switch place {
    case .event(let event): self.place(of: event)
    case .at(let place): place
    }
  }

  /// The signal less what it crosses.
  private func excess(_ event: Measurement.Event) -> [Double]? {
    guard let curve = curve(event.signal), scale.count == curve.count else { return nil }
    switch event.level {
    case .number(let level): return curve.map { $0 - level }
    case .signal(let other): return self.curve(other).map { zip(curve, $0).map { $0 - $1 } }
    }
  }

  /// Where an event happens.
  func place(of event: Measurement.Event) -> Double? {
    guard let excess = excess(event) else { return nil }
    var places: [Double] = []
    for k in 1..<max(excess.count, 1) {
      let (before, after) = (excess[k - 1], excess[k])
      let rises = before < 0 && after >= 0
      let falls = before > 0 && after <= 0
      let counts =
        switch event.direction {
        case .rise: rises
        case .fall: falls
        case .cross: rises || falls
        }
      guard counts else { continue }
      let place = scale[k - 1] + (scale[k] - scale[k - 1]) * before / (before - after)
      guard place >= event.delay, place <= event.end else { continue }
      places.append(place)
    }
    guard let occurrence = event.occurrence else { return places.last }
    return places.indices.contains(occurrence - 1) ? places[occurrence - 1] : nil
  }

  /// A signal's value between two points.
  func value(of signal: OutputRequest, at place: Double) -> Double? {
    guard let curve = curve(signal) else { return nil }
    return Self.value(curve, scale, at: place)
  }

  /// The slope of the line between the two points around a place; at a point, of the parabola through
  /// it and its neighbors.
  func slope(of signal: OutputRequest, at place: Double) -> Double? {
    guard let curve = curve(signal), curve.count > 1, scale.count == curve.count else { return nil }
    for k in scale.indices {
      if scale[k] == place, k > 0, k + 1 < scale.count {
        let (left, right) = (scale[k] - scale[k - 1], scale[k + 1] - scale[k])
        let (s0, s1) = ((curve[k] - curve[k - 1]) / left, (curve[k + 1] - curve[k]) / right)
        return (s0 * right + s1 * left) / (left + right)
      }
      guard k > 0, (scale[k - 1] - place) * (scale[k] - place) <= 0 else { continue }
      return (curve[k] - curve[k - 1]) / (scale[k] - scale[k - 1])
    }
    return nil
  }

  private static func value(_ curve: [Double], _ scale: [Double], at place: Double) -> Double? {
    for k in scale.indices {
      if scale[k] == place { return curve[k] }
      guard k > 0, (scale[k - 1] - place) * (scale[k] - place) < 0 else { continue }
      let fraction = (place - scale[k - 1]) / (scale[k] - scale[k - 1])
      return curve[k - 1] + (curve[k] - curve[k - 1]) * fraction
    }
    return nil
  }

  /// A number from a signal between two places, both within the scale.
  func statistic(
    _ statistic: Measurement.Statistic, of signal: OutputRequest, from: Double?, to: Double?
  ) -> Double? {
    guard var curve = curve(signal), let first = scale.first, let last = scale.last else {
      return nil
    }
    var scale = scale
    // A sweep downwards has the same values.
    if first > last {
      scale.reverse()
      curve.reverse()
    }
    let (least, most) = (min(first, last), max(first, last))
    let (start, end) = (max(from ?? least, least), min(to ?? most, most))
    guard start <= end, let atStart = Self.value(curve, scale, at: start),
      let atEnd = Self.value(curve, scale, at: end)
    else { return nil }
    var points = [(start, atStart)]
    for (x, y) in zip(scale, curve) where x > start && x < end { points.append((x, y)) }
    points.append((end, atEnd))
    let values = points.map(\.1)
    var (integral, squares) = (0.0, 0.0)
    for k in 1..<points.count {
      let (width, a, b) = (points[k].0 - points[k - 1].0, values[k - 1], values[k])
      integral += width * (a + b) / 2
      squares += width * (a * a + a * b + b * b) / 3
    }
    let width = end - start
    switch statistic {
    case .average: return width > 0 ? integral / width : values[0]
    case .rms: return width > 0 ? (squares / width).squareRoot() : abs(values[0])
    case .minimum: return values.min()
    case .maximum: return values.max()
    case .peakToPeak: return (values.max() ?? 0) - (values.min() ?? 0)
    case .integral: return integral
    case .minimumPlace: return points.min { $0.1 < $1.1 }?.0
    case .maximumPlace: return points.max { $0.1 < $1.1 }?.0
    }
  }
}
