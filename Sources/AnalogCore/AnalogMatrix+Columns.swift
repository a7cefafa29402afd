import CrossbarArray
import NumericKernels

/// Products of the whole codes of many vectors at once, vectors as columns: one product per tile in
/// place of one per input slice, wherever the hardware converts once per product.
extension AnalogMatrix {
  /// Adds `A X` to `C`: `A` of shape `[m, rows.count]` with rows `strideA` apart, `X` the inputs
  /// `rows` of all vectors, `C` from `offset` on, with a row of as many values as there are vectors.
  public typealias ColumnProduct = (
    _ a: Span<Float>, _ strideA: Int, _ m: Int, _ rows: Range<Int>,
    _ c: inout MutableSpan<Float>, _ offset: Int
  ) -> Void

  /// Whether every tile multiplies whole codes in single precision: arrays without wires, or with
  /// an effective matrix, whose input slices are accumulated before conversion, or which have one.
  public var takesColumns: Bool {
    tiles.allSatisfy { tile in
      guard case .codes(let product)? = tile.units?.form, !product.singles.isEmpty else {
        return false
      }
      // The power of gates is that of their lines; voltages take the squares of digits.
      guard tile.power == nil || hardware.inputs.lines == .gates && tile.power?.lineWatts != nil
      else { return false }
      return tile.units?.isExact == true || !tile.converter.tellsUnits(coding.scheme)
    } && (removedOffset == 0 || Double(geometry.largest.wordLines << inputBits) <= 0x1p24)
  }

  /// `Y = W X` for vectors as columns; requires `takesColumns`. Activity of the word lines is not
  /// counted: see `countActivity`.
  ///
  /// - Parameters:
  ///   - count: Vectors.
  ///   - firstVector: Number of the first one; addresses the noise of conversions.
  ///   - sign: Factor on the result, ±1.
  ///   - sums: `[outputs, count]` in units; accumulated into.
  ///   - counts: Conversions; accumulated into.
  ///   - recorder: Receives every value before conversion.
  ///   - product: Multiplies a matrix with the codes of the vectors.
  public func multiplyColumns(
    count: Int, firstVector: UInt64, sign: Double, into sums: inout [Double],
    counts: inout ActivityCounts, recorder: Recorder? = nil, product: ColumnProduct
  ) {
    precondition(sums.count >= outputCount * count, "results too short")
    let offset = removedOffset
    var signals: [Float] = []
    var inputSums: (inputs: Range<Int>, values: [Float])?
    for tile in tiles {
      guard case .codes(let matrix)? = tile.units?.form else {
        preconditionFailure("every tile takes columns")
      }
      let length = matrix.lineCount * count
      if signals.count == length {
        for k in signals.indices { signals[k] = 0 }
      } else {
        signals = [Float](repeating: 0, count: length)
      }
      var out = signals.mutableSpan
      let first = tile.inputs.lowerBound
      for block in matrix.blocks {
        product(
          matrix.singles.span.extracting(
            (block.lines.lowerBound * matrix.inputCount + block.inputs.lowerBound)...),
          matrix.inputCount, block.lines.count,
          first + block.inputs.lowerBound..<first + block.inputs.upperBound, &out,
          block.lines.lowerBound * count)
      }
      ColumnConversion(self, tile: tile, count: count, firstVector: firstVector, sign: sign)
        .convert(signals.span, into: &sums, counts: &counts, recorder: recorder)
      guard offset != 0, tile.weightSlice == 0 else { continue }
      if inputSums?.inputs != tile.inputs {
        var values = [Float](repeating: 0, count: count)
        var out = values.mutableSpan
        let ones = [Float](repeating: 1, count: tile.inputs.count)
        product(ones.span, ones.count, 1, tile.inputs, &out, 0)
        inputSums = (tile.inputs, values)
      }
      guard let values = inputSums?.values else { continue }
      for output in tile.outputs {
        for vector in 0..<count {
          sums[output * count + vector] -= sign * offset * Double(values[vector])
        }
      }
    }
  }

  /// Counts the products of `vectors` vectors and what drives their word lines.
  ///
  /// - Parameters:
  ///   - activations: Driven slices of every input, summed over the vectors.
  ///   - reads: Reads of a slice: two if gates take codes of both signs.
  public func countActivity(
    _ activations: [Int], vectors: Int, bitCount: Int, reads: Int = 1,
    in counts: inout ActivityCounts
  ) {
    precondition(activations.count == inputCount, "one number per input")
    counts.products += vectors
    let slices = hardware.inputs.sliceCount(bitCount: bitCount)
    for tile in tiles {
      let driven = activations[tile.inputs].reduce(0, +)
      counts.wordLineActivations += driven
      counts.activatedCells += driven * geometry.cells(ofWordLineOf: tile.place)
      if let watts = tile.power?.lineWatts {
        counts.readWatts += zip(activations[tile.inputs], watts).reduce(0) {
          $0 + Double($1.0) * $1.1
        }
      }
      counts.wordLineBits += vectors * slices * reads * tile.inputs.count
    }
  }
}

extension Converter {
  /// Whether codes are units and more of them than single precision tells apart after rounding.
  func tellsUnits(_ scheme: SignedWeightScheme) -> Bool {
    Double(step) == scheme.granularity && maximumCode > 131_072
  }
}
