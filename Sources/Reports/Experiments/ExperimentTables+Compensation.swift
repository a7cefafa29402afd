import Experiments
import Inference

extension ExperimentTables {
  /// Title of the table of compensated runs and their controls.
  static let controlsTitle =
    "Compensation and its controls: the same arrays without it, and lower conductances with the same gains"
  /// Title of the table of changed arrays.
  static let robustnessTitle =
    "The compensated network on arrays that are not those it was compensated for"
  /// Title of the table of compensated layers.
  static let compensatedLayersTitle = "Compensated layers"

  /// The tables of compensation with their titles; none without.
  var compensation: [(title: String, table: Table)] {
    [
      (Self.controlsTitle, controls), (Self.robustnessTitle, robustness),
      (Self.compensatedLayersTitle, compensatedLayers),
    ].filter { !$0.1.rows.isEmpty }.map { (title: $0.0, table: $0.1) }
  }

  /// One row per run of a point with compensation: the figure of the task, and what its arrays take.
  private var controls: Table {
    let figure = record.figure
    let hasEnergy = record.points.contains {
      $0.compensation?.runs.contains { $0.joules != nil } ?? false
    }
    var table = Table(
      record.study.map(\.column) + [
        .text("path"), .number(figure.title, unit: figure.unit),
        .number("mean conductance"), .number("converter range"),
      ] + (hasEnergy ? [.number("energy")] : []))
    for point in record.points {
      for run in point.compensation?.runs ?? [] {
        let result = point.results.first { $0.run == run.run }
        let ranges = run.layers.compactMap(\.converterAmperes)
        table.append(
          zip(record.study, point.values).map { $0.cell($1) } + [
            run.path, result.map(figure.text) ?? "–",
            NumberFormat.engineering(run.meanSiemens, unit: "S"), Self.span(ranges, unit: "A"),
          ]
            + (hasEnergy
              ? [run.joules.map { NumberFormat.engineering($0, unit: "J") } ?? "–"] : []))
      }
    }
    return table
  }

  /// One row per change of the arrays, then their mean and the worst, beside the arrays as they are.
  private var robustness: Table {
    let figure = record.figure
    var table = Table(
      record.study.map(\.column) + [
        .text("arrays"), .number(figure.title, unit: figure.unit),
        .number("error to float", unit: "%"),
      ])
    func error(_ value: Double?) -> String {
      value.map { NumberFormat.significant(100 * $0, digits: 3) } ?? "–"
    }
    for point in record.points {
      guard let own = point.results.last, let found = point.compensation?.robustness else {
        continue
      }
      let place = zip(record.study, point.values).map { $0.cell($1) }
      let runs =
        [(text: "as compensated for", result: own)]
        + found.runs.map { (text: $0.text, result: $0.result) }
      for (text, result) in runs {
        table.append(
          place + [text, figure.text(result), error(result.errors(from: "float")?.relativeRMS)])
      }
      let values = found.runs.compactMap { figure.value($0.result) }
      guard let worst = figure.isBetterHigh ? values.min() : values.max() else { continue }
      let mean = values.reduce(0, +) / Double(values.count)
      table.append(
        place + ["mean of the changes", figure.text(mean), error(found.meanRelativeRMS)])
      table.append(
        place + ["worst of the changes", figure.text(worst), error(found.worstRelativeRMS)])
    }
    return table
  }

  /// What compensation found of some layers, for the terminal.
  public static func compensation(_ layers: [CompensatedLayer]) -> String {
    var table = Table(
      [
        .text("layer"), .text("gains"), .number("smallest"), .number("largest"),
        .number("passes"), .number("reconstruction steps"), .number("error before"),
        .number("error after"), .number("G before"), .number("G after"), .number("beyond range"),
      ])
    for layer in layers {
      func text(_ value: Double?) -> String {
        value.map { NumberFormat.significant($0, digits: 3) } ?? "–"
      }
      func percent(_ value: Double?) -> String {
        value.map { NumberFormat.finePercent($0) } ?? "–"
      }
      table.append([
        layer.name, layer.gains.rawValue, text(layer.lowestGain), text(layer.highestGain),
        layer.passes > 0 ? "\(layer.passes)" : "–",
        layer.reconstructionSteps.map { "\($0)" } ?? "–",
        percent(layer.reconstructionErrorBefore), percent(layer.reconstructionErrorAfter),
        NumberFormat.engineering(layer.siemensBefore, unit: "S"),
        NumberFormat.engineering(layer.siemensAfter, unit: "S"),
        layer.cellsBeyondRange.map { "\($0)" } ?? "–",
      ])
    }
    return table.text
  }

  /// One row per compensated layer of every point.
  private var compensatedLayers: Table {
    var table = Table(
      record.study.map(\.column) + [
        .text("layer"), .text("gains"), .number("smallest"), .number("mean"), .number("largest"),
        .number("fitted vectors"), .number("constant outputs"), .number("passes"),
        .number("current delivered"), .number("reconstruction steps"), .number("error before"),
        .number("error after"), .number("G before"), .number("G after"),
        .number("converter before"), .number("converter after"), .number("beyond range"),
        .number("farthest"),
      ])
    for point in record.points {
      guard let compensation = point.compensation else { continue }
      let (before, after) = (compensation.runs.first, compensation.runs.last)
      for layer in compensation.layers {
        func gain(_ value: Double?) -> String {
          value.map { NumberFormat.significant($0, digits: 3) } ?? "–"
        }
        func range(_ run: ExperimentRecord.CompensationResult.Run?) -> String {
          run?.layers.first { $0.name == layer.name }?.converterAmperes.map {
            NumberFormat.engineering($0, unit: "A")
          } ?? "–"
        }
        let isProgrammed = layer.passes > 0
        table.append(
          zip(record.study, point.values).map { $0.cell($1) } + [
            layer.name, layer.gains.rawValue, gain(layer.lowestGain), gain(layer.meanGain),
            gain(layer.highestGain), layer.gains == .none ? "–" : "\(layer.fittedVectors)",
            layer.gains == .none ? "–" : "\(layer.constantOutputs.count)",
            isProgrammed ? "\(layer.passes)" : "–",
            layer.meanShare.map { NumberFormat.finePercent($0) } ?? "–",
            layer.reconstructionSteps.map { "\($0)" } ?? "–",
            layer.reconstructionErrorBefore.map { NumberFormat.finePercent($0) } ?? "–",
            layer.reconstructionErrorAfter.map { NumberFormat.finePercent($0) } ?? "–",
            NumberFormat.engineering(layer.siemensBefore, unit: "S"),
            NumberFormat.engineering(layer.siemensAfter, unit: "S"), range(before), range(after),
            layer.cellsBeyondRange.map { "\($0)" } ?? "–",
            layer.farthestBeyondRange.map { NumberFormat.finePercent($0) } ?? "–",
          ])
      }
    }
    return table
  }

  /// The smallest and the largest of some values.
  private static func span(_ values: [Double], unit: String) -> String {
    guard let low = values.min(), let high = values.max() else { return "–" }
    let ends = [low, high].map { NumberFormat.engineering($0, unit: unit) }
    return ends[0] == ends[1] ? ends[0] : "\(ends[0]) … \(ends[1])"
  }
}
