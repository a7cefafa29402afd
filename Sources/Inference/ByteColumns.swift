import AnalogCore
import NeuralNetwork
import NumericKernels

/// A convolution on arrays without errors of cells by products of bytes, where the processor has them:
/// such arrays hold whole numbers, and their sums are the same bits as in single precision.
struct ByteColumns: Sendable {
  /// One array: its weights in the order of the steps, of the quads of channels that it reads.
  private struct Tile {
    var weights: ByteProduct.Weights
    var quads: Range<Int>
    var lines: Int
    /// What a sum of one stands for, in units.
    var unit: Float
  }

  private let tiles: [Tile]
  /// Pixels of a channel in a window.
  private let taps: Int
  private let quantizer: ActivationQuantizer

  /// Signals of a block of rows of windows at most, for a core's cache.
  private static let largestBlock = 16_384

  /// `nil` for groups and dense layers, for codes of more than 256 values and for arrays that
  /// `AnalogMatrix.codeBytes` does not cover.
  init?(_ layer: MatrixLayer, _ matrix: AnalogMatrix) {
    guard ByteProduct.isSupported, case .convolution(let convolution) = layer.product,
      convolution.groups == 1, layer.quantizer.codes.count <= 256
    else { return nil }
    let taps = convolution.window.kernelHeight * convolution.window.kernelWidth
    guard (convolution.channelsPerGroup + 3) / 4 * taps <= ByteProduct.largestStepCount else {
      return nil
    }
    var tiles: [Tile] = []
    for (index, tile) in matrix.tiles.enumerated() {
      guard let own = matrix.codeBytes(ofTile: index) else { return nil }
      let inputs = tile.inputs
      let first = inputs.lowerBound / (4 * taps)
      let quads = first..<(inputs.upperBound + 4 * taps - 1) / (4 * taps)
      let weights = ByteProduct.Weights(rows: own.lines, steps: quads.count * taps) {
        line, step, place in
        let channel = 4 * (first + step / taps) + place
        let input = channel * taps + step % taps
        guard inputs.contains(input) else { return 0 }
        return own.bytes[line * inputs.count + input - inputs.lowerBound]
      }
      tiles.append(Tile(weights: weights, quads: quads, lines: own.lines, unit: own.unit))
    }
    (self.tiles, self.taps, quantizer) = (tiles, taps, layer.quantizer)
  }

  /// Rows of windows that are computed at once.
  func rows(of image: CodeImage) -> Int {
    let lines = tiles.map(\.lines).max() ?? 1
    return max(
      1, min(image.geometry.outputHeight, Self.largestBlock / max(lines * image.pitch, 1)))
  }

  /// Signals of a tile for some rows of the windows of `image`, in units, `[lines, windows]`.
  ///
  /// - Parameters:
  ///   - words: The codes of the image.
  ///   - sums: Room for sums; grows to what is needed.
  func signals(
    ofTile index: Int, _ image: CodeImage, _ words: Span<UInt32>, rows: Range<Int>,
    sums: inout [Int32], into signals: inout MutableSpan<Float>
  ) {
    let tile = tiles[index]
    let width = image.geometry.outputWidth
    let columns = (rows.count - 1) * image.pitch + width
    let count = ByteProduct.sumCount(tile.weights, columns: columns)
    if sums.count < count { sums = [Int32](repeating: 0, count: count) }
    var target = sums.mutableSpan
    ByteProduct.multiply(
      tile.weights,
      shifts: image.shifts.span.extracting(
        tile.quads.lowerBound * taps..<tile.quads.upperBound * taps), words,
      start: rows.lowerBound * image.pitch, columns: columns, into: &target)
    let stride = ByteProduct.stride(columns: columns)
    let all = sums.span
    for line in 0..<tile.lines {
      // Codes are stored less the smallest one.
      let excess = Int32(quantizer.codes.lowerBound) * tile.weights.sums[line]
      for row in 0..<rows.count {
        let start = line * stride + row * image.pitch
        let own = all.extracting(start..<start + width)
        let first = (line * rows.count + row) * width
        var out = signals._mutatingExtracting(first..<first + width)
        for k in own.indices { out[k] = Float(own[k] &+ excess) * tile.unit }
      }
    }
  }
}
