import CrossbarArray
import NumericKernels
import Units

extension AnalogMatrix {
  /// Called with the weight slice and the values of one vector before conversion, in units.
  public typealias Recorder = (_ weightSlice: Int, _ values: Span<Float>) -> Void

  /// `y = W x` for a batch of unsigned input codes, or of signed ones in two parts if negative inputs
  /// share the conversions of positive ones.
  ///
  /// - Parameters:
  ///   - codes: Input codes `[batch, inputs]`; for signed codes, the positive part.
  ///   - negative: Magnitudes of the negative part `[batch, inputs]`; empty for unsigned codes.
  ///   - bitCount: Bits of a code, 1 to 16.
  ///   - sign: Factor on the result, ±1.
  ///   - results: `[batch, outputs]` in units; accumulated into.
  ///   - counts: Activity; accumulated into.
  ///   - firstVector: Number of the first vector of the batch; addresses the noise of reads and
  ///     conversions.
  ///   - recorder: Receives every value before conversion.
  public func multiply(
    _ codes: Span<UInt16>, negative: Span<UInt16> = Span(), batch: Int, bitCount: Int, sign: Double,
    into results: inout [Double],
    counts: inout ActivityCounts, firstVector: UInt64 = 0, recorder: Recorder? = nil
  ) throws(ArrayError) {
    precondition(results.count >= batch * outputCount, "results too short")
    precondition(bitCount <= inputBits, "input codes have more bits than the hardware")
    precondition(
      negative.isEmpty || hasSignedInputs && hardware.inputs.signs == .differential,
      "negative codes in the same pass take a drive of both signs")
    var (values, opposite): ([Float], [Float]) = ([], [])
    counts.products += batch
    var driven: DrivenSlices?
    for tile in tiles {
      // Tiles of one block row share their input slices.
      let slices: DrivenSlices
      if let driven, driven.inputs == tile.inputs {
        slices = driven
      } else {
        slices = DrivenSlices(
          of: codes, negative: negative, batch: batch, stride: inputCount, lines: tile.inputs,
          bitCount: bitCount, hardware: hardware, needsSums: hardware.needsReference)
        driven = slices
      }
      counts.wordLineActivations += slices.activations
      counts.activatedCells += slices.activations * geometry.cells(ofWordLineOf: tile.place)
      counts.wordLineBits += slices.reads * tile.inputs.count
      func conversion(_ signals: SliceConversion.Signals) -> SliceConversion {
        SliceConversion(
          matrix: self, tile: tile, signals: signals, slices: slices, batch: batch, sign: sign,
          firstVector: firstVector)
      }
      let ofCurrents = conversion(.amperes)
      if let units = tile.units, units.isExact || !ofCurrents.needsDouble {
        if tile.power != nil {
          counts.readWatts += try tile.readWatts(slices.batch)
          if let reversed = slices.opposite { counts.readWatts += try tile.readWatts(reversed) }
        }
        switch units.form {
        case .bits(let sums):
          guard case .bits(let bits) = slices.drive else { preconditionFailure("gates take bits") }
          sums.multiply(bits, into: &values)
          if case .bits(let bits)? = slices.opposite {
            sums.multiply(bits, into: &opposite)
            for k in values.indices { values[k] -= opposite[k] }
          }
          conversion(.units).convert(
            values.span, into: &results, counts: &counts, recorder: recorder)
        case .digits(let product):
          let signals = slices.signals(product)
          conversion(.units).convert(
            signals.span, into: &results, counts: &counts, recorder: recorder)
        case .codes(let product):
          let codes = Self.wholeCodes(
            codes, negative: negative, batch: batch, stride: inputCount, lines: tile.inputs)
          if product.isDouble {
            let signals = product.doubleSignals(of: codes)
            conversion(.wholeUnits).convert(
              signals.span, into: &results, counts: &counts, recorder: recorder)
          } else {
            let signals = product.singleSignals(of: codes)
            conversion(.wholeUnits).convert(
              signals.span, into: &results, counts: &counts, recorder: recorder)
          }
        }
      } else if case .bits(let bits) = slices.drive, !ofCurrents.needsDouble || tile.solved.isNoisy
      {
        func read(
          _ bits: BitMatrix, sign: Double, into amperes: inout [Float]
        ) throws(ArrayError) {
          try tile.solved.currents(
            bits,
            reads: TileReads.numbers(
              firstVector: firstVector, batch: batch, slices: slices.count, sign: sign),
            into: &amperes)
          counts.readWatts += try tile.readWatts(.bits(bits), amperes: amperes.span)
          hardware.saturate(&amperes)
        }
        try read(bits, sign: sign, into: &values)
        if case .bits(let bits)? = slices.opposite {
          try read(bits, sign: -sign, into: &opposite)
          for k in values.indices { values[k] -= opposite[k] }
        }
        ofCurrents.convert(values.span, into: &results, counts: &counts, recorder: recorder)
      } else {
        func read(_ inputs: InputBatch) throws(ArrayError) -> [Double] {
          var amperes = try tile.model.currents(inputs).amperes.elements
          counts.readWatts += try tile.readWatts(inputs, amperes: amperes.span)
          hardware.saturate(&amperes)
          return amperes
        }
        var exact = try read(slices.batch)
        if let reversed = slices.opposite {
          let other = try read(reversed)
          for k in exact.indices { exact[k] -= other[k] }
        }
        ofCurrents.convert(exact.span, into: &results, counts: &counts, recorder: recorder)
      }
    }
    let offset = removedOffset
    if offset != 0 {
      remove(offset, of: codes, negative: negative, batch: batch, sign: sign, from: &results)
    }
  }

