import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

extension AnalogNetwork {
  /// Input vectors that one tile of every layer sees on `images`, as calibration records them;
  /// `nil` for a layer without any.
  ///
  /// - Parameter tile: Index of the tile; a layer with fewer gives its last.
  public func recordedVectors(
    of images: [Tensor], tile: Int, settings: ModelCalibration, width: Int
  ) async throws -> [InputBatch?] {
    let codes = try await recordedCodes(images, settings: settings, width: width)
    return layers.indices.map { index in
      let tiles = layers[index].matrix.tiles
      return recordedInputs(codes[index], of: tiles[min(tile, tiles.count - 1)], layer: index)
    }
  }

  /// The codes of the windows that calibration records on `images`, by layer. The other windows go
  /// with their image: those of a whole set would not fit in memory.
  func recordedCodes(
    _ images: [Tensor], settings: ModelCalibration, width: Int
  ) async throws -> [DrivenCodes] {
    let network = self
    let perImage = try await concurrentMap(images.count, width: width) { image in
      let all = try network.drivenCodes(images[image])
      return network.layers.indices.map { index in
        let layer = network.layers[index]
        let inputs = layer.matrix.inputCount
        // All images have the same shape, and so the same windows.
        let own = all[index].codes.count / inputs
        let windows = settings.recordedWindows(
          of: own * images.count, bitCount: layer.integer.quantizer.bitCount)
        let chosen = windows.filter { $0 / max(own, 1) == image }.map { $0 - image * own }
        return all[index].windows(chosen, length: inputs)
      }
    }
    return layers.indices.map { layer in
      perImage.reduce(into: DrivenCodes()) { all, image in all.append(image[layer]) }
    }
  }

  /// The inputs of a tile's array for recorded codes, every slice of each; `nil` without any.
  func recordedInputs(_ codes: DrivenCodes, of tile: AnalogMatrix.Tile, layer: Int) -> InputBatch? {
    let matrix = layers[layer].matrix
    let windows = codes.codes.count / matrix.inputCount
    guard windows > 0 else { return nil }
    return matrix.drive(
      of: tile, codes: codes.codes.span, negative: codes.negative.span, batch: windows,
      bitCount: layers[layer].integer.quantizer.bitCount)
  }
}
