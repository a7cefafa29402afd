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
    let matrix = solver.evaluate(point, problem)
    let layout = solver.layout
    let drive = drive(layout)
    var lu: ComplexLUFactorization
    do throws(SparseError) {
      lu = try ComplexLUFactorization(analyzing: matrix.pattern)
      solver.analyses += 1
    } catch {
      throw .factorization(error)
    }
    for frequency in hertz {
      var x = drive
      do throws(SparseError) {
        try Self.solve(&lu, matrix, 2 * .pi * frequency, &x)
      } catch {
        switch error {
        case .singular(let unknown): throw .singular(layout.name(of: unknown))
        case .notFinite(let unknown): throw .solutionNotFinite(layout.name(of: unknown))
        default: throw .factorization(error)
        }
      }
      var phasors = (0..<layout.order).map { Phasor(real: x[2 * $0], imaginary: x[2 * $0 + 1]) }
      phasors.append(Phasor())
      try body(frequency, phasors)
    }
  }

  /// Replaces the right-hand side by the solution of `(G + jωC) x = b`.
  private static func solve(
    _ lu: inout ComplexLUFactorization, _ matrix: SimulationMatrix, _ omega: Double,
    _ x: inout [Double]
  ) throws(SparseError) {
    var values = [Double](repeating: 0, count: 2 * matrix.pattern.entryCount)
    for k in 0..<matrix.pattern.entryCount {
      values[2 * k] = matrix.conductances[k]
      values[2 * k + 1] = omega * matrix.capacitances[k]
    }
    try lu.factorize(values)
    lu.solve(&x)
    if let bad = x.firstIndex(where: { !$0.isFinite }) { throw .notFinite(unknown: bad / 2) }
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
