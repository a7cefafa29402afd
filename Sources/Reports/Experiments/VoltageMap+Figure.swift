import Experiments

extension ExperimentRecord.VoltageMap {
  private var isDrivenByVoltages: Bool { topology == "voltageDriven" }

  private var conditions: String {
    let sensed =
      switch bitLineSense {
      case "near": "at word line 0"
      case "far": "at the last word line"
      default: "at both ends"
      }
    return "R_segment = \(NumberFormat.trimmedEngineering(bitLineOhms, unit: "Ω")), read voltage "
      + "\(NumberFormat.trimmedEngineering(readVolts, unit: "V")); bit lines are sensed \(sensed)."
  }

  private var samples: String {
    let verb = isDrivenByVoltages ? "driven" : "on"
    return "one input vector, \(activeWordLines) of \(cellVolts.count) word lines \(verb)"
  }

  private func figure(
    _ title: String, _ caption: String, _ color: FigureAxis, _ values: [[Double]]
  ) -> Figure {
    Figure(
      title: "\(title) of layer \(layer), tile \(tile)", caption: "\(caption) \(conditions)",
      samples: samples,
      content: .heatMap(
        HeatMap(
          xAxis: FigureAxis("bit line"), yAxis: FigureAxis("word line"), color: color,
          values: values)))
  }

  /// The voltages as a heat map.
  var figure: Figure {
    let rest =
      isDrivenByVoltages
      ? "Word lines are driven at up to the read voltage, those without input held at 0 V."
      : "What the read voltage exceeds it by is lost in wires and terminals. Cells whose gate is off "
        + "hold the same voltage and carry no current."
    let line = isDrivenByVoltages ? "word line" : "source line"
    return figure(
      "Cell voltages",
      "Voltage between \(line) and bit line at every positive cell. \(rest)",
      FigureAxis("cell voltage", unit: "mV"), cellVolts.map { $0.map { 1000 * $0 } })
  }

  /// The currents through the cells as a heat map; `nil` where they were not kept.
  var currentFigure: Figure? {
    cellAmperes.map { amperes in
      figure(
        "Cell currents", "Current through every positive cell.",
        FigureAxis("cell current", unit: "µA"), amperes.map { $0.map { 1e6 * $0 } })
    }
  }
}
