import AnalogCore
import Energy
import Experiments
import Inference

/// The tables of an experiment: pure functions of its record.
public struct ExperimentTables: Sendable {
  let record: ExperimentRecord

  /// The tables of `record`.
  public init(_ record: ExperimentRecord) { self.record = record }

  /// The figure of the task side by side: one row per point of the study.
  public var figures: Table {
    let figure = record.figure
    let columns = record.study.flatMap { quantity in
      [quantity.column] + (quantity.normalizedSymbol.map { [.number($0)] } ?? [])
    }
    let labels = record.analogLabels
    let predicts = record.predicts
    var table = Table(
      columns + (record.digitalLabels + labels).map { .number($0, unit: figure.unit) }
        + (predicts ? [.number("changed by wires")] : [])
        + [.number("time per image", unit: "ms")])
    for point in record.points {
      let values = zip(record.study, point.values).flatMap { quantity, reading in
        [quantity.cell(reading)]
          + (quantity.normalizedSymbol == nil ? [] : [quantity.normalizedCell(reading)])
      }
      let analog = labels.map { label in point.results.first { $0.label == label } }
      let digital = [record.digitalFloat, record.digitalInteger(of: point)].filter { $0 != nil }
      let own = point.results.last
      let ideal = point.ideal
      let flips = ideal.flatMap { ideal in own.map { "\($0.flips(from: ideal))" } } ?? "–"
      table.append(
        values + (digital + analog).map { $0.map(figure.text) ?? "–" } + (predicts ? [flips] : [])
          + [own.map(perImage) ?? "–"])
    }
    return table
  }

  /// Title of the table of costs.
  static let costTitle = "Energy, time and area of one inference, two operations per multiply-add"

  /// Energy, time and area: one row per point; `nil` where they are not asked for.
  public var costs: Table? {
    guard record.points.contains(where: { $0.cost != nil }) else { return nil }
    var table = Table(record.study.map(\.column) + EnergyTables.columns)
    for point in record.points {
      guard let cost = point.cost else { continue }
      table.append(
        zip(record.study, point.values).map { $0.cell($1) } + EnergyTables.cells(cost))
    }
    return table
  }

  /// Results of every path against the labels, and analog paths against the digital integers: one
  /// row per path; `nil` without labels.
  public var paired: Table? {
    switch record.task {
    case "classification": pairedClasses
    case "regression": pairedNumbers
    case "segmentation": pairedMaps
    default: nil
    }
  }

  private var pairedClasses: Table {
    var table = Table(
      labelColumns + [
        .number("correct"), .number("top-1, 95 % interval", unit: "%"),
        .number("top-5", unit: "%"), .number("changed"), .number("lost"), .number("gained"),
        .number("difference", unit: "points"), .number("McNemar p"),
      ])
    for (result, place) in results {
      guard let correct = result.correct else { continue }
      let count = result.predictions.count
      let interval = PairedComparison.wilsonInterval(correct: correct, count: count)
      func fixed(_ fraction: Double) -> String { NumberFormat.fixed(100 * fraction, digits: 2) }
      var row = [result.label] + place
      row += [
        "\(correct)/\(count)",
        "\(fixed(interval.lowerBound)) … \(fixed(interval.upperBound))",
        result.topFivePercent.map { NumberFormat.fixed($0, digits: 2) } ?? "–",
      ]
      if let own = result.comparison {
        row += [
          "\(own.flips)", "\(own.paired.onlyFirst)", "\(own.paired.onlySecond)",
          "\(fixed(own.accuracyDifference)) ± \(fixed(own.halfWidth))",
          NumberFormat.significant(own.mcNemarPValue, digits: 2),
        ]
      } else {
        row += ["–", "–", "–", "–", "–"]
      }
      table.append(row)
    }
    return table
  }

  private var pairedNumbers: Table {
    var table = Table(
      labelColumns + [
        .number("mean square error"), .number("R²"),
        .number("difference to \(record.integerLabel)"),
      ])
    for (result, place) in results {
      guard let own = result.regression else { continue }
      table.append(
        [result.label] + place + [
          NumberFormat.significant(own.meanSquareError, digits: 4),
          own.rSquared.map { NumberFormat.fixed($0, digits: 4) } ?? "–",
          own.difference.map { Self.interval($0) { NumberFormat.significant($0, digits: 3) } }
            ?? "–",
        ])
    }
    return table
  }

