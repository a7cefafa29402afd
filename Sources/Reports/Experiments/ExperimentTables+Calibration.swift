import BehavioralModels
import Experiments
import Inference

extension ExperimentTables {
  /// Expected and observed errors of fitted layers, one row per layer; empty if no layer is fitted.
  public func calibration(_ point: ExperimentRecord.Point) -> Table {
    var table = Table([
      .text("layer"), .number("held-out rms"), .number("99.9 %"), .number("worst"),
      .number("rms", unit: "LSB"), .number("observed / promised rms"), .number("vectors"),
      .number("audited"), .number("solved exactly"), .text("tiles: why"),
    ])
    func share(_ value: Double) -> String { NumberFormat.significant(100 * value) + " %" }
    for layer in point.layers {
      guard let own = layer.calibration else { continue }
      let seen = own.observations
      // Every tile is solved exactly: nothing was promised.
      let isExact = own.promisedRMSAmperes == 0 && own.promisedWorstAmperes == 0
      func promised(_ value: Double) -> String { isExact ? "–" : share(value) }
      let reasons = Dictionary(grouping: own.reasons) { $0 }.mapValues(\.count)
      table.append([
        layer.name, promised(own.relativeRMS), promised(own.relativePercentile999),
        promised(own.relativeWorst),
        own.leastSignificantBitsRMS.map { NumberFormat.significant($0) } ?? "–",
        own.observedOverPromised.map { NumberFormat.significant($0) } ?? "–",
        "\(seen.vectors)", "\(seen.audited)", "\(seen.fallbacks)",
        reasons.sorted { $0.key < $1.key }.map { "\($0.value): \($0.key)" }.joined(separator: "; "),
      ])
    }
    return table
  }

  /// Title of the table of fitted layers.
  static let calibrationTitle =
    "Fitted layers: errors promised on held-out vectors, over the output rms, and observed by exact "
    + "solves of a sample of this run's vectors; vectors outside a model's domain are solved exactly"
}
