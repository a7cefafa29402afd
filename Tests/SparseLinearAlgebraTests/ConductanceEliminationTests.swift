import NumericKernels
import SparseLinearAlgebra
import TestSupport
import Testing

@Suite struct ConductanceEliminationTests {
  private static func network(
    _ order: Int, seed: UInt64
  ) -> (edges: ConductanceElimination.Edges, excess: [Double]) {
    var random = RandomStream(seed: seed, stream: UInt64(order))
    var edges = ConductanceElimination.Edges()
    for node in 1..<max(order, 1) {
      // A tree holds the network together; two more edges per node close loops.
      for _ in 0..<3 {
        edges.first.append(Int32(node))
        edges.second.append(Int32.random(in: 0..<Int32(node), using: &random))
        edges.siemens.append(Double.random(in: 0.1...1, using: &random))
      }
    }
    return (edges, (0..<order).map { $0 % 7 == 0 ? Double.random(in: 0.1...1, using: &random) : 0 })
  }

  /// On networks of one decade both eliminations keep all digits.
  @Test(arguments: [1, 2, 17, 300])
  func agreesWithCholesky(order: Int) throws {
    let (edges, excess) = Self.network(order, seed: 1)
    let all = (0..<Int32(order)).map { $0 }
    let pattern = SparsePattern(
      order: order, symmetry: .symmetric, rows: all + edges.first, columns: all + edges.second)
    var values = [Double](repeating: 0, count: pattern.entryCount)
    for (k, g) in excess.enumerated() { values[Int(pattern.slots[k])] += g }
    for (k, g) in edges.siemens.enumerated() {
      values[Int(pattern.slots[Int(edges.first[k])])] += g
      values[Int(pattern.slots[Int(edges.second[k])])] += g
      values[Int(pattern.slots[order + k])] -= g
    }
    var cholesky = try CholeskyFactorization(analyzing: pattern)
    try cholesky.factorize(values.span)
    let amperes = (0..<order).map { Double(($0 * 5) % 7) - 3 }
    var expected = amperes
    cholesky.solve(&expected, count: 1)
    let found = try ConductanceElimination(edges, excess: excess).solve(amperes)
    // Condition numbers stay below 1e4 here: ten roundings of that.
    let largest = expected.reduce(0) { max($0, $1.magnitude) }
    for (a, b) in matched(found, expected) {
      #expect((a - b).magnitude <= 1e5 * .ulpOfOne * largest)
    }
  }

  /// A chain of conductors that differ by 22 decades, driven at one end: every voltage is the
  /// resistance to ground, to a rounding per node.
  @Test(arguments: [1, 2, 9, 64])
  func aStiffChainAddsItsResistances(order: Int) throws {
    var edges = ConductanceElimination.Edges()
    for node in 1..<max(order, 1) {
      edges.first.append(Int32(node - 1))
      edges.second.append(Int32(node))
      edges.siemens.append([1e12, 3, 1e-10][node % 3])
    }
    var excess = [Double](repeating: 0, count: order)
    excess[order - 1] = 7e-9
    let amperes = [1.0] + [Double](repeating: 0, count: order - 1)
    let volts = try ConductanceElimination(edges, excess: excess).solve(amperes)
    var expected = 1 / 7e-9
    for node in stride(from: order - 1, through: 0, by: -1) {
      #expect((volts[node] / expected - 1).magnitude <= 4 * Double(order) * .ulpOfOne)
      if node > 0 { expected += 1 / edges.siemens[node - 1] }
    }
  }

  /// A part without a path to known voltages holds no current and stays at zero.
  @Test func anIsolatedPartIsAtZero() throws {
    var edges = ConductanceElimination.Edges()
    (edges.first, edges.second, edges.siemens) = ([1], [2], [5])
    let volts = try ConductanceElimination(edges, excess: [2, 0, 0]).solve([1, 0, 0])
    #expect(volts == [0.5, 0, 0])
  }
}