  private var pairedMaps: Table {
    var table = Table(
      labelColumns + [
        .number("pixel accuracy", unit: "%"), .number("mean IoU", unit: "%"),
        .number("accuracy less \(record.integerLabel)'s", unit: "points"),
        .number("mean IoU less \(record.integerLabel)'s", unit: "points"),
      ])
    func percent(_ fraction: Double) -> String { NumberFormat.fixed(100 * fraction, digits: 2) }
    for (result, place) in results {
      guard let own = result.segmentation else { continue }
      table.append(
        [result.label] + place + [
          own.pixelAccuracy.map(percent) ?? "–", own.meanIntersectionOverUnion.map(percent) ?? "–",
          own.accuracyDifference.map { Self.interval($0, percent) } ?? "–",
          own.intersectionDifference.map { Self.interval($0, percent) } ?? "–",
        ])
    }
    return table
  }

  private static func interval(
    _ difference: PairedDifference, _ text: (Double) -> String
  ) -> String {
    text(difference.value) + (difference.halfWidth.map { " ± \(text($0))" } ?? "")
  }

  /// Errors of the outputs of every path against the digital networks: a row for each of them.
  public var outputErrors: Table {
    let agrees = results.contains { $0.result.outputErrors.contains { $0.agreement != nil } }
    var table = Table(
      labelColumns + [
        .text("against"), .number("rms error", unit: "%"), .number("SNR", unit: "dB"),
        .number("worst error"),
      ] + (agrees ? [.number("same largest output", unit: "%")] : []))
    for (result, place) in results {
      for own in result.outputErrors {
        table.append(
          [result.label] + place + [
            own.reference,
            own.relativeRMS.map { NumberFormat.significant(100 * $0, digits: 3) } ?? "–",
            own.signalToErrorDecibels.map { NumberFormat.fixed($0, digits: 1) } ?? "–",
            NumberFormat.significant(own.worst, digits: 3),
          ] + (agrees ? [own.agreement.map { NumberFormat.fixed(100 * $0, digits: 2) } ?? "–"] : [])
        )
      }
    }
    return table
  }

  /// The most frequent changes of predictions by analog paths: at most `limit` rows per path.
  public func changes(limit: Int) -> Table {
    var table = Table(
      labelColumns + [
        .number("\(record.integerLabel) class"), .number("analog class"), .number("images"),
      ])
    for (result, place) in results {
      for cell in result.comparison?.changes.prefix(limit) ?? [] {
        table.append(
          [result.label] + place + ["\(cell.digital)", "\(cell.analog)", "\(cell.images)"])
      }
    }
    return table
  }

  private func perImage(_ result: ExperimentRecord.RunResult) -> String {
    result.millisecondsPerImage.map { NumberFormat.significant($0) } ?? "–"
  }

  /// Images covered by a run that was stopped; `nil` for a complete run.
  var stopped: String? {
    record.stoppedAt.map {
      "Stopped early at \($0): these are the results of the \(record.imageCount) images, of "
        + "\(record.selectedCount), that every path below has finished"
    }
  }

  /// The columns that identify the path and the point of the study of a row.
  private var labelColumns: [Table.Column] { [.text("path")] + record.study.map(\.column) }

  /// Every path that was run, once, with the cells of its point; dashes for paths common to all
  /// points.
  private var results: [(result: ExperimentRecord.RunResult, place: [String])] {
    let everywhere = record.study.map { _ in "–" }
    var all = [record.digitalFloat, record.digitalInteger].compactMap { $0 }.map {
      ($0, everywhere)
    }
    for point in record.points {
      let place = zip(record.study, point.values).map { $0.cell($1) }
      let shared = [point.digitalInteger].compactMap { $0 } + point.results.dropLast()
      for result in shared where !all.contains(where: { $0.0.run == result.run }) {
        // A control has the arrays of its point; other paths leave out what the study varies.
        let isControl = point.compensation?.runs.contains { $0.run == result.run } ?? false
        let isShared = record.points.allSatisfy { other in
          other.results.contains { $0.run == result.run }
        }
        let isCommon = isShared && !(isControl && record.points.count == 1)
        all.append((result, isCommon ? everywhere : place))
      }
      if let own = point.results.last { all.append((own, place)) }
    }
    return all
  }

  /// One row per mapped layer at one point of the study.
  public func layers(_ point: ExperimentRecord.Point) -> Table {
    var table = Table([
      .text("layer"), .text("operator"), .number("matrix"), .number("tiles"), .number("used"),
      .text("path, how exact"), .number("error to circuit"), .number("mean drop"),
      .number("worst drop"), .number("inputs on"), .number("clipped"),
      .number("own SNR", unit: "dB"), .number("SNR so far", unit: "dB"),
      .number("time per image", unit: "ms"),
    ])
    let activity = point.results.last?.activity ?? []
    for (index, layer) in point.layers.enumerated() {
      let counts = activity.indices.contains(index) ? activity[index] : nil
      func share(_ part: Int?, _ whole: Int?) -> String {
        guard let part, let whole, whole > 0 else { return "–" }
        return NumberFormat.finePercent(Double(part) / Double(whole))
      }
      table.append([
        layer.name, layer.operatorName, "\(layer.inputs) × \(layer.outputs)", "\(layer.tiles)",
        NumberFormat.percent(layer.utilization, decimals: 0), layer.method,
        layer.worstRelativeError.map { NumberFormat.error($0) } ?? "–",
        layer.meanDrop.map { NumberFormat.finePercent($0) } ?? "–",
        layer.worstDrop.map { NumberFormat.finePercent($0) } ?? "–",
        share(counts?.wordLineActivations, counts?.wordLineBits),
        share(counts?.clippedConversions, counts?.conversions),
        decibels(point, index, \.ownDecibels), decibels(point, index, \.reachedDecibels),
        layerTime(point.results.last, index),
      ])
    }
    return table
  }

