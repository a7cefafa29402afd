import Netlist

/// The MOSFETs of a circuit, linearized together.
public struct MOSFETBatch: Sendable {
  /// One equation per MOSFET.
  public let channels: [ChannelEquation]
  /// Gate to source voltages of the last linearization, limited where a step was too long.
  public private(set) var gateSourceVolts: [Double]
  /// Drain to source voltages of the last linearization, limited where a step was too long.
  public private(set) var drainSourceVolts: [Double]
  /// Currents and slopes at those voltages.
  public private(set) var tangents: [ChannelEquation.Tangent]

  /// The MOSFETs of `circuit`, at zero volts.
  public init(_ circuit: Circuit) {
    channels = circuit.mosfets.map { mosfet in
      let model = circuit.mosfetModels[mosfet.model]
      return ChannelEquation(
        isNChannel: model.polarity == .n, thresholdVolts: model.thresholdVolts,
        beta: model.transconductance * mosfet.totalWidthMeters / mosfet.lengthMeters,
        lambda: model.channelLengthModulation)
    }
    gateSourceVolts = [Double](repeating: 0, count: channels.count)
    drainSourceVolts = gateSourceVolts
    tangents = channels.map { $0.linearize(gateSource: 0, drainSource: 0) }
  }

  /// Number of MOSFETs.
  public var count: Int { channels.count }

  /// Linearizes every MOSFET at its new voltages or, `limiting`, as far toward them as is safe;
  /// returns how many were held back.
  @discardableResult
  public mutating func linearize(
    gateSource: [Double], drainSource: [Double], limiting: Bool
  ) -> Int {
    precondition(
      gateSource.count == channels.count && drainSource.count == channels.count,
      "two voltages per MOSFET")
    var held = 0
    for k in channels.indices {
      var (vgs, vds) = (gateSource[k], drainSource[k])
      if limiting {
        (vgs, vds) = channels[k].limited(
          gateSource: vgs, drainSource: vds, fromGateSource: gateSourceVolts[k],
          drainSource: drainSourceVolts[k])
        // Swapped roles add a voltage back to a difference of it: that rounding is no limit.
        let rounding = 1e-9 * max(1, abs(gateSource[k]), abs(drainSource[k]))
        if abs(vgs - gateSource[k]) > rounding || abs(vds - drainSource[k]) > rounding {
          held += 1
        } else {
          (vgs, vds) = (gateSource[k], drainSource[k])
        }
      }
      (gateSourceVolts[k], drainSourceVolts[k]) = (vgs, vds)
      tangents[k] = channels[k].linearize(gateSource: vgs, drainSource: vds)
    }
    return held
  }

  /// The drain current that the linearization gives one MOSFET at these voltages.
  @inline(__always)
  public func tangentAmperes(_ index: Int, gateSource: Double, drainSource: Double) -> Double {
    let tangent = tangents[index]
    return tangent.drainAmperes + tangent.gateSiemens * (gateSource - gateSourceVolts[index])
      + tangent.drainSiemens * (drainSource - drainSourceVolts[index])
  }
}
