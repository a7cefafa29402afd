/// The vectors that one analysis gave, as a SPICE raw file stores them.
public struct Plot: Sendable, Equatable {
  /// One vector's name and kind.
  public struct Variable: Hashable, Sendable {
    /// `v(out)`, `i(v1)`, `time`, `frequency`, `v-sweep`; lower case.
    public var name: String
    /// `voltage`, `current`, `time`, `frequency`, `temperature`, `decibel`, `phase`, `notype`.
    public var kind: String
    /// Whether its values are real even in a complex plot, where their imaginary parts are zero:
    /// a frequency, a magnitude, a phase.
    public var isReal: Bool

    /// A vector; by default real if its kind has no phasors.
    public init(name: String, kind: String, isReal: Bool? = nil) {
      self.name = name
      self.kind = kind
      self.isReal = isReal ?? Self.isReal(kind)
    }

    private static func isReal(_ kind: String) -> Bool {
      switch kind {
      case "time", "frequency", "temperature", "decibel", "phase": true
      default: false
      }
    }
  }

  /// Title of the deck.
  public var title: String
  /// `Operating Point`, `DC transfer characteristic`, `AC Analysis`, `Transient Analysis`.
  public var name: String
  /// The scale first, where there is one.
  public var variables: [Variable]
  /// Whether each value is a pair of a real and an imaginary part.
  public var isComplex: Bool
  /// By point, then by variable; twice as many where complex.
  public var values: [Double]

  /// A plot without points.
  public init(title: String, name: String, variables: [Variable], isComplex: Bool = false) {
    self.title = title
    self.name = name
    self.variables = variables
    self.isComplex = isComplex
    values = []
  }

  /// Number of points.
  public var pointCount: Int {
    variables.isEmpty ? 0 : values.count / (variables.count * (isComplex ? 2 : 1))
  }

  /// A vector by its name in any case; its real parts where complex.
  public func values(of name: String) -> [Double]? {
    let name = name.lowercased()
    guard let column = variables.firstIndex(where: { $0.name == name }) else { return nil }
    let width = isComplex ? 2 : 1
    let count = variables.count * width
    return (0..<pointCount).map { values[$0 * count + column * width] }
  }
}
