import Netlist

/// What decks of Xyce mean otherwise than those of SPICE.
extension DeckElaborator {
  /// IC of a capacitor holds at the operating point that a transient starts from, without `uic` as
  /// well (Xyce Reference Guide, section on capacitors); of one between two nodes only with `uic`.
  mutating func enforceInitialVoltages() {
    for capacitor in circuit.capacitors {
      guard let volts = capacitor.initialVolts else { continue }
      let condition: SimulationDeck.NodeVoltage
      switch (capacitor.a, capacitor.b) {
      case (let node, .ground): condition = .init(node: node, volts: volts)
      case (.ground, let node): condition = .init(node: node, volts: -volts)
      default: continue
      }
      guard condition.node != .ground else { continue }
      // A card `.ic` of the deck goes first.
      if initialConditionPlaces[condition.node] == nil {
        initialConditionPlaces[condition.node] = deck.initialConditions.count
        deck.initialConditions.append(condition)
      }
    }
  }

  /// The element of `R1:R`, `V1:DCV0` and their kin: a parameter that is the element's value.
  mutating func elementOfParameter(
    _ place: Range<Int>, _ top: DeckInstance
  ) -> ElementPlace? {
    guard let colon = place.last(where: { text[$0] == UInt8(ascii: ":") }), colon > place.lowerBound
    else { return nil }
    let parameter = DeckStructure.folded(text, colon + 1..<place.upperBound)
    guard let found = existingElement(place.lowerBound..<colon, top) else { return nil }
    switch found.kind {
    case .resistor where parameter == "r": return found
    case .voltageSource where parameter == "dcv0" || parameter == "dc": return found
    case .currentSource where parameter == "dcv0" || parameter == "dc": return found
    default: return nil
    }
  }
}
