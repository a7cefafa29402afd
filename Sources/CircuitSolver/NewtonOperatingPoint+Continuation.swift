extension NewtonOperatingPoint {
  /// Follows the solution from sources at zero, where nothing flows, to their full values. Steps
  /// grow where they succeed and shrink where they fail.
  mutating func raiseSources(
    _ iterate: inout Iterate, to drive: Drive
  ) throws(CircuitError) -> Outcome {
    var solved = Iterate(system)
    var (reached, step) = (0.0, 0.1)
    var outcome = Outcome.stalled
    while reached < 1, step >= 1e-3 {
      let scale = min(1, reached + step)
      var trial = solved
      linearize(solved, limiting: false)
      outcome = try attempt(&trial, scale < 1 ? drive.scaled(by: scale) : drive, limit: 40)
      if outcome == .converged {
        (solved, reached) = (trial, scale)
        step *= 2
      } else {
        step /= 4
      }
    }
    iterate = solved
    return outcome
  }

  /// Follows the solution from a circuit whose nodes a good conductance holds to ground to one
  /// without it.
  mutating func lowerGroundConductance(
    _ iterate: inout Iterate, to drive: Drive
  ) throws(CircuitError) -> Outcome {
    var solved = Iterate(system)
    var drive = drive
    let (first, last, smallestRatio) = (1e-2, 1e-15, 1.1)
    var (siemens, ratio) = (first, 10.0)
    var hasSolved = false
    while true {
      drive.groundSiemens = siemens
      var trial = solved
      linearize(solved, limiting: false)
      let outcome = try attempt(&trial, drive, limit: 40)
      if outcome == .converged {
        solved = trial
        hasSolved = true
        ratio = min(10, ratio * ratio)
        if siemens <= last { break }
      } else {
        guard hasSolved else { return .stalled }
        siemens *= ratio
        ratio = ratio.squareRoot()
        guard ratio > smallestRatio else { return .stalled }
      }
      siemens /= ratio
    }
    drive.groundSiemens = 0
    linearize(solved, limiting: false)
    iterate = solved
    return try attempt(&iterate, drive)
  }
}
