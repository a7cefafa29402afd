import Netlist

/// The behavioral sources of a circuit.
struct BoundFormulas: Sendable {
  private struct Source: Sendable {
    var expression: Expression
    var controls: [Expression.Quantity]
    /// Places of the controls among the unknowns.
    var places: [Int]
    /// Rows that the output enters and leaves; only the first where it is a voltage.
    var plus: Int, minus: Int
    var isVoltage: Bool
    var coordinates: [(out: Int32, into: Int32)]

    /// The value of a quantity of the formula. Searches only its own controls, which are few.
    func value(
      of quantity: Expression.Quantity, _ x: [Double], _ conditions: SimulationConditions
    ) -> Double {
      switch quantity {
      case .time: conditions.time ?? 0
      case .device: .nan
      case .temperature: conditions.celsius
      case .voltage, .current: controls.firstIndex(of: quantity).map { x[places[$0]] } ?? 0
      }
    }
  }

  private let sources: [Source]
  /// The last output of each source for which its formula had a value.
  private var outputs: [Double]
  /// The first source whose formula had no finite value at the last evaluation.
  private(set) var undefined: Int?

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    let circuit = layout.circuit
    sources = circuit.behavioralSources.indices.map { index in
      let (source, branch) = (circuit.behavioralSources[index], layout.formulaBranches[index])
      let controls = source.expression.controls
      let places = controls.map { control in
        switch control {
        case .voltage(let node): layout.place(node)
        case .current(let current): layout.place(of: current)
        case .time, .temperature, .device: layout.order
        }
      }
      let (plus, minus) = (
        branch ?? layout.terminal(.behavioralSource(index), source.plus),
        branch == nil ? layout.place(source.minus) : layout.order
      )
      return Source(
        expression: source.expression, controls: controls, places: places, plus: plus,
        minus: minus, isVoltage: branch != nil,
        coordinates: footprint.controlled(plus, minus, by: places))
    }
    outputs = [Double](repeating: 0, count: sources.count)
  }

  var count: Int { sources.count }

  /// With `limiting`, a formula without a finite value at `x` keeps its last one: `ln(v(a))` is
  /// sought from zero like everything else. Returns how many did.
  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, limiting: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    var held = 0
    undefined = nil
    for (index, source) in sources.enumerated() {
      var output = source.expression.sloped(source.controls) {
        source.value(of: $0, x, conditions)
      }
      if output.value.isFinite {
        outputs[index] = output.value
        // A vertical tangent, as of √x at zero, leads nowhere.
        for k in output.slopes.indices where !output.slopes[k].isFinite { output.slopes[k] = 0 }
      } else {
        if undefined == nil { undefined = index }
        held += 1
        if limiting {
          output = SlopedValue(outputs[index], output.slopes.map { _ in 0 })
        }
      }
      // A voltage source's row is `v(plus) − v(minus) − formula`.
      let sign = source.isVoltage ? -1.0 : 1.0
      matrix.flow[source.plus] += sign * output.value
      matrix.flow[source.minus] -= sign * output.value
      for (slope, at) in zip(output.slopes, source.coordinates) {
        matrix.add(sign * slope, at: at.out)
        matrix.add(-sign * slope, at: at.into)
      }
    }
    return limiting ? held : 0
  }
}
