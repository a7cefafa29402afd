import CrossbarArray
import NumericKernels
import Units

/// A matrix of integer weight codes programmed into tiles and multiplied by integer input codes.
///
/// Each tile holds one slice of a block of the matrix. Its currents are scaled to the dot product
/// of that slice, accumulated over input slices, converted, shifted and added; partial sums of
/// tiles add digitally. All values are in units of the integer dot product, so ideal parts give
/// exactly the integers.
public struct AnalogMatrix: Sendable {
  /// One array and the block of the matrix that it holds.
  public struct Tile: Sendable {
    /// The block and the slice that it holds.
    public let place: MatrixGeometry.Tile
    /// Its array with its model and its reads.
    var solved: SolvedTile
    /// The same without noise and wires, in units; `nil` if currents are not sums of what single
    /// inputs contribute.
    var units: UnitMatrix?
    /// Whether sums of its currents are whole units but for their rounding: without wires, noise and
    /// errors, where currents are not computed as such sums.
    var sumsAreWhole = false
    /// Range and step of its ADCs.
    public var converter = Converter.ideal
    /// The ADC of each converted line, in line order, if conversions differ from line to line; else
    /// empty.
    var circuits: [LineConverter] = []
    /// Power of its reads; `nil` unless it is measured.
    var power: ArrayPower?

    /// Inputs on its word lines, in order; the last one is next to the sense end.
    public var inputs: Range<Int> { place.inputs }
    /// Outputs on its bit lines.
    public var outputs: Range<Int> { place.outputs }
    /// Index of its weight slice, from the least significant one.
    public var weightSlice: Int { place.weightSlice }
    /// The model that computes its currents.
    public var model: any ArrayModel { solved.model }

    /// Why each noisy read needs a circuit solve of its own, a thousand times the work of a
    /// noiseless read; `nil` if none does.
    public var sampledReadsReason: String? {
      if case .sampled(_, let reason) = solved.reads { reason } else { nil }
    }

    /// Takes the array of another tile of the same place with what follows from it; its power is not
    /// measured.
    mutating func replace(by other: Tile) {
      (solved, units, power) = (other.solved, other.units, nil)
      sumsAreWhole = other.sumsAreWhole
    }

    /// Sensed currents in amperes of single reads, `[bits.rows, outputs]`, noise included.
    ///
    /// - Parameter reads: Read number of each row.
    public func currents(_ bits: BitMatrix, reads: [UInt64]) throws(ArrayError) -> [Float] {
      var amperes: [Float] = []
      try solved.currents(bits, reads: reads, into: &amperes)
      return amperes
    }
  }

  /// Length of an input vector: the inputs of all groups.
  public let inputCount: Int
  /// Inputs of one group; all of them without groups.
  public let groupInputCount: Int
  /// Length of an output vector.
  public let outputCount: Int
  /// Placement of the weights on arrays; for a transpose, that of the matrix as programmed.
  public let geometry: MatrixGeometry
  /// The tiles, by block row, then block column, then weight slice.
  public internal(set) var tiles: [Tile]
  /// The hardware it is made of.
  public let hardware: HardwareConfiguration
  /// Mapping of weight codes to cell levels.
  public let coding: WeightCoding
  /// Units of the integer dot product of one weight slice and one input slice, per ampere.
  public let unitsPerAmpere: Float
  /// The same in double precision.
  let units: Double
  /// Code magnitude that uses the full range of cells: of 8 bits 127, 128, or as the scale says.
  public var weightLevels: Int { coding.weightLevels }
  /// Number of weights beyond the scale, which are clipped to its ends.
  public let clippedWeights: Int
  /// Maximum number of bits of an input code.
  public let inputBits: Int
  /// Whether inputs may be negative.
  public let hasSignedInputs: Bool
  /// Key of the random draws, together with the cell's address.
  let seed: UInt64, layer: Int