  /// Subtracts the offset times the inputs of every output's own arrays.
  private func remove(
    _ offset: Double, of codes: Span<UInt16>, negative: Span<UInt16>, batch: Int, sign: Double,
    from results: inout [Double]
  ) {
    var sums = [Int](repeating: 0, count: outputCount)
    for vector in 0..<batch {
      for output in sums.indices { sums[output] = 0 }
      let first = vector * inputCount
      for tile in tiles where tile.weightSlice == 0 {
        var sum = 0
        for k in tile.inputs { sum += Int(codes[first + k]) }
        if !negative.isEmpty { for k in tile.inputs { sum -= Int(negative[first + k]) } }
        for output in tile.outputs { sums[output] += sum }
      }
      for output in sums.indices {
        results[vector * outputCount + output] -= sign * offset * Double(sums[output])
      }
    }
  }

  /// Inputs of a tile's array for the input codes of one read: gate bits or voltages, one vector per
  /// input slice, in row `vector · slices + slice`. The only path from codes to array inputs.
  ///
  /// - Parameters:
  ///   - codes: Input codes `[batch, inputs]` of the whole matrix; for signed codes, the positive
  ///     part.
  ///   - negative: Magnitudes of the negative part if voltages of both signs drive the array; else
  ///     empty.
  ///   - bitCount: Bits of a code, 1 to 16.
  public func drive(
    of tile: Tile, codes: Span<UInt16>, negative: Span<UInt16> = Span(), batch: Int, bitCount: Int
  ) -> InputBatch {
    precondition(
      negative.isEmpty || hardware.inputs.signsOfRead == .differential,
      "gates take the parts of signed codes one by one")
    return DrivenSlices(
      of: codes, negative: negative, batch: batch, stride: inputCount, lines: tile.inputs,
      bitCount: bitCount, hardware: hardware, needsSums: false
    ).batch
  }

  /// Signed codes of the inputs `lines` of every vector as numbers, `[batch, lines]`.
  private static func wholeCodes(
    _ codes: Span<UInt16>, negative: Span<UInt16>, batch: Int, stride: Int, lines: Range<Int>
  ) -> [Float] {
    var whole = [Float](repeating: 0, count: batch * lines.count)
    var out = whole.mutableSpan
    for vector in 0..<batch {
      let first = vector * stride + lines.lowerBound
      for k in 0..<lines.count { out[vector * lines.count + k] = Float(codes[first + k]) }
      guard !negative.isEmpty else { continue }
      for k in 0..<lines.count { out[vector * lines.count + k] -= Float(negative[first + k]) }
    }
    return whole
  }
}

