import Netlist

// A choice is written either as the bare name of an option, whose parameters then take their
// defaults, or as a mapping whose key `model` names the option beside its parameters:
// `adc: ideal`, `adc: {model: uniform, bits: 8}`.
extension ConfigurationSection {
  static let discriminator = "model"

  /// One of `options`; the option called `name` where the key is absent.
  public mutating func choice<Value>(
    _ key: String, default name: String, meaning: String, options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    precondition(
      options.contains { $0.name == name && $0.body != nil }, "the default is not an option")
    return try choice(key, .value(name), meaning, options)
  }

  /// One of `options`; the key is required.
  public mutating func choice<Value>(
    _ key: String, meaning: String, options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    try choice(key, .required, meaning, options)
  }

  /// One of `options`, or nil where the key is absent.
  public mutating func choice<Value>(
    _ key: String, default none: Never?, meaning: String, options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value? {
    if mode == .reading && !has(key) {
      declare(ReferenceEntry(key: key, type: "", fallback: "null", meaning: meaning))
      record(key, .null)
      return nil
    }
    return try choice(key, .value("null"), meaning, options)
  }

  private mutating func choice<Value>(
    _ key: String, _ fallback: Fallback<String>, _ meaning: String,
    _ options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    if mode == .documenting { return try document(key, fallback, meaning, options) }
    declare(ReferenceEntry(key: key, type: "", meaning: meaning))

    let name: String
    var parameters = nested(key, [])
    if let entry = entry(key) {
      name = try optionName(entry, options.map(\.name))
      if case .mapping(let entries) = entry.value.content {
        let others = entries.filter { $0.key != Self.discriminator }
        parameters = nested(key, others, place: entry.value.place)
      } else {
        parameters = nested(key, [], place: entry.value.place)
      }
    } else if case .value(let fallback) = fallback {
      name = fallback
    } else {
      throw missing(key)
    }

    guard let option = options.first(where: { $0.name == name }) else {
      throw error(at: key, unknown(name, options.map(\.name)))
    }
    guard let body = option.body else {
      let available = options.filter { $0.body != nil }.map(\.name).joined(separator: ", ")
      throw error(at: key, "\(name) is not available in this version; available: \(available)")
    }
    let value = try parameters.finishing(body)
    let chosen = ResolvedValue.text(name)
    record(
      key,
      parameters.resolved.isEmpty
        ? chosen
        : .mapping([.init(key: Self.discriminator, value: chosen)] + parameters.resolved))
    return value
  }

  private func optionName(_ entry: ConfigurationNode.Entry, _ names: [String])
    throws(ConfigurationError) -> String
  {
    let type = ScalarType.text
    let list = names.joined(separator: ", ")
    switch entry.value.content {
    case .plain, .quoted:
      if let name = try? type.read(entry.value) { return name }
    case .mapping(let entries):
      guard let model = entries.first(where: { $0.key == Self.discriminator }) else {
        throw entry.value.place.error(
          dotted(entry.key), "needs the key \(Self.discriminator), one of: \(list)")
      }
      if let name = try? type.read(model.value) { return name }
    case .list: break
    }
    throw entry.value.place.error(
      dotted(entry.key), "expected one of \(list), found \(entry.value.found)")
  }

  private func unknown(_ name: String, _ names: [String]) -> String {
    let near = NearestWord.find(name, among: names).map { "did you mean \($0)? " } ?? ""
    return "'\(name)' is not an option; \(near)options: " + names.joined(separator: ", ")
  }

  /// Visits every option; the value is that of the default option, or of the first one built.
  private mutating func document<Value>(
    _ key: String, _ fallback: Fallback<String>, _ meaning: String,
    _ options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    var first: Value?
    var preferred: Value?
    var described: [ReferenceEntry.Option] = []
    var defaultName: String?
    if case .value(let name) = fallback { defaultName = name }
    for option in options {
      var parameters = nested(key, [])
      if let body = option.body {
        let value = try body(&parameters)
        if first == nil { first = value }
        if option.name == defaultName { preferred = value }
      }
      described.append(
        .init(
          name: option.name, meaning: option.meaning, isPlanned: option.body == nil,
          entries: parameters.reference))
    }
    declare(
      ReferenceEntry(
        key: key, type: "choice", fallback: defaultName, meaning: meaning,
        content: .options(described)))
    guard let value = preferred ?? first else {
      preconditionFailure("a choice needs an option that is built")
    }
    return value
  }
}