  /// Programs weight codes within ±(2^(bits−1) − 1), or one more if that code occurs; the magnitude
  /// is then the highest level.
  ///
  /// - Parameters:
  ///   - inputBits: Maximum number of bits of an input code; sizes the converters under analog
  ///     accumulation.
  ///   - hasSignedInputs: Whether inputs may be negative; if voltages of both signs drive them,
  ///     converted values may then be negative too.
  ///   - layer: Index of the layer in its network; addresses the random draws with `seed`.
  ///   - cells: Cells programmed before; reused if they are what this call would program.
  ///   - makeModel: The model of each tile, chosen by the caller.
  public init(
    codes: WeightCodes, hardware: HardwareConfiguration, inputBits: Int = 8,
    hasSignedInputs: Bool = false, layer: Int, seed: UInt64, cells: ProgrammedCells? = nil,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    if let (key, reason) = hardware.conflict { throw .unsupported("\(key): \(reason)") }
    inputCount = codes.inputCount
    groupInputCount = codes.codes.columns
    outputCount = codes.outputCount
    self.hardware = hardware
    self.inputBits = inputBits
    self.hasSignedInputs = hasSignedInputs
    self.seed = seed
    self.layer = layer
    let coding = WeightCoding(hardware, codes: codes)
    self.coding = coding
    geometry = MatrixGeometry(
      outputs: codes.outputCount, inputs: codes.codes.columns, groups: codes.groups,
      hardware: hardware, coding: coding)
    clippedWeights = codes.codes.elements.count { !coding.codes.contains(Int($0)) }
    let fullScaleAmperes = hardware.levels.fullScaleAmperes
    let inputLevels = Double(1 << hardware.inputs.sliceBits - 1)
    units = Double(coding.levels) * inputLevels / fullScaleAmperes
    unitsPerAmpere = Float(units)

    if let reason = Self.excessOfSteps(coding, hardware: hardware, inputBits: inputBits) {
      throw .unsupported(reason)
    }

    tiles = []
    let held = cells.flatMap {
      $0.hold(codes, on: hardware, layer: layer, seed: seed) ? $0 : nil
    }
    for place in geometry.tiles {
      let own = hardware.ofBlock(place.inputBlock)
      let array =
        held?.array(ofTile: tiles.count, own.technology(ofInputs: place.inputs.count))
        ?? Self.array(
          codes: codes, of: place, coding: coding, hardware: own,
          programmer: CellProgrammer(
            errors: own.errors, cell: hardware.cellOfErrors, seed: seed, layer: layer,
            weightSlice: place.weightSlice))
      tiles.append(try tile(makeModel(array), of: place, makeModel: makeModel))
    }
    setConverters(hardware.converter.isMeasured ? .ideal : hardware.converter)
  }

  /// Why double precision does not carry every value that full-precision converters are to tell
  /// apart; `nil` if it does.
  private static func excessOfSteps(
    _ coding: WeightCoding, hardware: HardwareConfiguration, inputBits: Int
  ) -> String? {
    guard hardware.converter == .fullPrecision else { return nil }
    let largest = coding.levels * hardware.inputs.largestInput(bitCount: inputBits)
    let steps = Double(hardware.tile.wordLines * largest) * hardware.levels.commonMode
    guard steps * 0x1p-53 > 0.25 else { return nil }
    return "quantization.activationBits: with inputs of \(inputBits) bits, a line of "
      + "\(hardware.tile.wordLines) cells at onOffRatio \(hardware.cell.onOffRatio) has more steps "
      + "than double precision tells apart, so fullPrecision converters are not exact; take fewer "
      + "bits, slices of fewer bits or a larger ratio"
  }

  /// The array for one slice of a block of the matrix.
  private static func array(
    codes: WeightCodes, of place: MatrixGeometry.Tile, coding: WeightCoding,
    hardware: HardwareConfiguration, programmer: CellProgrammer
  ) -> ArrayDescription {
    let (inputs, outputs) = (place.inputs, place.outputs)
    let lines = outputs.count + coding.scheme.sharedBitLines
    var positive = Matrix(rows: inputs.count, columns: lines, repeating: 0.0)
    var negative = positive
    // Targets of all codes, once: programming a large matrix is then a table look-up and its draws.
    let levels = hardware.levels
    let table = (-128...127).map {
      coding.targets(of: $0, slice: place.weightSlice, cell: levels)
    }
    for (i, input) in inputs.enumerated() {
      let own = codes.outputs(ofInput: input)
      let column = input % codes.codes.columns
      for (o, output) in outputs.enumerated() {
        // Cells of other groups' outputs are programmed too, to weight zero.
        let code = own.contains(output) ? Int(codes.codes[output, column]) : 0
        let targets = table[code + 128]
        let held = programmer.held(targets, input: input, output: output)
        positive[i, o] = held[0]
        negative[i, o] = held[1]
      }
      if lines > outputs.count {
        // Outputs are numbered up from zero, unit columns down from -1.
        positive[i, outputs.count] =
          programmer.held(
            table[128], input: input, output: -1 - outputs.lowerBound)[0]
      }
    }
    let pairing = coding.scheme.pairing
    return ArrayDescription(
      hardware.technology(ofInputs: inputs.count), conductances: positive,
      negativeConductances: pairing == nil ? nil : negative, pairing: pairing ?? .separateLines)
  }

