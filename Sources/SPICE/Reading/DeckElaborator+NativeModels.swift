import Foundation
import Netlist

/// Models of the devices that the program has itself: diodes, switches, MOSFETs of level 1.
extension DeckElaborator {
  /// Of the edge, which has no length here; of checks for safe operation; LTspice's labels.
  private static let unusedDiodeParameters: Set<String> = [
    "noise", "type", "jsw", "cjsw", "cjp", "php", "vjsw", "mjsw", "mjs", "ns", "nsw", "fcs",
    "fv_max",
    "bv_max", "id_max", "pd_max", "te_max", "mfg", "iave", "vpk", "ikr", "perim", "pj",
  ]

  mutating func addDiodeModel(
    _ label: Label, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    let known: Set<String> = [
      "is", "js", "n", "rs", "cjo", "cj0", "cj", "vj", "pb", "m", "mj", "fc", "tt", "bv", "ibv",
      "eg", "xti", "ik", "ikf", "isr", "nr", "nbv", "tnom", "tref", "tcv", "tbv1", "tbv2", "trs",
      "trs1",
      "trs2", "kf", "af", "t_abs", "t_measured",
    ]
    try requireKnown(
      fields, known,
      inert: [
        "level": 1, "area": 1, "tlev": 0, "tlevc": 0, "ttt1": 0, "ttt2": 0, "tm1": 0, "tm2": 0,
        "rth0": 0,
      ],
      unused: Self.unusedDiodeParameters)
    var extras = DiodeExtras()
    let any = -1e3...1e3
    extras.seriesOhms = try fields.take(["rs"], 0, 0...(.greatestFiniteMagnitude))
    extras.junctionFarads = try fields.take(["cjo", "cj0", "cj"], 0, 0...1)
    extras.junctionVolts = try fields.take(["vj", "pb"], 1, 1e-3...100)
    extras.gradingCoefficient = try fields.take(["m", "mj"], 0.5, 0...0.99)
    extras.depletionCoefficient = try fields.take(["fc"], 0.5, 0...0.95)
    extras.transitSeconds = try fields.take(["tt"], 0, 0...1e9)
    extras.breakdownVolts = try fields.take(
      ["bv"], .infinity, .leastNormalMagnitude...(.greatestFiniteMagnitude))
    extras.breakdownAmperes = try fields.take(["ibv"], 1e-3, .leastNormalMagnitude...1e9)
    extras.breakdownEmission = try optional(fields, ["nbv"], 1e-3...1e6)
    extras.breakdownVoltsPerKelvin = try fields.take(["tcv"], 0, any)
    extras.breakdownFirst = try fields.take(["tbv1"], 0, any)
    extras.breakdownSecond = try fields.take(["tbv2"], 0, any)
    extras.seriesFirst = try fields.take(["trs1", "trs"], 0, any)
    extras.seriesSecond = try fields.take(["trs2"], 0, any)
    // A knee at zero is none, as in SPICE.
    let knee = try fields.take(["ikf", "ik"], 0, 0...(.greatestFiniteMagnitude))
    if knee > 0 { extras.kneeAmperes = knee }
    extras.recombinationAmperes = try fields.take(["isr"], 0, 0...1e9)
    extras.recombinationEmission = try fields.take(["nr"], 2, 1e-3...1e6)
    extras.flickerCoefficient = try fields.take(["kf"], 0, 0...1e30)
    extras.flickerExponent = try fields.take(["af"], 1, 0...10)
    extras.nominalCelsius = try nominalCelsius(fields, ["tnom", "tref", "t_measured"])
    extras.energyGapVolts = try fields.take(["eg"], 1.11, 0.1...10)
    extras.saturationExponent = try fields.take(["xti"], 3, -100...100)
    // As wide as our own decks need: laws of cells have voltages and currents of 1e-30 to 1e30.
    let index = circuit.addDiodeModel(
      label, saturationAmperes: try fields.take(["is", "js"], 1e-14, .leastNormalMagnitude...1e30),
      emissionCoefficient: try fields.take(["n"], 1, 1e-30...1e33))
    circuit.setExtras(extras, ofDiodeModel: index)
    diodeCelsius[index] = try optional(fields, ["t_abs"], -200...1e4)
    return ModelPlace(kind: .diode, index: index)
  }

