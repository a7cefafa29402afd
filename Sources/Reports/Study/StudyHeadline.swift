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
      return "\(subject(base.value)) in exact integers stays \(value(worst.value)) "
        + "\(reach(of: cell))."
    }
    if let difference, let interval = difference.interval, interval.contains(0),
      !study.isLossForEverySeed(cell)
    {
      guard isNarrow(interval) else {
        return "\(subject(base.value)) in exact integers is \(value(worst.value)) \(place): "
          + "\(sample(of: cell)) cannot tell a difference of \(signed(difference)) from none."
      }
      return "\(subject(base.value)) in exact integers holds on arrays: \(value(worst.value)) "
        + "\(place), a difference of \(signed(difference)) that its 95 % interval cannot tell "
        + "from none."
    }
    let verb = study.figure.isBetterHigh == isWorse ? "falls" : isWorse ? "grows" : "rises"
    let text = "\(subject(base.value)) \(verb) to \(value(worst.value)) \(place)"
    guard isWorse, let cause = cause(cell) else { return text + "." }
    return "\(text): \(cause)."
  }

  /// Where the figure stays as it is: everywhere, if every point has the same.
  private func reach(of cell: ReportedStudy.Cell) -> String {
    guard study.cells.count > 1 else { return "on arrays" }
    let pairs = study.cells.map { cell in
      [study.estimate(cell) { $0.own }, study.estimate(cell) { $0.integer }].map { $0?.value }
    }
    return Set(pairs.flatMap { $0 }).count == 1
      ? "at all \(study.cells.count) points of the study"
      : "\(place(of: cell)), the worst of \(study.cells.count) points"
  }

  /// Whether an interval of a difference is narrow enough to speak of a figure that holds: to five
  /// points, or a tenth of the integers' figure.
  private func isNarrow(_ interval: ClosedRange<Double>) -> Bool {
    let half = (interval.upperBound - interval.lowerBound) / 2
    guard study.figure.unit != "%" else { return half <= 5 }
    let base = study.worst.flatMap { study.estimate($0) { $0.integer } }?.value ?? 0
    return half <= 0.1 * base.magnitude
  }

  /// What a difference is measured on: "40 images", "2 seeds of 40 images".
  private func sample(of cell: ReportedStudy.Cell) -> String {
    let images = NumberFormat.count(study.first.imageCount, "image")
    let seeds = Set(cell.samples.map(\.seed)).count
    return seeds > 1 ? "\(seeds) seeds of \(images)" : images
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

  /// What explains a loss: the layers that lose a hundredth of their current or more, at most two;
  /// where wires do not explain it, the step of one axis that brings most of it back; else the layer
  /// with the least signal to error.
  private func cause(_ cell: ReportedStudy.Cell) -> String? {
    guard let point = cell.samples.first?.point else { return nil }
    if !wiresExplain(cell), let text = rescue(cell) { return text }
    let losses = point.layers.compactMap { layer in layer.meanDrop.map { (layer.name, $0) } }
      .filter { $0.1 >= 0.01 }.sorted { $0.1 > $1.1 }.prefix(2)
    func percent(_ part: Double) -> String { "\(NumberFormat.trimmed(100 * part, digits: 2)) %" }
    switch wiresExplain(cell) ? losses.count : 0 {
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

  /// How much better than `worst` a figure is.
  private func gain(_ value: Double, over worst: Double) -> Double {
    study.figure.isBetterHigh ? value - worst : worst - value
  }

  /// Whether wires take what the worst point loses: its arrays without wires lose less than half of
  /// it, or nothing that was run contradicts it.
  private func wiresExplain(_ cell: ReportedStudy.Cell) -> Bool {
    guard let worst = study.estimate(cell, { $0.own })?.value,
      let base = study.estimate(cell, { $0.integer })?.value
    else { return true }
    let half = gain(base, over: worst) / 2
    if let ideal = study.estimate(cell, { $0.ideal })?.value {
      return gain(ideal, over: worst) >= half
    }
    // A point whose lines lose as much and that is far better.
    let drop = greatestDrop(cell)
    return !study.cells.contains { other in
      guard let own = study.estimate(other, { $0.own })?.value else { return false }
      return greatestDrop(other) >= 0.9 * drop && gain(own, over: worst) > half
    }
  }

  private func greatestDrop(_ cell: ReportedStudy.Cell) -> Double {
    cell.samples.first?.point.layers.compactMap(\.meanDrop).max() ?? 0
  }

  /// "with ADC bits = 8 it is 98 %": the best point that differs in one axis, if it brings half of
  /// the loss back.
  private func rescue(_ cell: ReportedStudy.Cell) -> String? {
    guard let worst = study.estimate(cell, { $0.own })?.value,
      let base = study.estimate(cell, { $0.integer })?.value
    else { return nil }
    var best: (gain: Double, value: Double, axis: Int, reading: StudyReading)?
    for other in study.cells {
      let changed = study.axes.indices.filter { other.values[$0] != cell.values[$0] }
      guard changed.count == 1, let own = study.estimate(other, { $0.own })?.value else {
        continue
      }
      let ownGain = gain(own, over: worst)
      if ownGain > best?.gain ?? 0 { best = (ownGain, own, changed[0], other.values[changed[0]]) }
    }
    guard let best, best.gain >= gain(base, over: worst) / 2 else { return nil }
    let setting = study.axes[best.axis].trimmedEquation(best.reading)
    return "with \(setting) it is \(value(best.value))"
  }
}
