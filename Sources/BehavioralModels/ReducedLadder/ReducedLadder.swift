import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Gate-driven columns with lumped cells: one matrix product and a ladder of few steps.
///
/// Word lines are divided into segments. Each segment becomes one cell of conductance
/// `S (1 + r b S)` at `p` wire segments from the segment's upper end, where `S = Σ x g` is the sum
/// of its selected cells, `p` its mean position and `b` its bend (`SegmentMoments`). The current
/// through it meets less wire than a single lump at `p` suggests, by the spread `c` of the
/// positions. This keeps all terms of the segment's exact transfer up to first order in `r S`; the
/// second order is smaller by the drop within one segment. From the far end, with `ρ` the wire
/// between lumps:
///
///     v ← v + ρ i,   (v, i) ← (v − r² c S i, i + S (1 + r b S) v)      (start v = 1, i = 0)
///
/// and the sensed current is `readVolts · i / (v + ρ_end i)`. The positions of one vector's
/// selected cells within their segments are lost.
///
/// Covers the same arrays as `LadderArray`, so inputs are gate bits.
public struct ReducedLadder: ArrayModel {
  public let description: ArrayDescription
  /// Positions of the lumps.
  public let moments: SegmentMoments
  let isReversed: Bool
  private let ohmsPerSegment: Double
  private let endOhms: Double
  let loads: [Matrix<Double>]
  private let kernel: ReducedLadderKernel

  /// Prepares an array with moments of its conductances alone, without a fit.
  public init(_ description: ArrayDescription, segmentLength: Int) throws(ArrayError) {
    try self.init(description, segmentLength: segmentLength) { loads, reversed in
      SegmentMoments(loads, length: segmentLength, reversed: reversed)
    }
  }

  /// Prepares an array with moments fitted to `inputs`.
  ///
  /// - Parameter ridge: Weight of the unfitted moments, in vectors.
  public init(
    _ description: ArrayDescription, segmentLength: Int, fittedTo inputs: BitMatrix,
    ridge: Double = 1
  ) throws(ArrayError) {
    try self.init(description, segmentLength: segmentLength) { loads, reversed in
      let prior = SegmentMoments(loads, length: segmentLength, reversed: reversed)
      return SegmentMoments(
        loads, length: segmentLength, reversed: reversed, inputs: inputs, prior: prior,
        ridge: ridge)
    }
  }

  /// Prepares an array with given moments, such as those of a stored model.
  public init(_ description: ArrayDescription, moments: SegmentMoments) throws(ArrayError) {
    guard moments.wordLineCount == description.wordLineCount,
      moments.outputCount == description.outputCount, moments.length > 0,
      moments.position.count == moments.count * moments.outputCount,
      moments.bend.count == moments.position.count,
      moments.spread.count == moments.position.count
    else {
      throw .shapesDiffer(
        "the moments are of \(moments.wordLineCount) word lines and \(moments.outputCount) outputs, "
          + "the array has \(description.wordLineCount) and \(description.outputCount)")
    }
    try self.init(description, segmentLength: moments.length) { _, _ in moments }
  }

  private init(
    _ description: ArrayDescription, segmentLength: Int,
    _ makeMoments: ([Matrix<Double>], Bool) -> SegmentMoments
  ) throws(ArrayError) {
    try description.validate()
    if let reason = Self.refusal(of: description) { throw .unsupported(reason) }
    self.description = description
    isReversed = description.ends.bitLineSense == .near
    loads = description.effectiveConductances
    let (wires, terminals) = (description.wires, description.terminals)
    ohmsPerSegment = wires.bitLineSegment.value + wires.sourceLineSegment.value
    let unused = description.unused.wordLines
    // Unused word lines on the sensed side lengthen the path to the terminal; on the other side
    // they carry no current.
    let isAtEnd = (unused.side == .near) == isReversed
    endOhms =
      ohmsPerSegment * Double(1 + (isAtEnd ? unused.count : 0)) + terminals.bitLineSense.value
      + terminals.sourceLineDriver.value
    moments = makeMoments(loads, isReversed)
    kernel = ReducedLadderKernel(
      loads, moments: moments, reversed: isReversed, ohmsPerSegment: ohmsPerSegment,
      endOhms: endOhms, readVolts: description.readVoltage.value)
    let growth = kernel.greatestGrowth
    guard growth < 1e30 else {
      throw .unsupported(
        "the reduced ladder does not cover this drop: with every gate on, voltages along a line "
          + "differ by more than 1e30 or a segment loses most of its own; take fewer word lines per "
          + "step, or the exact path")
    }
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    LadderArray.covers(array)
      ? nil
      : "the reduced ladder covers gate-driven arrays of linear cells with parallel source lines, "
        + "separate pairs, and one end at which bit lines are sensed and sources driven"
  }

  static func method(wordLinesPerStep length: Int) -> ArrayMethod {
    ArrayMethod(
      .calibrated, "reduced ladder", parameters: ["\(length) word lines per step"])
  }

  public var method: ArrayMethod { Self.method(wordLinesPerStep: moments.length) }

  /// One matrix product and the steps of a ladder, as `Benchmarks reducedLadder` measures them.
  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard case .bits(let bits) = inputs else { return nil }
    let outputs = description.outputCount
    return QuadSelections.estimatedWork(bits, columns: outputs)
      + Double(bits.rows * moments.count * outputs) * 4.5
  }

  /// The reference for the single-precision kernel: the equations as written, in double precision.
  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    let bits = try bits(inputs)
    let n = description.bitLineCount
    let outputs = description.outputCount
    var amperes = Matrix(rows: bits.rows, columns: outputs, repeating: 0.0)
    let order = isReversed ? Array((0..<moments.count).reversed()) : Array(0..<moments.count)
    for vector in 0..<bits.rows {
      for j in 0..<outputs {
        var (v, i, wire) = (1.0, 0.0, 0.0)
        for segment in order {
          let lines = moments.wordLines(segment)
          let sum = lines.reduce(0) { $0 + (bits[vector, $1] ? loads[j / n][$1, j % n] : 0) }
          let position = Double(moments.position[segment * outputs + j])
          let bend = Double(moments.bend[segment * outputs + j])
          let spread = Double(moments.spread[segment * outputs + j])
          v += ohmsPerSegment * (wire + position) * i
          let joining = sum * (1 + ohmsPerSegment * bend * sum) * v
          v -= ohmsPerSegment * ohmsPerSegment * spread * sum * i
          i += joining
          wire = Double(lines.count) - position
        }
        let end = ohmsPerSegment * wire + endOhms
        amperes[vector, j] = description.readVoltage.value * i / (v + end * i)
      }
    }
    return ArrayCurrents(amperes: amperes)
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    let bits = try bits(inputs)
    let count = bits.rows * description.outputCount
    if amperes.count != count { amperes = Array(repeating: 0, count: count) }
    kernel.currents(bits, into: &amperes)
  }

  /// The gate bits of inputs that fit the array.
  private func bits(_ inputs: InputBatch) throws(ArrayError) -> BitMatrix {
    try description.check(inputs)
    guard case .bits(let bits) = inputs else { preconditionFailure("checked above") }
    return bits
  }
}
