/// A value of a device at its operating point that no Kirchhoff equation has: for outputs alone.
public enum DeviceSlope: Hashable, Sendable {
  /// Of a MOSFET, by its index.
  public enum Channel: String, Hashable, Sendable, CaseIterable {
    /// gm, gds, gmbs: slopes of the drain current against gate, drain and bulk, in siemens.
    case gm, gds, gmbs
    /// Threshold and saturation voltage.
    case vth, vdsat
  }

  case channel(Channel, mosfet: Int)
  /// Conductance of a diode's junction in siemens, GMIN included.
  case junction(diode: Int)
  /// A variable of a compact device, by its number in the module.
  case variable(Int, compactDevice: Int)
}
