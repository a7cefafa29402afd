import Foundation
import Netlist
import NumericKernels

/// Plots as analyses make them, with values of every magnitude.
public enum SamplePlots {
  /// One plot of each kind with awkward values.
  public static func all() -> [Plot] {
    var random = RandomStream(seed: 8)
    func plot(_ name: String, _ scale: (String, String)?, points: Int, isComplex: Bool = false)
      -> Plot
    {
      var variables = [
        Plot.Variable(name: "v(a)", kind: "voltage"), Plot.Variable(name: "i(v1)", kind: "current"),
      ]
      if let scale { variables.insert(Plot.Variable(name: scale.0, kind: scale.1), at: 0) }
      var plot = Plot(title: "samples", name: name, variables: variables, isComplex: isComplex)
      for _ in 0..<points * variables.count * (isComplex ? 2 : 1) {
        plot.values.append(
          Double.random(in: -1...1, using: &random)
            * exp(Double.random(in: -200...200, using: &random)))
      }
      return plot
    }
    return [
      plot("Operating Point", nil, points: 1),
      plot("DC transfer characteristic", ("v-sweep", "voltage"), points: 7),
      plot("AC Analysis", ("frequency", "frequency"), points: 5, isComplex: true),
      plot("Transient Analysis", ("time", "time"), points: 100),
      plot("Transient Analysis", ("time", "time"), points: 0),
    ]
  }
}
