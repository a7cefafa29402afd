import Energy
import Experiments
import Files
import Foundation

/// Results for single images, and costs, as CSV; pure functions of a record.
public struct ImageTables: Sendable {
  private let record: ExperimentRecord
  private typealias RunResult = ExperimentRecord.RunResult
  /// Every path with the name of its columns; of paths on arrays also the network in integers that
  /// they are compared with, if it was run.
  private let results: [(name: String, result: RunResult, integers: RunResult?)]

  /// The tables of `record`.
  public init(_ record: ExperimentRecord) {
    self.record = record
    results =
      [record.digitalFloat, record.digitalInteger].compactMap { $0 }.map { ($0.label, $0, nil) }
      + record.points.flatMap { point in
        let integers = record.digitalInteger(of: point)
        let own = [point.digitalInteger].compactMap { $0 }.map { ($0, RunResult?.none) }
        return (own + point.results.map { ($0, integers) }).map {
          ("\($0.label) \(record.label(of: point))", $0, $1)
        }
      }
  }

  /// One row per image: its place in the run and its name; of classifiers its label; then for every
  /// path, as far as the task has them:
  /// - the prediction, the place of the label from 1, the five leading classes, and, for analog
  ///   paths, whether the prediction differs from the digital integers' (1) or not (0);
  /// - the mean square error against the label, or the pixel accuracy;
  /// - without classes as labels, the rms error of the outputs against float and the integers, over the rms
  ///   output of these.
  public var images: String {
    let isLabelled = !record.labels.isEmpty
    var columns = ["index", "image"] + (isLabelled ? ["label"] : [])
    for (name, result, integers) in results {
      columns += cells(of: result, name, integers, image: nil).map(\.column)
    }
    var text = CSV.line(columns)
    for image in record.names.indices {
      var row = ["\(image)", record.names[image]]
      if isLabelled { row.append("\(record.labels[image])") }
      for (name, result, integers) in results {
        row += cells(of: result, name, integers, image: image).map(\.cell)
      }
      text += CSV.line(row)
    }
    return text
  }

  /// The columns of one path with their cells for one image; without an image, cells are empty.
  private func cells(
    of result: RunResult, _ name: String, _ integers: RunResult?, image: Int?
  ) -> [(column: String, cell: String)] {
    var found: [(column: String, cell: String)] = []
    func add(_ column: String, _ cell: (Int) -> String) {
      found.append((column, image.map(cell) ?? ""))
    }
    if !result.predictions.isEmpty {
      add(name) { index in "\(result.predictions[index])" }
      if result.classification != nil {
        add("\(name) label rank") { index in "\(result.labelRanks[index])" }
      }
      add("\(name) top 5") { index in
        let leading = result.leading.indices.contains(index) ? result.leading[index] : []
        return leading.map { "\($0)" }.joined(separator: " ")
      }
      if let integers {
        add("\(name) flip") { index in
          result.predictions[index] == integers.predictions[index] ? "0" : "1"
        }
      }
    }
    if let own = result.regression {
      add("\(name) mean square error") { index in "\(own.imageErrors[index])" }
    }
    if let own = result.segmentation {
      add("\(name) pixel accuracy") { index in own.imageAccuracies[index].map { "\($0)" } ?? "" }
    }
    guard result.classification == nil else { return found }
    for (errors, all) in zip(result.outputErrors, result.imageErrors) {
      add("\(name) error to \(errors.reference)") { index in all[index].map { "\($0)" } ?? "" }
    }
    return found
  }

  /// Confusion of every analog path against the digital integers: the pairs of predictions that occur; `nil` without
  /// classes.
  public var confusion: String? {
    guard results.contains(where: { $0.result.comparison != nil }) else { return nil }
    var text = CSV.line(["path", "\(record.integerLabel) class", "analog class", "images"])
    for (name, result, _) in results {
      for cell in result.comparison?.confusion ?? [] {
        text += CSV.line([name, "\(cell.digital)", "\(cell.analog)", "\(cell.images)"])
      }
    }
    return text
  }

  /// Errors of the outputs of every path against the digital networks: of all together, then output
  /// by output.
  public var outputErrors: String {
    var text = CSV.line([
      "path", "reference", "output", "signal rms", "error rms", "relative rms", "SNR dB", "worst",
    ])
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    for (name, result, _) in results {
      for own in result.outputErrors {
        text += CSV.line([
          name, own.reference, "all", "", "", number(own.relativeRMS),
          number(own.signalToErrorDecibels), number(own.worst),
        ])
        guard let outputs = own.outputs else { continue }
        for k in outputs.errorRMS.indices {
          let (signal, error) = (outputs.signalRMS[k], outputs.errorRMS[k])
          text += CSV.line([
            name, own.reference, "\(k)", number(signal), number(error),
            number(signal > 0 ? error / signal : nil),
            number(signal > 0 && error > 0 ? 20 * log10(signal / error) : nil),
            number(outputs.worst[k]),
          ])
        }
      }
    }
    return text
  }

  /// Energy in joules, time in seconds and area in square meters of one inference, of every layer and then of
  /// its components; `nil` if they were not asked for. Components have no time of their own.
  public var energy: String? {
    let points = record.points.filter { $0.cost != nil }
    guard !points.isEmpty else { return nil }
    var text = CSV.line(["layer", "component", "joules", "seconds", "squareMeters", "point"])
    for point in points {
      for layer in point.cost?.layers ?? [] {
        func row(_ component: String, _ joules: Double, _ seconds: String, _ area: Double) {
          text += CSV.line([
            layer.name, component, "\(joules)", seconds, "\(area * 1e-12)", record.label(of: point),
          ])
        }
        row("all", layer.totalJoules, "\(layer.seconds)", layer.totalArea)
        for component in EnergyComponent.allCases {
          let (joules, area) = (layer.joules[component], layer.areaSquareMicrometers[component])
          guard joules != nil || area != nil else { continue }
          row(component.rawValue, joules ?? 0, "", area ?? 0)
        }
      }
    }
    return text
  }

  /// The columns of `logits(image:)`; `nil` if the record holds no outputs, or those of an image are
  /// more than one list.
  public var logitsHeader: String? {
    guard let first = results.first?.result.outputs.first,
      record.outputShape.count(where: { $0 != 1 }) <= 1
    else { return nil }
    return CSV.line(["index", "path"] + first.indices.map { "\($0)" })
  }

  /// The outputs of one image, in the shortest decimals that give back their bits: a row per path.
  public func logits(image: Int) -> String {
    results.map { name, result, _ in
      CSV.line(["\(image)", name] + result.outputs[image].map { "\($0)" })
    }.joined()
  }

  /// The outputs of every run, once: `[images, outputs …]`; empty if the record holds none.
  var outputArrays: [(name: String, shape: [Int], images: [[Float]])] {
    var found: [(name: String, shape: [Int], images: [[Float]])] = []
    for (_, result, _) in results where !result.outputs.isEmpty {
      let name = "outputs-\(result.run.replacingOccurrences(of: " ", with: "-")).npy"
      guard !found.contains(where: { $0.name == name }) else { continue }
      found.append((name, [result.outputs.count] + record.outputShape, result.outputs))
    }
    return found
  }
}
