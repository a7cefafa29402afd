import Experiments

/// Tables and figures of `tilespice compare`.
public struct ComparisonReport: Sendable {
  private let comparisons: [ModelComparison]

  /// The report of `comparisons`.
  public init(_ comparisons: [ModelComparison]) { self.comparisons = comparisons }

  /// One row per array and model; errors over the rms of the circuit's currents.
  public var table: Table {
    var table = Table([
      .text("array"), .number("mean drop"), .text("model"), .number("rms"), .number("99.9 %"),
      .number("worst"), .number("bias"), .number("worst", unit: "A"),
      .number("rms", unit: "LSB"),
      .number("per vector", unit: "µs"),
    ])
    for comparison in comparisons {
      for entry in comparison.entries {
        let error = entry.error
        table.append([
          comparison.name, NumberFormat.finePercent(comparison.meanDrop), entry.name,
          NumberFormat.finePercent(error.relativeRMS),
          NumberFormat.finePercent(error.relativePercentile999),
          NumberFormat.finePercent(error.relativeWorst),
          NumberFormat.finePercent(error.relativeBias), NumberFormat.error(error.worstAmperes),
          comparison.lsbAmperes.map { NumberFormat.significant(error.rmsAmperes / $0) } ?? "–",
          entry.secondsPerVector.map { NumberFormat.significant(1e6 * $0) } ?? "–",
        ])
      }
      table.append([
        comparison.name, NumberFormat.finePercent(comparison.meanDrop), comparison.exactMethod,
        "–", "–", "–", "–", "–", "–",
        NumberFormat.significant(1e6 * comparison.exactSecondsPerVector),
      ])
    }
    return table
  }

  /// The comparison that the figures draw: the array that loses most to its wires.
  public var drawn: ModelComparison? { comparisons.max { $0.meanDrop < $1.meanDrop } }

  /// Model against circuit, and error against drop, with the names of their files.
  public var figures: [(file: String, figure: Figure)] {
    guard let drawn else { return [] }
    let samples = "\(drawn.inputs.count) held-out vectors × \(drawn.exact.columns) outputs"
    let scatter = Figure(
      title: "Model against circuit: \(drawn.name)",
      caption: "Points on the diagonal are right. At most 400 currents per model.",
      samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("circuit", unit: "A"), yAxis: FigureAxis("model", unit: "A"),
          series: drawn.entries.map { entry in
            LinePlot.Series(
              entry.name, entry.scatter.map { LinePlot.Point($0.exact, $0.model) }, style: .points)
          })))
    let drop = Figure(
      title: "Error against drop: \(drawn.name)",
      caption:
        "Root mean square error over the rms of all currents, in ten bins of the part of the "
        + "ideal current that the wires take.",
      samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("drop", unit: "%"),
          yAxis: FigureAxis("rms error", unit: "% of the output rms", scale: .logarithmic),
          series: drawn.entries.map { entry in
            LinePlot.Series(
              entry.name, entry.byDrop.map { LinePlot.Point(100 * $0.drop, 100 * $0.rms) })
          })))
    let bias = Figure(
      title: "Bias against drop: \(drawn.name)",
      caption: "Mean error, model less circuit, over the rms of all currents.", samples: samples,
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("drop", unit: "%"),
          yAxis: FigureAxis("bias", unit: "% of the output rms"),
          series: drawn.entries.map { entry in
            LinePlot.Series(
              entry.name, entry.byDrop.map { LinePlot.Point(100 * $0.drop, 100 * $0.bias) })
          })))
    return [("scatter", scatter), ("error-against-drop", drop), ("bias-against-drop", bias)]
  }
}
