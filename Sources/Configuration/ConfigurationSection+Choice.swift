import Files

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

  /// One of `options`, or `nil` if the key is absent.
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

    let parameterPlace = entry(key)?.value.place
    var parameters = nested(key, [], place: parameterPlace)
    var name: String?
    if let entry = entry(key) {
      let names = options.map(\.name)
      if case .value(let fallback) = fallback, names.contains(fallback), entry.value.namesNoOption {
        name = fallback
      } else {
        name = try optionName(entry, names)
      }
      if case .mapping(let entries) = entry.value.content {
        let others = entries.filter { $0.key != Self.discriminator }
        parameters = nested(key, others, place: parameterPlace)
      }
    } else if case .value(let fallback) = fallback {
      name = fallback
    } else {
      try note(missing(key))
    }

    guard let name, let body = try body(of: name, key, options) else {
      return try standIn(key, fallback, options)
    }
    let value = try completed(&parameters, body)
    let chosen = ResolvedValue.text(name)
    record(
      key,
      parameters.resolved.isEmpty
        ? chosen
        : .mapping([.init(key: Self.discriminator, value: chosen)] + parameters.resolved))
    return value
  }

  /// The reader of the option called `name`; `nil` if there is none or it is not built, which is
  /// noted.
  private mutating func body<Value>(
    of name: String, _ key: String, _ options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> ConfigurationOption<Value>.Body? {
    guard let option = options.first(where: { $0.name == name }) else {
      try note(error(at: key, unknown(name, options.map(\.name))))
      return nil
    }
    if option.body == nil {
      let available = options.filter { $0.body != nil }.map(\.name).joined(separator: ", ")
      try note(error(at: key, "\(name) is not available in this version; available: \(available)"))
    }
    return option.body
  }

  /// The name of the chosen option; `nil` if the value gives none, which is then noted.
  private mutating func optionName(_ entry: ConfigurationNode.Entry, _ names: [String])
    throws(ConfigurationError) -> String?
  {
    let type = ScalarType.text
    let list = names.joined(separator: ", ")
    var problem = "expected one of \(list), found \(entry.value.found)"
    switch entry.value.content {
    case .plain, .quoted:
      if let name = try? type.read(entry.value) { return name }
    case .mapping(let entries):
      if let model = entries.first(where: { $0.key == Self.discriminator }) {
        if let name = try? type.read(model.value) { return name }
      } else {
        problem = "needs the key \(Self.discriminator), one of: \(list)"
      }
    case .list: break
    }
    try note(entry.value.place.error(dotted(entry.key), problem))
    return nil
  }

  /// A stand-in for the value of the choice while the reference page is written.
  private func standIn<Value>(
    _ key: String, _ fallback: Fallback<String>, _ options: [ConfigurationOption<Value>]
  ) throws(ConfigurationError) -> Value {
    var blank = ConfigurationSection(
      [], mode: .documenting, path: path, place: place, folder: folder)
    return try blank.document(key, fallback, "", options)
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

extension ConfigurationNode {
  /// Whether it holds parameters of a choice that were set one by one, without a name of an option.
  fileprivate var namesNoOption: Bool {
    guard isImplied, case .mapping(let entries) = content else { return false }
    return !entries.contains { $0.key == ConfigurationSection.discriminator }
  }
}
