import Files
import NumericKernels

/// An array with the hash of everything that determines its currents, computed once: the hash reads
/// every number of the array, so code that needs it takes this value instead of the array.
public struct HashedArray: Sendable {
  /// The array.
  public let array: ArrayDescription
  /// Its hash.
  public let hash: ContentHash

  /// Hashes an array.
  public init(_ array: ArrayDescription) {
    self.array = array
    hash = array.contentHash
  }
}
