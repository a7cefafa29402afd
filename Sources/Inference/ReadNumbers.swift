import NeuralNetwork

/// Numbers of the reads of one image, which key the noise of its reads and conversions.
///
/// They follow from the values of the image, so noise does not depend on the position of an image
/// in a run or on the other images.
struct ReadNumbers: Sendable {
  private let base: UInt64
  /// Vectors that layers have multiplied before, by their index: a recurrent layer multiplies at
  /// every step of a sequence.
  private var passed: [Int: Int] = [:]

  init(of image: Tensor) {
    // FNV-1a over the bits of the values; 38 bits of it before the 20 of a vector's number.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for value in image.values {
      hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3
    }
    base = (hash >> 26) << 20
  }

  /// Number of the first of some input vectors of a layer's product.
  func first(_ vectors: Range<Int>, layer: Int) -> UInt64 {
    base &+ UInt64(passed[layer, default: 0] + vectors.lowerBound)
  }

  /// Counts the vectors of a finished product.
  mutating func pass(_ count: Int, layer: Int) { passed[layer, default: 0] += count }
}
