import CrossbarArray
import NumericKernels

/// The part of its ideal current that the cells of every weight deliver, slices taken together by what
/// they contribute: `[outputs, inputs of a group]`, as weight codes are.
public struct WeightShares: Sendable {
  /// Of the positive cells, or of the only ones.
  public internal(set) var positive: Matrix<Double>
  /// Of the negative cells of pairs; `nil` without pairs.
  public internal(set) var negative: Matrix<Double>?
  /// Of the cells of the unit column beside the output; `nil` without unit columns.
  public internal(set) var unit: Matrix<Double>?
}

extension AnalogMatrix {
  /// Mean conductance in siemens of all cells of the arrays, those of unit columns included.
  public var meanSiemens: Double {
    var (sum, count) = (0.0, 0)
    for tile in tiles {
      for cells in tile.model.description.effectiveConductances {
        sum += cells.elements.reduce(0, +)
        count += cells.elements.count
      }
    }
    return sum / Double(count)
  }

  /// The shares of the cells of one tile over the reads of some input vectors, each slice of inputs
  /// with its significance.
  ///
  /// - Parameters: see `drive(of:codes:negative:batch:bitCount:)`.
  public func cellShares(
    ofTile index: Int, codes: Span<UInt16>, negative: Span<UInt16>, batch: Int, bitCount: Int
  ) throws(ArrayError) -> CellShares {
    let inputs = drive(
      of: tiles[index], codes: codes, negative: negative, batch: batch, bitCount: bitCount)
    let slices = hardware.inputs.sliceCount(bitCount: bitCount)
    let weights = (0..<inputs.count).map {
      Double(1 << ($0 % slices * hardware.inputs.sliceBits))
    }
    return try CellShares(
      tiles[index].model.description, over: inputs, weights: weights, isSingle: true)
  }

  /// Whether the shares of all cells take about as long as reads do.
  public var hasFastShares: Bool {
    tiles.allSatisfy { CellShares.Method($0.model.description) != .solver }
  }

  /// The shares of the weights whose cells have the shares `cells`, one for each tile.
  public func weightShares(_ cells: [CellShares]) -> WeightShares {
    precondition(cells.count == tiles.count, "shares of every tile")
    let polarities = hardware.mapping.pairing == nil ? 1 : 2
    var planes = (0..<polarities).map { _ in PooledShares(outputCount, groupInputCount) }
    var units = PooledShares(outputCount, groupInputCount)
    let perGroup = outputCount / (inputCount / groupInputCount)
    let hasUnits = hardware.mapping.sharedBitLines > 0
    let levels = hardware.levels
    for (tile, own) in zip(tiles, cells) {
      let signals = tile.model.description.effectiveConductances.map { levels.signals($0) }
      let significance = coding.significance(ofSlice: tile.weightSlice)
      func pool(
        _ i: Int, _ line: Int, _ polarity: Int, into all: inout PooledShares, at: (Int, Int)
      ) {
        all.add(
          own.shares[polarity][i, line], weight: significance * signals[polarity][i, line], at)
      }
      for (i, input) in tile.inputs.enumerated() {
        let group = input / groupInputCount
        let outputs = tile.outputs.clamped(to: group * perGroup..<(group + 1) * perGroup)
        for output in outputs {
          let place = (output, input % groupInputCount)
          for polarity in planes.indices {
            pool(i, output - tile.outputs.lowerBound, polarity, into: &planes[polarity], at: place)
          }
          if hasUnits { pool(i, tile.outputs.count, 0, into: &units, at: place) }
        }
      }
    }
    return WeightShares(
      positive: planes[0].pooled, negative: polarities == 2 ? planes[1].pooled : nil,
      unit: hasUnits ? units.pooled : nil)
  }
}

/// Shares of the cells of weights, pooled by their currents; by nothing where none carries any.
private struct PooledShares {
  /// Of every weight: shares by their currents, currents, shares, and how many.
  private var sums: Matrix<SIMD4<Double>>

  init(_ outputs: Int, _ inputs: Int) {
    sums = Matrix(rows: outputs, columns: inputs, repeating: SIMD4())
  }

  mutating func add(_ share: Double, weight: Double, _ place: (Int, Int)) {
    sums[place.0, place.1] += SIMD4(weight * share, weight, share, 1)
  }

  var pooled: Matrix<Double> { sums.map { $0[1] > 0 ? $0[0] / $0[1] : $0[2] / $0[3] } }
}
