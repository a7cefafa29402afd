import CrossbarArray

// Two pieces of hardware that differ only in what a result does not depend on share that result. Both
// properties start from everything and take away: a new property counts until it is known not to.
extension HardwareConfiguration {
  /// The same hardware without what the conductances of cells do not depend on: wires, terminals, ends,
  /// converters and noise of reads.
  public var ofCells: HardwareConfiguration {
    var hardware = withoutWires
    hardware.converter = .ideal
    hardware.readNoise = .none
    return hardware
  }

  /// The same hardware with ideal wires and terminals, which leave no difference between the ends of a
  /// line either.
  public var withoutWires: HardwareConfiguration {
    var hardware = self
    hardware.technology.wires = WireParasitics()
    hardware.technology.terminals = TerminalResistances()
    hardware.technology.ends = LineEnds()
    return hardware
  }
}
