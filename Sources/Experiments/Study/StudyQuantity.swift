/// A quantity that a study varies, with all the text that tables, pages and results print about it.
public struct StudyQuantity: Sendable, Codable, Hashable {
  /// Its key under `study` of the experiment file.
  public var key: String
  /// Symbol or short name, as it heads a column.
  public var symbol: String
  /// Unit of its values; empty for counts, ratios and names.
  public var unit: String
  /// The unit as a plain word, such as `ohms`; empty without a unit.
  public var unitName: String
  /// Its name in running text: "wire resistance".
  public var title: String
  /// A sentence that defines the symbols.
  public var definition: String
  /// Symbol of its dimensionless form, if it has one: its value over the reference.
  public var normalizedSymbol: String?
  /// Whether figures spread it by its logarithm.
  public var isLogarithmic: Bool

  /// A quantity, by default without a unit and a dimensionless form.
  public init(
    key: String, symbol: String, unit: String = "", unitName: String = "", title: String,
    definition: String, normalizedSymbol: String? = nil, isLogarithmic: Bool = false
  ) {
    self.key = key
    self.symbol = symbol
    self.unit = unit
    self.unitName = unitName
    self.title = title
    self.definition = definition
    self.normalizedSymbol = normalizedSymbol
    self.isLogarithmic = isLogarithmic
  }

  /// `value` in full with the unit, or after the symbol if there is no unit: "62.5 Ω", "bits = 6".
  public func text(_ value: StudyValue) -> String {
    unit.isEmpty ? "\(symbol) = \(text(number: value))" : "\(text(number: value)) \(unit)"
  }

  /// `value` in full, without the unit.
  func text(number value: StudyValue) -> String {
    switch value {
    case .text(let text): text
    // Counts have no unit and no decimals.
    case .number(let number):
      unit.isEmpty ? Int(exactly: number).map { "\($0)" } ?? "\(number)" : "\(number)"
    }
  }
}

/// One value of a quantity: a number in its unit, or a name.
public enum StudyValue: Sendable, Hashable, Codable {
  case number(Double)
  case text(String)

  /// The number, unless the value is a name.
  public var number: Double? {
    if case .number(let value) = self { value } else { nil }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    }
  }
}

/// The value of a quantity at a point of a study.
public struct StudyReading: Sendable, Codable, Hashable {
  /// The value in the quantity's unit.
  public var value: StudyValue
  /// Its dimensionless form; `nil` if the quantity has none.
  public var normalized: Double?

  /// A value, with its dimensionless form if the quantity has one.
  public init(_ value: StudyValue, normalized: Double? = nil) {
    self.value = value
    self.normalized = normalized
  }
}
