import NeuralNetwork

/// Numbers of the reads of one image, which key the noise of its reads and conversions.
///
/// They follow from the values of the image, so noise does not depend on the position of an image
/// in a run or on the other images.
struct ReadNumbers: Sendable {
  private let base: UInt64

  init(of image: Tensor) {
    // FNV-1a over the bits of the values; 38 bits of it before the 20 of a vector's number.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for value in image.values {
      hash = (hash ^ UInt64(value.bitPattern)) &* 0x100_0000_01b3
    }
    base = (hash >> 26) << 20
  }

  /// Number of the first of some input vectors of a layer.
  func first(_ vectors: Range<Int>) -> UInt64 { base &+ UInt64(vectors.lowerBound) }
}
