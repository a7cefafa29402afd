import CrossbarArray
import NumericKernels

/// Derivatives of the sums of a layer by its input codes, taken through the circuit vector by vector.
///
/// A code moves all of its bits alike, each by its part `1 / (B 2^b)` of it: straight through the slicing. With
/// the cells of a weight, in units of the integer dot product,
///
///     ∂y / ∂x = 1/B Σ_b (g₊ u₊² − g₋ u₋²)
///
/// and the shares `u` of every cell in the read of bit `b`, whether its gate is on or not
/// (`GateSensitivities`).
public struct InputSensitivities: Sendable {
  /// Products of cotangents `[batch, outputs]` in units with the derivatives, `[batch, inputs]`.
  ///
  /// - Parameters:
  ///   - matrix: Gate-driven arrays of linear cells that `LadderSensitivities` does not refuse, with one
  ///     conversion of all their current.
  ///   - codes: Unsigned input codes `[batch, inputs]`.
  ///   - sign: Factor on what they add, ±1.
  public static func products(
    _ matrix: AnalogMatrix, cotangents: [Float], codes: Span<UInt16>, batch: Int, bitCount: Int,
    sign: Float
  ) throws(ArrayError) -> [Float] {
    precondition(matrix.hardware.inputs.lines == .gates, "gates drive the arrays")
    precondition(cotangents.count == batch * matrix.outputCount, "a cotangent of every output")
    var result = [Float](repeating: 0, count: batch * matrix.inputCount)
    let levels = matrix.hardware.levels
    let hasUnits = matrix.hardware.mapping.sharedBitLines > 0
    for tile in matrix.tiles {
      guard
        case .bits(let bits) = matrix.drive(
          of: tile, codes: codes, batch: batch, bitCount: bitCount)
      else { preconditionFailure("gates take bits") }
      let array = tile.model.description
      let squares = try GateSensitivities(array).squares(bits, reads: bitCount)
      let planes = array.effectiveConductances
      let (m, n) = (array.wordLineCount, array.bitLineCount)
      let unit =
        Double(matrix.coding.levels) / levels.range
        * matrix.coding.significance(ofSlice: tile.weightSlice) / Double(bitCount)
      for vector in 0..<batch {
        for (o, output) in tile.outputs.enumerated() {
          let cotangent = sign * cotangents[vector * matrix.outputCount + output]
          guard cotangent != 0 else { continue }
          func add(_ polarity: Int, _ column: Int, _ factor: Double) {
            let place = (vector * n * planes.count + polarity * n + column) * m
            for (i, input) in tile.inputs.enumerated() {
              let part = unit * factor * levels.signal(planes[polarity][i, column])
              result[vector * matrix.inputCount + input] +=
                cotangent * Float(part) * squares[place + i]
            }
          }
          add(0, o, 1)
          if planes.count > 1 { add(1, o, -1) }
          if hasUnits { add(0, tile.outputs.count, -1) }
        }
      }
    }
    return result
  }
}
