import AnalogCore
import BehavioralModels
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// A layer in which every noisy read solves its own circuit, with the cost of the reads.
public struct SampledLayer: Sendable {
  /// Name of the layer.
  public var name: String
  /// Why the first-order noise model does not cover its arrays.
  public var reason: String
  /// Reads of one image: input vectors times input slices, over the arrays concerned.
  public var readsPerImage: Int
  /// Seconds that they take in one task, estimated from a few timed reads.
  public var secondsPerImage: Double

  /// A layer with its costs.
  public init(name: String, reason: String, readsPerImage: Int, secondsPerImage: Double) {
    self.name = name
    self.reason = reason
    self.readsPerImage = readsPerImage
    self.secondsPerImage = secondsPerImage
  }
}

extension AnalogNetwork {
  /// The layers whose reads are solved one by one; times a few reads of each, with input vectors of
  /// `image`. Empty if there are none.
  public func sampledLayers(_ image: Tensor) throws -> [SampledLayer] {
    let concerned = layers.indices.filter { index in
      layers[index].matrix.tiles.contains { $0.sampledReadsReason != nil }
    }
    guard !concerned.isEmpty else { return [] }
    let codes = try drivenCodes(image)
    var found: [SampledLayer] = []
    for index in concerned {
      let layer = layers[index]
      do throws(ArrayError) {
        if let own = try Self.sampled(layer, codes: codes[index].codes) { found.append(own) }
      } catch {
        throw InferenceError.array(layer: layer.name, error)
      }
    }
    return found
  }

  private static func sampled(_ layer: Layer, codes: [UInt16]) throws(ArrayError) -> SampledLayer? {
    let tiles = layer.matrix.tiles.filter { $0.sampledReadsReason != nil }
    guard let first = tiles.first, let reason = first.sampledReadsReason else { return nil }
    let bitCount = layer.integer.quantizer.bitCount
    let vectors = codes.count / layer.matrix.inputCount
    guard vectors > 0 else { return nil }
    let middle = vectors / 2 * layer.matrix.inputCount
    let vector = Array(codes[middle..<middle + layer.matrix.inputCount])
    // Noisy reads exist for gate-driven arrays only; the hardware refuses them on voltages.
    guard
      case .bits(let bits) = layer.matrix.drive(
        of: first, codes: vector.span, batch: 1, bitCount: bitCount)
    else { return nil }
    let timed = bits.selecting(Array(stratifiedIndices(3, of: bits.rows)))
    let clock = ContinuousClock()
    let start = clock.now
    _ = try first.currents(timed, reads: (0..<timed.rows).map { UInt64($0) })
    let seconds = (clock.now - start) / .seconds(1) / Double(timed.rows)
    // Reads of the other arrays take as long for each of their cells.
    func cells(_ tile: AnalogMatrix.Tile) -> Double {
      Double(tile.inputs.count * tile.outputs.count)
    }
    let work = tiles.reduce(0) { $0 + cells($1) } / cells(first)
    let reads = vectors * bitCount
    return SampledLayer(
      name: layer.name, reason: reason, readsPerImage: reads * tiles.count,
      secondsPerImage: seconds * Double(reads) * work)
  }
}
