import DeviceModels
import Netlist

/// The elements of a circuit at a candidate solution, devices replaced by their tangents:
/// `i = gₐ vₐ − g_b v_b + constant` from `a` to `b`.
///
/// Resistors have `gₐ = g_b`, and so have diodes. The current of a MOSFET whose gate is held falls
/// with the source voltage by `gds + gm`, which need not equal its slope in the drain voltage.
/// Both are positive, so that in every case currents enter the network in shares between 0 and 1.
struct ConductanceNetwork {
  struct Branch {
    /// Node indices.
    var a: Int, b: Int
    /// `gₐ` and `g_b` in siemens.
    var forward: Double, backward: Double
    /// The current from `a` to `b`, where it is not that of the conductances alone.
    var amperes: Double?

    /// The current that `volts` drive through the conductances.
    func conducted(_ volts: (Int) -> Double) -> Double {
      // One product where it can be: a difference of products loses digits of small drops.
      forward == backward
        ? forward * (volts(a) - volts(b)) : forward * volts(a) - backward * volts(b)
    }

    /// The current in parallel with the conductances at node voltages `nodeVolts + corrections`.
    func constantAmperes(_ nodeVolts: [Double], _ corrections: [Double]) -> Double {
      guard let amperes else { return 0 }
      return (amperes - conducted { nodeVolts[$0] }) - conducted { corrections[$0] }
    }
  }

  var branches: [Branch]

  /// Whether every branch is a conductance and a current source.
  var isReciprocal: Bool { branches.allSatisfy { $0.forward == $0.backward } }
}

extension NodalSystem {
  /// Whether the circuit is such a network. Not with a floating source, which ties two nodes
  /// together, nor with a gate at an unknown node, which controls a current but carries none.
  var isConductanceNetwork: Bool {
    floatingSources.isEmpty && circuit.mosfets.allSatisfy { !isUnknown($0.gate) }
  }

  /// The circuit as a network of its resistors' conductances and its devices' tangents.
  func network(
    _ siemens: [Double], devices: DeviceCurrents = DeviceCurrents()
  ) -> ConductanceNetwork {
    precondition(isConductanceNetwork, "the circuit is no network of conductances")
    var branches: [ConductanceNetwork.Branch] = []
    branches.reserveCapacity(
      siemens.count + circuit.currentSources.count + circuit.diodes.count + circuit.mosfets.count)
    for (resistor, g) in zip(circuit.resistors, siemens) {
      branches.append(
        .init(a: Int(resistor.a.index), b: Int(resistor.b.index), forward: g, backward: g))
    }
    for source in circuit.currentSources {
      branches.append(
        .init(
          a: Int(source.from.index), b: Int(source.to.index), forward: 0, backward: 0,
          amperes: source.amperes))
    }
    for (diode, k) in zip(circuit.diodes, devices.diodeAmperes.indices) {
      let g = devices.diodeSiemens[k]
      branches.append(
        .init(
          a: Int(diode.anode.index), b: Int(diode.cathode.index), forward: g, backward: g,
          amperes: devices.diodeAmperes[k]))
    }
    for (mosfet, k) in zip(circuit.mosfets, devices.drainAmperes.indices) {
      let g = devices.drainSiemens[k]
      branches.append(
        .init(
          a: Int(mosfet.drain.index), b: Int(mosfet.source.index), forward: g,
          backward: g + devices.gateSiemens[k], amperes: devices.drainAmperes[k]))
    }
    return ConductanceNetwork(branches: branches)
  }
}
