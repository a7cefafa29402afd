/// Under which conditions devices are evaluated.
public struct CompactConditions: Sendable {
  /// What an evaluation is part of.
  public enum Analysis: Sendable {
    /// An operating point or a point of a sweep; states stand at their initial values.
    case operatingPoint
    /// The operating point that a transient starts from.
    case transientStart
    case smallSignal, transient
  }

  public var analysis: Analysis
  /// `$abstime` in seconds.
  public var seconds = 0.0
  /// GMIN in siemens.
  public var junctionSiemens: Double
  /// Factor of all independent sources.
  public var sourceScale = 1.0
  /// Of Newton's method, from one.
  public var iteration = 1
  /// Whether limited voltages have no former values.
  public var isFirst = false
  /// Whether devices go only as far as their exponentials allow.
  public var limiting: Bool

  public init(_ analysis: Analysis, junctionSiemens: Double, limiting: Bool) {
    self.analysis = analysis
    self.junctionSiemens = junctionSiemens
    self.limiting = limiting
  }

  /// Whether charges count.
  public var isDynamic: Bool { analysis == .smallSignal || analysis == .transient }
}
