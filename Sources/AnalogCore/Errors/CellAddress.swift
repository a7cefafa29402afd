/// Where a cell is in the whole network: the counter of its random draws, so that they depend on
/// nothing else, neither on how the matrix is divided into tiles nor on what is drawn before.
public struct CellAddress: Sendable, Equatable {
  /// Index of the layer among the mapped layers of the network.
  public var layer: Int
  /// Which slice of the weight it holds, from the least significant one.
  public var weightSlice: Int
  /// Input (row of the unrolled kernel) of the weight.
  public var input: Int
  /// Output of the weight.
  public var output: Int
  /// Whether it is the negative cell of its pair.
  public var isNegative: Bool

  /// The cell of a weight's slice, on either line of its pair.
  public init(layer: Int, weightSlice: Int = 0, input: Int, output: Int, isNegative: Bool) {
    self.layer = layer
    self.weightSlice = weightSlice
    self.input = input
    self.output = output
    self.isNegative = isNegative
  }
}
