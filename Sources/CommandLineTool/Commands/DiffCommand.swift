import ArgumentParser
import Experiments
import Files
import Foundation
import Reports

struct DiffCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two results of the same images: the paired difference and what caused it.",
    discussion: """
      Takes two results folders of `tilespice infer`, points of a sweep, or files results.json. The \
      difference of two accuracies on the same images has a far narrower interval than each of them: \
      images that both classify alike tell nothing. McNemar's exact test gives the chance of so uneven \
      a split if neither were better. Then follow the layers whose signal to error moved, and the keys \
      in which the experiments differ. Results of other images are refused.
      """)

  @Argument(help: "The results that are the reference: a folder, or results.json.")
  var first: String
  @Argument(help: "The results compared with them.") var second: String
  @Flag(help: "Print the comparison as JSON.") var json = false

  func run() throws {
    let difference = try ResultDifference(
      ExperimentRecord(contentsOf: first), ExperimentRecord(contentsOf: second),
      names: (first, second))
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      Console.print(String(decoding: try encoder.encode(difference), as: UTF8.self))
    } else {
      Console.print(DifferenceTables.text(difference))
    }
  }
}

/// What `diff` prints.
enum DifferenceTables {
  static func text(_ difference: ResultDifference) -> String {
    var parts = [
      "\(difference.first) (A) and \(difference.second) (B), \(difference.imageCount) images"
    ]
    for point in difference.points { parts.append(text(point)) }
    if difference.configuration.isEmpty {
      parts.append("The experiments are the same.")
    } else {
      var table = Table([.text("key"), .text("A"), .text("B")])
      for key in difference.configuration {
        table.append([key.key, key.first ?? "–", key.second ?? "–"])
      }
      parts.append("The experiments differ in\n" + table.text)
    }
    return parts.joined(separator: "\n\n")
  }

  private static func text(_ point: ResultDifference.Point) -> String {
    var lines: [String] = point.place.isEmpty ? [] : [point.place]
    if let own = point.classification {
      lines.append(
        String(
          format: "accuracy: %.2f %% (%@), %.2f %% (%@)", own.firstPercent, point.firstPath,
          own.secondPercent, point.secondPath))
      lines.append(
        String(
          format: "difference B − A: %+.2f ± %.2f points (95 %%), McNemar p = %.3g",
          own.differencePoints, own.halfWidthPoints, own.mcNemarPValue))
      lines.append(
        "correct in both: \(own.paired.both), only in A: \(own.paired.onlyFirst), only in B: "
          + "\(own.paired.onlySecond), in none: \(own.paired.neither)")
    }
    if let own = point.meanSquareError {
      let half = own.halfWidth.map { String(format: " ± %.3g (95 %%)", $0) } ?? ""
      if let a = point.firstMeanSquareError, let b = point.secondMeanSquareError {
        lines.append(
          String(
            format: "mean square error: %.4g (%@), %.4g (%@)", a, point.firstPath, b,
            point.secondPath))
      }
      lines.append(String(format: "mean square error, B − A: %+.4g", own.value) + half)
    }
    if let a = point.firstOutputError, let b = point.secondOutputError {
      lines.append(
        String(
          format: "output error (rms): %.3g %% (%@), %.3g %% (%@)", 100 * a, point.firstPath,
          100 * b,
          point.secondPath))
    }
    if let changed = point.changedPredictions { lines.append("changed predictions: \(changed)") }
    guard !point.layers.isEmpty else { return lines.joined(separator: "\n") }
    var table = Table([
      .text("layer"), .number("own SNR of A", unit: "dB"), .number("of B", unit: "dB"),
      .number("moved", unit: "dB"), .number("SNR so far of A", unit: "dB"),
      .number("of B", unit: "dB"),
    ])
    func cell(_ value: Double?, _ format: String = "%.1f") -> String {
      value.map { String(format: format, $0) } ?? "–"
    }
    for layer in point.layers {
      table.append([
        layer.name, cell(layer.firstOwnDecibels), cell(layer.secondOwnDecibels),
        cell(layer.moved, "%+.1f"), cell(layer.firstReachedDecibels),
        cell(layer.secondReachedDecibels),
      ])
    }
    return lines.joined(separator: "\n") + "\n\n" + table.text
  }
}
