/// A converter described by its circuit and the mismatch of its parts. Errors are drawn once per
/// converter, noise once per conversion or decision; without them every architecture is the uniform
/// quantizer.
public struct CircuitConverterSpecification: Sendable, Equatable {
  /// Conversion principle.
  public enum Architecture: Sendable, Equatable {
    /// A comparator trips when a staircase passes the input; the heights of its `2^bits` steps have
    /// a relative standard deviation of `stepMismatch`.
    case ramp(stepMismatch: Double)
    /// Successive approximation with a binary array of unit capacitors, each with a relative
    /// standard deviation of `capacitorMismatch`.
    case successiveApproximation(capacitorMismatch: Double)
    /// A chain of 1.5-bit stages. The capacitor ratio of a stage has a standard deviation of
    /// `capacitorMismatch`, the thresholds of its comparators one of `comparatorOffset` over the
    /// reference voltage.
    case pipeline(capacitorMismatch: Double, comparatorOffset: Double)
    /// One such stage, reused for every bit.
    case cyclic(capacitorMismatch: Double, comparatorOffset: Double)
  }

  /// Supported resolutions in bits.
  public static let bitRange = 2...16

  /// Conversion principle.
  public var architecture: Architecture
  /// Resolution; codes reach from `-(2^(bits-1) - 1)` to `2^(bits-1) - 1`.
  public var bits: Int
  /// Standard deviation of the offset over converters, in codes.
  public var offset: Double
  /// Relative standard deviation of the gain over converters.
  public var gain: Double
  /// Standard deviation of the noise of the sampled input in codes, drawn once per conversion.
  public var inputNoise: Double
  /// Standard deviation of comparator noise in codes, drawn for every decision; a ramp's comparator
  /// decides once.
  public var comparatorNoise: Double

  /// A converter of `bits` bits.
  public init(
    _ architecture: Architecture, bits: Int, offset: Double = 0, gain: Double = 0,
    inputNoise: Double = 0, comparatorNoise: Double = 0
  ) {
    precondition(Self.bitRange.contains(bits), "converters have 2 to 16 bits")
    self.architecture = architecture
    self.bits = bits
    self.offset = offset
    self.gain = gain
    self.inputNoise = inputNoise
    self.comparatorNoise = comparatorNoise
  }
}

/// Position of a converter in the network: the counter of its random draws.
public struct ConverterAddress: Sendable, Equatable {
  /// Index of the layer among the mapped layers of the network.
  public var layer: Int
  /// Index of the weight slice that it converts.
  public var weightSlice: Int
  /// Index of its tile's block of the layer's inputs.
  public var inputBlock: Int
  /// Output of the layer that it converts.
  public var output: Int
  /// Whether it converts the negative line of a pair separately.
  public var isNegative: Bool

  /// The converter of an output of a tile.
  public init(
    layer: Int, weightSlice: Int = 0, inputBlock: Int, output: Int, isNegative: Bool = false
  ) {
    self.layer = layer
    self.weightSlice = weightSlice
    self.inputBlock = inputBlock
    self.output = output
    self.isNegative = isNegative
  }
}
