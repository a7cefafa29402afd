/// Operations of the hardware for one product of a matrix with one vector of unsigned codes: what
/// follows from geometry and drive alone, whatever the values are.
public struct ProductOperations: Sendable, Equatable {
  /// Reads of arrays: one per array and input slice.
  public var arrayReads = 0
  /// Integrations of the current of a sensed bit line over one input slice.
  public var lineIntegrations = 0
  /// Additions of the signal of one input slice to the accumulated signal on capacitors.
  public var inputAccumulations = 0
  /// Analog-to-digital conversions.
  public var conversions = 0
  /// Additions of shifted codes to the sum of an output's slices, within the arrays of a block of
  /// inputs; the first code of a sum takes none.
  public var shiftAdds = 0
  /// Additions of the sums of blocks of inputs.
  public var partialSumAdditions = 0
  /// Additions for the digital removal of an offset: the sum of the inputs, and one subtraction per
  /// output.
  public var offsetAdditions = 0
  /// Input codes read from buffers, once for all arrays of a block of inputs.
  public var inputReads = 0
  /// Outputs written to buffers.
  public var outputWrites = 0

  /// The operations of a product with codes of `bitCount` bits.
  public init(_ matrix: AnalogMatrix, bitCount: Int) {
    self.init(
      matrix.geometry, hardware: matrix.hardware, offset: matrix.coding.offset, bitCount: bitCount)
  }

  /// The operations of a product with codes of `bitCount` bits on arrays of that geometry.
  ///
  /// - Parameter offset: Offset of the stored codes; zero if there is none to remove.
  public init(
    _ geometry: MatrixGeometry, hardware: HardwareConfiguration, offset: Int, bitCount: Int
  ) {
    let scheme = geometry.scheme
    let slices = hardware.inputs.sliceCount(bitCount: bitCount)
    let isAnalog = hardware.inputs.accumulation == .analog
    let rounds = isAnalog ? 1 : slices
    var (codes, blockOutputs) = (0, 0)
    var block: Int?
    for tile in geometry.tiles {
      let outputs = tile.outputs.count
      let converted = scheme.conversions(outputs: outputs)
      arrayReads += slices
      lineIntegrations += scheme.bitLines(outputs: outputs) * slices
      if isAnalog { inputAccumulations += converted * slices }
      conversions += converted * rounds
      codes += scheme.addedCodes(outputs: outputs) * rounds
      if tile.weightSlice == 0 { blockOutputs += outputs }
      if tile.inputBlock != block {
        block = tile.inputBlock
        inputReads += tile.inputs.count
      }
    }
    let outputs = geometry.outputBlocks.last.map(\.upperBound) ?? 0
    shiftAdds = codes - blockOutputs
    partialSumAdditions = blockOutputs - outputs
    outputWrites = outputs
    if offset != 0, case .offset(.digital, _) = scheme { offsetAdditions = inputReads + outputs }
  }
}

extension SignedWeightScheme {
  /// Codes that the outputs of an array add up per conversion of its lines: each output takes its own,
  /// with a negative line or a unit column one more, subtracted.
  fileprivate func addedCodes(outputs: Int) -> Int {
    switch self {
    case .pair(_, .digital), .offset(.unitColumn, _): 2 * outputs
    case .pair, .offset: outputs
    }
  }
}
