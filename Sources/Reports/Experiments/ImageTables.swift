import Experiments
import Files

/// Results for single images as CSV; pure functions of a record.
public struct ImageTables: Sendable {
  private let record: ExperimentRecord
  private typealias RunResult = ExperimentRecord.RunResult
  /// Every path with the name of its columns, and the digital network that it is compared with.
  private let results: [(name: String, result: RunResult, digital: RunResult)]

  /// The tables of `record`.
  public init(_ record: ExperimentRecord) {
    self.record = record
    let integer = record.digitalInteger
    results =
      [("float", record.digitalFloat, integer), (integer.label, integer, integer)]
      + record.points.flatMap { point in
        let own = [point.digitalInteger].compactMap { $0 }
        return (own + point.results).map {
          ("\($0.label) \(record.label(of: point))", $0, record.digitalInteger(of: point))
        }
      }
  }

  /// One row per image: its place in the run, its name, its label; then for every path the
  /// prediction, the place of the label from 1, the five leading classes, and, for analog paths,
  /// whether the prediction differs from the digital integers' (1) or not (0).
  public var images: String {
    var columns = ["index", "image", "label"]
    for (name, result, _) in results {
      columns += [name, "\(name) label rank", "\(name) top 5"]
      if result.comparison != nil { columns.append("\(name) flip") }
    }
    var text = CSV.line(columns)
    for image in record.labels.indices {
      var row = ["\(image)", record.names[image], "\(record.labels[image])"]
      for (_, result, integer) in results {
        let leading = result.leading.indices.contains(image) ? result.leading[image] : []
        row += [
          "\(result.predictions[image])", "\(result.labelRanks[image])",
          leading.map { "\($0)" }.joined(separator: " "),
        ]
        if result.comparison != nil {
          let digital = integer.predictions[image]
          row.append(result.predictions[image] == digital ? "0" : "1")
        }
      }
      text += CSV.line(row)
    }
    return text
  }

  /// Confusion of every analog path against the digital integers: the pairs of predictions that occur.
  public var confusion: String {
    var text = CSV.line(["path", "\(record.integerLabel) class", "analog class", "images"])
    for (name, result, _) in results {
      for cell in result.comparison?.confusion ?? [] {
        text += CSV.line([name, "\(cell.digital)", "\(cell.analog)", "\(cell.images)"])
      }
    }
    return text
  }

  /// The columns of `logits(image:)`; `nil` if the record holds no logits.
  public var logitsHeader: String? {
    guard let first = record.digitalFloat.logits.first, !first.isEmpty else { return nil }
    return CSV.line(["index", "path"] + first.indices.map { "\($0)" })
  }

  /// The logits of one image, in the shortest decimals that give back their bits: a row per path.
  public func logits(image: Int) -> String {
    results.map { name, result, _ in
      CSV.line(["\(image)", name] + result.logits[image].map { "\($0)" })
    }.joined()
  }
}
