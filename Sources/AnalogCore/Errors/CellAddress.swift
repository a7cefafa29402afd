/// Position of a cell in the network: the counter of its random draws. They depend on nothing else,
/// neither the partition into tiles nor the order of the draws.
public struct CellAddress: Sendable, Equatable {
  /// Index of the layer among the mapped layers of the network.
  public var layer: Int
  /// Index of the weight slice it holds, from the least significant one.
  public var weightSlice: Int
  /// Input (row of the unrolled kernel) of the weight.
  public var input: Int
  /// Output of the weight.
  public var output: Int
  /// Whether it is the negative cell of its pair.
  public var isNegative: Bool

  /// The cell of a weight slice, on either line of its pair.
  public init(layer: Int, weightSlice: Int = 0, input: Int, output: Int, isNegative: Bool) {
    self.layer = layer
    self.weightSlice = weightSlice
    self.input = input
    self.output = output
    self.isNegative = isNegative
  }
}
