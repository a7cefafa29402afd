import Experiments

extension StudyQuantity {
  /// Its column in a table.
  var column: Table.Column { .value(symbol, unit: unit) }

  /// A value in a cell of that column.
  func cell(_ reading: StudyReading) -> String {
    switch reading.value {
    // Of a file its name: folders are in the configuration.
    case .text(let name): name.split(separator: ", ").map(Self.nameOfFile).joined(separator: ", ")
    case .number(let number):
      // Counts are shown in full.
      if unit.isEmpty, let count = Int(exactly: number) {
        "\(count)"
      } else {
        NumberFormat.significant(number)
      }
    }
  }

  /// Text without the folders of a path that it is, or that it gives for a key.
  private static func nameOfFile(_ text: Substring) -> String {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts.last ?? text
    guard path.contains("/"), let name = path.split(separator: "/").last else {
      return String(text)
    }
    return (parts.dropLast().map(String.init) + [String(name)]).joined(separator: " ")
  }

  /// The dimensionless form of a value; a dash without one.
  func normalizedCell(_ reading: StudyReading) -> String {
    reading.normalized.map { NumberFormat.significant($0, digits: 2) } ?? "–"
  }

  /// A value as an equation: "R_segment = 62.5 Ω".
  func equation(_ reading: StudyReading) -> String {
    guard case .number(let number) = reading.value, !unit.isEmpty else {
      return "\(symbol) = \(cell(reading))"
    }
    return "\(symbol) = \(NumberFormat.engineering(number, unit: unit))"
  }
}

extension ExperimentRecord {
  /// The digital networks that were run.
  var digitalLabels: [String] {
    (digitalFloat.map { [$0.label] } ?? []) + (digitalInteger == nil ? [] : [integerLabel])
  }

  /// Whether its results name a largest output for each image.
  var predicts: Bool {
    let results = [digitalFloat, digitalInteger].compactMap { $0 } + points.flatMap(\.results)
    return results.contains { !$0.predictions.isEmpty }
  }

  /// The analog paths of all points, each once, in the order in which they occur.
  var analogLabels: [String] {
    points.flatMap(\.results).reduce(into: []) { found, result in
      if !found.contains(result.label) { found.append(result.label) }
    }
  }

  /// Text of a point: "R_segment = 62.5 Ω".
  func place(of point: Point) -> String {
    zip(study, point.values).map { $0.equation($1) }.joined(separator: ", ")
  }

  /// The same as on pages: "R_segment = 1 kΩ".
  func trimmedPlace(of point: Point) -> String {
    zip(study, point.values).map { $0.trimmedEquation($1) }.joined(separator: ", ")
  }

  /// The same with the dimensionless forms: "R_segment = 62.5 Ω (R_segment / R_min = 0.0010)".
  func fullPlace(of point: Point) -> String {
    zip(study, point.values).map { quantity, reading in
      let normalized = quantity.normalizedSymbol.map {
        " (\($0) = \(quantity.normalizedCell(reading)))"
      }
      return quantity.equation(reading) + (normalized ?? "")
    }.joined(separator: ", ")
  }

  /// A point in names of columns and files: its values in full with their units.
  func label(of point: Point) -> String {
    zip(study, point.values).map { $0.text($1.value) }.joined(separator: ", ")
  }
}
