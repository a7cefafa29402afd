import CrossbarArray
import NumericKernels

/// A matrix of integer weight codes programmed into tiles, multiplied with integer input codes.
///
/// Inputs drive the gates one bit at a time; each tile's differential current of each bit is
/// converted, shifted and added; partial sums of tiles add digitally. Everything is in units of the
/// integer dot product, so ideal parts give the integers themselves.
public struct AnalogMatrix: Sendable {
  /// One array and the block of the matrix that it holds.
  public struct Tile: Sendable {
    /// Inputs on its word lines, in order; the last one is next to the sense end.
    public let inputs: Range<Int>
    /// Outputs on its bit lines.
    public let outputs: Range<Int>
    /// The model that computes its currents.
    public fileprivate(set) var model: any ArrayModel
    /// Its converter.
    public var converter: Converter
    /// How reads see its cells.
    let reads: TileReads
  }

  /// Length of an input vector.
  public let inputCount: Int
  /// Length of an output vector.
  public let outputCount: Int
  /// The tiles, by block row, then block column.
  public private(set) var tiles: [Tile]
  /// The hardware it is made of.
  public let hardware: HardwareConfiguration
  /// Units of the integer dot product per ampere.
  public let unitsPerAmpere: Float
  /// Levels of a weight magnitude: 127, 7 bits in one cell of the pair, or 128.
  public let weightLevels: Int

  /// Programs weight codes `[outputs, inputs]`, within ±127 or, where the code −128 occurs, ±128:
  /// then that magnitude is the highest level.
  ///
  /// - Parameters:
  ///   - layer: Index of the layer in its network; addresses the random draws with `seed`.
  ///   - makeModel: The model of each tile, chosen by the caller.
  public init(
    codes: Matrix<Int8>, hardware: HardwareConfiguration, layer: Int, seed: UInt64,
    makeModel: @escaping SampledReads.ModelMaker
  ) throws(ArrayError) {
    inputCount = codes.columns
    outputCount = codes.rows
    self.hardware = hardware
    let levels = codes.elements.contains(-128) ? 128 : 127
    weightLevels = levels
    let cell = hardware.cell
    let range = cell.onConductance.value - cell.offConductance.value
    unitsPerAmpere = Float(Double(levels) / (cell.readVoltage.value * range))

    let programmer = CellProgrammer(
      errors: hardware.errors, cell: cell, seed: seed, layer: layer)
    let tile = hardware.tile
    let outputLimit = tile.bitLines / hardware.mapping.bitLinesPerOutput
    var tiles: [Tile] = []
    for (block, inputs) in tile.ranges(of: inputCount, limit: tile.wordLines).enumerated() {
      for outputs in tile.ranges(of: outputCount, limit: outputLimit) {
        var positive = Matrix(rows: inputs.count, columns: outputs.count, repeating: 0.0)
        var negative = positive
        for (i, input) in inputs.enumerated() {
          for (o, output) in outputs.enumerated() {
            let code = Int(codes[output, input])
            let targets = SIMD2(
              cell.conductance(level: max(code, 0), of: levels),
              cell.conductance(level: max(-code, 0), of: levels))
            let held = programmer.held(targets, input: input, output: output)
            positive[i, o] = held[0]
            negative[i, o] = held[1]
          }
        }
        let array = ArrayDescription(
          topology: .gateDriven(sourceLine: .parallel), conductances: positive,
          negativeConductances: negative, wires: hardware.wires,
          terminals: hardware.terminals, ends: hardware.ends, readVoltage: cell.readVoltage)
        let model = try makeModel(array)
        let reads = TileReads(
          hardware, array: array, model: model, seed: seed, layer: layer, inputBlock: block,
          inputs: inputs, outputs: outputs, makeModel: makeModel)
        tiles.append(
          Tile(inputs: inputs, outputs: outputs, model: model, converter: .ideal, reads: reads))
      }
    }
    self.tiles = tiles
    setConverters(hardware.converter.needsCalibration ? .ideal : hardware.converter, range: nil)
  }

  /// Builds every tile's converter; `range` is the measured one in units, where it is calibrated.
  public mutating func setConverters(_ specification: ConverterSpecification, range: Float?) {
    for k in tiles.indices {
      tiles[k].converter = Converter(
        specification, peak: Float(tiles[k].inputs.count * weightLevels),
        calibratedRange: range)
    }
  }

