import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

extension SingleLayer {
  /// Derivatives of what an output sums up, weighed by cotangents.
  public struct Derivatives: Sendable {
    /// By the weights, `[outputs, inputs of a group]`.
    public var weights: Matrix<Float>
    /// By the inputs of each vector, `[vectors, inputs]`.
    public var inputs: [Float]
  }

  /// Vectors that are taken through the circuit together, and values of derivatives held at a time.
  private static let vectors = 64, most = 8 << 20

  /// Why derivatives cannot be taken through the circuit; `nil` if they can.
  public var derivativesRefusal: String? {
    get throws {
      let hardware = settings.choice.hardware
      if hardware.inputs.lines != .gates { return "inputs: only gates have an adjoint here" }
      guard case .pair = hardware.mapping else { return "mapping: only pairs have an adjoint here" }
      for tile in try programmed.matrix.tiles {
        if let reason = LadderSensitivities.refusal(of: tile.model.description) { return reason }
      }
      return nil
    }
  }

  /// Parts of `count` vectors that can be taken by themselves; their derivatives by weights add up.
  public static func parts(ofVectors count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: vectors).map { $0..<min($0 + vectors, count) }
  }

  /// The derivatives at some input vectors, through the circuit: each cell by the share of the voltage
  /// that it has in each read, twice, once there and once back (reciprocity). Conversions pass through
  /// straight.
  ///
  /// - Parameters:
  ///   - inputs: `[vectors, inputs of all groups]`: windows of a convolution.
  ///   - cotangents: `[vectors, outputs]`.
  public func derivatives(_ inputs: [Float], cotangents: [Float]) throws -> Derivatives {
    let own = try programmed
    if let reason = try derivativesRefusal {
      throw InferenceError.array(layer: settings.name, .unsupported(reason))
    }
    let (integer, matrix) = (own.integer, own.matrix)
    let (outputs, length) = (matrix.outputCount, matrix.groupInputCount)
    let count = inputs.count / matrix.inputCount
    guard inputs.count == count * matrix.inputCount, cotangents.count == count * outputs,
      inputs.span.areFinite, cotangents.span.areFinite
    else {
      throw StepError(
        description: "\(settings.name): derivatives take finite vectors [vectors, "
          + "\(matrix.inputCount)] and cotangents [vectors, \(outputs)]")
    }
    let (positive, negative) = integer.quantizer.codes(inputs)
    var found = Derivatives(
      weights: Matrix(rows: outputs, columns: length, repeating: 0),
      inputs: [Float](repeating: 0, count: inputs.count))
    let scales = integer.weights.scales
    let scaled = cotangents.indices.map { cotangents[$0] * scales[$0 % outputs] }
    do throws(ArrayError) {
      let step = max(1, Self.most / max(1, count * length))
      for first in stride(from: 0, to: outputs, by: step) {
        let range = first..<min(first + step, outputs)
        let by = try CodeSensitivities(
          matrix, of: integer.weights.codes, outputs: range, codes: positive.span,
          negative: negative.span, batch: count, bitCount: integer.quantizer.bitCount)
        for output in range {
          let rows = by.rows(ofOutput: output)
          for vector in 0..<count {
            let factor = cotangents[vector * outputs + output] * integer.quantizer.scale
            guard factor != 0 else { continue }
            let start = rows.startIndex + vector * length
            for k in 0..<length { found.weights[output, k] += factor * rows[start + k] }
          }
        }
      }
      for (codes, sign) in [(positive, Float(1)), (negative, -1)] where !codes.isEmpty {
        // An input has one sign: the part of the other one is driven by nothing.
        let part = try InputSensitivities.products(
          matrix, cotangents: scaled, codes: codes.span, batch: count,
          bitCount: integer.quantizer.bitCount, sign: 1)
        for k in inputs.indices where (inputs[k] < 0) == (sign < 0) { found.inputs[k] = part[k] }
      }
    } catch {
      throw InferenceError.array(layer: settings.name, error)
    }
    return found
  }
}
