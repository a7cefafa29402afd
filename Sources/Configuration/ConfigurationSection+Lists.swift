// Lists of scalars. `default` comes in the same three variants as for scalars.
extension ConfigurationSection {
  /// A list of finite numbers in `unit`, each within `range`.
  public mutating func doubles<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", default value: [Double],
    range: R = ConfigurationRange<Double>.unlimited, minimumCount: Int = 0, meaning: String
  ) throws(ConfigurationError) -> [Double] {
    let type = ScalarType.number(range.configurationRange)
    return try scalars(key, type, unit, .value(value), minimumCount, meaning)
  }

  /// A required list of finite numbers in `unit`, each within `range`.
  public mutating func doubles<R: ConfigurationRangeExpression<Double>>(
    _ key: String, unit: String = "", range: R = ConfigurationRange<Double>.unlimited,
    minimumCount: Int = 1, meaning: String
  ) throws(ConfigurationError) -> [Double] {
    let type = ScalarType.number(range.configurationRange)
    return try scalars(key, type, unit, .required, minimumCount, meaning)
  }

  /// A list of whole numbers, each within `range`.
  public mutating func integers<R: ConfigurationRangeExpression<Int>>(
    _ key: String, unit: String = "", default value: [Int],
    range: R = ConfigurationRange<Int>.unlimited, minimumCount: Int = 0, meaning: String
  ) throws(ConfigurationError) -> [Int] {
    let type = ScalarType.whole(range.configurationRange)
    return try scalars(key, type, unit, .value(value), minimumCount, meaning)
  }

  /// A required list of whole numbers, each within `range`.
  public mutating func integers<R: ConfigurationRangeExpression<Int>>(
    _ key: String, unit: String = "", range: R = ConfigurationRange<Int>.unlimited,
    minimumCount: Int = 1, meaning: String
  ) throws(ConfigurationError) -> [Int] {
    let type = ScalarType.whole(range.configurationRange)
    return try scalars(key, type, unit, .required, minimumCount, meaning)
  }

  /// A list of texts.
  public mutating func strings(
    _ key: String, default value: [String], minimumCount: Int = 0, meaning: String
  ) throws(ConfigurationError) -> [String] {
    try scalars(key, .text, "", .value(value), minimumCount, meaning)
  }

  /// A required list of texts.
  public mutating func strings(_ key: String, minimumCount: Int = 1, meaning: String)
    throws(ConfigurationError) -> [String]
  {
    try scalars(key, .text, "", .required, minimumCount, meaning)
  }

  private mutating func scalars<Value>(
    _ key: String, _ type: ScalarType<Value>, _ unit: String, _ fallback: Fallback<[Value]>,
    _ minimumCount: Int, _ meaning: String
  ) throws(ConfigurationError) -> [Value] {
    let recorded = { (values: [Value]) in ResolvedValue.list(values.map(type.record)) }
    declare(
      ReferenceEntry(
        key: key, type: "list of: \(type.name)", unit: unit, fallback: fallback.text(recorded),
        meaning: meaning))
    if case .reading = mode, let entry = entry(key) {
      if let values = try values(of: entry, type, minimumCount) {
        record(key, recorded(values))
        return values
      }
    } else if case .required = fallback, case .reading = mode {
      try note(missing(key))
    }
    switch fallback {
    case .value(let values):
      record(key, recorded(values))
      return values
    case .required: return [type.placeholder]
    }
  }

  /// The values of a list; `nil` if one of them cannot be read, which is then noted.
  private mutating func values<Value>(
    of entry: ConfigurationNode.Entry, _ type: ScalarType<Value>, _ minimumCount: Int
  ) throws(ConfigurationError) -> [Value]? {
    guard let items = try items(entry, atLeast: minimumCount) else { return nil }
    var values: [Value] = []
    for (index, item) in items.enumerated() {
      do {
        values.append(try type.read(item))
      } catch {
        try note(item.place.error("\(dotted(entry.key))[\(index)]", error.text))
      }
    }
    return values.count == items.count ? values : nil
  }
}
