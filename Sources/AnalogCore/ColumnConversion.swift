import NumericKernels

/// From the signals of one tile for vectors as columns to its share of the result: `SliceConversion`
/// after accumulation, in the other order of loops.
struct ColumnConversion {
  private let tile: AnalogMatrix.Tile
  private let scheme: SignedWeightScheme
  private let count: Int
  private let firstVector: UInt64, sign: Double
  private let weight: Double

  init(
    _ matrix: AnalogMatrix, tile: AnalogMatrix.Tile, count: Int, firstVector: UInt64, sign: Double
  ) {
    self.tile = tile
    self.count = count
    (self.firstVector, self.sign) = (firstVector, sign)
    scheme = matrix.coding.scheme
    let significance = sign * matrix.coding.significance(ofSlice: tile.weightSlice)
    weight = significance * (tile.converter.isIdeal ? 1 : Double(tile.converter.step))
  }

  /// Adds the tile's share to `[outputs, count]`.
  ///
  /// - Parameter signals: In units, `[lines, count]`.
  func convert(
    _ signals: Span<Float>, into sums: inout [Double], counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) {
    let (outputs, lines) = (tile.outputs.count, signals.count / max(count, 1))
    var codes = [Float](repeating: 0, count: count)
    for line in 0..<lines {
      let values = signals.extracting(line * count..<(line + 1) * count)
      recorder?(tile.weightSlice, values)
      counts.clippedConversions += quantize(values, line: line, into: &codes)
      if line < outputs {
        add(codes, weight, output: line, to: &sums)
      } else if case .offset(.unitColumn, _) = scheme {
        for output in 0..<outputs { add(codes, -weight, output: output, to: &sums) }
      } else {
        add(codes, -weight, output: line - outputs, to: &sums)
      }
    }
    counts.conversions += lines * count
  }

  /// Converts one line to codes, or leaves its units for ideal converters; returns how many were
  /// clipped.
  private func quantize(_ signals: Span<Float>, line: Int, into codes: inout [Float]) -> Int {
    let converter = tile.converter
    var out = codes.mutableSpan
    guard !converter.isIdeal else {
      for k in signals.indices { out[k] = signals[k] }
      return 0
    }
    let step = converter.step
    if !tile.circuits.isEmpty {
      var clipped = 0
      for k in signals.indices {
        let code = Double(signals[k] / step)
        clipped += code > converter.maximumCode + 0.5 || code < converter.minimumCode - 0.5 ? 1 : 0
        out[k] = Float(
          tile.circuits[line].code(
            code, conversion: TileReads.number(firstVector &+ UInt64(k), slice: 0, sign: sign),
            lowest: converter.minimumCode))
      }
      return clipped
    }
    let (low, high) = (Float(converter.minimumCode), Float(converter.maximumCode))
    var beyond: Int32 = 0
    // A quotient has one rounding: it is a tie where the value is one. So has a product with a power
    // of two.
    let codesPerUnit = step.significand == 1 ? 1 / step : 0
    if codesPerUnit > 0 {
      for k in signals.indices {
        let code = (signals[k] * codesPerUnit).rounded(.toNearestOrEven)
        let held = min(max(code, low), high)
        beyond &+= code == held ? 0 : 1
        out[k] = held
      }
    } else {
      for k in signals.indices {
        let code = (signals[k] / step).rounded(.toNearestOrEven)
        let held = min(max(code, low), high)
        beyond &+= code == held ? 0 : 1
        out[k] = held
      }
    }
    return Int(beyond)
  }

  private func add(_ codes: [Float], _ weight: Double, output: Int, to sums: inout [Double]) {
    let first = (tile.outputs.lowerBound + output) * count
    let codes = codes.span
    var all = sums.mutableSpan
    var line = all._mutatingExtracting(first..<first + count)
    for k in codes.indices { line[k] += weight * Double(codes[k]) }
  }
}
