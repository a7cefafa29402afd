/// Conjugate gradients for a symmetric positive definite matrix, preconditioned by its chains.
///
/// With `T` the diagonal and the couplings along chains and `A = T − C`, an iteration solves with the
/// tridiagonal `T` and multiplies by `C` alone: `T p` follows from the residuals. Where the couplings
/// between chains are weak, as cells are beside the wires of an array, a dozen iterations reach the last
/// digits, at a cost of a few passes over the unknowns; the factor of a large array is of hundreds of
/// entries per unknown (Saad, Iterative Methods for Sparse Linear Systems, 2nd ed., 2003, section 9.2).
/// A matrix of which that cannot be said is for `CholeskyFactorization`.
///
/// One owner: solving uses workspace.
public struct ChainGradients: ~Copyable {
  private typealias Lanes = SIMD8<Double>

  /// The structure of the matrix; values are given in its order.
  public let pattern: SparsePattern
  /// Iterations after which a matrix is given up.
  public static let iterationLimit = 60

  private var chains: Chains?
  /// Reciprocal pivots of `T = L D Lᵀ`, and the entries of `L` that lead to the place before.
  private var reciprocals: [Lanes] = []
  private var lower: [Lanes] = []
  /// Layers of `C`: each has one entry per place, its value and the place in whose column it is.
  private var couplings: [(columns: [SIMD8<Int32>], values: [Lanes])] = []

  /// Solves with matrices of this pattern, the lower triangle of a symmetric one.
  public init(_ pattern: SparsePattern) {
    precondition(pattern.symmetry == .symmetric, "conjugate gradients need a symmetric pattern")
    self.pattern = pattern
  }

  /// Prepares the matrix with these values, one per stored entry; returns whether it is one for this
  /// method: few couplings between chains per unknown, and chains that fill their groups.
  public mutating func prepare(_ values: Span<Double>) throws(SparseError) -> Bool {
    try pattern.requireFinite(values)
    let chains = Chains(pattern, values)
    self.chains = nil
    guard chains.count * Chains.lanes <= 2 * pattern.order + 1024 else { return false }
    var diagonal = [Lanes](repeating: Lanes(repeating: 1), count: chains.count)
    lower = [Lanes](repeating: .zero, count: chains.count)
    couplings = []
    var layers = [UInt8](repeating: 0, count: chains.count * Chains.lanes)
    for column in 0..<pattern.order {
      for entry in pattern.columnStarts[column]..<pattern.columnStarts[column + 1] {
        let row = pattern.rowIndices[entry]
        let (a, b) = (Int(chains.places[row]), Int(chains.places[column]))
        if row == column {
          diagonal[a / Chains.lanes][a % Chains.lanes] = values[entry]
        } else if abs(a - b) == Chains.lanes, areNeighbours(a, b, chains) {
          // The entry of the later place toward the one before it.
          lower[max(a, b) / Chains.lanes][max(a, b) % Chains.lanes] = values[entry]
        } else {
          guard couple(a, with: b, -values[entry], &layers),
            couple(b, with: a, -values[entry], &layers)
          else { return false }
        }
      }
    }
    try factorize(diagonal, chains)
    self.chains = chains
    return true
  }

  /// Whether two places that follow each other in a lane are in one group, and hence in one chain.
  private func areNeighbours(_ a: Int, _ b: Int, _ chains: Chains) -> Bool {
    let later = max(a, b) / Chains.lanes
    // Groups start where their number is found by bisection.
    var (low, high) = (0, chains.groupStarts.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if chains.groupStarts[middle] < later { low = middle + 1 } else { high = middle }
    }
    return chains.groupStarts[low] != later
  }

