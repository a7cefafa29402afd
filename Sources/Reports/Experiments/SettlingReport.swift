import CrossbarArray
import Foundation

/// Settling times of the bit lines of an array, with a figure.
public struct SettlingReport: Sendable {
  /// The array's currents over time.
  public let settling: ArraySettling
  /// One LSB of the ADC in amperes.
  public let stepAmperes: Double
  /// Time from which each output stays within half a step, in seconds.
  public let seconds: [Double]
  /// Outputs from the fastest to the slowest.
  public let order: [Int]

  /// A report for an ADC of `bits` bits over `fullScaleAmperes`, by default the largest final
  /// current; `nil` if all currents are zero and no full scale is given.
  public init?(_ settling: ArraySettling, bits: Int, fullScaleAmperes: Double?) {
    let peak = settling.finalAmperes.reduce(0) { max($0, abs($1)) }
    let full = fullScaleAmperes ?? peak
    guard full > 0 else { return nil }
    self.settling = settling
    stepAmperes = full / pow(2, Double(bits))
    seconds = settling.settlingSeconds(within: stepAmperes / 2)
    let seconds = seconds
    order = seconds.indices.sorted { (seconds[$0], $0) < (seconds[$1], $1) }
  }

  /// Name of an output as decks and reports number them.
  public func name(ofOutput output: Int) -> String {
    let count = settling.description.bitLineCount
    return output < count ? "bit line \(output)" : "negative bit line \(output - count)"
  }

  /// Distance of the fastest, the median and the slowest output from their final currents over
  /// time.
  public func figure(of arrayFile: String, inputs: String, row: Int) -> Figure {
    let shown = [
      ("slowest", order[order.count - 1]), ("median", order[order.count / 2]),
      ("fastest", order[0]),
    ]
    let last = 1.3 * (seconds.max() ?? 0)
    let end = last > 0 ? last : settling.slowestSeconds
    var series = shown.map { kind, output in
      LinePlot.Series(
        "\(kind): \(name(ofOutput: output))",
        (1...300).map { k in
          let time = end * Double(k) / 300
          let off = settling.amperes(ofOutput: output, at: time) - settling.finalAmperes[output]
          return LinePlot.Point(1e9 * time, max(abs(off) / stepAmperes, 1e-4))
        }, style: .line)
    }
    series.append(
      LinePlot.Series(
        "half an LSB", [LinePlot.Point(0, 0.5), LinePlot.Point(1e9 * end, 0.5)], style: .line))
    return Figure(
      title: "Settling of bit lines",
      caption: "\(arrayFile), input vector \(row) of \(inputs); \(settling.description.summary). "
        + "Distance of each current from its final value; values below 1e-4 LSB are drawn there.",
      samples: "one input vector, \(seconds.count) bit lines",
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("time after the step", unit: "ns"),
          yAxis: FigureAxis("distance from the end", unit: "LSB", scale: .logarithmic),
          series: series)))
  }
}
