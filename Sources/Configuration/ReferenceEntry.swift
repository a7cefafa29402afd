/// The entry of one key on the reference page.
package struct ReferenceEntry: Sendable {
  /// One option of a choice with its parameters.
  package struct Option: Sendable {
    var name: String
    var meaning: String
    var isPlanned: Bool
    var entries: [ReferenceEntry]
  }

  package enum Content: Sendable {
    case scalar
    case section([ReferenceEntry])
    case options([Option])
  }

  var key: String
  var type: String
  var unit = ""
  /// The default as YAML; empty if a section supplies its own, `nil` if the key is required.
  var fallback: String?
  var meaning: String
  var content = Content.scalar

  package init(
    key: String, type: String, unit: String = "", fallback: String? = nil, meaning: String,
    content: Content = .scalar
  ) {
    self.key = key
    self.type = type
    self.unit = unit
    self.fallback = fallback
    self.meaning = meaning
    self.content = content
  }
}
