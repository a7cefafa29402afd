import NumericKernels

/// The part of its ideal current that every cell of an array delivers, averaged over reads: what its
/// wires and terminals leave of the drive.
///
///     u_ij = Σ w x_i (I_ij / I⁰_ij) / Σ w x_i
///
/// `x_i` is the drive of word line `i` in a read, `w` the weight of the read, `I_ij` the cell's current
/// and `I⁰_ij` that without wires. Cells of linear arrays deliver the part of the voltage that is left
/// to them. The currents of voltage-driven linear arrays are sums of what single word lines
/// contribute, whatever the reads are, and `u_ij` is the part of its conductance with which a cell
/// enters the effective matrix.
///
/// By reciprocity, the current sensed on a gate-driven column changes with one of its conductances by
/// `V u²` in a single read.
public struct CellShares: Sendable {
  /// Where shares come from.
  public enum Method: Sendable {
    /// There are no wires: all are 1.
    case unwired
    /// A walk down the columns and one back.
    case ladder
    /// The same in single precision: its terms only shrink, and shares are good to a millionth.
    case singleLadder
    /// The entries of the effective matrix over the conductances.
    case effectiveMatrix
    /// The same of interleaved pairs, whose cells share an entry: from what each line would get.
    case pairedMatrix
    /// Solutions of the array, read by read: some hundred times the work of the others.
    case solver

    /// The cheapest that is exact to rounding for an array.
    public init(_ array: ArrayDescription) {
      if array.wires == WireParasitics(), array.terminals == TerminalResistances() {
        self = .unwired
      } else if LadderArray.covers(array), LadderArray.suits(array.law) {
        self = .ladder
      } else if EffectiveMatrix.covers(array) {
        self = array.pairing == .interleaved ? .pairedMatrix : .effectiveMatrix
      } else {
        self = .solver
      }
    }
  }

  /// Shares of the positive cells, then those of the negative ones, `[wordLines, bitLines]`. Cells on
  /// lines that no read drives have the mean of their column.
  public let shares: [Matrix<Double>]

  /// The shares of the cells of `array` over the reads of `inputs`.
  ///
  /// - Parameters:
  ///   - weights: Weight of each read, not negative.
  ///   - isSingle: Whether single precision will do where it is cheaper.
  public init(
    _ array: ArrayDescription, over inputs: InputBatch, weights: [Double], isSingle: Bool = false
  ) throws(ArrayError) {
    let method = Method(array)
    try self.init(
      array, over: inputs, weights: weights,
      by: isSingle && method == .ladder ? .singleLadder : method)
  }

  /// The same by a method that covers the array.
  init(
    _ array: ArrayDescription, over inputs: InputBatch, weights: [Double], by method: Method
  ) throws(ArrayError) {
    precondition(weights.count == inputs.count, "one weight per read")
    try array.check(inputs)
    let planes = array.effectiveConductances
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    switch method {
    case .unwired: shares = planes.map { _ in Matrix(rows: m, columns: n, repeating: 1) }
    case .ladder, .singleLadder:
      guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
      shares =
        method == .ladder
        ? ShareWalk<SIMD8<Double>>(array).shares(bits, weights: weights).averaged
        : ShareWalk<SIMD16<Float>>(array).shares(bits, weights: weights).averaged
    case .effectiveMatrix:
      let siemens = try EffectiveMatrix(array).siemens
      shares = planes.enumerated().map { polarity, cells in
        Matrix(rows: m, columns: n) { i, j in
          cells[i, j] > 0 ? siemens[i, polarity * n + j] / cells[i, j] : 1
        }
      }
    case .pairedMatrix: shares = try PairedMatrix(array).shares
    case .solver:
      let solver = try ExactMethod.solver(of: array)
      var sums = ShareSums(array)
      try solver.solutions(inputs) { vector, solution in
        sums.add(solution, inputs, vector: vector, weight: weights[vector])
      }
      shares = sums.averaged
    }
  }
}
