import Foundation
import SparseLinearAlgebra

/// Outputs of a relaxing network as sums of decaying exponentials.
///
/// `d(t) = exp(−C⁻¹ G t) d(0)` is computed in the Krylov space of `S = (C + γ G)⁻¹ C`, which favors
/// the slow modes that decide when a line has settled (shift-and-invert Lanczos: Moret and Novati,
/// BIT 44, 2004, doi 10.1007/s10543-004-3797-5; van den Eshof and Hochbruck, SIAM J. Sci. Comput.
/// 27, 2006, doi 10.1137/040605461). An eigenvalue σ of `S` corresponds to the decay rate
/// (1/σ − 1)/γ. One factorization and a few tens of solves replace thousands of time steps.
struct DecayModes: Sendable {
  /// Decay rates in 1/s.
  private(set) var rates: [Double] = []
  /// Amplitudes in amperes, by output, then by mode.
  private(set) var amplitudes: [Double] = []
  /// Number of Lanczos steps, and the change of any output at any time over the last ten of them,
  /// in amperes.
  private(set) var steps = 0, change = Double.infinity
  /// The slowest time constant of the network in seconds.
  private(set) var slowest = 0.0

  private let outputCount: Int

  /// The modes of `network`, to within `tolerance` amperes from a hundredth of the slowest time
  /// constant on; `nil` if the network has no capacitance.
  init?(_ network: RelaxingNetwork, tolerance: Double, stepLimit: Int = 300) throws(SparseError) {
    outputCount = network.outputs.count
    guard network.pattern.order > 0, network.farads.contains(where: { $0 > 0 }) else { return nil }
    var factors = try CholeskyFactorization(analyzing: network.pattern)
    try factors.factorize(network.siemens.span)
    slowest = Self.slowestSeconds(of: network, factors)
    guard slowest > 0 else { return nil }
    let gamma = slowest / 10
    var shifted = network.siemens.map { gamma * $0 }
    for (unknown, entry) in network.diagonal.enumerated() {
      shifted[entry] += network.farads[unknown]
    }
    try factors.factorize(shifted.span)
    var lanczos = Lanczos(network)
    guard lanczos.scale > 0 else { return }
    var previous: [Double]?
    while steps < stepLimit {
      let goesOn = lanczos.step(network, factors)
      steps += 1
      guard steps.isMultiple(of: 10) || !goesOn else { continue }
      guard takeModes(of: lanczos, gamma: gamma) else { return }
      let sample = samples()
      if let previous {
        change = zip(previous, sample).reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      }
      if !goesOn { change = 0 }
      if change <= tolerance { return }
      previous = sample
    }
  }

  /// Deviation of an output from its final value, in amperes.
  func deviation(ofOutput output: Int, at seconds: Double) -> Double {
    var sum = 0.0
    for (mode, rate) in rates.enumerated() {
      sum += amplitudes[output * rates.count + mode] * exp(-rate * seconds)
    }
    return sum
  }

  /// The largest eigenvalue of `G⁻¹ C` by the power method: a few digits are enough.
  private static func slowestSeconds(
    of network: RelaxingNetwork, _ factors: borrowing CholeskyFactorization
  ) -> Double {
    let farads = network.farads
    var x = [Double](repeating: 1, count: farads.count)
    var seconds = 0.0
    for _ in 0..<30 {
      for k in x.indices { x[k] *= farads[k] }
      factors.solve(&x, count: 1)
      let size = x.reduce(0) { max($0, abs($1)) }
      guard size > 0, size.isFinite else { return 0 }
      for k in x.indices { x[k] /= size }
      let isSettled = abs(size - seconds) <= 1e-3 * size
      seconds = size
      if isSettled { break }
    }
    return seconds
  }

  /// Takes the exponentials that the Lanczos process has found so far; false if its eigenproblem
  /// does not converge, which does not happen for finite matrices.
  private mutating func takeModes(of lanczos: Lanczos, gamma: Double) -> Bool {
    let order = lanczos.diagonal.count
    guard
      let problem = TridiagonalEigenproblem(
        diagonal: lanczos.diagonal, offDiagonal: Array(lanczos.beside.prefix(order - 1)))
    else { return false }
    // Modes whose time constant vanishes decay at once.
    let kept = problem.values.indices.filter { problem.values[$0] > 1e-12 }
    rates = kept.map { max(0, 1 / problem.values[$0] - 1) / gamma }
    amplitudes = [Double](repeating: 0, count: outputCount * kept.count)
    for (mode, k) in kept.enumerated() {
      let weight = lanczos.scale * problem.vectors[k * order] / problem.values[k]
      for m in 0..<order {
        let factor = weight * problem.vectors[k * order + m]
        for output in 0..<outputCount {
          amplitudes[output * kept.count + mode] += factor * lanczos.taken[m * outputCount + output]
        }
      }
    }
    return true
  }

  /// Deviations of every output at times from a hundredth of to ten times the slowest time
  /// constant.
  private func samples() -> [Double] {
    (0...12).flatMap { k in
      let seconds = slowest * pow(10, Double(k) / 4 - 2)
      return (0..<outputCount).map { deviation(ofOutput: $0, at: seconds) }
    }
  }
}

/// Lanczos vectors of `S`, orthonormal in the product `xᵀ C y`, in which `S` is symmetric.
private struct Lanczos {
  /// `‖d(0)‖` in that product.
  let scale: Double
  /// The projected matrix.
  private(set) var diagonal: [Double] = []
  private(set) var beside: [Double] = []
  /// Contributions of each vector's `S q` to the outputs: by vector, then by output.
  private(set) var taken: [Double] = []
  private var vectors: [[Double]]

  init(_ network: RelaxingNetwork) {
    scale = Self.product(network.start, network.start, network.farads).squareRoot()
    let scale = scale
    vectors = [scale > 0 ? network.start.map { $0 / scale } : network.start]
  }

  static func product(_ x: [Double], _ y: [Double], _ farads: [Double]) -> Double {
    var sum = 0.0
    for k in x.indices { sum += x[k] * y[k] * farads[k] }
    return sum
  }

  /// One step; false if the Krylov space is exhausted and the result exact.
  mutating func step(
    _ network: RelaxingNetwork, _ factors: borrowing CholeskyFactorization
  ) -> Bool {
    let farads = network.farads
    let q = vectors[vectors.count - 1]
    var next = [Double](repeating: 0, count: q.count)
    for k in q.indices { next[k] = farads[k] * q[k] }
    factors.solve(&next, count: 1)
    for output in network.outputs {
      taken.append(output.reduce(0) { $0 + $1.siemens * next[$1.unknown] })
    }
    diagonal.append(Self.product(q, next, farads))
    // Twice against all vectors: the three-term recurrence loses orthogonality, and one pass is not
    // enough.
    for _ in 0..<2 {
      for vector in vectors {
        let overlap = Self.product(vector, next, farads)
        for k in next.indices { next[k] -= overlap * vector[k] }
      }
    }
    let size = Self.product(next, next, farads).squareRoot()
    beside.append(size)
    // S has norm one: a remainder of this size is rounding.
    guard size > 1e-13 else { return false }
    for k in next.indices { next[k] /= size }
    vectors.append(next)
    return true
  }
}
