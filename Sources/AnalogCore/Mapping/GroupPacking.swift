/// Placement of the groups of a layer, which share neither inputs nor outputs, on arrays.
public enum GroupPacking: String, Sendable, Equatable, Codable, CaseIterable {
  /// As many groups per array as fit, each on word lines and bit lines of its own. Where they cross
  /// those of another group there are cells too: they hold weight zero, and leak, err and load the
  /// wires like all others. A group larger than an array is divided as by `separate`.
  case blockDiagonal
  /// Every group in arrays of its own.
  case separate
}
