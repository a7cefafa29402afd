import Files
import Foundation

/// Outputs of a digital network for all images as bytes of a file: the seconds that they took, then
/// the outputs as 32-bit floats, image by image.
struct StoredOutputs: Equatable {
  /// Wall-clock seconds that they took.
  var seconds: Double
  /// One list per image, all of one length.
  var outputs: [[Float]]

  var bytes: Data {
    var numbers = NumberEncoder()
    numbers.add(seconds)
    for own in outputs { numbers.add(own) }
    return numbers.bytes
  }
}

extension StoredOutputs {
  /// What `bytes` hold; `nil` if they were not written for `count` images.
  init?(_ bytes: Data, count: Int) {
    var numbers = NumberDecoder(bytes)
    guard let seconds = numbers.double() else { return nil }
    let outputs = (0..<count).compactMap { _ in numbers.floats() }
    guard outputs.count == count, numbers.isAtEnd,
      outputs.allSatisfy({ !$0.isEmpty && $0.count == outputs[0].count })
    else { return nil }
    self.init(seconds: seconds, outputs: outputs)
  }
}
