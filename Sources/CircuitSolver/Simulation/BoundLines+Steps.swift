import Netlist

/// What lines ask of time steps.
extension BoundLines {
  /// When the next corner arrives; infinite if none is on its way.
  func nextCorner(after time: Double) -> Double {
    guard isRunning else { return .infinity }
    return corners.first { $0 > time } ?? .infinity
  }

  /// By what factor the step to a solution may change: how far a wave's parabola is from the straight
  /// lines, against a tenth of RELTOL of the largest wave.
  func stepFactor(_ x: [Double], at time: Double, _ options: SimulationOptions) -> Double {
    guard isRunning else { return .infinity }
    var factor = 2.0
    for (k, place) in places.enumerated() {
      for mode in place.fits.indices where place.fits[mode] != nil {
        let values = self.values(mode, place, x)
        for (end, step, volts, amperes) in [
          (place.ends[mode].near, self.step.ends[k][mode].near, values[0], values[2]),
          (place.ends[mode].far, self.step.ends[k][mode].far, values[1], values[3]),
        ] {
          guard
            let bend = end.bend(volts: volts, amperes: amperes, step, at: time), bend.error > 0
          else { continue }
          // A mode that nothing excites has rounding alone.
          let tolerance =
            0.1 * options.relativeTolerance * options.truncationFactor / 7
            * max(bend.size, 1e-2 * largestSent) + options.absoluteAmperes
          factor = min(factor, (tolerance / bend.error).squareRoot())
        }
      }
    }
    return factor
  }
}
