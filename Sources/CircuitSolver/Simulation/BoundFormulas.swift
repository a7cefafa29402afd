import Netlist

/// The behavioral sources of a circuit, and the rates and integrals in their formulas.
struct BoundFormulas: Sendable {
  /// A formula and where its quantities are among the unknowns.
  private struct Formula: Sendable {
    var expression: Expression
    var controls: [Expression.Quantity]
    var places: [Int]

    init(_ expression: Expression, _ layout: SimulationLayout) {
      self.expression = expression
      controls = expression.controls
      places = controls.map { control in
        switch control {
        case .voltage(let node): layout.place(node)
        case .current(let current): layout.place(of: current)
        case .dynamic(let term): layout.dynamicPlaces[term]
        case .time, .temperature, .frequency, .device, .event: layout.order
        }
      }
    }

    /// Its value and slopes at `x`.
    func sloped(_ x: [Double], _ conditions: SimulationConditions) -> SlopedValue {
      expression.sloped(controls) { value(of: $0, x, conditions) }
    }

    /// The value of a quantity of the formula. Searches only its own controls, which are few.
    private func value(
      of quantity: Expression.Quantity, _ x: [Double], _ conditions: SimulationConditions
    ) -> Double {
      switch quantity {
      case .time: conditions.time ?? 0
      case .device, .event: .nan
      case .temperature: conditions.celsius
      case .frequency: conditions.hertz
      case .voltage, .current, .dynamic:
        controls.firstIndex(of: quantity).map { x[places[$0]] } ?? 0
      }
    }
  }

  private struct Source: Sendable {
    var formula: Formula
    var output: SourceOutput
    /// Rows that the output enters and leaves; only the first where it is a voltage.
    var plus: Int, minus: Int
    var coordinates: [(out: Int32, into: Int32)]
  }

  /// A rate or an integral `y`: `y − d(operand)/dt = 0`, or `dy/dt − operand = 0`.
  private struct Term: Sendable {
    var formula: Formula
    var kind: DynamicTerm.Kind
    var place: Int
    var own: Int32
    var coordinates: [Int32]
    /// Among all formulas, the sources' first.
    var number: Int
  }

  private let sources: [Source]
  private let terms: [Term]
  /// The last value of each formula that had one.
  private var outputs: [Double]
  /// The first formula that had no finite value at the last evaluation: a source's or, after these, a
  /// term's.
  private var undefinedNumber: Int?

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    let circuit = layout.circuit
    sources = circuit.behavioralSources.indices.map { index in
      let (source, branch) = (circuit.behavioralSources[index], layout.formulaBranches[index])
      let formula = Formula(source.expression, layout)
      let (plus, minus) = (
        branch ?? layout.terminal(.behavioralSource(index), source.plus),
        branch == nil ? layout.place(source.minus) : layout.order
      )
      return Source(
        formula: formula, output: source.output, plus: plus, minus: minus,
        coordinates: footprint.controlled(plus, minus, by: formula.places))
    }
    let sourceCount = sources.count
    terms = circuit.dynamicTerms.indices.map { index in
      let (term, place) = (circuit.dynamicTerms[index], layout.dynamicPlaces[index])
      let formula = Formula(term.operand, layout)
      return Term(
        formula: formula, kind: term.kind, place: place, own: footprint.coordinate(place, place),
        coordinates: formula.places.map { footprint.coordinate(place, $0) },
        number: sourceCount + index)
    }
    outputs = [Double](repeating: 0, count: sources.count + terms.count)
  }

  var count: Int { sources.count }

  /// The label of the element whose formula had no finite value at the last evaluation.
  func undefined(in circuit: Circuit) -> Label? {
    guard let number = undefinedNumber else { return nil }
    return number < sources.count
      ? circuit.behavioralSources[number].label
      : circuit.dynamicTerms[number - sources.count].label
  }

  /// With `limiting`, a formula without a finite value at `x` keeps its last one: `ln(v(a))` is
  /// sought from zero like everything else. Returns how many did.
  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, limiting: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    var held = 0
    undefinedNumber = nil
    for (index, source) in sources.enumerated() {
      let output = settled(
        source.formula.sloped(x, conditions), of: index, limiting: limiting, &held)
      guard source.output != .charge else {
        matrix.charge[source.plus] += output.value
        matrix.charge[source.minus] -= output.value
        for (slope, at) in zip(output.slopes, source.coordinates) {
          matrix.addCapacitance(slope, at: at.out)
          matrix.addCapacitance(-slope, at: at.into)
        }
        continue
      }
      // A voltage source's row is `v(plus) − v(minus) − formula`.
      let sign = source.output == .voltage ? -1.0 : 1.0
      matrix.flow[source.plus] += sign * output.value
      matrix.flow[source.minus] -= sign * output.value
      for (slope, at) in zip(output.slopes, source.coordinates) {
        matrix.add(sign * slope, at: at.out)
        matrix.add(-sign * slope, at: at.into)
      }
    }
    for term in terms {
      let operand = settled(
        term.formula.sloped(x, conditions), of: term.number, limiting: limiting, &held)
      load(term, operand, x, conditions, into: &matrix)
    }
    return limiting ? held : 0
  }

  private func load(
    _ term: Term, _ operand: SlopedValue, _ x: [Double], _ conditions: SimulationConditions,
    into matrix: inout SimulationMatrix
  ) {
    let own = x[term.place]
    switch term.kind {
    case .derivative:
      matrix.flow[term.place] += own
      matrix.add(1, at: term.own)
      let scale = conditions.derivativeScale
      matrix.charge[term.place] -= scale * operand.value
      for (slope, at) in zip(operand.slopes, term.coordinates) {
        matrix.addCapacitance(-scale * slope, at: at)
      }
    case .integral(let initial):
      matrix.charge[term.place] += own
      matrix.addCapacitance(1, at: term.own)
      guard !conditions.isAtRest else {
        matrix.flow[term.place] += own - initial
        return matrix.add(1, at: term.own)
      }
      matrix.flow[term.place] -= operand.value
      for (slope, at) in zip(operand.slopes, term.coordinates) { matrix.add(-slope, at: at) }
    }
  }

  /// An output with a finite value and finite slopes.
  private mutating func settled(
    _ output: SlopedValue, of number: Int, limiting: Bool, _ held: inout Int
  ) -> SlopedValue {
    var output = output
    guard output.value.isFinite else {
      if undefinedNumber == nil { undefinedNumber = number }
      held += 1
      return limiting ? SlopedValue(outputs[number], output.slopes.map { _ in 0 }) : output
    }
    outputs[number] = output.value
    // A vertical tangent, as of √x at zero, leads nowhere.
    for k in output.slopes.indices where !output.slopes[k].isFinite { output.slopes[k] = 0 }
    return output
  }
}
