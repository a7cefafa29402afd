import CrossbarArray
import Units

/// From the currents of one tile to its share of the result: subtraction, accumulation of input
/// slices, conversion, shift-and-add.
struct SliceConversion {
  private let scheme: SignedWeightScheme
  private let tile: AnalogMatrix.Tile
  private let isAnalog: Bool
  private let batch: Int, slices: Int, sliceBits: Int, outputCount: Int
  private let units: Double
  private let offAmperes: Double
  private let sums: [Int]
  private let weight: Double
  /// Current of a line with all cells on, in units of one level at one input level, if off-state
  /// current makes up most of it; else zero.
  private let commonUnits: Double
  private let sign: Double, firstVector: UInt64

  init(
    matrix: AnalogMatrix, tile: AnalogMatrix.Tile, slices: DrivenSlices, batch: Int, sign: Double,
    firstVector: UInt64
  ) {
    (self.sign, self.firstVector) = (sign, firstVector)
    let hardware = matrix.hardware
    scheme = hardware.mapping
    self.tile = tile
    isAnalog = hardware.inputs.accumulation == .analog
    self.batch = batch
    self.slices = slices.count
    sliceBits = hardware.inputs.sliceBits
    outputCount = matrix.outputCount
    units = matrix.units
    sums = slices.sums
    let cell = hardware.cell
    offAmperes =
      hardware.law.amperes(cell.readVoltage.value, siemens: cell.offConductance.value)
      / Double(1 << hardware.inputs.sliceBits - 1)
    let perCell = Double(matrix.coding.levels) * Double(1 << hardware.inputs.sliceBits - 1)
    commonUnits = cell.commonMode > 2 ? Double(tile.inputs.count) * perCell * cell.commonMode : 0
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
  /// - Parameter amperes: Sensed currents, `[batch · slices, lines of the array]`.
  func convert<T: BinaryFloatingPoint>(
    _ amperes: Span<T>, into results: inout [Double], counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) {
    let lines = scheme.conversions(outputs: tile.outputs.count)
    if !isAnalog, recorder == nil, tile.circuits.isEmpty, !tile.converter.isIdeal,
      case .pair(_, .analog) = scheme
    {
      counts.clippedConversions += convertPairs(amperes, into: &results)
      counts.conversions += batch * slices * lines
      return
    }
    var signals = [T](repeating: 0, count: lines)
    var values = [Double](repeating: 0, count: lines)
    var accumulated = [Double](repeating: 0, count: lines)
    var recorded = [Float](repeating: 0, count: recorder == nil ? 0 : lines)
    let u = T(units)
    var clipped = 0
    for vector in 0..<batch {
      for slice in 0..<slices {
        let row = vector * slices + slice
        subtract(amperes, row: row, into: &signals)
        let significance = Double(1 << (sliceBits * slice))
        guard isAnalog else {
          if let recorder {
            for j in 0..<lines { recorded[j] = Float(signals[j] * u) }
            recorder(tile.weightSlice, recorded.span)
          }
          clipped += quantize(signals, vector: vector, slice: slice, into: &values)
          add(values, weight: weight * significance, vector: vector, into: &results)
          continue
        }
        for j in 0..<lines { accumulated[j] += significance * Double(signals[j]) }
      }
      guard isAnalog else { continue }
      if let recorder {
        for j in 0..<lines { recorded[j] = Float(accumulated[j] * units) }
        recorder(tile.weightSlice, recorded.span)
      }
      clipped += quantize(accumulated, vector: vector, slice: 0, into: &values)
      add(values, weight: weight, vector: vector, into: &results)
      for j in 0..<lines { accumulated[j] = 0 }
    }
    counts.conversions += batch * (isAnalog ? 1 : slices) * lines
    counts.clippedConversions += clipped
  }

  /// `convert` for the most common hardware, in one loop: pairs subtracted before a uniform
  /// conversion per input slice.
  private func convertPairs<T: BinaryFloatingPoint>(
    _ amperes: Span<T>, into results: inout [Double]
  ) -> Int {
    let n = tile.outputs.count
    let converter = tile.converter
    let codesPerAmpere = T(units) * (1 / T(converter.step))
    let (low, high) = (T(converter.minimumCode), T(converter.maximumCode))
    var out = results.mutableSpan
    var clipped = 0
    for vector in 0..<batch {
      let first = vector * outputCount + tile.outputs.lowerBound
      precondition(first + n <= out.count, "results too short")
      for slice in 0..<slices {
        let row = vector * slices + slice
        let line = amperes.extracting(2 * row * n..<2 * (row + 1) * n)
        let worth = weight * Double(1 << (sliceBits * slice)) * Double(converter.step)
        var beyond: T = 0
        for j in 0..<n {
          // Both lines have n values, and the results were checked.
          let signal = unsafe line[unchecked: j] - line[unchecked: n &+ j]
          let code = (signal * codesPerAmpere).rounded(.toNearestOrEven)
          let held = min(max(code, low), high)
          beyond += code == held ? 0 : 1
          unsafe out[unchecked: first &+ j] += worth * Double(held)
        }
        clipped += Int(beyond)
      }
    }
    return clipped
  }

  /// Signals of one row in amperes: differences of pairs that subtract before conversion, or single
  /// lines less their off-state current (removed by an ideal reference).
  @inline(__always)
  private func subtract<T: BinaryFloatingPoint>(
    _ amperes: Span<T>, row: Int, into signals: inout [T]
  ) {
    let n = signals.count
    if case .pair(_, .analog) = scheme {
      let positive = amperes.extracting(2 * row * n..<(2 * row + 1) * n)
      let negative = amperes.extracting((2 * row + 1) * n..<(2 * row + 2) * n)
      for j in 0..<n { signals[j] = positive[j] - negative[j] }
      return
    }
    let off = sums.isEmpty ? T(0) : T(offAmperes * Double(sums[row]))
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
    let u = T(units)
    if converter.isIdeal {
      for j in 0..<signals.count { values[j] = Double(signals[j] * u) }
      return 0
    }
    let codesPerAmpere = u * (1 / T(converter.step))
    let (low, high) = (T(converter.minimumCode), T(converter.maximumCode))
    var clipped = 0
    if !tile.circuits.isEmpty {
      let conversion = TileReads.number(firstVector &+ UInt64(vector), slice: slice, sign: sign)
      for j in 0..<signals.count {
        let code = Double(signals[j] * codesPerAmpere)
        clipped += code > converter.maximumCode + 0.5 || code < converter.minimumCode - 0.5 ? 1 : 0
        values[j] = tile.circuits[j].code(
          code, conversion: conversion, lowest: converter.minimumCode)
      }
      return clipped
    }
    for j in 0..<signals.count {
      let code = (signals[j] * codesPerAmpere).rounded(.toNearestOrEven)
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
