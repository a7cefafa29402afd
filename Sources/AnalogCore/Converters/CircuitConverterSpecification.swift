/// A converter described by its circuit and by how far its parts miss their values. Errors are
/// drawn once per converter, noise once per conversion or decision; without them every architecture
/// is the uniform quantizer.
public struct CircuitConverterSpecification: Sendable, Equatable {
  /// How the converter finds its code.
  public enum Architecture: Sendable, Equatable {
    /// A comparator trips when a staircase passes the input; each of its `2^bits` steps misses its
    /// height by a deviation of `stepMismatch`.
    case ramp(stepMismatch: Double)
    /// Successive approximation with a binary array of unit capacitors, each off by a relative
    /// deviation of `capacitorMismatch`.
    case successiveApproximation(capacitorMismatch: Double)
    /// A chain of 1.5-bit stages: the ratio of a stage's two capacitors is off by a deviation of
    /// `capacitorMismatch`, the thresholds of its comparators by `comparatorOffset` of the reference
    /// voltage.
    case pipeline(capacitorMismatch: Double, comparatorOffset: Double)
    /// One such stage used for every bit.
    case cyclic(capacitorMismatch: Double, comparatorOffset: Double)
  }

  /// Bits that can be converted.
  public static let bitRange = 2...16

  /// How the converter finds its code.
  public var architecture: Architecture
  /// Resolution; codes reach from `-(2^(bits-1) - 1)` to `2^(bits-1) - 1`.
  public var bits: Int
  /// Deviation of a converter's offset, in codes.
  public var offset: Double
  /// Relative deviation of a converter's gain.
  public var gain: Double
  /// Deviation of the noise of the sampled input, in codes, drawn once per conversion.
  public var inputNoise: Double
  /// Deviation of the noise of a comparator, in codes, drawn for every decision; a ramp's comparator
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

/// Which converter of the network it is: the counter of its random draws.
public struct ConverterAddress: Sendable, Equatable {
  /// Index of the layer among the mapped layers of the network.
  public var layer: Int
  /// Which slice of the weights it converts.
  public var weightSlice: Int
  /// Which block of the layer's inputs its tile holds.
  public var inputBlock: Int
  /// Which output of the layer it converts.
  public var output: Int
  /// Whether it converts the negative line of a pair on its own.
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