  /// A nominal temperature of its own; `nil` where it is the deck's.
  private func nominalCelsius(
    _ fields: ModelFields, _ names: [String]
  ) throws(CardFault) -> Double? {
    let celsius = try optional(fields, names, -273...1e4)
    return celsius == deck.options.nominalCelsius ? nil : celsius
  }

  mutating func addSwitchModel(
    _ label: Label, _ kind: String, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    // Thresholds are currents where a current controls.
    let (threshold, hysteresis) = kind == "sw" ? ("vt", "vh") : ("it", "ih")
    try requireKnown(
      fields, ["ron", "roff", threshold, hysteresis], inert: ["level": 1], unused: [])
    let positive = 1e-300...1e300
    let index = circuit.addSwitchModel(
      label, onOhms: try fields.take(["ron"], 1, positive),
      offOhms: try fields.take(["roff"], 1e12, positive),
      thresholdVolts: try fields.take([threshold], 0, -1e9...1e9),
      hysteresisVolts: try fields.take([hysteresis], 0, 0...1e9))
    return ModelPlace(kind: kind == "sw" ? .voltageSwitch : .currentSwitch, index: index)
  }

  mutating func addMOSFETModel(
    _ label: Label, _ kind: String, _ fields: ModelFields
  ) throws(CardFault) -> ModelPlace {
    if let (level, assignment) = fields.values["level"], level != 1 {
      throw CardFault(.unsupportedModel, assignment.name.lowerBound..<assignment.value.upperBound)
    }
    let known: Set<String> = [
      "level", "vto", "vt0", "kp", "lambda", "gamma", "phi", "ld", "rd", "rs", "is", "cbd", "cbs",
      "pb", "mj", "fc", "cgso", "cgdo", "cgbo", "tox", "uo", "u0", "kf", "af", "w", "l", "tnom",
      "nsub", "nss", "tpg",
    ]
    try requireKnown(
      fields, known,
      inert: ["rsh": 0, "js": 0, "cj": 0, "cjsw": 0],
      unused: Self.otherLevels)
    var extras = MOSFETExtras()
    let size = 0.0...(.greatestFiniteMagnitude)
    extras.bodyEffect = try fields.take(["gamma"], 0, 0...1e6)
    extras.surfacePotentialVolts = try fields.take(["phi"], 0.6, 1e-3...100)
    extras.lateralDiffusionMeters = try fields.take(["ld"], 0, 0...1)
    extras.drainOhms = try fields.take(["rd"], 0, size)
    extras.sourceOhms = try fields.take(["rs"], 0, size)
    extras.bulkSaturationAmperes = try fields.take(["is"], 1e-14, 0...1)
    // Our own decks write this value for junctions that carry no current.
    if extras.bulkSaturationAmperes <= DeckDevices.bulkSaturationAmperes {
      extras.bulkSaturationAmperes = 0
    }
    extras.bulkDrainFarads = try fields.take(["cbd"], 0, 0...1)
    extras.bulkSourceFarads = try fields.take(["cbs"], 0, 0...1)
    extras.bulkJunctionVolts = try fields.take(["pb"], 0.8, 1e-3...100)
    extras.bulkGradingCoefficient = try fields.take(["mj"], 0.5, 0...0.99)
    extras.depletionCoefficient = try fields.take(["fc"], 0.5, 0...0.95)
    extras.gateSourceFaradsPerMeter = try fields.take(["cgso"], 0, 0...1e3)
    extras.gateDrainFaradsPerMeter = try fields.take(["cgdo"], 0, 0...1e3)
    extras.gateBulkFaradsPerMeter = try fields.take(["cgbo"], 0, 0...1e3)
    extras.flickerCoefficient = try fields.take(["kf"], 0, 0...1e30)
    extras.flickerExponent = try fields.take(["af"], 1, 0...10)
    extras.nominalCelsius = try nominalCelsius(fields, ["tnom"])
    var transconductance = 2e-5
    if fields.values["tox"] != nil {
      let oxide = try fields.take(["tox"], 1e-7, 1e-12...1)
      // Permittivity of silicon dioxide as SPICE has it.
      extras.oxideFaradsPerSquareMeter = 3.9 * 8.854214871e-12 / oxide
      let mobility = try fields.take(["uo", "u0"], 600, 1e-6...1e9)
      transconductance = mobility * 1e-4 * extras.oxideFaradsPerSquareMeter
    }
    let threshold = try processThreshold(fields, isN: kind == "nmos", &extras)
    let index = circuit.addMOSFETModel(
      label, polarity: kind == "nmos" ? .n : .p,
      thresholdVolts: try fields.take(["vto", "vt0"], threshold, -1e6...1e6),
      transconductance: try fields.take(["kp"], transconductance, 1e-300...1e300),
      channelLengthModulation: try fields.take(["lambda"], 0, 0...1e6))
    circuit.setExtras(extras, ofMOSFETModel: index)
    let meters = Double.leastNormalMagnitude...1
    modelSizes[index] = (
      try optional(fields, ["w"], meters), try optional(fields, ["l"], meters)
    )
    return ModelPlace(kind: .mosfet, index: index)
  }

