import BehavioralModels
import CrossbarArray
import Experiments
import NumericKernels

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

  /// The table as numbers: in full, without units, empty if there is none.
  public var numbers: Table {
    var table = Table([
      .text("array"), .text("model"), .text("method"), .number("vectors"), .number("outputs"),
      .number("mean drop", unit: "%"), .number("rms error", unit: "% of the output rms"),
      .number("99.9 % error", unit: "% of the output rms"),
      .number("worst error", unit: "% of the output rms"),
      .number("bias", unit: "% of the output rms"), .number("output rms", unit: "A"),
      .number("rms error", unit: "A"), .number("99.9 % error", unit: "A"),
      .number("worst error", unit: "A"), .number("bias", unit: "A"),
      .number("rms error", unit: "LSB"), .number("time per vector", unit: "s"),
    ])
    func text(_ value: Double?) -> String {
      guard let value, value.isFinite else { return "" }
      return "\(value)"
    }
    for comparison in comparisons {
      func row(_ name: String, _ method: String, _ values: [Double?]) {
        table.append(
          [
            comparison.name, name, method, "\(comparison.inputs.count)",
            "\(comparison.exact.columns)", text(100 * comparison.meanDrop),
          ] + values.map(text))
      }
      for entry in comparison.entries {
        let error = entry.error
        row(
          entry.name, entry.method,
          [
            100 * error.relativeRMS, 100 * error.relativePercentile999, 100 * error.relativeWorst,
            100 * error.relativeBias, error.outputRMSAmperes, error.rmsAmperes,
            error.percentile999Amperes, error.worstAmperes, error.biasAmperes,
            comparison.lsbAmperes.map { error.rmsAmperes / $0 }, entry.secondsPerVector,
          ])
      }
      row(
        "circuit", comparison.exactMethod,
        [Double?](repeating: nil, count: 10) + [comparison.exactSecondsPerVector])
    }
    return table
  }

  /// Conditions behind the numbers: vectors, drive and timing, one line per kind.
  public var conditions: String {
    var lines: [String] = []
    for comparison in comparisons {
      let judged = comparison.isJudgedOnGivenVectors ? "given" : "held-out"
      let line =
        "fitted to \(comparison.fittingInputs.count) vectors, judged on "
        + "\(comparison.inputs.count) \(judged) ones; \(comparison.drive)"
      if !lines.contains(line) { lines.append(line) }
    }
    return lines.joined(separator: "\n")
  }

  /// The comparison that the figures draw: the array that loses most to its wires.
  public var drawn: ModelComparison? { comparisons.max { $0.meanDrop < $1.meanDrop } }

  /// Model against circuit, and error against drop, with the names of their files.
  public var figures: [(file: String, figure: Figure)] {
    guard let drawn else { return [] }
    let samples =
      "\(drawn.inputs.count) \(drawn.isJudgedOnGivenVectors ? "given" : "held-out") vectors × \(drawn.exact.columns) outputs"
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
