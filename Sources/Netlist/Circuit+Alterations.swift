extension Circuit {
  /// Changes one capacitance, positive and finite.
  public mutating func setFarads(_ farads: Double, ofCapacitor index: Int) {
    precondition(farads > 0 && farads.isFinite, "a capacitance is positive and finite")
    capacitors[index].farads = farads
  }

  /// Changes one inductance, positive and finite.
  public mutating func setHenries(_ henries: Double, ofInductor index: Int) {
    precondition(henries > 0 && henries.isFinite, "an inductance is positive and finite")
    inductors[index].henries = henries
  }

  /// Changes the gain of a source that a voltage controls.
  public mutating func setGain(_ gain: Double, ofVoltageControlledSource index: Int) {
    precondition(gain.isFinite, "a gain is finite")
    voltageControlledSources[index].gain = gain
  }

  /// Changes the gain of a source that a current controls.
  public mutating func setGain(_ gain: Double, ofCurrentControlledSource index: Int) {
    precondition(gain.isFinite, "a gain is finite")
    currentControlledSources[index].gain = gain
  }

  /// Changes a diode's area, which its model takes.
  public mutating func setArea(_ area: Double, ofDiode index: Int) {
    precondition(diodeModels[diodes[index].model].takes(area: area), "an area is positive")
    diodes[index].area = area
  }

  /// Changes the size of a MOSFET's channel and how many are in parallel, which its model takes.
  public mutating func setSize(
    widthMeters: Double, lengthMeters: Double, multiplier: Double, ofMOSFET index: Int
  ) {
    precondition(
      multiplier > 0
        && mosfetModels[mosfets[index].model].takes(
          widthMeters: widthMeters * multiplier, lengthMeters: lengthMeters),
      "a channel's width, length and multiplier are positive and finite")
    mosfets[index].widthMeters = widthMeters
    mosfets[index].lengthMeters = lengthMeters
    mosfets[index].multiplier = multiplier
  }
}
