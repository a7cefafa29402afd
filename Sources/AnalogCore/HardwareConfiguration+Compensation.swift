import Units

extension HardwareConfiguration {
  /// The same hardware with cells that hold their targets and converters that tell every value apart;
  /// wires stay: what compensation knows when it is computed.
  public var holdingTargets: HardwareConfiguration {
    var hardware = self
    hardware.errors = CellErrors()
    for block in blocks.keys { hardware.blocks[block]?.errors = CellErrors() }
    hardware.readNoise = .none
    hardware.converter = .ideal
    return hardware
  }

  /// The same hardware whose weights use only the lower part `share` of the range of conductances, with
  /// cells that err, are limited and get stuck as before. Programmable states keep their distance.
  ///
  /// - Parameter share: Above 0 to 1.
  public func usingRange(_ share: Double) -> HardwareConfiguration {
    precondition(share > 0 && share <= 1, "a part of the range")
    guard share < 1 else { return self }
    var hardware = self
    let (on, off) = (cell.onConductance.value, cell.offConductance.value)
    hardware.errorCell = cellOfErrors
    hardware.cell.onConductance = (off + share * (on - off)).siemens
    // An off cell stays what it is.
    hardware.cell.onOffRatio = off > 0 ? hardware.cell.onConductance.value / off : .infinity
    hardware.cell.stateCount = cell.stateCount.map {
      max(2, Int((share * Double($0 - 1)).rounded()) + 1)
    }
    return hardware
  }
}
