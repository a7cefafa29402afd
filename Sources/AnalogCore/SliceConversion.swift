import CrossbarArray
import Units

/// From the currents of one tile to its share of the result: subtraction, accumulation of input
/// slices, conversion, shift-and-add.
struct SliceConversion {
  /// What the values before conversion are.
  enum Signals {
    /// Currents of all lines in amperes, one row per vector and input slice.
    case amperes
    /// Signals of the converted lines in units, one row per vector and input slice.
    case units
    /// The same, one row per vector, with all input slices in it.
    case wholeUnits
  }

  private var signals: Signals
  private let scheme: SignedWeightScheme
  private let tile: AnalogMatrix.Tile
  private let isAnalog: Bool
  private let batch: Int, slices: Int, sliceBits: Int, outputCount: Int
  private let units: Double
  private let offAmperes: Double
  private let sums: [Double]
  private let weight: Double
  /// Current of a line with all cells on, in units of one level at one input level, if off-state
  /// current makes up most of it; else zero.
  private let commonUnits: Double
  private let sign: Double, firstVector: UInt64

  init(
    matrix: AnalogMatrix, tile: AnalogMatrix.Tile, signals: Signals = .amperes,
    slices: DrivenSlices, batch: Int, sign: Double, firstVector: UInt64
  ) {
    self.signals = signals
    (self.sign, self.firstVector) = (sign, firstVector)
    let hardware = matrix.hardware
    scheme = hardware.mapping
    self.tile = tile
    isAnalog = signals != .wholeUnits && hardware.inputs.accumulation == .analog
    self.batch = batch
    self.slices = signals == .wholeUnits ? 1 : slices.count
    sliceBits = hardware.inputs.sliceBits
    outputCount = matrix.outputCount
    units = matrix.units
    sums = slices.sums
    let commonMode = hardware.levels.commonMode
    offAmperes = hardware.offAmperesPerDigit
    let perCell = Double(matrix.coding.levels) * Double(1 << hardware.inputs.sliceBits - 1)
    commonUnits = commonMode > 2 ? Double(tile.inputs.count) * perCell * commonMode : 0
    weight = sign * matrix.coding.significance(ofSlice: tile.weightSlice)
  }

  /// Whether single precision could round a conversion that must be exact: equal summands round
  /// alike, so errors of a long sum add up. Tests hold 1152 rows of 127 levels exact. Beyond that,
  /// and if slices are accumulated before conversion, currents are taken in double precision. The
  /// same holds if off cells carry nearly as much current as on cells (`commonUnits`): a converter
  /// step is then below the rounding of the current.
  var needsDouble: Bool {
    let step = max(Double(tile.converter.step), scheme.granularity)
    if commonUnits > 1152 * 127 * step { return true }
    return Double(tile.converter.step) == scheme.granularity
      && tile.converter.maximumCode > (isAnalog ? 131_072 : 1152 * 127)
  }

