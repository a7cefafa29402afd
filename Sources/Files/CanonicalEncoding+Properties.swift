/// A value that says itself what it is, in place of its stored properties: one that holds a handle of
/// something outside the program.
public protocol CanonicallyEncoded {
  /// Adds all that makes the value what it is.
  func addIdentity(to encoding: inout CanonicalEncoding)
}

extension CanonicalEncoding {
  /// Adds a value with all its stored properties, by their names: a property that is added to a type
  /// counts without more ado.
  ///
  /// Values are made of structures, enumerations, lists, dictionaries, numbers, texts and of what is
  /// `CanonicallyEncoded`. Two values
  /// of a type with the same bytes are equal; the reverse need not hold where `==` overlooks
  /// properties.
  public mutating func add(_ key: String, propertiesOf value: Any) {
    switch value {
    case let word as String: add(key, word)
    case let number as Double: add(key, number)
    case let number as Float: add(key, Double(number))
    case let flag as Bool: add(key, flag ? "true" : "false")
    case let number as any BinaryInteger: add(key, "\(number)")
    case let numbers as [Double]: add(key, numbers)
    case let own as any CanonicallyEncoded: add(key) { own.addIdentity(to: &$0) }
    default: add(key) { Self.addParts(of: value, to: &$0) }
    }
  }

  private static func addParts(of value: Any, to encoding: inout CanonicalEncoding) {
    let mirror = Mirror(reflecting: value)
    encoding.add("type", "\(type(of: value))")
    switch mirror.displayStyle {
    case .struct, .tuple, .optional, .collection:
      for (index, part) in mirror.children.enumerated() {
        encoding.add(part.label ?? "\(index)", propertiesOf: part.value)
      }
    case .enum:
      // A case with associated values is the label of its only child.
      if let part = mirror.children.first {
        encoding.add(part.label ?? "", propertiesOf: part.value)
      } else {
        encoding.add("case", "\(value)")
      }
    case .dictionary, .set:
      // Their order differs from process to process.
      let parts = mirror.children.map { part in
        var own = CanonicalEncoding()
        own.add("", propertiesOf: part.value)
        return own.bytes
      }
      for part in parts.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
        encoding.add("element", part)
      }
    default: preconditionFailure("\(type(of: value)) has no properties that decide what it is")
    }
  }
}