  /// Gives a tile another model of the same array.
  public mutating func setModel(_ model: any ArrayModel, ofTile tile: Int) {
    let array = tiles[tile].model.description
    precondition(
      model.description.wordLineCount == array.wordLineCount
        && model.description.outputCount == array.outputCount, "a model of the same array")
    tiles[tile].model = model
  }

  /// Fraction of the cells of its arrays that hold weights; arrays have the full tile size.
  public var utilisation: Double {
    let used = tiles.reduce(0) {
      $0 + $1.inputs.count * $1.outputs.count * hardware.mapping.bitLinesPerOutput
    }
    let tile = hardware.tile
    return Double(used) / Double(tiles.count * tile.wordLines * tile.bitLines)
  }

  /// `y = W x` for a batch of unsigned input codes.
  ///
  /// - Parameters:
  ///   - codes: Input codes `[batch, inputs]`.
  ///   - bitCount: Bits of a code, 1 to 8.
  ///   - sign: Factor on the result, ±1.
  ///   - results: `[batch, outputs]` in units; added to.
  ///   - counts: Activity, added to.
  ///   - firstVector: Number of the first vector of the batch; addresses the read noise.
  ///   - recorder: Called with every differential value before conversion, in units.
  public func multiply(
    _ codes: Span<UInt8>, batch: Int, bitCount: Int, sign: Double, into results: inout [Double],
    counts: inout ActivityCounts, firstVector: UInt64 = 0, recorder: ((Float) -> Void)? = nil
  ) throws(ArrayError) {
    precondition(results.count >= batch * outputCount, "results too short")
    var amperes: [Float] = []
    counts.products += batch
    var sliced: (inputs: Range<Int>, bits: BitMatrix)?
    for tile in tiles {
      // Tiles of one block row share their input bits.
      let bits: BitMatrix
      if let sliced, sliced.inputs == tile.inputs {
        bits = sliced.bits
      } else {
        bits = InputSlices.bits(
          of: codes, batch: batch, stride: inputCount, lines: tile.inputs, bitCount: bitCount)
        sliced = (tile.inputs, bits)
      }
      try tile.reads.currents(
        bits, model: tile.model,
        reads: TileReads.numbers(
          firstVector: firstVector, batch: batch, slices: bitCount, sign: sign),
        into: &amperes)
      counts.wordLineActivations += bits.words.reduce(0) { $0 + $1.nonzeroBitCount }
      counts.wordLineBits += bits.rows * bits.columns
      counts.conversions += bits.rows * tile.outputs.count
      if let recorder {
        let n = tile.outputs.count
        for row in 0..<bits.rows {
          for j in 0..<n {
            let base = row * 2 * n + j
            recorder((amperes[base] - amperes[base + n]) * unitsPerAmpere)
          }
        }
      }
      counts.clippedConversions += convert(
        amperes.span, tile: tile, batch: batch, bitCount: bitCount, sign: sign, into: &results)
    }
  }

  /// Converts a tile's currents `[batch · bits, 2 outputs]`, shifts and adds; returns how many values
  /// were clipped.
  private func convert(
    _ amperes: Span<Float>, tile: Tile, batch: Int, bitCount: Int, sign: Double,
    into results: inout [Double]
  ) -> Int {
    let n = tile.outputs.count
    let converter = tile.converter
    let (limit, inverseStep) = (converter.maximumCode, 1 / converter.step)
    var sums = results.mutableSpan
    var clipped = 0
    for vector in 0..<batch {
      let first = vector * outputCount + tile.outputs.lowerBound
      var weight = sign * (converter.isIdeal ? 1 : Double(converter.step))
      for bit in 0..<bitCount {
        let base = (vector * bitCount + bit) * 2 * n
        let positive = amperes.extracting(base..<base + n)
        let negative = amperes.extracting(base + n..<base + 2 * n)
        if converter.isIdeal {
          for j in 0..<n {
            sums[first + j] += weight * Double((positive[j] - negative[j]) * unitsPerAmpere)
          }
        } else {
          let codesPerAmpere = unitsPerAmpere * inverseStep
          for j in 0..<n {
            let code = ((positive[j] - negative[j]) * codesPerAmpere)
              .rounded(.toNearestOrEven)
            clipped += code.magnitude > limit ? 1 : 0
            sums[first + j] += weight * Double(min(max(code, -limit), limit))
          }
        }
        weight *= 2
      }
    }
    return clipped
  }
}