  /// Adds the tile's share of the result.
  ///
  /// - Parameter currents: What `signals` says, `[rows, lines]`.
  func convert<T: BinaryFloatingPoint>(
    _ currents: Span<T>, into results: inout [Double], counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) {
    let lines = scheme.conversions(outputs: tile.outputs.count)
    if signals == .amperes, tile.sumsAreWhole {
      let found = wholeUnits(currents)
      var own = self
      own.signals = .units
      own.convert(found.span, into: &results, counts: &counts, recorder: recorder)
      return
    }
    if !isAnalog, recorder == nil, tile.circuits.isEmpty, !tile.converter.isIdeal {
      switch (scheme, signals) {
      case (.pair(_, .analog), .amperes):
        counts.clippedConversions += convertPairs(currents, into: &results)
        counts.conversions += batch * slices * lines
        return
      case (.pair(_, .analog), _), (.pair(_, .inArray), .units), (.pair(_, .inArray), .wholeUnits),
        (.offset(.digital, _), .units), (.offset(.digital, _), .wholeUnits):
        counts.clippedConversions += convertUnits(currents, into: &results)
        counts.conversions += batch * slices * lines
        return
      default: break
      }
    }
    var row = [T](repeating: 0, count: lines)
    var values = [Double](repeating: 0, count: lines)
    var accumulated = [Double](repeating: 0, count: lines)
    var recorded = [Float](repeating: 0, count: recorder == nil ? 0 : lines)
    let u = T(unitsPerValue)
    var clipped = 0
    for vector in 0..<batch {
      for slice in 0..<slices {
        subtract(currents, row: vector * slices + slice, into: &row)
        let significance = Double(1 << (sliceBits * slice))
        guard isAnalog else {
          if let recorder {
            for j in 0..<lines { recorded[j] = Float(row[j] * u) }
            recorder(tile.weightSlice, recorded.span)
          }
          clipped += quantize(row, vector: vector, slice: slice, into: &values)
          add(values, weight: weight * significance, vector: vector, into: &results)
          continue
        }
        for j in 0..<lines { accumulated[j] += significance * Double(row[j]) }
      }
      guard isAnalog else { continue }
      if let recorder {
        for j in 0..<lines { recorded[j] = Float(accumulated[j] * unitsPerValue) }
        recorder(tile.weightSlice, recorded.span)
      }
      clipped += quantize(accumulated, vector: vector, slice: 0, into: &values)
      add(values, weight: weight, vector: vector, into: &results)
      for j in 0..<lines { accumulated[j] = 0 }
    }
    counts.conversions += batch * (isAnalog ? 1 : slices) * lines
    counts.clippedConversions += clipped
  }

  /// `convert` for the most common hardware with wires, in one loop: pairs subtracted before a
  /// uniform conversion per input slice.
  private func convertPairs<T: BinaryFloatingPoint>(
    _ amperes: Span<T>, into results: inout [Double]
  ) -> Int {
    let n = tile.outputs.count
    let converter = tile.converter
    let codesPerAmpere = T(units) * (1 / T(converter.step))
    return convertRows(into: &results) { row, j in
      // Both lines have n values.
      let line = 2 &* row &* n &+ j
      return unsafe (amperes[unchecked: line] - amperes[unchecked: line &+ n]) * codesPerAmpere
    }
  }

  /// `convert` for one converted line per output in units, in one loop.
  private func convertUnits<T: BinaryFloatingPoint>(
    _ values: Span<T>, into results: inout [Double]
  ) -> Int {
    let n = tile.outputs.count
    precondition(values.count >= batch * slices * n, "values missing")
    let step = T(tile.converter.step)
    if step.significand == 1 {
      let codesPerUnit = 1 / step
      return convertRows(into: &results) { row, j in
        unsafe values[unchecked: row &* n &+ j] * codesPerUnit
      }
    }
    // A quotient has one rounding: it is a tie where the value is one.
    return convertRows(into: &results) { row, j in
      unsafe values[unchecked: row &* n &+ j] / step
    }
  }

  /// Rounds, clips and adds the codes of every row; returns how many were clipped.
  @inline(__always)
  private func convertRows<T: BinaryFloatingPoint>(
    into results: inout [Double], _ code: (_ row: Int, _ line: Int) -> T
  ) -> Int {
    let n = tile.outputs.count
    let converter = tile.converter
    let (low, high) = (T(converter.minimumCode), T(converter.maximumCode))
    var out = results.mutableSpan
    var clipped = 0
    for vector in 0..<batch {
      let first = vector * outputCount + tile.outputs.lowerBound
      precondition(first + n <= out.count, "results too short")
      for slice in 0..<slices {
        let worth = weight * Double(1 << (sliceBits * slice)) * Double(converter.step)
        var beyond: Int32 = 0
        for j in 0..<n {
          let code = code(vector &* slices &+ slice, j).rounded(.toNearestOrEven)
          let held = min(max(code, low), high)
          beyond &+= code == held ? 0 : 1
          // The results were checked.
          unsafe out[unchecked: first &+ j] += worth * Double(held)
        }
        clipped += Int(beyond)
      }
    }
    return clipped
  }

