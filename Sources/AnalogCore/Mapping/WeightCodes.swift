import NumericKernels

/// The integer weights of a layer: one matrix, or the blocks on the diagonal of one, all of the same
/// size, each of a group of outputs that has inputs of its own.
public struct WeightCodes: Sendable, Equatable {
  /// Codes `[outputs, inputs of one group]`; the outputs of a group follow each other.
  public let codes: Matrix<Int8>
  /// Groups, which share neither inputs nor outputs.
  public let groups: Int
  /// Width of the codes, 2 to 8: they lie within ±2^(bits−1).
  public let bits: Int

  /// Codes of one matrix, or of `groups` groups, which divide the outputs.
  public init(_ codes: Matrix<Int8>, groups: Int = 1, bits: Int = 8) {
    precondition(groups > 0 && codes.rows % groups == 0, "groups divide the outputs")
    self.codes = codes
    precondition((2...8).contains(bits), "weights have 2 to 8 bits")
    self.groups = groups
    self.bits = bits
  }

  /// Outputs of all groups.
  public var outputCount: Int { codes.rows }
  /// Inputs of all groups.
  public var inputCount: Int { codes.columns * groups }

  /// Outputs of the group that has `input`.
  func outputs(ofInput input: Int) -> Range<Int> {
    let (group, perGroup) = (input / codes.columns, codes.rows / groups)
    return group * perGroup..<(group + 1) * perGroup
  }
}
