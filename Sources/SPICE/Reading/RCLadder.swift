import Foundation

/// SPICE3's uniform RC line: sections from both ends towards the middle, each by `ratio` larger than
/// the one outside of it (Gilbert's lumping; SPICE3 user's guide, URC model).
struct RCLadder {
  /// Totals of the line, the ratio K, and the highest frequency of interest.
  var ohms: Double, farads: Double, ratio: Double, hertz: Double
  /// Sections on either side; `nil` for as many as the frequency needs.
  var lumps: Double?

  /// The resistor and the capacitor of each section of a side, outermost first; the innermost
  /// capacitor is there once.
  var sections: [(ohms: Double, farads: Double)] {
    let count: Double
    if let lumps {
      count = lumps
    } else {
      let norm = 2 * Double.pi * hertz * ohms * farads
      let shrunk = (ratio - 1) / ratio
      let wanted = (log(norm * shrunk * shrunk) / log(ratio)).rounded(.down)
      count = norm < 35 ? 3 : min(max(3, wanted), 1000)
    }
    let power = pow(ratio, count)
    let firstOhms = ohms * (ratio - 1) / (2 * power - 2)
    let firstFarads = farads * (ratio - 1) / (power / ratio * (ratio + 1) - 2)
    return (0..<Int(count)).map { k in
      let factor = pow(ratio, Double(k))
      return (firstOhms * factor, firstFarads * factor)
    }
  }
}
