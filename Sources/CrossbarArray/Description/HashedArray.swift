import Files
import NumericKernels

/// An array with the hash of everything that decides its currents, taken once: the hash reads every
/// number of the array, so whoever needs it takes this value instead of the array.
public struct HashedArray: Sendable {
  /// The array.
  public let array: ArrayDescription
  /// Its hash.
  public let hash: ContentHash

  /// Takes the hash of an array.
  public init(_ array: ArrayDescription) {
    self.array = array
    hash = array.contentHash
  }
}
