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
    convertColumns(
      count: count, firstVector: firstVector, sign: sign, into: &sums, counts: &counts,
      recorder: recorder
    ) { index, out in
      let matrix = codeProduct(index)
      for k in out.indices { out[k] = 0 }
      let first = tiles[index].inputs.lowerBound
      for block in matrix.blocks {
        product(
          matrix.singles.span.extracting(
            (block.lines.lowerBound * matrix.inputCount + block.inputs.lowerBound)...),
          matrix.inputCount, block.lines.count,
          first + block.inputs.lowerBound..<first + block.inputs.upperBound, &out,
          block.lines.lowerBound * count)
      }
    }
    let offset = removedOffset
    guard offset != 0 else { return }
    var inputSums: (inputs: Range<Int>, values: [Float])?
    for tile in tiles where tile.weightSlice == 0 {
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

  /// What the tile `index` multiplies codes with.
  private func codeProduct(_ index: Int) -> CodeProduct {
    guard case .codes(let product)? = tiles[index].units?.form else {
      preconditionFailure("every tile takes columns")
    }
    return product
  }

  /// Converts the signals of every tile for vectors as columns and adds up what they come to.
  ///
  /// - Parameters:
  ///   - signals: Writes the signals of the tile of an index, in units, `[lines, count]`.
  ///   - others: See `multiplyColumns`.
  public func convertColumns(
    count: Int, firstVector: UInt64, sign: Double, into sums: inout [Double],
    counts: inout ActivityCounts, recorder: Recorder? = nil,
    signals: (_ tile: Int, _ out: inout MutableSpan<Float>) -> Void
  ) {
    precondition(sums.count >= outputCount * count, "results too short")
    var values: [Float] = []
    for (index, tile) in tiles.enumerated() {
      let length = codeProduct(index).lineCount * count
      if values.count != length { values = [Float](repeating: 0, count: length) }
      var out = values.mutableSpan
      signals(index, &out)
      ColumnConversion(self, tile: tile, count: count, firstVector: firstVector, sign: sign)
        .convert(values.span, into: &sums, counts: &counts, recorder: recorder)
    }
  }

  /// What a tile adds to its lines per unit of an input code, where that is whole bytes of a unit.
  public struct CodeBytes: Sendable {
    /// Converted lines, and `[lines, inputs]`.
    public let lines: Int, bytes: [Int8]
    /// What one stands for, in units.
    public let unit: Float
  }

  /// The bytes of the tile `index`; `nil` if cells have errors or levels beyond a byte, or if offsets
  /// are removed digitally.
  public func codeBytes(ofTile index: Int) -> CodeBytes? {
    guard removedOffset == 0, case .codes(let product)? = tiles[index].units?.form,
      tiles[index].units?.isExact == true, !product.singles.isEmpty
    else { return nil }
    let unit = Float(coding.scheme.granularity)
    var bytes: [Int8] = []
    bytes.reserveCapacity(product.singles.count)
    for value in product.singles {
      guard let byte = Int8(exactly: value / unit) else { return nil }
      bytes.append(byte)
    }
    return CodeBytes(lines: product.lineCount, bytes: bytes, unit: unit)
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
