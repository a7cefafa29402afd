import Foundation

/// The meaning of a key without a value.
enum Fallback<Value> {
  case required
  case value(Value)
}

// Each kind of value comes in three variants: with a default, without (the key is required), and
// with `default: nil` (an absent key is `nil`). `Never?` accepts nothing but `nil`.
extension ConfigurationSection {
  /// A finite number in `unit`, within `range`; with `allowsInfinity`, `.inf` is accepted too.
  public mutating func double<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", default value: Double,
    range: R = ConfigurationRange<Double>.unlimited, allowsInfinity: Bool = false, meaning: String
  ) throws(ConfigurationError) -> Double {
    let type = ScalarType.number(range.configurationRange, allowsInfinity: allowsInfinity)
    return try scalar(key, type, unit: unit, .value(value), meaning)
  }

  /// A required finite number in `unit`, within `range`.
  public mutating func double<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", range: R = ConfigurationRange<Double>.unlimited,
    allowsInfinity: Bool = false, meaning: String
  ) throws(ConfigurationError) -> Double {
    let type = ScalarType.number(range.configurationRange, allowsInfinity: allowsInfinity)
    return try scalar(key, type, unit: unit, .required, meaning)
  }

  /// A finite number in `unit`, within `range`, or `nil`.
  public mutating func double<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", default none: Never?,
    range: R = ConfigurationRange<Double>.unlimited, allowsInfinity: Bool = false, meaning: String
  ) throws(ConfigurationError) -> Double? {
    let type = ScalarType.number(range.configurationRange, allowsInfinity: allowsInfinity)
    return try scalar(key, type.optional, unit: unit, .value(nil), meaning)
  }

  /// An integer within `range`.
  public mutating func integer<R: ConfigurationRangeExpression<Int>>(
    _ key: String, unit: String = "", default value: Int,
    range: R = ConfigurationRange<Int>.unlimited, meaning: String
  ) throws(ConfigurationError) -> Int {
    try scalar(key, .whole(range.configurationRange), unit: unit, .value(value), meaning)
  }

  /// A required whole number within `range`.
  public mutating func integer<R: ConfigurationRangeExpression<Int>>(
    _ key: String, unit: String = "", range: R = ConfigurationRange<Int>.unlimited,
    meaning: String
  ) throws(ConfigurationError) -> Int {
    try scalar(key, .whole(range.configurationRange), unit: unit, .required, meaning)
  }

  /// The required key `version` of a format, of which versions in `range` are read.
  public mutating func version(
    _ range: ClosedRange<Int>, meaning: String
  ) throws(ConfigurationError) -> Int {
    try scalar("version", .version(range), unit: "", .required, meaning)
  }

  /// An integer within `range`, or `nil`.
  public mutating func integer<R: ConfigurationRangeExpression<Int>>(
    _ key: String, unit: String = "", default none: Never?,
    range: R = ConfigurationRange<Int>.unlimited, meaning: String
  ) throws(ConfigurationError) -> Int? {
    let type = ScalarType.whole(range.configurationRange)
    return try scalar(key, type.optional, unit: unit, .value(nil), meaning)
  }

  /// An integer within `range`, or `nil` if the file says null; `inherited` if the key is absent.
  package mutating func integer<R: ConfigurationRangeExpression<Int>>(
    _ key: String, inherited: Int?, range: R, meaning: String
  ) throws(ConfigurationError) -> Int? {
    let type = ScalarType.whole(range.configurationRange)
    return try scalar(key, type.optional, unit: "", .value(inherited), meaning)
  }

  /// A number within `range`, or `nil` if the file says null; `inherited` if the key is absent.
  package mutating func double<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", inherited: Double?, range: R, meaning: String
  ) throws(ConfigurationError) -> Double? {
    let type = ScalarType.number(range.configurationRange, allowsInfinity: false)
    return try scalar(key, type.optional, unit: unit, .value(inherited), meaning)
  }

  /// `true` or `false`.
  public mutating func boolean(_ key: String, default value: Bool, meaning: String)
    throws(ConfigurationError) -> Bool
  {
    try scalar(key, .boolean, unit: "", .value(value), meaning)
  }

  /// A required `true` or `false`.
  public mutating func boolean(_ key: String, meaning: String) throws(ConfigurationError) -> Bool {
    try scalar(key, .boolean, unit: "", .required, meaning)
  }

  /// `true`, `false` or `nil`.
  public mutating func boolean(_ key: String, default none: Never?, meaning: String)
    throws(ConfigurationError) -> Bool?
  {
    try scalar(key, ScalarType.boolean.optional, unit: "", .value(nil), meaning)
  }

  /// Any text.
  public mutating func string(_ key: String, default value: String, meaning: String)
    throws(ConfigurationError) -> String
  {
    try scalar(key, .text, unit: "", .value(value), meaning)
  }

  /// Required text.
  public mutating func string(_ key: String, meaning: String) throws(ConfigurationError) -> String {
    try scalar(key, .text, unit: "", .required, meaning)
  }

  /// Text, or `nil`.
  public mutating func string(_ key: String, default none: Never?, meaning: String)
    throws(ConfigurationError) -> String?
  {
    try scalar(key, ScalarType.text.optional, unit: "", .value(nil), meaning)
  }

  /// A path, relative to the folder of the file; returned relative to the working folder. A default
  /// is not required to exist.
  public mutating func path(
    _ key: String, default value: String, mustExist: Bool = true, meaning: String
  ) throws(ConfigurationError) -> String {
    let type = ScalarType.path(from: folder, mustExist: mustExist)
    let path = ConfigurationPath(written: value, folder: folder)
    return try scalar(key, type, unit: "", .value(path), meaning).resolved
  }

  /// A required path, relative to the folder of the file.
  public mutating func path(_ key: String, mustExist: Bool = true, meaning: String)
    throws(ConfigurationError) -> String
  {
    let type = ScalarType.path(from: folder, mustExist: mustExist)
    return try scalar(key, type, unit: "", .required, meaning).resolved
  }

  /// A path, relative to the folder of the file, or `nil`.
  public mutating func path(
    _ key: String, default none: Never?, mustExist: Bool = true, meaning: String
  ) throws(ConfigurationError) -> String? {
    let type = ScalarType.path(from: folder, mustExist: mustExist)
    return try scalar(key, type.optional, unit: "", .value(nil), meaning)?.resolved
  }

  /// Whether the file has a number at `key`, where a word would be read otherwise.
  package func isNumber(_ key: String) -> Bool {
    guard case .plain(let text)? = entry(key)?.value.content else { return false }
    return Double(text) != nil
  }

  private mutating func scalar<Value>(
    _ key: String, _ type: ScalarType<Value>, unit: String, _ fallback: Fallback<Value>,
    _ meaning: String
  ) throws(ConfigurationError) -> Value {
    declare(
      ReferenceEntry(
        key: key, type: type.name, unit: unit, fallback: fallback.text(type.record),
        meaning: meaning))
    if case .reading = mode, let entry = entry(key) {
      do {
        let value = try type.read(entry.value)
        record(key, type.record(value))
        return value
      } catch {
        try note(entry.value.place.error(dotted(key), error.text))
      }
    } else if case .required = fallback, case .reading = mode {
      try note(missing(key))
    }
    switch fallback {
    case .value(let value):
      record(key, type.record(value))
      return value
    case .required: return type.placeholder
    }
  }
}

extension Fallback {
  /// The default as a file would spell it; `nil` if the key is required.
  func text(_ record: (Value) -> ResolvedValue) -> String? {
    guard case .value(let value) = self else { return nil }
    return record(value).yaml(paths: .asWritten).trimmingCharacters(in: .newlines)
  }
}
