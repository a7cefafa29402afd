import CrossbarArray
import NumericKernels
import Units

/// A matrix of integer weight codes programmed into tiles, multiplied with integer input codes.
///
/// Each tile holds one slice of a block of the matrix. Its currents are referred to the dot product
/// of that slice, accumulated over input slices, converted, shifted and added; partial sums of tiles
/// add digitally. Everything is in units of the integer dot product, so ideal parts give the integers
/// themselves.
public struct AnalogMatrix: Sendable {
  /// One array and the block of the matrix that it holds.
  public struct Tile: Sendable {
    /// The block and the slice that it holds.
    public let place: MatrixGeometry.Tile
    /// Its array as it is solved and read.
    var solved: SolvedTile
    /// Its converters: range and step.
    public var converter = Converter.ideal
    /// The converter of every line that is converted, in their order, where converters have errors of
    /// their own; empty where they have none.
    var circuits: [CircuitConverter] = []

    /// Inputs on its word lines, in order; the last one is next to the sense end.
    public var inputs: Range<Int> { place.inputs }
    /// Outputs on its bit lines.
    public var outputs: Range<Int> { place.outputs }
    /// Which slice of the weights it holds, from the least significant one.
    public var weightSlice: Int { place.weightSlice }
    /// The model that computes its currents.
    public var model: any ArrayModel { solved.model }

    /// Why every noisy read of it is solved as a circuit of its own, a thousand times the work of a
    /// noiseless one; nil where none is.
    public var sampledReadsReason: String? {
      if case .sampled(_, let reason) = solved.reads { reason } else { nil }
    }

    /// Sensed currents in amperes of single reads, `[bits.rows, outputs]`, noise included.
    ///
    /// - Parameter reads: Number of each row's read.
    public func currents(_ bits: BitMatrix, reads: [UInt64]) throws(ArrayError) -> [Float] {
      var amperes: [Float] = []
      try solved.currents(bits, reads: reads, into: &amperes)
      return amperes
    }
  }

  /// Length of an input vector.
  public let inputCount: Int
  /// Length of an output vector.
  public let outputCount: Int
  /// How the weights lie on arrays; of a transpose, that of the matrix that was programmed.
  public let geometry: MatrixGeometry
  /// The tiles, by block row, then block column, then weight slice.
  public internal(set) var tiles: [Tile]
  /// The hardware it is made of.
  public let hardware: HardwareConfiguration
  /// How weight codes become levels of cells.
  public let coding: WeightCoding
  /// Units of the integer dot product of one weight slice and one input slice per ampere.
  public let unitsPerAmpere: Float
  /// The same in double precision.
  let units: Double
  /// Magnitude of code that takes the whole range of cells: 127, or 128, or what the scale says.
  public var weightLevels: Int { coding.weightLevels }
  /// Weights beyond the scale, which are stored as its ends.
  public let clippedWeights: Int
  /// Bits of an input code, at most.
  public let inputBits: Int
  /// Whether inputs may be negative.
  public let hasSignedInputs: Bool
  /// What the random draws are keyed with, beside the cell.
  let seed: UInt64, layer: Int

  /// Programs weight codes `[outputs, inputs]`, within ±127 or, where the code −128 occurs, ±128:
  /// then that magnitude is the highest level.
  ///
  /// - Parameters:
  ///   - inputBits: Bits of an input code, at most; analog accumulation sizes converters for it.
  ///   - hasSignedInputs: Whether inputs may be negative; where voltages of both signs drive them, what
  ///     is converted may then be negative too.
  ///   - layer: Index of the layer in its network; addresses the random draws with `seed`.
  ///   - cells: Cells that were programmed before; taken if they are what this would program.
  ///   - makeModel: The model of each tile, chosen by the caller.
  public init(
    codes: Matrix<Int8>, hardware: HardwareConfiguration, inputBits: Int = 8,
    hasSignedInputs: Bool = false, layer: Int, seed: UInt64, cells: ProgrammedCells? = nil,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    if let (key, reason) = hardware.conflict { throw .unsupported("\(key): \(reason)") }
    inputCount = codes.columns
    outputCount = codes.rows
    self.hardware = hardware
    self.inputBits = inputBits
    self.hasSignedInputs = hasSignedInputs
    self.seed = seed
    self.layer = layer
    let coding = WeightCoding(hardware, codes: codes)
    self.coding = coding
    geometry = MatrixGeometry(
      outputs: codes.rows, inputs: codes.columns, hardware: hardware, coding: coding)
    clippedWeights = codes.elements.count { !coding.codes.contains(Int($0)) }
    let cell = hardware.cell
    let fullScaleAmperes = hardware.law.amperes(
      cell.readVoltage.value, from: cell.offConductance.value, to: cell.onConductance.value)
    let inputLevels = Double(1 << hardware.inputs.sliceBits - 1)
    units = Double(coding.levels) * inputLevels / fullScaleAmperes
    unitsPerAmpere = Float(units)

    let programmers = (0..<geometry.sliceCount).map {
      CellProgrammer(errors: hardware.errors, cell: cell, seed: seed, layer: layer, weightSlice: $0)
    }
    tiles = []
    let held = cells.flatMap {
      $0.hold(codes, on: hardware, layer: layer, seed: seed) ? $0 : nil
    }
    for place in geometry.tiles {
      let array =
        held?.array(ofTile: tiles.count, hardware.technology)
        ?? Self.array(
          codes: codes, of: place, coding: coding, hardware: hardware,
          programmer: programmers[place.weightSlice])
      tiles.append(
        Tile(
          place: place, solved: try solved(makeModel(array), of: place, makeModel: makeModel)))
    }
    setConverters(hardware.converter.needsCalibration ? .ideal : hardware.converter)
  }