  /// Limits of bins, and parameters of SPICE's other MOSFET levels and of noise, which have no effect
  /// at level 1, there as here.
  static let otherLevels: Set<String> = [
    "lmin", "lmax", "wmin", "wmax", "mjsw", "noise", "type", "nlev", "gdsnoi",
    "ucrit", "uexp", "utra", "vmax", "neff", "nfs", "delta", "eta", "theta", "kappa", "xj", "xqc",
  ]

  /// What follows from the doping of the substrate: PHI and GAMMA where they are not given, and the
  /// threshold that VTO replaces (Vladimirescu and Liu, UCB/ERL M80/7, 1980, section 2).
  private func processThreshold(
    _ fields: ModelFields, isN: Bool, _ extras: inout MOSFETExtras
  ) throws(CardFault) -> Double {
    let charge = 1.602176634e-19
    let surface = try fields.take(["nss"], 0, -1e20...1e20) * 1e4 * charge
    let gate = try fields.take(["tpg"], 1, -1...1)
    let doping = try fields.take(["nsub"], 0, 0...1e30) * 1e6
    // Intrinsic silicon has 1.45e10 carriers per cubic centimeter.
    guard doping > 0, extras.oxideFaradsPerSquareMeter > 0 else { return 0 }
    guard doping > 1.45e16 else {
      throw CardFault(.parameterOutOfRange, fields.values["nsub"]?.assignment.value ?? fields.card)
    }
    let kelvin = deck.options.nominalCelsius + 273.15
    let thermal = 8.617333262e-5 * kelvin
    let gap = 1.16 - 7.02e-4 * kelvin * kelvin / (kelvin + 1108)
    let sign = isN ? 1.0 : -1.0
    if fields.values["phi"] == nil {
      extras.surfacePotentialVolts = max(0.1, 2 * thermal * Foundation.log(doping / 1.45e16))
    }
    let phi = extras.surfacePotentialVolts
    let fermi = sign * 0.5 * phi
    let gateWork = gate == 0 ? 3.2 : 3.25 + 0.5 * gap - sign * gate * 0.5 * gap
    let difference = gateWork - (3.25 + 0.5 * gap + fermi)
    if fields.values["gamma"] == nil {
      extras.bodyEffect =
        (2 * 11.7 * 8.854214871e-12 * charge * doping).squareRoot()
        / extras.oxideFaradsPerSquareMeter
    }
    return difference - surface / extras.oxideFaradsPerSquareMeter
      + sign * (extras.bodyEffect * phi.squareRoot() + phi)
  }
}
