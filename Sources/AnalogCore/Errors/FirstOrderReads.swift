import CrossbarArray
import NumericKernels

/// Reads of a tile with wires whose current noise is linear in the cell noise: one solve for the
/// mean of all reads and one draw per current, instead of a circuit per read.
///
/// Cells are read as in `SampledReads`, with normal noise clipped at zero conductance. Currents
/// have the mean of an array of mean conductances and the deviation given by `CurrentDeviations`,
/// both to first order in the noise; `secondOrderBound` bounds the remainder.
public struct FirstOrderReads: Sendable {
  /// The largest second-order part, rms over the deviation, at which first order is accepted: means
  /// are then off by at most this many deviations of a read, deviations by this fraction.
  public static let limit = 0.1

  /// See `CurrentDeviations`.
  public var secondOrderBound: Double { deviations.secondOrderBound }
  private let deviations: CurrentDeviations
  /// Model of the mean conductances; `nil` if they are those of the tile.
  private let mean: (any ArrayModel)?
  private let draws: OutputDraws

  /// The reads of a tile whose array `CurrentDeviations` covers.
  public init(
    _ noise: ConductanceError, array: ArrayDescription, cell: CellSpecification, seed: UInt64,
    layer: Int, weightSlice: Int = 0, inputBlock: Int, outputs: Range<Int>,
    makeModel: SampledReads.ModelMaker
  ) throws(ArrayError) {
    precondition(array.bitLineCount == outputs.count, "outputs do not match the bit lines")
    let law = ReadLaw(noise, array: array, cell: cell)
    deviations = try CurrentDeviations(law.array, deviations: law.deviations)
    mean = law.array == array ? nil : try makeModel(law.array)
    draws = OutputDraws(
      seed: seed, layer: layer, weightSlice: weightSlice, inputBlock: inputBlock, outputs: outputs)
  }

  /// Sensed currents in amperes, `[bits.rows, outputs]`, one read per row; overwrites `amperes`.
  ///
  /// - Parameter model: The tile's own model, without noise.
  public func currents(
    _ bits: BitMatrix, model: any ArrayModel, reads: [UInt64], into amperes: inout [Float]
  ) throws(ArrayError) {
    precondition(reads.count == bits.rows, "one read per row")
    try (mean ?? model).currents(bits, into: &amperes)
    var sigma: [Float] = []
    try deviations.deviations(bits, into: &sigma)
    let lines = bits.rows > 0 ? amperes.count / bits.rows : 0
    let spread = sigma.span
    var out = amperes.mutableSpan
    for row in 0..<bits.rows {
      let base = row * lines
      draws.add(to: &out, base: base, lineCount: lines, read: reads[row]) { spread[base + $0] }
    }
  }
}

/// The first two moments of the conductances read from a tile's cells.
struct ReadLaw {
  /// The array of mean conductances.
  var array: ArrayDescription
  /// Standard deviations in siemens, of the positive cells, then of the negative ones.
  var deviations: [Matrix<Double>]

  init(_ noise: ConductanceError, array: ArrayDescription, cell: CellSpecification) {
    func moments(_ cells: Matrix<Double>) -> (mean: Matrix<Double>, deviation: Matrix<Double>) {
      let found = cells.elements.map { noise.readMoments(of: $0, cell: cell) }
      return (
        Matrix(rows: cells.rows, columns: cells.columns, elements: found.map(\.mean)),
        Matrix(rows: cells.rows, columns: cells.columns, elements: found.map(\.deviation))
      )
    }
    let positive = moments(array.conductances)
    let negative = array.negativeConductances.map(moments)
    self.array = array
    self.array.conductances = positive.mean
    self.array.negativeConductances = negative?.mean
    deviations = [positive.deviation] + [negative?.deviation].compactMap { $0 }
  }
}
