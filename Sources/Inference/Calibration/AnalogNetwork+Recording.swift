import NeuralNetwork
import NumericKernels

extension AnalogNetwork {
  /// Gate vectors that one tile of every layer sees on `images`, as calibration records them.
  ///
  /// - Parameter tile: Index of the tile; a layer with fewer gives its last.
  public func recordedVectors(
    of images: [Tensor], tile: Int, settings: ModelCalibration
  ) throws -> [BitMatrix?] {
    let perImage = try images.map { try inputCodes($0) }
    return layers.indices.map { index in
      let layer = layers[index]
      let tiles = layer.matrix.tiles
      return settings.recordedBits(
        perImage.flatMap { $0[index] }, of: tiles[min(tile, tiles.count - 1)].inputs,
        inputCount: layer.matrix.inputCount, bitCount: layer.layer.quantizer.bitCount)
    }
  }
}