  /// Puts an entry of `C` into the first layer in which its row is free; more than six are too many.
  private mutating func couple(
    _ row: Int, with column: Int, _ value: Double, _ layers: inout [UInt8]
  ) -> Bool {
    let layer = Int(layers[row])
    guard layer < 6 else { return false }
    if layer == couplings.count {
      let own = (0..<Int32(layers.count / Chains.lanes)).map {
        SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) &+ Int32(Chains.lanes) &* $0
      }
      couplings.append((own, [Lanes](repeating: .zero, count: own.count)))
    }
    layers[row] += 1
    couplings[layer].columns[row / Chains.lanes][row % Chains.lanes] = Int32(column)
    couplings[layer].values[row / Chains.lanes][row % Chains.lanes] = value
    return true
  }

  /// `T = L D Lᵀ` in place.
  private mutating func factorize(_ diagonal: [Lanes], _ chains: Chains) throws(SparseError) {
    reciprocals = [Lanes](repeating: .zero, count: chains.count)
    for group in 0..<chains.groupStarts.count - 1 {
      var (pivot, coupling) = (Lanes(repeating: 1), Lanes.zero)
      for place in chains.groupStarts[group]..<chains.groupStarts[group + 1] {
        coupling = lower[place]
        let factor = coupling / pivot
        pivot = diagonal[place] - factor * coupling
        guard pivot.min() > 0 else {
          let lane = (0..<Chains.lanes).first { !(pivot[$0] > 0) } ?? 0
          throw .notPositiveDefinite(
            unknown: Int(max(0, chains.unknowns[Chains.lanes * place + lane])))
        }
        lower[place] = factor
        reciprocals[place] = 1 / pivot
      }
    }
  }

  /// Replaces each right-hand side by its solution, `count` columns of `pattern.order` numbers; returns
  /// whether every one converged to rounding. Those that did not are of no use.
  public borrowing func solve(_ rightHandSides: inout [Double], count: Int) -> Bool {
    precondition(rightHandSides.count == pattern.order * count, "not one number per unknown")
    guard let chains else { preconditionFailure("prepare before solving") }
    var (x, residual) = ([Lanes](), [Lanes](repeating: .zero, count: chains.count))
    for column in 0..<count {
      let start = column * pattern.order
      for (unknown, place) in chains.places.enumerated() {
        residual[Int(place) / Chains.lanes][Int(place) % Chains.lanes] =
          rightHandSides[start + unknown]
      }
      guard iterate(&residual, into: &x, chains) else { return false }
      for (unknown, place) in chains.places.enumerated() {
        rightHandSides[start + unknown] = x[Int(place) / Chains.lanes][Int(place) % Chains.lanes]
      }
    }
    return true
  }

  /// Conjugate gradients from zero for the right-hand side in `residual`.
  private borrowing func iterate(
    _ residual: inout [Lanes], into x: inout [Lanes], _ chains: Chains
  ) -> Bool {
    x = [Lanes](repeating: .zero, count: chains.count)
    var (z, p, image) = (x, x, x)
    // The squared error of the solution in the norm of `T`, at first and where it is rounding alone.
    var (square, first) = (0.0, 0.0)
    for iteration in 0...Self.iterationLimit {
      let next = eliminate(residual, into: &z, chains)
      if iteration == 0 { first = next }
      guard next.isFinite, next >= 0 else { return false }
      // Rounding alone is left, or an iteration that makes it no smaller any more.
      if next <= first * 0x1p-104 { return true }
      let ratio = iteration == 0 ? 0 : next / square
      square = next
      for place in p.indices {
        p[place] = z[place] + ratio * p[place]
        // `T p`, since `T z` is the residual.
        image[place] = residual[place] + ratio * image[place]
      }
      let curvature = multiply(p, image, into: &z)
      guard curvature > 0 else { return false }
      let step = square / curvature
      for place in p.indices {
        x[place] += step * p[place]
        residual[place] -= step * z[place]
      }
    }
    return false
  }

  /// `z = T⁻¹ r`; returns `r · z`.
  private borrowing func eliminate(
    _ residual: [Lanes], into z: inout [Lanes], _ chains: Chains
  ) -> Double {
    var total = Lanes.zero
    for group in 0..<chains.groupStarts.count - 1 {
      let range = chains.groupStarts[group]..<chains.groupStarts[group + 1]
      var previous = Lanes.zero
      for place in range {
        previous = residual[place] - lower[place] * previous
        z[place] = previous
      }
      previous = .zero
      var after = Lanes.zero
      for place in range.reversed() {
        previous = z[place] * reciprocals[place] - after * previous
        after = lower[place]
        z[place] = previous
        total += previous * residual[place]
      }
    }
    return total.sum()
  }

  /// `y = A p`, where `image` is `T p`; returns `p · y`.
  private borrowing func multiply(
    _ p: [Lanes], _ image: [Lanes], into y: inout [Lanes]
  ) -> Double {
    var total = Lanes.zero
    for place in y.indices { y[place] = image[place] }
    for (columns, values) in couplings {
      for place in y.indices {
        let column = columns[place]
        var others = Lanes.zero
        for lane in 0..<Chains.lanes {
          let other = Int(column[lane])
          others[lane] = p[other / Chains.lanes][other % Chains.lanes]
        }
        y[place] -= values[place] * others
      }
    }
    for place in y.indices { total += p[place] * y[place] }
    return total.sum()
  }
}
