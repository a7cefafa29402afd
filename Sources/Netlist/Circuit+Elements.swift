extension Circuit {
  /// Adds a capacitor, whose label starts with `c`, and returns its index among them.
  @discardableResult
  public mutating func addCapacitor(
    _ label: Label, _ a: Node, _ b: Node, farads: Double, initialVolts: Double? = nil
  ) -> Int {
    precondition(farads != 0 && farads.isFinite, "a capacitance is finite and not zero")
    check(label, letter: UInt8(ascii: "c"), a, b)
    capacitors.append(
      Capacitor(label: label, a: a, b: b, farads: farads, initialVolts: initialVolts))
    return capacitors.count - 1
  }

  /// Adds an inductor, whose label starts with `l`, and returns its index among them.
  @discardableResult
  public mutating func addInductor(
    _ label: Label, _ a: Node, _ b: Node, henries: Double, initialAmperes: Double? = nil
  ) -> Int {
    precondition(henries != 0 && henries.isFinite, "an inductance is finite and not zero")
    check(label, letter: UInt8(ascii: "l"), a, b)
    inductors.append(
      Inductor(label: label, a: a, b: b, henries: henries, initialAmperes: initialAmperes))
    return inductors.count - 1
  }

  /// Couples two inductors; the label starts with `k`.
  public mutating func addCoupling(
    _ label: Label, first: Int, second: Int, coefficient: Double
  ) {
    precondition(coefficient.isFinite, "a coupling coefficient is finite")
    precondition(
      inductors.indices.contains(first) && inductors.indices.contains(second) && first != second,
      "a coupling joins two inductors of the circuit")
    check(label, letter: UInt8(ascii: "k"), .ground, .ground)
    couplings.append(
      InductorCoupling(label: label, first: first, second: second, coefficient: coefficient))
  }

  /// Adds a source controlled by a voltage; the label starts with `e` (voltage) or `g` (current).
  @discardableResult
  public mutating func addVoltageControlledSource(
    _ label: Label, output: SourceOutput, plus: Node, minus: Node, controlPlus: Node,
    controlMinus: Node, gain: Double
  ) -> Int {
    precondition(gain.isFinite, "a gain is finite")
    check(label, letter: UInt8(ascii: output == .voltage ? "e" : "g"), plus, minus)
    check(label, letter: UInt8(ascii: output == .voltage ? "e" : "g"), controlPlus, controlMinus)
    voltageControlledSources.append(
      VoltageControlledSource(
        label: label, output: output, plus: plus, minus: minus, controlPlus: controlPlus,
        controlMinus: controlMinus, gain: gain))
    return voltageControlledSources.count - 1
  }

  /// Adds a source controlled by a current; the label starts with `h` (voltage) or `f` (current).
  @discardableResult
  public mutating func addCurrentControlledSource(
    _ label: Label, output: SourceOutput, plus: Node, minus: Node, control: Int, gain: Double
  ) -> Int {
    precondition(gain.isFinite, "a gain is finite")
    precondition(voltageSources.indices.contains(control), "no voltage source has that index")
    check(label, letter: UInt8(ascii: output == .voltage ? "h" : "f"), plus, minus)
    currentControlledSources.append(
      CurrentControlledSource(
        label: label, output: output, plus: plus, minus: minus, control: control, gain: gain))
    return currentControlledSources.count - 1
  }

  /// Adds a source with a formula; the label starts with `b`, `e` or `g`, or with `r`, `c` or `l` where
  /// the value of such an element is a formula.
  @discardableResult
  public mutating func addBehavioralSource(
    _ label: Label, output: SourceOutput, plus: Node, minus: Node, expression: Expression
  ) -> Int {
    let letter = firstLetter(of: label)
    let letters = output == .voltage ? "bel" : output == .current ? "bgrc" : "bc"
    precondition(letters.utf8.contains(letter | 0x20), "an element's name starts with its letter")
    check(label, letter: letter, plus, minus)
    behavioralSources.append(
      BehavioralSource(
        label: label, output: output, plus: plus, minus: minus, expression: expression))
    return behavioralSources.count - 1
  }

  /// Lets a resistance change with temperature; `nil` keeps it constant.
  public mutating func setTemperatureLaw(_ law: TemperatureLaw?, ofResistor index: Int) {
    precondition(resistors.indices.contains(index), "no resistor has that index")
    temperatureLaws[index] = law
  }

  /// Lets a capacitance change with temperature.
  public mutating func setTemperatureLaw(_ law: TemperatureLaw, ofCapacitor index: Int) {
    precondition(capacitors.indices.contains(index), "no capacitor has that index")
    capacitorLaws[index] = law
  }

  /// Lets an inductance change with temperature.
  public mutating func setTemperatureLaw(_ law: TemperatureLaw, ofInductor index: Int) {
    precondition(inductors.indices.contains(index), "no inductor has that index")
    inductorLaws[index] = law
  }

  /// Gives a resistor another resistance in small-signal analyses; positive or negative, not zero.
  public mutating func setSmallSignalOhms(_ ohms: Double, ofResistor index: Int) {
    precondition(ohms != 0 && ohms.isFinite, "a resistance is finite and not zero")
    smallSignalOhms[index] = ohms
  }

  /// Takes the thermal noise of a resistor away.
  public mutating func setNoiseless(resistor index: Int) { noiselessResistors.insert(index) }

  /// Gives a resistor, a diode or a MOSFET a temperature that is not the circuit's.
  public mutating func setTemperature(_ temperature: DeviceTemperature, of device: ElementCurrent) {
    deviceTemperatures[device] = temperature
  }

  /// Adds a `ddt` or an `idt` of a formula of the element `label`; returns its index.
  public mutating func addDynamicTerm(
    _ kind: DynamicTerm.Kind, of operand: Expression, label: Label
  ) -> Int {
    dynamicTerms.append(DynamicTerm(label: label, kind: kind, operand: operand))
    return dynamicTerms.count - 1
  }

  /// A capacitance in farads at a temperature in degrees Celsius.
  public func farads(ofCapacitor index: Int, at celsius: Double, nominal: Double) -> Double {
    let farads = capacitors[index].farads
    guard let law = capacitorLaws[index] else { return farads }
    return farads * law.factor(celsius - nominal)
  }

  /// An inductance in henries at a temperature in degrees Celsius.
  public func henries(ofInductor index: Int, at celsius: Double, nominal: Double) -> Double {
    let henries = inductors[index].henries
    guard let law = inductorLaws[index] else { return henries }
    return henries * law.factor(celsius - nominal)
  }

  /// Replaces the formula of a source.
  public mutating func setExpression(
    _ expression: Expression, ofBehavioralSource index: Int
  ) {
    behavioralSources[index].expression = expression
  }

  /// Adds a switch model and returns its index among them.
  @discardableResult
  public mutating func addSwitchModel(
    _ label: Label, onOhms: Double, offOhms: Double, thresholdVolts: Double,
    hysteresisVolts: Double
  ) -> Int {
    precondition(isModelName(label), "a model's name starts with a letter")
    precondition(
      onOhms > 0 && onOhms.isFinite && offOhms > 0 && offOhms.isFinite,
      "a switch's resistances are positive and finite")
    precondition(
      thresholdVolts.isFinite && hysteresisVolts >= 0 && hysteresisVolts.isFinite,
      "a switch's thresholds are finite")
    switchModels.append(
      SwitchModel(
        label: label, onOhms: onOhms, offOhms: offOhms, thresholdVolts: thresholdVolts,
        hysteresisVolts: hysteresisVolts))
    return switchModels.count - 1
  }

  /// Adds a switch, whose label starts with `s`, and returns its index among them.
  @discardableResult
  public mutating func addSwitch(
    _ label: Label, _ a: Node, _ b: Node, controlPlus: Node, controlMinus: Node, model: Int,
    startsOn: Bool = false
  ) -> Int {
    check(label, letter: UInt8(ascii: "s"), a, b)
    check(label, letter: UInt8(ascii: "s"), controlPlus, controlMinus)
    precondition(switchModels.indices.contains(model), "no switch model has that index")
    switches.append(
      Switch(
        label: label, a: a, b: b, controlPlus: controlPlus, controlMinus: controlMinus,
        model: model, startsOn: startsOn))
    return switches.count - 1
  }

  /// Sets the stimulus of a voltage source in small-signal and transient analyses.
  public mutating func setStimulus(_ stimulus: Stimulus?, ofVoltageSource index: Int) {
    voltageSources[index].stimulus = stimulus
  }

  /// Sets the stimulus of a current source in small-signal and transient analyses.
  public mutating func setStimulus(_ stimulus: Stimulus?, ofCurrentSource index: Int) {
    currentSources[index].stimulus = stimulus
  }

  /// Sets the effects of a diode model beyond the ideal junction.
  public mutating func setExtras(_ extras: DiodeExtras, ofDiodeModel index: Int) {
    diodeModels[index].extras = extras
  }

  /// Sets the effects of a MOSFET model beyond the ideal channel.
  public mutating func setExtras(_ extras: MOSFETExtras, ofMOSFETModel index: Int) {
    mosfetModels[index].extras = extras
  }

  /// The first element that resistive networks with ideal devices do not have: anything but positive
  /// R, V, I, and D and M whose extras only matter over time. Capacitors are open at DC, and no path.
  public var firstBeyondResistive: Label? {
    if let element = resistors.first(where: { $0.ohms < 0 }) { return element.label }
    if let element = inductors.first { return element.label }
    if let element = voltageControlledSources.first { return element.label }
    if let element = currentControlledSources.first { return element.label }
    if let element = behavioralSources.first { return element.label }
    if let element = switches.first { return element.label }
    if let element = lines.first { return element.label }
    if let element = events.elements.first { return element.label }
    if let device = deviceTemperatures.keys.first { return label(of: device) }
    if let element = compactDevices.first { return element.label }
    if let model = diodeModels.first(where: { $0.extras.static != DiodeExtras() }) {
      return model.label
    }
    return mosfetModels.first { $0.extras.static != MOSFETExtras() }?.label
  }

  /// The first element that core decks do not hold: anything but R, C, V, I, D and M, and R that
  /// change with temperature.
  package func firstBeyondCore(allowingCompact: Bool = false) -> Label? {
    if let element = resistors.first(where: { $0.ohms < 0 }) { return element.label }
    if let element = inductors.first { return element.label }
    if let element = voltageControlledSources.first { return element.label }
    if let element = currentControlledSources.first { return element.label }
    if let element = behavioralSources.first { return element.label }
    if let index = temperatureLaws.keys.min() { return resistors[index].label }
    if let index = smallSignalOhms.keys.min() { return resistors[index].label }
    if let index = capacitorLaws.keys.min() { return capacitors[index].label }
    if let device = deviceTemperatures.keys.first { return label(of: device) }
    if let element = lines.first { return element.label }
    if let element = events.elements.first { return element.label }
    if let label = switches.first?.label ?? switchModels.first?.label { return label }
    guard !allowingCompact else { return nil }
    return compactDevices.first?.label ?? compactModels.first?.label
  }

  /// The name of the first element that core decks do not hold, or the first name that they do not.
  package func firstNameBeyondCore(allowingCompact: Bool = false) -> String? {
    firstBeyondCore(allowingCompact: allowingCompact).map { name(of: $0) } ?? firstForeignName
  }

  /// The first name with characters that not every simulator takes.
  package var firstForeignName: String? {
    prefixes.isForeign.firstIndex(of: true).map { name(of: Label(prefix: Int32($0))) }
  }
}
