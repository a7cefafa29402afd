import Foundation
import Netlist
import SparseLinearAlgebra

/// One small-signal analysis: the elements' slopes at the operating point, `(G + jωC) x = b`.
struct SmallSignalRun {
  let deck: SimulationDeck
  let hertz: [Double]

  /// A complex number.
  struct Phasor: Equatable {
    var real = 0.0, imaginary = 0.0

    var magnitude: Double { hypot(real, imaginary) }
    var radians: Double { atan2(imaginary, real) }

    static func + (a: Phasor, b: Phasor) -> Phasor {
      Phasor(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static prefix func - (a: Phasor) -> Phasor { Phasor(real: -a.real, imaginary: -a.imaginary) }
    static func * (a: Phasor, b: Phasor) -> Phasor {
      Phasor(
        real: a.real * b.real - a.imaginary * b.imaginary,
        imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Phasor, b: Phasor) -> Phasor {
      let square = b.real * b.real + b.imaginary * b.imaginary
      let product = a * Phasor(real: b.real, imaginary: -b.imaginary)
      return Phasor(real: product.real / square, imaginary: product.imaginary / square)
    }
  }

  /// Hands over the phasors of all unknowns, ground's last, at each frequency.
  func run(
    _ solver: inout SimulationSolver, at point: [Double], _ problem: SimulationSolver.Problem,
    _ body: (_ hertz: Double, _ x: [Phasor]) throws(CircuitError) -> Void
  ) throws(CircuitError) {
    let layout = solver.layout
    let drive = drive(layout)
    var factors = try FrequencyFactors(deck, &solver, at: point, problem)
    for frequency in hertz {
      try factors.factorize(frequency, &solver)
      var x = drive
      factors.solve(&x)
      if let bad = x.firstIndex(where: { !$0.isFinite }) {
        throw .solutionNotFinite(layout.name(of: bad / 2))
      }
      var phasors = (0..<layout.order).map { Phasor(real: x[2 * $0], imaginary: x[2 * $0 + 1]) }
      phasors.append(Phasor())
      try body(frequency, phasors)
    }
  }

  /// Right-hand side: the AC values of the independent sources.
  private func drive(_ layout: SimulationLayout) -> [Double] {
    var b = [Double](repeating: 0, count: 2 * layout.order + 2)
    func add(_ stimulus: Stimulus?, _ sign: Double, _ place: Int) {
      guard let stimulus, stimulus.acMagnitude != 0 else { return }
      let radians = stimulus.acPhaseDegrees * .pi / 180
      b[2 * place] += sign * stimulus.acMagnitude * cos(radians)
      b[2 * place + 1] += sign * stimulus.acMagnitude * sin(radians)
    }
    for (source, branch) in zip(deck.circuit.voltageSources, layout.sourceBranches) {
      add(source.stimulus, 1, branch)
    }
    for (k, source) in deck.circuit.currentSources.enumerated() {
      add(source.stimulus, -1, layout.terminal(.currentSource(k), source.from))
      add(source.stimulus, 1, layout.place(source.to))
    }
    return Array(b[0..<2 * layout.order])
  }
}

extension Netlist.Expression {
  /// Whether it depends on the frequency of a small-signal analysis.
  var hasFrequency: Bool {
    switch self {
    case .number, .parameter: false
    case .quantity(let quantity): quantity == .frequency
    case .negated(let a): a.hasFrequency
    case .binary(_, let a, let b): a.hasFrequency || b.hasFrequency
    case .call(_, let arguments), .grid(_, let arguments):
      arguments.contains(where: \.hasFrequency)
    case .conditional(let condition, let a, let b):
      condition.hasFrequency || a.hasFrequency || b.hasFrequency
    }
  }

  /// Its phasor, with voltages and currents as phasors; `nil` if it is no sum, product or quotient.
  func phasor(
    _ quantity: (Quantity) -> SmallSignalRun.Phasor
  ) -> SmallSignalRun.Phasor? {
    switch self {
    case .number(let number): return .init(real: number)
    case .quantity(let name): return quantity(name)
    case .negated(let a): return a.phasor(quantity).map { -$0 }
    case .binary(let sign, let a, let b):
      guard let a = a.phasor(quantity), let b = b.phasor(quantity) else { return nil }
      switch sign {
      case .add: return a + b
      case .subtract: return a + -b
      case .multiply: return a * b
      case .divide: return a / b
      default: return nil
      }
    default: return nil
    }
  }
}
