import AnalogCore
import Foundation
import NeuralNetwork

/// How far the outputs of one layer on its arrays are from those in exact integers.
public struct LayerFidelity: Sendable, Equatable, Codable {
  /// Name of the layer.
  public var name: String
  /// Sum of the squared outputs in integers.
  public var signal: Double
  /// Sum of the squared errors of the layer on the integers' inputs: the error of its own arrays.
  public var ownError: Double
  /// The same on the inputs that the layers before it leave on their arrays.
  public var reachedError: Double

  /// Signal to error of the layer's own arrays in decibels; `nil` without error or without signal.
  public var ownDecibels: Double? { Self.decibels(signal, ownError) }
  /// Signal to error behind all layers up to this one in decibels; `nil` without error or without
  /// signal.
  public var reachedDecibels: Double? { Self.decibels(signal, reachedError) }

  private static func decibels(_ signal: Double, _ error: Double) -> Double? {
    signal > 0 && error > 0 ? 10 * log10(signal / error) : nil
  }
}

extension AnalogNetwork {
  /// The fidelity of every layer on `image`, in two analog runs and one in integers.
  public func fidelity(_ image: Tensor) throws -> [LayerFidelity] {
    try fidelityAndLines(image).fidelity
  }

  /// The same, with what the converters of each layer see on the inputs of the integers.
  func fidelityAndLines(
    _ image: Tensor
  ) throws -> (fidelity: [LayerFidelity], lines: RecordedLines) {
    var lines = layers.map { layer in
      [GrowingHistogram](repeating: GrowingHistogram(), count: layer.matrix.coding.sliceCount)
    }
    var found = layers.map {
      LayerFidelity(name: $0.name, signal: 0, ownError: 0, reachedError: 0)
    }
    var counts = ActivityCounts()
    var reads = ReadNumbers(of: image)
    // The outputs of every product of a layer: a recurrent one multiplies at every step.
    var reached = [[Float]](repeating: [], count: layers.count)
    _ = try plan.run(image) { layer, input in
      let output = try layers[layer.index].run(input, reads: &reads, counts: &counts)
      reached[layer.index] += output.values
      return output
    }
    reads = ReadNumbers(of: image)
    var compared = [Int](repeating: 0, count: layers.count)
    _ = try plan.run(image) { layer, input in
      let exact = try layer.runDigitally(input)
      let own = try layers[layer.index].run(input, reads: &reads, counts: &counts) {
        lines[layer.index][$0].add($1)
      }
      let first = compared[layer.index]
      for (k, value) in exact.values.enumerated() {
        let (ownError, reachedError) = (
          Double(own.values[k] - value), Double(reached[layer.index][first + k] - value)
        )
        found[layer.index].signal += Double(value) * Double(value)
        found[layer.index].ownError += ownError * ownError
        found[layer.index].reachedError += reachedError * reachedError
      }
      compared[layer.index] += exact.count
      return exact
    }
    return (found, lines)
  }
}
