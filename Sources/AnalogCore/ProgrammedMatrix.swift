import CrossbarArray
import NumericKernels
import Synchronization

/// A matrix of real numbers held by analog arrays: program it, multiply vectors in both directions,
/// read it back, rewrite a part of it.
///
///     var w = try ProgrammedMatrix(weights, hardware: hardware, seed: 1) { try IdealArray($0) }
///     let y = try w.multiply(x)              // y = x Wᵀ, [batch, rows]
///     let z = try w.multiplyTransposed(y)    // z = y W, [batch, columns]
///     let held = w.weights                   // with the errors of its cells
///     try w.program(block, row: 4, column: 0)
///
/// Weights become 8-bit codes scaled by the largest magnitude of the matrix. Each input vector
/// becomes signed 8-bit codes scaled by its own, in one pass per sign, so that a result does not
/// depend on the other vectors of the batch.
public struct ProgrammedMatrix: Sendable {
  /// Outputs and inputs of `multiply`.
  public var rows: Int { matrix.outputCount }
  public var columns: Int { matrix.inputCount }
  /// The arrays.
  public private(set) var matrix: AnalogMatrix {
    didSet { transposed = KeptMatrix() }
  }
  /// The same arrays read in the transposed direction, made by the first product that needs them.
  private var transposed = KeptMatrix()
  /// Value of one weight code.
  public let weightScale: Double
  /// Number of block writes since the matrix was first programmed.
  public private(set) var writes: UInt64 = 0
  private let makeModel: SampledReads.ModelMaker

  /// Programs `weights`, `[rows, columns]`.
  ///
  /// - Parameters:
  ///   - hardware: Cells, mapping, tiles, wires, converters, errors. Converters whose range is
  ///     measured on recorded inputs are refused: nothing is recorded here.
  ///   - seed: Seed of the errors of cells and converters.
  ///   - makeModel: Makes the model of each array, for instance `IdealArray` or a `LadderArray`.
  public init(
    _ weights: Matrix<Double>, hardware: HardwareConfiguration, seed: UInt64,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    guard weights.rows > 0, weights.columns > 0 else {
      throw .shapesDiffer("a matrix of \(weights.rows) × \(weights.columns) has no weights")
    }
    guard !hardware.converter.isMeasured else {
      throw .unsupported(
        "converter.range: nothing is recorded here that it could be measured on; take maximum, "
          + "granular, fullPrecision or ideal")
    }
    let largest = try Self.largest(weights.elements, "a weight")
    weightScale = largest > 0 ? largest / 127 : 1
    let scale = weightScale
    matrix = try AnalogMatrix(
      codes: WeightCodes(weights.map { Int8(($0 / scale).rounded()) }), hardware: hardware,
      layer: 0, seed: seed, makeModel: makeModel)
    self.makeModel = makeModel
  }

  /// The weights represented by the cells, `[rows, columns]`: as programmed, with errors.
  public var weights: Matrix<Double> {
    let scale = weightScale
    return matrix.heldCodes.map { scale * $0 }
  }

  /// `y = x Wᵀ` for vectors `x` of shape `[batch, columns]`; `y` is `[batch, rows]`.
  ///
  /// - Parameter firstVector: Number of the first vector; addresses the noise of reads and
  ///   conversions.
  public func multiply(
    _ x: Matrix<Double>, firstVector: UInt64 = 0
  ) throws(ArrayError) -> Matrix<Double> {
    try products(of: x, by: matrix, firstVector)
  }

  /// `z = y W` for vectors `y` of shape `[batch, rows]`, by reading the same cells in the
  /// transposed direction; `z` is `[batch, columns]`. Throws for hardware that does not support it
  /// (see `AnalogMatrix.transposed`).
  public func multiplyTransposed(
    _ y: Matrix<Double>, firstVector: UInt64 = 0
  ) throws(ArrayError) -> Matrix<Double> {
    let transpose = try transposed.matrix { () throws(ArrayError) in
      try matrix.transposed(makeModel: makeModel)
    }
    return try products(of: y, by: transpose, firstVector)
  }

  /// Writes `block` with its first weight at `row`, `column`. Cells outside it keep their
  /// conductances, errors included; cells inside it draw new errors. Weights beyond the largest one
  /// of the original matrix do not fit its scale and are an error.
  public mutating func program(
    _ block: Matrix<Double>, row: Int, column: Int
  ) throws(ArrayError) {
    let largest = try Self.largest(block.elements, "a weight")
    guard largest <= 127.5 * weightScale else {
      throw .invalidInput(
        "a weight of magnitude \(largest) does not fit: the matrix was made for up to "
          + "\(127 * weightScale)")
    }
    let scale = weightScale
    try matrix.program(
      block.map { Int8(min(max(($0 / scale).rounded(), -127), 127)) }, fromOutput: row,
      fromInput: column, write: writes + 1, makeModel: makeModel)
    writes += 1
  }

  private func products(
    of x: Matrix<Double>, by matrix: AnalogMatrix, _ firstVector: UInt64
  ) throws(ArrayError) -> Matrix<Double> {
    guard x.columns == matrix.inputCount else {
      throw .shapesDiffer(
        "a vector has \(x.columns) values, this side of the matrix \(matrix.inputCount)")
    }
    var (positive, negative): ([UInt16], [UInt16]) = ([], [])
    var scales: [Double] = []
    for vector in 0..<x.rows {
      let values = Array(x.row(vector))
      let largest = try Self.largest(values, "an input")
      let scale = largest > 0 ? largest / 255 : 1
      scales.append(scale)
      for value in values {
        let code = UInt16((value.magnitude / scale).rounded())
        positive.append(value > 0 ? code : 0)
        negative.append(value < 0 ? code : 0)
      }
    }
    var sums = [Double](repeating: 0, count: x.rows * matrix.outputCount)
    var counts = ActivityCounts()
    for (codes, sign) in [(positive, 1.0), (negative, -1.0)] where codes.contains(where: { $0 > 0 })
    {
      try matrix.multiply(
        codes.span, batch: x.rows, bitCount: 8, sign: sign, into: &sums, counts: &counts,
        firstVector: firstVector)
    }
    return Matrix(rows: x.rows, columns: matrix.outputCount) {
      sums[$0 * matrix.outputCount + $1] * weightScale * scales[$0]
    }
  }

  private static func largest(_ values: [Double], _ what: String) throws(ArrayError) -> Double {
    guard values.allSatisfy(\.isFinite) else { throw .invalidInput("\(what) is not finite") }
    return values.reduce(0) { max($0, $1.magnitude) }
  }
}

/// A matrix made on first use. Copies of its owner share it until one of them is written.
private final class KeptMatrix: Sendable {
  private let kept = Mutex<AnalogMatrix?>(nil)

  /// The matrix, made by `make` on first use; an error is not kept.
  func matrix(_ make: () throws(ArrayError) -> AnalogMatrix) throws(ArrayError) -> AnalogMatrix {
    try kept.withLock { (kept) throws(ArrayError) in
      if let kept { return kept }
      let made = try make()
      kept = made
      return made
    }
  }
}