  /// Number of circuits that the audit solved, and their accuracy.
  private func circuits(_ point: ExperimentRecord.Point) -> String {
    guard let residual = point.layers.compactMap(\.circuitResidual).max() else {
      return "no circuits factorized (auditVectors: 0)"
    }
    return "\(point.layers[0].vectorsPerTile) circuits per tile factorized by CHOLMOD "
      + "(residual \(NumberFormat.error(residual)))"
  }

  private func decibels(
    _ point: ExperimentRecord.Point, _ layer: Int, _ value: KeyPath<LayerFidelity, Double?>
  ) -> String {
    guard point.fidelity.indices.contains(layer) else { return "–" }
    return point.fidelity[layer][keyPath: value].map { NumberFormat.fixed($0, digits: 1) } ?? "–"
  }

  /// Milliseconds that a layer takes per image, in the task that runs it.
  private func layerTime(_ result: ExperimentRecord.RunResult?, _ layer: Int) -> String {
    guard let result, result.layerSeconds.indices.contains(layer), result.imagesTimed > 0 else {
      return "–"
    }
    return NumberFormat.significant(
      1000 * result.layerSeconds[layer] / Double(result.imagesTimed))
  }

  /// Elapsed times: one row per path.
  public var times: Table {
    var table = Table(
      labelColumns + [.number("images"), .number("time"), .number("per image", unit: "ms")])
    for (result, place) in results {
      table.append(
        [result.label] + place + [
          "\(result.imagesTimed)", NumberFormat.seconds(result.seconds), perImage(result),
        ])
    }
    return table
  }

  /// Title of the table of paired comparisons.
  var pairedTitle: String {
    guard
      record.digitalInteger != nil || record.points.contains(where: { $0.digitalInteger != nil })
    else { return "Against the labels" }
    return record.task == "classification"
      ? "Image by image against \(record.integerLabel): changed predictions, images lost and gained"
      : "Against the labels, with the difference to \(record.integerLabel) on the same images and its 95 % interval"
  }

  /// Title of the table of output errors.
  static let outputErrorsTitle = "Errors of the outputs against the digital networks"

  /// Everything as text for a terminal.
  public var text: String {
    var parts = [
      "\(record.name): \(record.imageCount) images, seed \(record.seed), "
        + "\(record.threads) tasks, \(record.software)"
    ]
    if let stopped { parts.append(stopped) }
    if !record.skipped.isEmpty {
      parts.append(
        "Left out: \(record.skipped.count) images\n" + record.skipped.joined(separator: "\n"))
    }
    for point in record.points where !point.layers.isEmpty {
      parts.append(
        "Layers at \(record.fullPlace(of: point)), " + circuits(point) + "\n"
          + layers(point).block)
      let fitted = calibration(point)
      if !fitted.rows.isEmpty { parts.append("\(Self.calibrationTitle)\n" + fitted.block) }
    }
    if !record.requantizedLayers.isEmpty {
      parts.append(
        "Quantized anew, in place of the network's own integers: "
          + record.requantizedLayers.joined(separator: "; "))
    }
    if !record.points.isEmpty { parts.append("\(record.figure.title)\n" + figures.block) }
    if let costs {
      let missing = record.points.compactMap(\.cost).first?.missing ?? []
      parts.append(
        "\(Self.costTitle)\n" + costs.block
          + (missing.isEmpty
            ? ""
            : "Not in the table, hence left out: \(missing.map(\.name).joined(separator: ", ")).\n")
      )
    }
    for (title, table) in compensation { parts.append("\(title)\n" + table.block) }
    if let paired { parts.append("\(pairedTitle)\n" + paired.block) }
    // Without networks to compare with there are none.
    let errors = outputErrors
    if !errors.rows.isEmpty { parts.append("\(Self.outputErrorsTitle)\n" + errors.block) }
    return parts.joined(separator: "\n\n")
  }
}

extension Table {
  /// The table as text without its last line end, to stand among other paragraphs.
  var block: String { String(text.dropLast()) }
}