/// The slices of a batch of input codes on the word lines of one block row.
struct DrivenSlices {
  /// What drives the word lines, row `vector · count + slice`.
  enum Drive {
    case bits(BitMatrix)
    /// Digits of a slice, and the voltage of one.
    case digits(Matrix<Int32>, volts: Double)
  }

  let inputs: Range<Int>
  let drive: Drive
  /// Array inputs of the read with the opposite voltage, for the negative codes that gates take;
  /// `nil` without.
  let opposite: InputBatch?
  /// Slices per vector, and slices of all vectors.
  let count: Int, rows: Int
  /// Reads of all vectors: the rows, twice if there are opposite ones.
  var reads: Int { opposite == nil ? rows : 2 * rows }
  /// Driven word lines, summed over all reads.
  let activations: Int
  /// Sum of the digits of each row, negative ones subtracted, each as the current that it drives
  /// through a cell that is off counts it; empty if not needed.
  let sums: [Double]

  /// The drive as inputs of an array.
  var batch: InputBatch {
    switch drive {
    case .bits(let bits): .bits(bits)
    case .digits(let digits, let volts): .volts(digits.map { volts * Double($0) })
    }
  }

  /// Products of the digits of every row, `[rows, product.n]`.
  func signals(_ product: OrderedProduct<SIMD16<Float>>) -> [Float] {
    guard case .digits(let digits, _) = drive else { preconditionFailure("voltages take digits") }
    let values = digits.elements.map { Float($0) }
    let zeros = [Float](repeating: 0, count: product.n)
    var signals = [Float](repeating: 0, count: rows * product.n)
    var out = signals.mutableSpan
    product.multiply(values.span, offset: zeros.span, into: &out)
    return signals
  }

  init(
    of codes: Span<UInt16>, negative: Span<UInt16>, batch: Int, stride: Int, lines: Range<Int>,
    bitCount: Int, hardware: HardwareConfiguration, needsSums: Bool
  ) {
    inputs = lines
    count = hardware.inputs.sliceCount(bitCount: bitCount)
    rows = batch * count
    switch hardware.inputs.lines {
    case .gates:
      let bits = InputSlices.bits(
        of: codes, batch: batch, stride: stride, lines: lines, bitCount: bitCount)
      func ones(_ bits: BitMatrix) -> Int { bits.words.reduce(0) { $0 + $1.nonzeroBitCount } }
      drive = .bits(bits)
      guard !negative.isEmpty else {
        opposite = nil
        activations = ones(bits)
        sums = needsSums ? (0..<rows).map { Double(bits.population(row: $0)) } : []
        return
      }
      let reversed = InputSlices.bits(
        of: negative, batch: batch, stride: stride, lines: lines, bitCount: bitCount)
      opposite = .bits(reversed)
      activations = ones(bits) + ones(reversed)
      sums =
        needsSums
        ? (0..<rows).map { Double(bits.population(row: $0) - reversed.population(row: $0)) }
        : []
    case .voltages(let sliceBits):
      opposite = nil
      var digits = InputSlices.digits(
        of: codes, batch: batch, stride: stride, lines: lines, bitCount: bitCount,
        sliceBits: sliceBits
      ).map { Int32($0) }
      if !negative.isEmpty {
        let opposite = InputSlices.digits(
          of: negative, batch: batch, stride: stride, lines: lines, bitCount: bitCount,
          sliceBits: sliceBits)
        for row in 0..<rows {
          for k in 0..<lines.count { digits[row, k] -= Int32(opposite[row, k]) }
        }
      }
      activations = digits.elements.count { $0 != 0 }
      if needsSums {
        let weight = hardware.offDigits
        sums = (0..<rows).map { row in
          digits.row(row).reduce(0) {
            $1 < 0 ? $0 - weight[Int($1.magnitude)] : $0 + weight[Int($1.magnitude)]
          }
        }
      } else {
        sums = []
      }
      drive = .digits(
        digits, volts: hardware.cell.readVoltage.value / Double(1 << sliceBits - 1))
    }
  }
}