  /// Signals in units of arrays whose sums are whole, without the rounding of their currents: a
  /// converter then sees ties where there are ties. What an integrator holds back stays as it is.
  private func wholeUnits<T: BinaryFloatingPoint>(_ amperes: Span<T>) -> [Float] {
    var row = [T](repeating: 0, count: scheme.conversions(outputs: tile.outputs.count))
    var found: [Float] = []
    found.reserveCapacity(batch * slices * row.count)
    let granularity = scheme.granularity
    for read in 0..<batch * slices {
      subtract(amperes, row: read, into: &row)
      for signal in row {
        let value = Double(signal) * units
        let whole = (value / granularity).rounded() * granularity
        found.append(Float(abs(value - whole) <= granularity / 16 ? whole : value))
      }
    }
    return found
  }

  /// Units per value of the signals.
  private var unitsPerValue: Double { signals == .amperes ? units : 1 }

  /// Signals of one row: in units as they are, in amperes differences of pairs that subtract before
  /// conversion, or single lines less their off-state current (removed by an ideal reference).
  @inline(__always)
  private func subtract<T: BinaryFloatingPoint>(
    _ amperes: Span<T>, row: Int, into signals: inout [T]
  ) {
    let n = signals.count
    guard case .amperes = self.signals else {
      let line = amperes.extracting(row * n..<(row + 1) * n)
      for j in 0..<n { signals[j] = line[j] }
      return
    }
    if case .pair(_, .analog) = scheme {
      let positive = amperes.extracting(2 * row * n..<(2 * row + 1) * n)
      let negative = amperes.extracting((2 * row + 1) * n..<(2 * row + 2) * n)
      for j in 0..<n { signals[j] = positive[j] - negative[j] }
      return
    }
    let off = sums.isEmpty ? T(0) : T(offAmperes * sums[row])
    let line = amperes.extracting(row * n..<(row + 1) * n)
    for j in 0..<n { signals[j] = line[j] - off }
  }

  /// Converts one row to code values, or to units by an ideal converter; returns how many were
  /// clipped.
  @inline(__always)
  private func quantize<T: BinaryFloatingPoint>(
    _ signals: [T], vector: Int, slice: Int, into values: inout [Double]
  ) -> Int {
    let converter = tile.converter
    let u = T(unitsPerValue)
    if converter.isIdeal {
      for j in 0..<signals.count { values[j] = Double(signals[j] * u) }
      return 0
    }
    let (low, high) = (T(converter.minimumCode), T(converter.maximumCode))
    var clipped = 0
    // A quotient of units has one rounding: it is a tie where the value is one.
    let isCurrent = self.signals == .amperes
    let (codesPerValue, step) = (u * (1 / T(converter.step)), T(converter.step))
    func code(_ signal: T) -> T { isCurrent ? signal * codesPerValue : signal / step }
    if !tile.circuits.isEmpty {
      let conversion = TileReads.number(firstVector &+ UInt64(vector), slice: slice, sign: sign)
      for j in 0..<signals.count {
        let code = Double(code(signals[j]))
        clipped += code > converter.maximumCode + 0.5 || code < converter.minimumCode - 0.5 ? 1 : 0
        values[j] = tile.circuits[j].code(
          code, conversion: conversion, lowest: converter.minimumCode)
      }
      return clipped
    }
    for j in 0..<signals.count {
      let code = code(signals[j]).rounded(.toNearestOrEven)
      clipped += code > high || code < low ? 1 : 0
      values[j] = Double(min(max(code, low), high))
    }
    return clipped
  }

  /// Shifts and adds one row of values.
  @inline(__always)
  private func add(
    _ values: [Double], weight: Double, vector: Int, into results: inout [Double]
  ) {
    let n = tile.outputs.count
    let first = vector * outputCount + tile.outputs.lowerBound
    let weight = weight * (tile.converter.isIdeal ? 1 : Double(tile.converter.step))
    switch scheme {
    case .pair(_, .digital):
      for j in 0..<n { results[first + j] += weight * (values[j] - values[n + j]) }
    case .offset(.unitColumn, _):
      for j in 0..<n { results[first + j] += weight * (values[j] - values[n]) }
    case .pair, .offset:
      for j in 0..<n { results[first + j] += weight * values[j] }
    }
  }
}
