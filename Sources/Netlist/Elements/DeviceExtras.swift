/// Effects of a diode beyond the ideal junction; the defaults have no effect.
public struct DiodeExtras: Hashable, Sendable {
  /// RS: series resistance of a diode of area one, in ohms.
  public var seriesOhms = 0.0
  /// CJO: depletion capacitance at zero bias of a diode of area one, in farads.
  public var junctionFarads = 0.0
  /// VJ: built-in voltage of the depletion capacitance.
  public var junctionVolts = 1.0
  /// M: grading coefficient of the depletion capacitance.
  public var gradingCoefficient = 0.5
  /// FC: fraction of VJ from which the depletion capacitance continues as a straight line.
  public var depletionCoefficient = 0.5
  /// TT: transit time in seconds; the diffusion charge is TT times the current.
  public var transitSeconds = 0.0
  /// BV: reverse breakdown voltage, positive.
  public var breakdownVolts = Double.infinity
  /// IBV: current at breakdown in amperes.
  public var breakdownAmperes = 1e-3
  /// NBV: emission coefficient of breakdown; `nil` for that of the junction.
  public var breakdownEmission: Double?
  /// TCV, TBV1, TBV2: how the breakdown voltage changes, in V/K (it falls by this), 1/K and 1/K².
  public var breakdownVoltsPerKelvin = 0.0
  public var breakdownFirst = 0.0, breakdownSecond = 0.0
  /// TRS1, TRS2: how the series resistance changes, in 1/K and 1/K².
  public var seriesFirst = 0.0, seriesSecond = 0.0
  /// IKF: current above which the forward current of a diode of area one grows with its square root;
  /// infinite without.
  public var kneeAmperes = Double.infinity
  /// ISR, NR: saturation current of recombination in a diode of area one, and its emission
  /// coefficient.
  public var recombinationAmperes = 0.0
  public var recombinationEmission = 2.0
  /// KF, AF: coefficient and exponent of flicker noise.
  public var flickerCoefficient = 0.0
  public var flickerExponent = 1.0
  /// TNOM in degrees Celsius; `nil` for the deck's.
  public var nominalCelsius: Double?
  /// EG: energy gap in electronvolts, for temperatures other than nominal.
  public var energyGapVolts = 1.11
  /// XTI: temperature exponent of the saturation current.
  public var saturationExponent = 3.0

  /// An ideal junction.
  public init() {}

  /// The effects at DC and nominal temperature: no charges, no temperature coefficients.
  var `static`: DiodeExtras {
    var extras = DiodeExtras()
    extras.seriesOhms = seriesOhms
    extras.breakdownVolts = breakdownVolts
    if breakdownVolts.isFinite {
      extras.breakdownAmperes = breakdownAmperes
      extras.breakdownEmission = breakdownEmission
    }
    extras.kneeAmperes = kneeAmperes
    extras.recombinationAmperes = recombinationAmperes
    extras.nominalCelsius = nominalCelsius
    return extras
  }
}

/// Effects of a level-1 MOSFET beyond the ideal channel; the defaults have no effect.
public struct MOSFETExtras: Hashable, Sendable {
  /// GAMMA: body-effect coefficient in √V.
  public var bodyEffect = 0.0
  /// PHI: surface potential at strong inversion in volts.
  public var surfacePotentialVolts = 0.6
  /// LD: lateral diffusion in meters, by which each end shortens the channel.
  public var lateralDiffusionMeters = 0.0
  /// RD, RS: resistance in series with drain and source, in ohms.
  public var drainOhms = 0.0
  public var sourceOhms = 0.0
  /// IS: saturation current of each bulk junction in amperes; zero if it carries none.
  public var bulkSaturationAmperes = 0.0
  /// CBD, CBS: capacitance of the bulk junctions at zero bias, in farads.
  public var bulkDrainFarads = 0.0
  public var bulkSourceFarads = 0.0
  /// PB: built-in voltage of the bulk junctions.
  public var bulkJunctionVolts = 0.8
  /// MJ: grading coefficient of the bulk junctions.
  public var bulkGradingCoefficient = 0.5
  /// FC: fraction of PB from which their capacitance continues as a straight line.
  public var depletionCoefficient = 0.5
  /// CGSO, CGDO: overlap capacitances per channel width in F/m.
  public var gateSourceFaradsPerMeter = 0.0
  public var gateDrainFaradsPerMeter = 0.0
  /// CGBO: overlap capacitance per channel length in F/m.
  public var gateBulkFaradsPerMeter = 0.0
  /// Oxide capacitance per area in F/m² (ε_ox / TOX), for Meyer's gate capacitances; zero without.
  public var oxideFaradsPerSquareMeter = 0.0
  /// KF, AF: coefficient and exponent of flicker noise.
  public var flickerCoefficient = 0.0
  public var flickerExponent = 1.0
  /// TNOM in degrees Celsius; `nil` for the deck's.
  public var nominalCelsius: Double?

  /// A channel alone.
  public init() {}

  /// The effects at DC: no charges.
  var `static`: MOSFETExtras {
    var extras = MOSFETExtras()
    extras.bodyEffect = bodyEffect
    // Only the body effect reads it.
    if bodyEffect != 0 { extras.surfacePotentialVolts = surfacePotentialVolts }
    extras.lateralDiffusionMeters = lateralDiffusionMeters
    extras.drainOhms = drainOhms
    extras.sourceOhms = sourceOhms
    extras.bulkSaturationAmperes = bulkSaturationAmperes
    extras.nominalCelsius = nominalCelsius
    return extras
  }
}