  /// The array that holds a slice of a block of the matrix.
  private static func array(
    codes: Matrix<Int8>, of place: MatrixGeometry.Tile, coding: WeightCoding,
    hardware: HardwareConfiguration, programmer: CellProgrammer
  ) -> ArrayDescription {
    let (inputs, outputs) = (place.inputs, place.outputs)
    let lines = outputs.count + coding.scheme.sharedBitLines
    var positive = Matrix(rows: inputs.count, columns: lines, repeating: 0.0)
    var negative = positive
    // Targets of all codes, once: programming a large matrix is a table look-up and its draws.
    let table = (-128...127).map {
      coding.targets(of: $0, slice: place.weightSlice, cell: hardware.cell)
    }
    for (i, input) in inputs.enumerated() {
      for (o, output) in outputs.enumerated() {
        let targets = table[Int(codes[output, input]) + 128]
        let held = programmer.held(targets, input: input, output: output)
        positive[i, o] = held[0]
        negative[i, o] = held[1]
      }
      if lines > outputs.count {
        // Outputs count up from zero, unit columns down from the other end.
        positive[i, outputs.count] =
          programmer.held(
            table[128], input: input, output: -1 - outputs.lowerBound)[0]
      }
    }
    let pairing = coding.scheme.pairing
    return ArrayDescription(
      hardware.technology, conductances: positive,
      negativeConductances: pairing == nil ? nil : negative, pairing: pairing ?? .separateLines)
  }

  /// Builds every tile's converter.
  ///
  /// - Parameter ranges: The measured ranges in units, one per weight slice, where the converters are
  ///   calibrated.
  public mutating func setConverters(
    _ specification: ConverterSpecification, ranges: [Float]? = nil
  ) {
    let largest = coding.levels * hardware.inputs.largestInput(bitCount: inputBits)
    for k in tiles.indices {
      tiles[k].converter = Converter(
        specification, peak: Double(tiles[k].inputs.count * largest),
        isBipolar: isBipolar, granularity: coding.scheme.granularity,
        calibratedRange: ranges?[tiles[k].weightSlice])
      tiles[k].circuits = circuits(specification, of: tiles[k])
    }
  }

  /// Whether what is converted may be negative.
  public var isBipolar: Bool {
    hardware.mapping.isBipolar || hasSignedInputs && hardware.inputs.signs == .differential
  }

  /// The converters of a tile, line by line as they are converted.
  private func circuits(_ specification: ConverterSpecification, of tile: Tile)
    -> [CircuitConverter]
  {
    guard case .circuit(let circuit, _) = specification else { return [] }
    func converter(_ output: Int, isNegative: Bool = false) -> CircuitConverter {
      CircuitConverter(
        circuit, seed: seed,
        address: ConverterAddress(
          layer: layer, weightSlice: tile.weightSlice, inputBlock: tile.place.inputBlock,
          output: output,
          isNegative: isNegative))
    }
    let own = tile.outputs.map { converter($0) }
    switch coding.scheme {
    case .pair(_, .digital): return own + tile.outputs.map { converter($0, isNegative: true) }
    // Outputs count up from zero, unit columns down from the other end.
    case .offset(.unitColumn, _): return own + [converter(-1 - tile.outputs.lowerBound)]
    case .pair, .offset: return own
    }
  }

  /// Gives a tile another model of the same array, by which it is also read from now on.
  ///
  /// - Parameter makeModel: Solves the array as noisy reads find it, where that takes a model.
  public mutating func setModel(
    _ model: any ArrayModel, ofTile tile: Int, makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    precondition(
      model.description == tiles[tile].model.description, "a model of the same array")
    tiles[tile].solved = try solved(model, of: tiles[tile].place, makeModel: makeModel)
  }

  /// A model of a tile's array with the reads that follow from it.
  func solved(
    _ model: any ArrayModel, of place: MatrixGeometry.Tile,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) -> SolvedTile {
    try SolvedTile(
      model, of: place, hardware: hardware, seed: seed, layer: layer, makeModel: makeModel)
  }
}
