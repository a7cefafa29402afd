import NumericKernels
import Testing

@testable import SparseLinearAlgebra

/// Conjugate gradients along chains against the factor of the same matrix.
@Suite struct ChainGradientsTests {
  /// A symmetric matrix of conductances: the entries of a network, node by node.
  private struct Network {
    var (rows, columns, siemens) = ([Int32](), [Int32](), [Double]())
    var order: Int

    init(order: Int) { self.order = order }

    mutating func connect(_ a: Int, _ b: Int, _ conductance: Double) {
      for (row, column, value) in [(a, a, conductance), (b, b, conductance), (a, b, -conductance)] {
        rows.append(Int32(row))
        columns.append(Int32(column))
        siemens.append(value)
      }
    }

    mutating func ground(_ a: Int, _ conductance: Double) {
      rows.append(Int32(a))
      columns.append(Int32(a))
      siemens.append(conductance)
    }

    var matrix: (pattern: SparsePattern, values: [Double]) {
      let pattern = SparsePattern(order: order, symmetry: .symmetric, rows: rows, columns: columns)
      var values = [Double](repeating: 0, count: pattern.entryCount)
      for (slot, value) in zip(pattern.slots, siemens) { values[Int(slot)] += value }
      return (pattern, values)
    }
  }

  /// Word lines driven at one end, bit lines grounded at the other, a cell at every crossing.
  private func array(_ rows: Int, _ columns: Int, wire: Double, cell: Double) -> Network {
    var network = Network(order: 2 * rows * columns)
    var random = RandomStream(seed: 1)
    func word(_ i: Int, _ j: Int) -> Int { i * columns + j }
    func bit(_ i: Int, _ j: Int) -> Int { rows * columns + i * columns + j }
    for i in 0..<rows {
      network.ground(word(i, 0), wire)
      for j in 0..<columns {
        network.connect(
          word(i, j), bit(i, j), cell * (0.01 + Double.random(in: 0..<1, using: &random)))
        if j > 0 { network.connect(word(i, j - 1), word(i, j), wire) }
        if i > 0 { network.connect(bit(i - 1, j), bit(i, j), wire) }
      }
    }
    for j in 0..<columns { network.ground(bit(rows - 1, j), wire) }
    return network
  }

  private func solutions(
    _ network: Network, count: Int
  ) throws -> (chains: [Double]?, factor: [Double]) {
    let (pattern, values) = network.matrix
    var random = RandomStream(seed: 2)
    let amperes = (0..<count * network.order).map { _ in
      Double.random(in: 0..<1, using: &random) - 0.3
    }
    var factorization = try CholeskyFactorization(analyzing: pattern)
    try factorization.factorize(values.span)
    var expected = amperes
    factorization.solve(&expected, count: count)
    var chains = ChainGradients(pattern)
    var found = amperes
    guard try chains.prepare(values.span), chains.solve(&found, count: count) else {
      return (nil, expected)
    }
    return (found, expected)
  }

  private func difference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).map { abs($0 - $1) }.max()! / b.map { abs($0) }.max()!
  }

  @Test(arguments: [(1, 1), (3, 2), (24, 24), (5, 130), (64, 9)], [1e-6, 1e-4, 3e-3])
  func arraysAreSolvedToRounding(size: (Int, Int), cell: Double) throws {
    let network = array(size.0, size.1, wire: 1, cell: cell)
    let (chains, factor) = try solutions(network, count: 3)
    #expect(difference(try #require(chains), factor) <= 1e-12)
  }

  /// Chains of every length, some closed to rings, and nodes without any.
  @Test func chainsOfAnyShapeAreFound() throws {
    var network = Network(order: 900)
    var random = RandomStream(seed: 3)
    var first = 0
    for length in 1...40 {
      for k in 1..<max(1, length) {
        network.connect(first + k - 1, first + k, 2 + Double.random(in: 0..<1, using: &random))
      }
      if length > 2, length % 3 == 0 { network.connect(first, first + length - 1, 1.5) }
      first += length
    }
    for a in 0..<900 {
      network.ground(a, 1e-2)
      network.connect(a, (a + 450) % 900, 1e-4)
    }
    let (chains, factor) = try solutions(network, count: 2)
    #expect(difference(try #require(chains), factor) <= 1e-12)
  }

  /// A sheet has no chains that say more of it than others: it is given up, not solved badly.
  @Test func sheetsAreGivenUp() throws {
    var network = Network(order: 64 * 64)
    for i in 0..<64 {
      for j in 0..<64 {
        if i > 0 { network.connect(64 * (i - 1) + j, 64 * i + j, 1) }
        if j > 0 { network.connect(64 * i + j - 1, 64 * i + j, 1) }
      }
    }
    network.ground(0, 1e-3)
    #expect(try solutions(network, count: 1).chains == nil)
  }

  /// Too many couplings per node for the method.
  @Test func meshesOfEveryNodeWithEveryOtherAreRefused() throws {
    var network = Network(order: 12)
    for a in 0..<12 {
      network.ground(a, 1)
      for b in 0..<a { network.connect(a, b, 1) }
    }
    let (pattern, values) = network.matrix
    var chains = ChainGradients(pattern)
    #expect(try !chains.prepare(values.span))
  }

  @Test func aRightHandSideDoesNotDependOnOthers() throws {
    let (pattern, values) = array(9, 17, wire: 1, cell: 1e-3).matrix
    var chains = ChainGradients(pattern)
    #expect(try chains.prepare(values.span))
    var both = (0..<2 * pattern.order).map { Double($0 % 7) - 2 }
    var second = Array(both[pattern.order...])
    #expect(chains.solve(&both, count: 2))
    #expect(chains.solve(&second, count: 1))
    #expect(Array(both[pattern.order...]) == second)
    var nothing = [Double](repeating: 0, count: pattern.order)
    #expect(chains.solve(&nothing, count: 1))
    #expect(nothing.allSatisfy { $0 == 0 })
  }

  @Test func chainsWithoutGroundAndNumbersThatAreNoneAreErrors() throws {
    var network = Network(order: 4)
    for a in 1..<4 { network.connect(a - 1, a, 2) }
    var (pattern, values) = network.matrix
    #expect(throws: SparseError.notPositiveDefinite(unknown: 3)) {
      var chains = ChainGradients(pattern)
      _ = try chains.prepare(values.span)
    }
    network.ground(0, 1)
    (pattern, values) = network.matrix
    values[0] = .nan
    #expect(throws: SparseError.notFinite(unknown: 0)) {
      var chains = ChainGradients(pattern)
      _ = try chains.prepare(values.span)
    }
  }
}
