import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

extension AnalogNetwork.Layer {
  /// Runs a batch tensor.
  ///
  /// - Parameters:
  ///   - reads: Numbers of its reads, which go on.
  ///   - recorder: Receives what its converters see.
  func run(
    _ input: Tensor, reads: inout ReadNumbers, counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder? = nil
  ) throws -> Tensor {
    let index = integer.index
    let output: Tensor
    if takesColumns {
      output = try integer.runColumns(
        input, on: matrix, bytes: bytes, first: { reads.first($0, layer: index) }, counts: &counts,
        recorder: recorder)
    } else {
      output = try runVectors(input, reads: reads, counts: &counts, recorder: recorder)
    }
    let vectors = try integer.product.vectorCount(input.shape)
    counts.vectors += vectors
    reads.pass(vectors, layer: index)
    return output
  }

  /// The layer by products of some vectors at a time, slice by slice: for hardware that converts
  /// every slice or has wires.
  func runVectors(
    _ input: Tensor, reads: ReadNumbers, counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) throws -> Tensor {
    let index = integer.index
    return try integer.run(
      input, signs: matrix.hardware.inputs.signs
    ) { codes, negative, vectors, sign, sums in
      do throws(ArrayError) {
        try matrix.multiply(
          codes, negative: negative, batch: vectors.count,
          bitCount: integer.quantizer.bitCount, sign: sign, into: &sums, counts: &counts,
          firstVector: reads.first(vectors, layer: index), recorder: recorder)
      } catch {
        throw InferenceError.array(layer: name, error)
      }
    }
  }
}
