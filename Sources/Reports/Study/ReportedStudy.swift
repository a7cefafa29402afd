import Experiments

/// Everything that a report shows: results at the points of one or several axes.
///
/// One run with its study makes one, and so do the runs of a sweep. Points that differ in their
/// seed alone form one cell, over whose seeds means and intervals are taken.
public struct ReportedStudy: Sendable {
  /// One point of one run.
  public struct Sample: Sendable {
    public var record: ExperimentRecord
    public var point: ExperimentRecord.Point
    /// The seed of the run.
    public var seed: UInt64 { record.seed }
    /// The experiment's own path; `nil` where the run was stopped before it.
    var own: ExperimentRecord.RunResult? { point.results.last }
    /// The network in exact integers; `nil` if it was not run.
    var integer: ExperimentRecord.RunResult? { record.digitalInteger(of: point) }
    /// The same arrays without wires; `nil` where the own path has none.
    var ideal: ExperimentRecord.RunResult? { point.ideal }
  }

  /// Samples that differ in their seed alone.
  public struct Cell: Sendable {
    /// A value for each axis.
    public var values: [StudyReading]
    public var samples: [Sample]
  }

  /// A value of a setting, by its key in the experiment file.
  public typealias Setting = (key: String, value: StudyValue)

  public var name: String
  /// Quantities that vary, the seed not among them; empty for a single cell.
  public var axes: [StudyQuantity]
  /// Each combination of values once, numbers in their order, names in that of the runs.
  public var cells: [Cell]
  /// Every run once.
  public var records: [ExperimentRecord]
  /// Points of the sweep without results.
  public var missing = 0

  /// The run itself: its study is the only axis.
  public init(_ record: ExperimentRecord) {
    self.init(name: record.name, runs: [([], record)])
  }

  /// The runs of a sweep, each with the settings in which they differ, in one order. A setting
  /// named `seed` is no axis.
  public init(name: String, runs: [(settings: [Setting], record: ExperimentRecord)]) {
    precondition(!runs.isEmpty, "a report needs results")
    self.name = name
    records = runs.map(\.record)
    let keys = runs[0].settings.map(\.key).filter { $0 != Self.seedKey }
    let studied = runs.map { $0.record.study }.max { $0.count < $1.count } ?? []
    // A quantity that is both set by the sweep and varied by the runs is one axis.
    let own = studied.filter { quantity in
      runs.contains { run in
        run.record.points.contains { point in
          Self.reading(quantity, of: point, in: run.record)
            != Self.reading(quantity, of: runs[0].record.points.first, in: runs[0].record)
        }
      }
    }
    let swept = keys.filter { key in !own.contains { key.hasSuffix(".\($0.key)") } }
    axes =
      swept.map { key in
        StudyQuantity.ofKey(
          key, values: runs.compactMap { run in run.settings.first { $0.key == key }?.value })
      } + own
    cells = []
    for run in runs {
      for point in run.record.points {
        let values =
          swept.map { key in
            StudyReading(run.settings.first { $0.key == key }?.value ?? .text("–"))
          }
          + own.map { Self.reading($0, of: point, in: run.record) ?? StudyReading(.text("–")) }
        let sample = Sample(record: run.record, point: point)
        if let known = cells.firstIndex(where: { $0.values == values }) {
          cells[known].samples.append(sample)
        } else {
          cells.append(Cell(values: values, samples: [sample]))
        }
      }
    }
    // The first axis varies slowest; single runs keep the order of their study.
    guard !swept.isEmpty else { return }
    let orders = axes.indices.map { values(ofAxis: $0) }
    func rank(_ cell: Cell) -> [Int] {
      zip(orders, cell.values).map { $0.firstIndex(of: $1) ?? 0 }
    }
    cells.sort { rank($0).lexicographicallyPrecedes(rank($1)) }
  }

  /// The key of the seed in experiment files.
  static let seedKey = "seed"

  private static func reading(
    _ quantity: StudyQuantity, of point: ExperimentRecord.Point?, in record: ExperimentRecord
  ) -> StudyReading? {
    guard let point, let index = record.study.firstIndex(where: { $0.key == quantity.key }),
      point.values.indices.contains(index)
    else { return nil }
    return point.values[index]
  }

  /// The first run, for what all have in common.
  var first: ExperimentRecord { records[0] }
  /// The figure by which runs are judged.
  var figure: TaskFigure { first.figure }

