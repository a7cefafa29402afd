import CrossbarArray
import NumericKernels

/// Dot products of an array without wires: line currents and their moments along the bit lines,
/// signed as they are sensed and without signs.
struct LineSignals: Sendable {
  /// The sensed currents.
  let ideal: IdealArray
  private let placed: IdealArray
  /// Both polarities of interleaved pairs separately; `nil` if nothing is subtracted on a line.
  private let parts: IdealArray?, placedParts: IdealArray?

  /// - Parameters:
  ///   - array: An array without wires.
  ///   - sensedEnd: End at which its bit lines are sensed; positions count from the other end.
  init(_ array: ArrayDescription, sensedEnd: LineEnd) throws(ArrayError) {
    let m = Double(array.wordLineCount)
    let placedArray = array.withoutWires { siemens, i, _ in
      siemens * (sensedEnd == .near ? (m - Double(i)) / m : (Double(i) + 1) / m)
    }
    ideal = try IdealArray(array)
    placed = try IdealArray(placedArray)
    guard array.pairing == .interleaved, array.negativeConductances != nil else {
      (parts, placedParts) = (nil, nil)
      return
    }
    func apart(_ array: ArrayDescription) throws(ArrayError) -> IdealArray {
      var array = array
      array.pairing = .separateLines
      return try IdealArray(array)
    }
    parts = try apart(array)
    placedParts = try apart(placedArray)
  }

  /// Signals for column fits, in double precision.
  func signals(_ inputs: InputBatch) throws(ArrayError) -> FittedColumns.Signals {
    func matrix(_ model: IdealArray) throws(ArrayError) -> Matrix<Double> {
      try model.currents(inputs).amperes
    }
    return try signals(matrix)
  }

  /// The same by single-precision products.
  func signals(_ bits: BitMatrix) throws(ArrayError) -> FittedColumns.Signals {
    func matrix(_ model: IdealArray) throws(ArrayError) -> Matrix<Double> {
      var single: [Float] = []
      try model.currents(bits, into: &single)
      return Matrix(
        rows: bits.rows, columns: model.description.outputCount, elements: single.map { Double($0) }
      )
    }
    return try signals(matrix)
  }

  private func signals(
    _ matrix: (IdealArray) throws(ArrayError) -> Matrix<Double>
  ) throws(ArrayError) -> FittedColumns.Signals {
    let (signed, moments) = (try matrix(ideal), try matrix(placed))
    guard let parts, let placedParts else {
      return FittedColumns.Signals(
        signed: signed, signedMoments: moments, unsigned: signed.map(\.magnitude),
        unsignedMoments: moments.map(\.magnitude))
    }
    func joined(_ apart: Matrix<Double>) -> Matrix<Double> {
      let n = signed.columns
      return Matrix(rows: apart.rows, columns: n) {
        apart[$0, $1].magnitude + apart[$0, $1 + n].magnitude
      }
    }
    return FittedColumns.Signals(
      signed: signed, signedMoments: moments, unsigned: joined(try matrix(parts)),
      unsignedMoments: joined(try matrix(placedParts)))
  }
}
