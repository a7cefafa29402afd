import Experiments

extension ExperimentRecord.VoltageMap {
  /// The voltages as a heat map.
  var figure: Figure {
    let isDrivenByVoltages = topology == "voltageDriven"
    let sensed =
      switch bitLineSense {
      case "near": "at word line 0"
      case "far": "at the last word line"
      default: "at both ends"
      }
    let idle =
      isDrivenByVoltages
      ? "Word lines without input are held at 0 V."
      : "Cells whose gate is off hold the same voltage and carry no current."
    let (lines, verb) =
      isDrivenByVoltages
      ? ("Voltage between word line", "driven") : ("Voltage between source line", "on")
    return Figure(
      title: "Cell voltages of layer \(layer), tile \(tile)",
      caption: lines + " and bit line at every positive cell, at "
        + "R_segment = \(NumberFormat.engineering(bitLineOhms, unit: "Ω")), read voltage "
        + "\(NumberFormat.engineering(readVolts, unit: "V")); bit lines are sensed \(sensed). \(idle)",
      samples: "one input vector, \(activeWordLines) of \(cellVolts.count) word lines \(verb)",
      content: .heatMap(
        HeatMap(
          xAxis: FigureAxis("bit line"), yAxis: FigureAxis("word line"),
          color: FigureAxis("cell voltage", unit: "mV"),
          values: cellVolts.map { $0.map { 1000 * $0 } })))
  }
}
