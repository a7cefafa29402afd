import CrossbarArray
import NumericKernels
import Units

extension AnalogMatrix {
  /// The weight codes represented by the cells, `[outputs, inputs]`: as programmed, with errors;
  /// zero where there is no cell between an output and the inputs of another group.
  public var heldCodes: Matrix<Double> { heldCodes(delivering: nil) }

  /// The same, with every cell weighed by the part of its ideal current that it delivers.
  ///
  /// - Parameter shares: Those of every tile's cells; `nil` for all of it.
  public func heldCodes(delivering shares: [CellShares]?) -> Matrix<Double> {
    precondition(shares.map { $0.count == tiles.count } ?? true, "shares of every tile")
    let cell = hardware.cell
    let held = hardware.levels
    let zero = coding.heldZero(in: held)
    var codes = Matrix(rows: outputCount, columns: inputCount, repeating: 0.0)
    for (index, tile) in tiles.enumerated() {
      let array = tile.model.description
      let own = shares?[index].shares
      let unit =
        Double(coding.levels) / held.range * coding.significance(ofSlice: tile.weightSlice)
      for (i, input) in tile.inputs.enumerated() {
        for (o, output) in tile.outputs.enumerated() {
          var other = held.signal(
            array.negativeConductances?[i, o] ?? cell.offConductance.value)
          if let own, own.count > 1 { other *= own[1][i, o] }
          if tile.weightSlice == 0 { codes[output, input] -= zero }
          codes[output, input] +=
            unit * (held.signal(array.conductances[i, o]) * (own?[0][i, o] ?? 1) - other)
        }
      }
    }
    return codes
  }

  /// Writes weight codes to a block of the matrix; cells outside it keep their conductances.
  ///
  /// - Parameters:
  ///   - codes: The block, `[outputs, inputs]`; codes beyond the scale are clipped to its ends.
  ///   - outputs: First output of the block.
  ///   - inputs: First input of the block.
  ///   - write: Number of this write, from 1; every write draws new errors.
  public mutating func program(
    _ codes: Matrix<Int8>, fromOutput firstOutput: Int, fromInput firstInput: Int, write: UInt64,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    guard inputCount == groupInputCount else {
      throw .unsupported("groups: blocks are written to matrices without groups")
    }
    guard firstOutput >= 0, firstInput >= 0, firstOutput + codes.rows <= outputCount,
      firstInput + codes.columns <= inputCount
    else {
      throw .shapesDiffer(
        "a block of \(codes.rows) × \(codes.columns) at output \(firstOutput), input \(firstInput) does "
          + "not lie within the matrix of \(outputCount) × \(inputCount)")
    }
    let outputs = firstOutput..<firstOutput + codes.rows
    let inputs = firstInput..<firstInput + codes.columns
    var changed = tiles
    for k in changed.indices {
      let tile = changed[k]
      let (rows, columns) = (tile.inputs.clamped(to: inputs), tile.outputs.clamped(to: outputs))
      guard !rows.isEmpty, !columns.isEmpty else { continue }
      let programmer = CellProgrammer(
        errors: hardware.ofBlock(tile.place.inputBlock).errors, cell: hardware.cellOfErrors,
        seed: seed, layer: layer, weightSlice: tile.weightSlice, write: write)
      let levels = hardware.levels
      var array = tile.model.description
      for input in rows {
        for output in columns {
          let code = Int(codes[output - firstOutput, input - firstInput])
          let held = programmer.held(
            coding.targets(of: code, slice: tile.weightSlice, cell: levels), input: input,
            output: output)
          let (i, o) = (input - tile.inputs.lowerBound, output - tile.outputs.lowerBound)
          array.conductances[i, o] = held[0]
          array.negativeConductances?[i, o] = held[1]
        }
      }
      changed[k].replace(by: try self.tile(makeModel(array), of: tile.place, makeModel: makeModel))
    }
    tiles = changed
  }

  /// The same cells read in the transposed direction: voltages drive the bit lines, and currents
  /// are sensed on the word lines.
  ///
  /// The negative cell of a pair gets the opposite voltage. Arrays with wires, gate inputs, unit
  /// columns or read noise are refused with an error that names the feature.
  public func transposed(
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) -> AnalogMatrix {
    if hardware.inputs.lines == .gates {
      throw .unsupported(
        "inputs: a transpose read drives bit lines with voltages; gates cannot (take voltages)")
    }
    if !hardware.law.isLinear {
      throw .unsupported("law: a transpose read is of linear cells")
    }
    if hardware.hasWires {
      throw .unsupported("wires: a transpose read is of arrays without wires and terminals")
    }
    if hardware.mapping.sharedBitLines > 0 {
      throw .unsupported("mapping: a transpose read has no unit column (take removal: digital)")
    }
    if hardware.readNoise != .none {
      throw .unsupported("errors.readNoise: a transpose read is noiseless")
    }
    return try AnalogMatrix(transposing: self, makeModel: makeModel)
  }

  private init(
    transposing other: AnalogMatrix, makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    inputCount = other.outputCount
    outputCount = other.inputCount
    groupInputCount = other.outputCount / (other.inputCount / other.groupInputCount)
    geometry = other.geometry
    var hardware = other.hardware
    if case .pair(let states, _) = hardware.mapping { hardware.mapping = .pair(states, .inArray) }
    self.hardware = hardware
    coding = WeightCoding(
      hardware.mapping, cellBits: hardware.cellBits, weightLevels: other.weightLevels,
      lowestCode: other.coding.codes.lowerBound)
    unitsPerAmpere = other.unitsPerAmpere
    units = other.units
    clippedWeights = other.clippedWeights
    inputBits = other.inputBits
    hasSignedInputs = other.hasSignedInputs
    seed = other.seed
    layer = other.layer
    tiles = []
    for (block, outputs) in geometry.outputBlocks.enumerated() {
      for tile in other.tiles where tile.outputs == outputs {
        let array = tile.model.description
        let model = try makeModel(
          ArrayDescription(
            topology: .voltageDriven, conductances: array.conductances.transposed(),
            negativeConductances: array.negativeConductances?.transposed(),
            pairing: array.negativeConductances == nil ? .separateLines : .interleaved,
            readVoltage: array.readVoltage))
        let place = MatrixGeometry.Tile(
          inputs: tile.outputs, outputs: tile.inputs, weightSlice: tile.weightSlice,
          inputBlock: block, weightsPerOutput: min(groupInputCount, tile.outputs.count))
        tiles.append(try self.tile(model, of: place, makeModel: makeModel))
      }
    }
    setConverters(hardware.converter.isMeasured ? .ideal : hardware.converter)
  }
}
