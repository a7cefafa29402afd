/// Electric potential difference in volts.
public struct Volts: Quantity {
  public var value: Double
  public init(_ value: Double) { self.value = value }
  public static var unit: String { "V" }
}

/// Electric current in amperes.
public struct Amperes: Quantity {
  public var value: Double
  public init(_ value: Double) { self.value = value }
  public static var unit: String { "A" }
}

/// Resistance in ohms.
public struct Ohms: Quantity {
  public var value: Double
  public init(_ value: Double) { self.value = value }
  public static var unit: String { "ohm" }
  /// `G = 1 / R`; infinite for a resistance of zero.
  public var conductance: Siemens { Siemens(1 / value) }
}

/// Conductance in siemens.
public struct Siemens: Quantity {
  public var value: Double
  public init(_ value: Double) { self.value = value }
  public static var unit: String { "S" }
  /// `R = 1 / G`; infinite for a conductance of zero.
  public var resistance: Ohms { Ohms(1 / value) }
}

/// Capacitance in farads.
public struct Farads: Quantity {
  public var value: Double
  public init(_ value: Double) { self.value = value }
  public static var unit: String { "F" }
}

extension Double {
  /// This many volts.
  public var volts: Volts { Volts(self) }
  /// This many amperes.
  public var amperes: Amperes { Amperes(self) }
  /// This many ohms.
  public var ohms: Ohms { Ohms(self) }
  /// This many farads.
  public var farads: Farads { Farads(self) }
  /// This many siemens.
  public var siemens: Siemens { Siemens(self) }
}
