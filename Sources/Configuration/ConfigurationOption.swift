/// One of the options of a choice, with the parameters it reads.
public struct ConfigurationOption<Value> {
  typealias Body = (inout ConfigurationSection) throws(ConfigurationError) -> Value

  var name: String
  var meaning: String
  /// `nil` for an option that is planned but not built.
  var body: Body?

  /// An option whose parameters `body` reads from the mapping that names it.
  public static func option(
    _ name: String, meaning: String,
    _ body: @escaping (inout ConfigurationSection) throws(ConfigurationError) -> Value
  ) -> ConfigurationOption {
    ConfigurationOption(name: name, meaning: meaning, body: body)
  }

  /// An option without parameters.
  public static func option(_ name: String, _ value: Value, meaning: String)
    -> ConfigurationOption
  {
    ConfigurationOption(
      name: name, meaning: meaning, body: { (_) throws(ConfigurationError) in value })
  }

  /// An option that a later version will have; choosing it throws and lists those available.
  public static func planned(_ name: String, meaning: String) -> ConfigurationOption {
    ConfigurationOption(name: name, meaning: meaning, body: nil)
  }
}
