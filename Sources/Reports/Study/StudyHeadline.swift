import Experiments
import Foundation
import Inference

/// The sentence that a report opens with.
struct StudyHeadline {
  private let study: ReportedStudy

  init(_ study: ReportedStudy) { self.study = study }

  /// The exact integers against the worst point of the study, with the layers that lose most there.
  var sentence: String {
    guard let cell = study.worst, let worst = study.estimate(cell, { $0.own }) else {
      return "No path on arrays was finished: there are results of the digital networks alone."
    }
    guard let base = study.estimate(cell, { $0.integer }) else {
      let rank = study.cells.count > 1 ? ", the worst of \(study.cells.count) points" : ""
      return "\(subject(worst.value)) \(place(of: cell))\(rank)."
    }
    let difference = study.difference(cell)
    let place = place(of: cell)
    let isWorse =
      study.figure.isBetterHigh ? worst.value < base.value : worst.value > base.value
    if worst.value == base.value {
      let reach =
        study.cells.count > 1 ? "at all \(study.cells.count) points of the study" : "on arrays"
      return "\(subject(base.value)) in exact integers stays \(value(worst.value)) \(reach)."
    }
    if let interval = difference?.interval, interval.contains(0), let difference {
      return "\(subject(base.value)) in exact integers holds on arrays: \(value(worst.value)) "
        + "\(place), a difference of \(signed(difference)) that its 95 % interval cannot tell "
        + "from none."
    }
    let verb = study.figure.isBetterHigh == isWorse ? "falls" : isWorse ? "grows" : "rises"
    let text = "\(subject(base.value)) \(verb) to \(value(worst.value)) \(place)"
    guard isWorse, let cause = cause(cell) else { return text + "." }
    return "\(text): \(cause)."
  }

  private func place(of cell: ReportedStudy.Cell) -> String {
    study.axes.isEmpty ? "on arrays" : "at \(study.place(of: cell, isShort: true))"
  }

  private func subject(_ number: Double) -> String {
    switch study.first.task {
    case "classification": "\(value(number)) accuracy"
    case "regression": "A mean square error of \(value(number))"
    case "segmentation": "A mean intersection over union of \(value(number))"
    default: "An output error of \(value(number)) (rms, against the float network)"
    }
  }

  private func value(_ number: Double) -> String {
    NumberFormat.trimmed(number) + (study.figure.unit.isEmpty ? "" : " \(study.figure.unit)")
  }

  private func signed(_ difference: Estimate) -> String {
    let half = difference.interval.map { ($0.upperBound - $0.lowerBound) / 2 } ?? 0
    let unit = study.figure.unit == "%" ? " points" : ""
    let sign = difference.value < 0 ? "−" : "+"
    // Both to the second digit of the half width.
    let decimals = half > 0 ? max(0, 1 - Int(log10(half).rounded(.down))) : 2
    return "\(sign)\(NumberFormat.fixed(difference.value.magnitude, digits: decimals)) ± "
      + "\(NumberFormat.fixed(half, digits: decimals))\(unit)"
  }

  /// The layers that lose a hundredth of their current or more, at most two; without such layers
  /// the one with the least signal to error.
  private func cause(_ cell: ReportedStudy.Cell) -> String? {
    guard let point = cell.samples.first?.point else { return nil }
    let losses = point.layers.compactMap { layer in layer.meanDrop.map { (layer.name, $0) } }
      .filter { $0.1 >= 0.01 }.sorted { $0.1 > $1.1 }.prefix(2)
    func percent(_ part: Double) -> String { "\(NumberFormat.trimmed(100 * part, digits: 2)) %" }
    switch losses.count {
    case 2:
      return "\(losses[0].0) and \(losses[1].0) lose \(percent(losses[0].1)) and "
        + "\(percent(losses[1].1)) of their current"
    case 1: return "\(losses[0].0) loses \(percent(losses[0].1)) of its current"
    default:
      let noisy = point.fidelity.compactMap { layer in layer.ownDecibels.map { (layer.name, $0) } }
        .min { $0.1 < $1.1 }
      return noisy.map {
        "\($0.0) is the least exact layer, with a signal-to-error ratio of "
          + "\(NumberFormat.fixed($0.1, digits: 1)) dB"
      }
    }
  }
}
