import CrossbarArray
import NumericKernels

/// Reads of a tile whose cells are drawn anew for each read and solved as a separate circuit: valid
/// for wires and nonlinear cells, at the cost of a model per read. Holds one such array at a time.
public struct SampledReads: Sendable {
  /// Makes the model of an array.
  public typealias ModelMaker =
    @Sendable (ArrayDescription) throws(ArrayError) -> any ArrayModel

  private let noise: ConductanceError
  private let array: ArrayDescription
  private let cell: CellSpecification
  private let draws: CellDraws
  private let inputs: Range<Int>
  private let outputs: Range<Int>
  private let makeModel: ModelMaker

  /// Reads of a tile that holds `inputs` × `outputs` of the matrix in the cells of `array`.
  public init(
    _ noise: ConductanceError, array: ArrayDescription, cell: CellSpecification, seed: UInt64,
    layer: Int, weightSlice: Int = 0, inputs: Range<Int>, outputs: Range<Int>,
    makeModel: @escaping ModelMaker
  ) {
    precondition(
      array.wordLineCount == inputs.count && array.bitLineCount == outputs.count,
      "the tile's inputs and outputs do not match its lines")
    self.noise = noise
    self.array = array
    self.cell = cell
    draws = CellDraws(seed: seed, purpose: .readNoise, layer: layer, weightSlice: weightSlice)
    self.inputs = inputs
    self.outputs = outputs
    self.makeModel = makeModel
  }

  /// The array as seen by read number `read`. Conductances are clipped at zero.
  public func disturbed(read: UInt64) -> ArrayDescription {
    var disturbed = array
    for i in 0..<array.wordLineCount {
      for j in 0..<array.bitLineCount {
        let normals = draws.normals(
          input: inputs.lowerBound + i, output: outputs.lowerBound + j, read: read)
        disturbed.conductances[i, j] = held(array.conductances[i, j], normals[0])
        if let negative = array.negativeConductances {
          disturbed.negativeConductances?[i, j] = held(negative[i, j], normals[1])
        }
      }
    }
    return disturbed
  }

  private func held(_ siemens: Double, _ normal: Double) -> Double {
    max(noise.disturbed(siemens, cell: cell, variate: normal), 0)
  }

  /// Sensed currents in amperes, `[bits.rows, outputs]`, one read per row; overwrites `amperes`.
  public func currents(
    _ bits: BitMatrix, reads: [UInt64], into amperes: inout [Float]
  ) throws(ArrayError) {
    precondition(reads.count == bits.rows, "one read per row")
    amperes.removeAll(keepingCapacity: true)
    var single: [Float] = []
    for row in 0..<bits.rows {
      let vector = BitMatrix(rows: 1, columns: bits.columns) { bits[row, $1] }
      let model = try makeModel(disturbed(read: reads[row]))
      try model.currents(vector, into: &single)
      amperes += single
    }
  }
}
