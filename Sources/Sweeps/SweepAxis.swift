import Configuration
import Foundation

/// One axis of a sweep: keys of the base experiment, and how their values are chosen.
public struct SweepAxis: Sendable, Equatable {
  /// Values that change several keys at once, or one.
  struct Step: Sendable, Equatable {
    /// A key with its value.
    struct Setting: Sendable, Equatable {
      var key: [String]
      var value: AnyConfigurationValue
    }

    var settings: [Setting]
  }

  enum Choice: Sendable, Equatable {
    case steps([Step])
    case range(key: [String], SweepRange)
  }

  var choice: Choice
  /// Where it stands in the file.
  var place: String

  /// The keys that it sets, in their order.
  var keys: [[String]] {
    switch choice {
    case .steps(let steps):
      steps.flatMap(\.settings).map(\.key).reduce(into: []) { found, key in
        if !found.contains(key) { found.append(key) }
      }
    case .range(let key, _): [key]
    }
  }

  /// The steps of a grid, in their order.
  var grid: [Step] {
    switch choice {
    case .steps(let steps): steps
    case .range(let key, let range): range.grid.map { step(key, $0) }
    }
  }

  /// The step at a part of the way from the first to the last.
  ///
  /// - Parameter part: From 0, up to but without 1.
  func step(at part: Double) -> Step {
    switch choice {
    case .steps(let steps): steps[min(Int(part * Double(steps.count)), steps.count - 1)]
    case .range(let key, let range): step(key, range.value(at: part, isContinuous: true))
    }
  }

  private func step(_ key: [String], _ number: Double) -> Step {
    Step(settings: [
      .init(
        key: key,
        value: AnyConfigurationValue(.plain(NumberText.text(number)), place: place))
    ])
  }
}

/// Numbers from one to another.
struct SweepRange: Sendable, Equatable {
  enum Spacing: Sendable { case linear, logarithmic }

  var from: Double, to: Double
  /// Points of a grid; `nil` where sampling gives their number.
  var count: Int?
  var spacing = Spacing.linear
  /// Whether values are rounded to whole numbers.
  var isWhole = false

  /// The points of a grid, both ends included.
  var grid: [Double] {
    let count = count ?? 1
    guard count > 1 else { return [from] }
    return (0..<count).map { k in
      // The ends exactly, whatever rounding does to a logarithm.
      if k == 0 { return from }
      if k == count - 1 { return to }
      return value(at: Double(k) / Double(count - 1), isContinuous: false)
    }
  }

  /// The number at a part of the way.
  ///
  /// - Parameter isContinuous: Whether whole numbers share the way evenly; otherwise the ends are the
  ///   first and the last number, as in a grid.
  func value(at part: Double, isContinuous: Bool) -> Double {
    guard isWhole else { return between(from, to, part) }
    guard isContinuous else { return between(from, to, part).rounded() }
    // Each whole number has the part of the way from half below to half above it.
    let (low, high) = (min(from, to), max(from, to))
    let ends = from <= to ? (low - 0.5, high + 0.5) : (high + 0.5, low - 0.5)
    return min(max(between(ends.0, ends.1, part).rounded(), low), high)
  }

  private func between(_ a: Double, _ b: Double, _ part: Double) -> Double {
    switch spacing {
    case .linear: a + part * (b - a)
    // Twelve digits: what is one by one is written as 1, not as its neighbor.
    case .logarithmic:
      Double(String(format: "%.12g", exp(log(a) + part * (log(b) - log(a))))) ?? a
    }
  }
}
