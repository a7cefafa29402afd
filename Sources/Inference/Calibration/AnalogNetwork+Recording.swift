import AnalogCore
import NeuralNetwork
import NumericKernels

extension AnalogNetwork {
  /// Gate vectors that one tile of every layer sees on `images`, as calibration records them.
  ///
  /// - Parameter tile: Index of the tile; a layer with fewer gives its last.
  public func recordedVectors(
    of images: [Tensor], tile: Int, settings: ModelCalibration, width: Int
  ) async throws -> [BitMatrix?] {
    let codes = try await recordedCodes(images, settings: settings, width: width)
    return layers.indices.map { index in
      let tiles = layers[index].matrix.tiles
      return recordedBits(codes[index], layer: index, of: tiles[min(tile, tiles.count - 1)].inputs)
    }
  }

  /// The unsigned codes of the windows that calibration records on `images`, `[windows, inputs]` per
  /// layer. The other windows go with their image: those of a whole set would not fit in memory.
  func recordedCodes(
    _ images: [Tensor], settings: ModelCalibration, width: Int
  ) async throws -> [[UInt8]] {
    let network = self
    let perImage = try await concurrentMap(images.count, width: width) { image in
      let all = try network.unsignedCodes(images[image])
      return network.layers.indices.map { index in
        let layer = network.layers[index]
        let inputs = layer.matrix.inputCount
        // Images have one shape, and so the same windows.
        let own = all[index].count / inputs
        let windows = settings.recordedWindows(
          of: own * images.count, bitCount: layer.layer.quantizer.bitCount)
        return windows.filter { $0 / max(own, 1) == image }.flatMap { window in
          let start = (window - image * own) * inputs
          return all[index][start..<start + inputs]
        }
      }
    }
    return layers.indices.map { layer in perImage.flatMap { $0[layer] } }
  }

  /// The unsigned codes of each layer's windows for `image`, `[windows, inputs]` per layer; those of
  /// negative inputs are windows of their own.
  private func unsignedCodes(_ image: Tensor) throws -> [[UInt8]] {
    var recorded = [[UInt8]](repeating: [], count: layers.count)
    _ = try plan.run(image) { layer, input in
      _ = try layer.run(input) { codes, _, vectors, _, _ in
        for k in 0..<vectors.count * layer.weights.codes.columns {
          recorded[layer.index].append(codes[k])
        }
      }
      return try layer.runDigitally(input)
    }
    return recorded
  }

  /// Every bit of recorded codes on the word lines of a tile; nil without any.
  func recordedBits(_ codes: [UInt8], layer: Int, of lines: Range<Int>) -> BitMatrix? {
    let inputs = layers[layer].matrix.inputCount
    guard codes.count >= inputs else { return nil }
    return InputSlices.bits(
      of: codes.span, batch: codes.count / inputs, stride: inputs, lines: lines,
      bitCount: layers[layer].layer.quantizer.bitCount)
  }
}