  /// Builds every tile's converter.
  ///
  /// - Parameter ranges: Measured ranges in units, one per weight slice, for calibrated converters.
  public mutating func setConverters(
    _ specification: ConverterSpecification, ranges: [Float]? = nil
  ) {
    let largestInput = Double(hardware.inputs.largestInput(bitCount: inputBits))
    let convertsOffCurrent = hardware.convertsOffCurrent
    // The current of a cell that is on, in levels.
    let levels = Double(coding.levels) * (convertsOffCurrent ? hardware.levels.commonMode : 1)
    for k in tiles.indices {
      // Full precision has a code for whatever errors leave in cells of weight zero.
      let isWholeLine =
        specification == .fullPrecision || coding.scheme.convertsZeros || convertsOffCurrent
      let place = tiles[k].place
      let inputs = isWholeLine ? place.inputs.count : place.weightsPerOutput
      tiles[k].converter = Converter(
        specification, peak: Double(inputs) * largestInput * levels,
        isBipolar: isBipolar, granularity: coding.scheme.granularity,
        calibratedRange: ranges?[tiles[k].weightSlice])
      tiles[k].circuits = circuits(specification, of: tiles[k])
    }
  }

  /// The code that an output of weight zero has before the offset is removed digitally: that of its
  /// cells, and what they carry while off if that is converted too.
  var removedOffset: Double {
    guard case .offset(.digital, _) = hardware.mapping else { return 0 }
    let zero = coding.heldZero(in: hardware.levels)
    guard hardware.convertsOffCurrent else { return zero }
    let levels = hardware.levels
    let off =
      Double(coding.levels) * levels.signal(levels.cell.offConductance.value) / levels.range
    return (0..<coding.sliceCount).reduce(zero) { $0 + off * coding.significance(ofSlice: $1) }
  }

  /// Whether converted values may be negative.
  public var isBipolar: Bool {
    hardware.mapping.isBipolar || hasSignedInputs && hardware.inputs.signs == .differential
  }

  /// The converters of a tile, in the order of the converted lines; empty if they are alike.
  private func circuits(
    _ specification: ConverterSpecification, of tile: Tile
  ) -> [LineConverter] {
    let make: (ConverterAddress) -> LineConverter
    switch specification {
    case .circuit(let circuit, _):
      make = { .circuit(CircuitConverter(circuit, seed: seed, address: $0)) }
    case .uniform(_, _, .stochastic):
      make = { .stochastic(StochasticConverter(tile.converter, seed: seed, address: $0)) }
    case .ideal, .fullPrecision, .uniform: return []
    }
    func converter(_ output: Int, isNegative: Bool = false) -> LineConverter {
      make(
        ConverterAddress(
          layer: layer, weightSlice: tile.weightSlice, inputBlock: tile.place.inputBlock,
          output: output, isNegative: isNegative))
    }
    let own = tile.outputs.map { converter($0) }
    switch coding.scheme {
    case .pair(_, .digital): return own + tile.outputs.map { converter($0, isNegative: true) }
    // Outputs are numbered up from zero, unit columns down from -1.
    case .offset(.unitColumn, _): return own + [converter(-1 - tile.outputs.lowerBound)]
    case .pair, .offset: return own
    }
  }

  /// Replaces the model of a tile's array; its reads follow from the new model.
  ///
  /// - Parameter makeModel: Makes models of arrays with mean or sampled read noise, if reads need
  ///   them.
  public mutating func setModel(
    _ model: any ArrayModel, ofTile tile: Int, makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    precondition(
      model.description == tiles[tile].model.description, "a model of the same array")
    tiles[tile].replace(by: try self.tile(model, of: tiles[tile].place, makeModel: makeModel))
  }

  /// A tile whose array `model` solves, with ideal converters.
  func tile(
    _ model: any ArrayModel, of place: MatrixGeometry.Tile,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) -> Tile {
    let solved = try SolvedTile(
      model, of: place, hardware: hardware, seed: seed, layer: layer, makeModel: makeModel)
    guard !solved.isNoisy else { return Tile(place: place, solved: solved, units: nil) }
    func matrix(
      _ response: Matrix<Double>?, _ hardware: HardwareConfiguration
    ) -> UnitMatrix? {
      UnitMatrix(
        response, outputs: place.outputs.count, hardware: hardware, coding: coding, units: units,
        inputBits: inputBits)
    }
    var tile = Tile(place: place, solved: solved, units: matrix(model.response, hardware))
    if tile.units == nil, let response = model.description.responseWithoutWires {
      var unlimited = hardware
      unlimited.integrator = nil
      tile.sumsAreWhole = matrix(response, unlimited)?.isExact ?? false
    }
    return tile
  }
}
