/// Means and co-moments of pairs of numbers, added up one by one and merged.
struct PairedMoments: Sendable, Equatable {
  /// Pairs.
  private(set) var count = 0
  /// Means.
  private(set) var meanX = 0.0, meanY = 0.0
  /// Sums of `(x − x̄)²` and `(x − x̄)(y − ȳ)`.
  private(set) var squares = 0.0, products = 0.0

  /// Adds a pair (Welford, Technometrics 4(3), 1962).
  mutating func add(_ x: Double, _ y: Double) {
    count += 1
    let step = x - meanX
    meanX += step / Double(count)
    squares += step * (x - meanX)
    meanY += (y - meanY) / Double(count)
    products += step * (y - meanY)
  }

  /// Adds the pairs of `other` (Chan, Golub, LeVeque, Am. Stat. 37(3), 1983).
  mutating func merge(_ other: PairedMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let (dx, dy) = (other.meanX - meanX, other.meanY - meanY)
    let weight = Double(count) * Double(other.count) / total
    squares += other.squares + weight * dx * dx
    products += other.products + weight * dx * dy
    meanX += dx * Double(other.count) / total
    meanY += dy * Double(other.count) / total
    count += other.count
  }

  /// `Σ x²` and `Σ x y`.
  var rawSquares: Double { squares + Double(count) * meanX * meanX }
  var rawProducts: Double { products + Double(count) * meanX * meanY }
}

/// Factors and addends that bring the outputs of a layer, `y` without bias, closest to those of the
/// float network, `t` with bias, in the least-squares sense.
///
///     column:  g = cov(y, t) / var(y),      b = t̄ − g ȳ
///     layer:   g = Σ y (t − b₀) / Σ y²,     b = b₀
struct GainFit: Sendable, Equatable {
  /// The factor and the addend of each output.
  private(set) var gains: [Double], biases: [Double]
  /// Outputs that do not vary: their factor is 1, and their addend brings the mean of `t`.
  private(set) var constantOutputs: [Int] = []

  /// Variances below that part of the mean square are roundings of single precision.
  private static let least = 1e-12

  /// The fit for outputs with the moments `moments` of `y` and `t`, and the biases `b₀`.
  init(_ gains: LayerCompensation.Gains, _ moments: [PairedMoments], biases old: [Float]) {
    precondition(moments.count == old.count, "one bias per output")
    self.gains = moments.map { _ in 1 }
    biases = old.map { Double($0) }
    switch gains {
    case .none: break
    case .layer:
      var (squares, products) = (0.0, 0.0)
      for (own, bias) in zip(moments, biases) {
        squares += own.rawSquares
        products += own.rawProducts - bias * Double(own.count) * own.meanX
      }
      guard squares > 0 else {
        constantOutputs = Array(moments.indices)
        return
      }
      self.gains = moments.map { _ in products / squares }
    case .column:
      for (output, own) in moments.enumerated() {
        if own.squares > Self.least * own.rawSquares {
          self.gains[output] = own.products / own.squares
        } else {
          constantOutputs.append(output)
        }
        biases[output] = own.meanY - self.gains[output] * own.meanX
      }
    }
  }
}
