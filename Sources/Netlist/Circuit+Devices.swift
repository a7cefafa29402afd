extension Circuit {
  /// Adds a diode model and returns its index among them. Its label starts with a letter and is
  /// shared with no other model.
  @discardableResult
  public mutating func addDiodeModel(
    _ label: Label, saturationAmperes: Double, emissionCoefficient: Double = 1
  ) -> Int {
    checkModel(label)
    let model = DiodeModel(
      label: label, saturationAmperes: saturationAmperes, emissionCoefficient: emissionCoefficient)
    precondition(model.isInRange, "a saturation current and an emission coefficient are positive")
    diodeModels.append(model)
    return diodeModels.count - 1
  }

  /// Adds a diode, whose label starts with `d`, and returns its index among the diodes.
  @discardableResult
  public mutating func addDiode(
    _ label: Label, anode: Node, cathode: Node, model: Int, area: Double = 1
  ) -> Int {
    check(label, letter: UInt8(ascii: "d"), anode, cathode)
    precondition(diodeModels.indices.contains(model), "no diode model has that index")
    precondition(diodeModels[model].takes(area: area), "a diode's area is positive and finite")
    diodes.append(Diode(label: label, anode: anode, cathode: cathode, model: model, area: area))
    return diodes.count - 1
  }

  /// Adds a MOSFET model and returns its index among them. Its label starts with a letter and is
  /// shared with no other model.
  @discardableResult
  public mutating func addMOSFETModel(
    _ label: Label, polarity: MOSFETModel.Polarity, thresholdVolts: Double,
    transconductance: Double, channelLengthModulation: Double = 0
  ) -> Int {
    checkModel(label)
    let model = MOSFETModel(
      label: label, polarity: polarity, thresholdVolts: thresholdVolts,
      transconductance: transconductance, channelLengthModulation: channelLengthModulation)
    precondition(model.isInRange, "KP is positive and LAMBDA not negative")
    mosfetModels.append(model)
    return mosfetModels.count - 1
  }

  /// Adds a MOSFET, whose label starts with `m`, and returns its index among them. It stands for
  /// `multiplier` of them in parallel, which is positive and need not be whole.
  @discardableResult
  public mutating func addMOSFET(
    _ label: Label, drain: Node, gate: Node, source: Node, bulk: Node, model: Int,
    widthMeters: Double, lengthMeters: Double, multiplier: Double = 1
  ) -> Int {
    check(label, letter: UInt8(ascii: "m"), drain, gate)
    check(label, letter: UInt8(ascii: "m"), source, bulk)
    precondition(mosfetModels.indices.contains(model), "no MOSFET model has that index")
    precondition(
      multiplier > 0 && widthMeters > 0
        && mosfetModels[model].takes(
          widthMeters: widthMeters * multiplier, lengthMeters: lengthMeters),
      "a channel's width, length and multiplier are positive and finite")
    mosfets.append(
      MOSFET(
        label: label, drain: drain, gate: gate, source: source, bulk: bulk, model: model,
        widthMeters: widthMeters, lengthMeters: lengthMeters, multiplier: multiplier))
    return mosfets.count - 1
  }

  /// Whether any element's current is not proportional to its voltage.
  public var isNonlinear: Bool {
    !diodes.isEmpty || !mosfets.isEmpty || !behavioralSources.isEmpty || !switches.isEmpty
      || !compactDevices.isEmpty
  }

  private func checkModel(_ label: Label) {
    precondition(isModelName(label), "a model's name starts with a letter")
  }

  /// Simulators take a name that starts with a digit for a number.
  package func isModelName(_ label: Label) -> Bool {
    (firstLetter(of: label) | 0x20) &- 97 < 26
  }
}

extension DiodeModel {
  package var isInRange: Bool {
    saturationAmperes > 0 && saturationAmperes.isFinite && emissionCoefficient > 0
      && emissionCoefficient.isFinite
  }

  package func takes(area: Double) -> Bool { area > 0 && (saturationAmperes * area).isFinite }
}

extension MOSFETModel {
  package var isInRange: Bool {
    thresholdVolts.isFinite && transconductance > 0 && transconductance.isFinite
      && channelLengthModulation >= 0 && channelLengthModulation.isFinite
  }

  package func takes(widthMeters: Double, lengthMeters: Double) -> Bool {
    widthMeters > 0 && lengthMeters > 0 && lengthMeters.isFinite
      && (transconductance * widthMeters / lengthMeters).isFinite
  }
}