  /// The values that occur on an axis, numbers in their order.
  func values(ofAxis axis: Int) -> [StudyReading] {
    var found: [StudyReading] = []
    for cell in cells where !found.contains(cell.values[axis]) { found.append(cell.values[axis]) }
    guard found.allSatisfy({ $0.value.number != nil }) else { return found }
    return found.sorted { ($0.value.number ?? 0) < ($1.value.number ?? 0) }
  }

  /// Text of a cell: "R_segment = 62.5 Ω, ADC bits = 6"; of its only axis with a unit: "62.5 Ω".
  func place(of cell: Cell, isShort: Bool = false) -> String {
    zip(axes, cell.values).map { quantity, reading in
      isShort && axes.count == 1 ? quantity.shortText(reading) : quantity.trimmedEquation(reading)
    }.joined(separator: ", ")
  }
}

extension StudyQuantity {
  /// The quantity of a key of an experiment file, with the values that it takes.
  static func ofKey(_ key: String, values: [StudyValue]) -> StudyQuantity {
    let parts = key.split(separator: ".").map(String.init)
    let last = parts.last ?? key
    // `programming.alpha` says more than `alpha`; a layer's own key names the layer.
    let layer = parts.count > 2 && parts[0] == "layers" ? parts[1] : nil
    let own = (layer == nil ? parts[...] : parts[2...]).filter { $0 != "hardware" }
    let words = own.isEmpty ? last : own.suffix(2).joined(separator: ".")
    func ofLayer(_ text: String) -> String { layer.map { "\($0) \(text)" } ?? text }
    let units = [
      ("Ohms", "Ω", "ohms"), ("Siemens", "S", "siemens"), ("Volts", "V", "volts"),
      ("Amperes", "A", "amperes"), ("Seconds", "s", "seconds"), ("Percent", "%", "percent"),
    ]
    let unit = units.first { last.hasSuffix($0.0) }
    let numbers = values.compactMap(\.number).filter { $0 > 0 }
    let isWide = (numbers.min().map { (numbers.max() ?? $0) / $0 >= 20 }) ?? false
    let symbol =
      key.hasSuffix("converter.bits")
      ? "ADC bits" : last.hasSuffix("bitLineOhms") ? "R_segment" : words
    let title =
      key.hasSuffix("converter.bits")
      ? "converter bits" : last.hasSuffix("bitLineOhms") ? "wire resistance" : words
    return StudyQuantity(
      key: key, symbol: ofLayer(symbol), unit: unit?.1 ?? "", unitName: unit?.2 ?? "",
      title: ofLayer(title),
      definition: "", isLogarithmic: isWide && numbers.count == values.count)
  }

  /// A value with its unit: "1 kΩ", "6".
  func shortText(_ reading: StudyReading) -> String {
    guard case .number(let number) = reading.value, !unit.isEmpty else {
      return unit.isEmpty ? "\(symbol) = \(cell(reading))" : cell(reading)
    }
    return NumberFormat.trimmedEngineering(number, unit: unit)
  }

  /// A value as an equation: "R_segment = 1 kΩ".
  func trimmedEquation(_ reading: StudyReading) -> String {
    guard case .number(let number) = reading.value, !unit.isEmpty else {
      return "\(symbol) = \(cell(reading))"
    }
    return "\(symbol) = \(NumberFormat.trimmedEngineering(number, unit: unit))"
  }
}

extension NumberFormat {
  /// Three significant digits with an SI prefix and without trailing zeros: "1 kΩ".
  static func trimmedEngineering(_ value: Double, unit: String) -> String {
    guard unit != "%" else { return trimmed(value) + " %" }
    let parts = engineering(value, unit: unit).split(separator: " ", maxSplits: 1)
    guard parts.count == 2 else { return engineering(value, unit: unit) }
    return "\(withoutTrailingZeros(String(parts[0]))) \(parts[1])"
  }

  /// Three significant digits without trailing zeros: "98.7", "73".
  static func trimmed(_ value: Double, digits: Int = 3) -> String {
    withoutTrailingZeros(significant(value, digits: digits))
  }

  private static func withoutTrailingZeros(_ text: String) -> String {
    let parts = text.split(separator: "e", maxSplits: 1)
    guard var digits = parts.first.map(String.init), digits.contains(".") else { return text }
    while digits.hasSuffix("0") { digits.removeLast() }
    if digits.hasSuffix(".") { digits.removeLast() }
    return parts.count == 2 ? "\(digits)e\(parts[1])" : digits
  }
}
