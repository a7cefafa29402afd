import Netlist

/// Bridges that come by themselves, as in ngspice, where digital elements and others meet.
extension DeckElaborator {
  /// Ohms of a bridge both ways while it drives.
  private static let driveOhms = 0.1

  /// Adds `auto_dac` where digital elements drive a node, `auto_adc` where they read it, and
  /// `auto_bidi` where they do both.
  mutating func placeBridges() throws(CardFault) {
    for bridge in bridges {
      let name = circuit.name(of: bridge.node)
      let use = bridgedUses[name] ?? NodeUses.Events(isReal: false)
      let kind = use.isDriven ? use.isRead ? "auto_bidi" : "auto_dac" : "auto_adc"
      guard let label = circuit.label(foreign: "\(kind).\(name)") else {
        throw CardFault(.malformedName, card.range)
      }
      try register(label, .other, 0)
      let own = circuit.name(of: label)
      let pin = EventPin(node: bridge.index)
      let half = bridge.volts / 2
      let probe = Expression.quantity(.voltage(bridge.node))
      var level = LevelModel()
      (level.high, level.unknown) = (bridge.volts, Self.unknownVolts)
      switch (use.isDriven, use.isRead) {
      case (true, false):
        let source = try eventSource(".\(own)", bridge.node, .ground)
        circuit.events.add(
          EventElement(label, .digitalToAnalog(level), inputs: [pin], sources: [source]))
      case (false, _):
        circuit.events.add(
          EventElement(
            label, .analogToDigital(low: half, high: half, EdgeDelays()), outputs: [pin],
            probes: [probe]))
      case (true, true):
        let (volts, grip) = (try innerNode(of: own, "level"), try innerNode(of: own, "grip"))
        let sources = [
          try eventSource(".\(own).level", volts, .ground),
          try eventSource(".\(own).grip", grip, .ground),
        ]
        let share = Expression.quantity(.voltage(grip)).times(1 / Self.driveOhms)
        guard let formula = circuit.label(foreign: "b.\(own)") else {
          throw CardFault(.malformedName, card.range)
        }
        try register(formula, .behavioralSource, circuit.behavioralSources.count)
        circuit.addBehavioralSource(
          formula, output: .current, plus: bridge.node, minus: .ground,
          expression: .binary(.multiply, share, .difference(bridge.node, volts)))
        circuit.events.add(
          EventElement(
            label, .exchange(level, low: half, high: half, EdgeDelays()), inputs: [pin],
            outputs: [pin], probes: [probe], sources: sources))
      }
    }
  }

  /// OUT_UNDEF of a bridge without one, whatever its other levels.
  private static let unknownVolts = 0.5
}
