/// Parameters of the deck or of one instance of a subcircuit.
///
/// A class because instances share it with those inside them, and values are found on demand, once.
final class ParameterScope {
  /// The state of a parameter.
  enum Entry {
    case value(Double)
    /// Not yet evaluated.
    case text(source: Int, Range<Int>)
    /// A text that an instance was given.
    case words(String)
    case evaluating
    case faulty(CardFault)
  }

  /// Parameters of the instance around this one: as in ngspice, a subcircuit sees the
  /// parameters of its caller.
  let parent: ParameterScope?
  private var entries: [String: Entry] = [:]

  init(parent: ParameterScope?) { self.parent = parent }

  subscript(name: String) -> Entry? {
    get { entries[name] }
    set { entries[name] = newValue }
  }

  /// The scope that has a parameter, from here outward.
  func owner(of name: String) -> ParameterScope? {
    var scope: ParameterScope? = self
    while let here = scope {
      if here.entries[name] != nil { return here }
      scope = here.parent
    }
    return nil
  }

  /// All names in reach.
  var names: [String] {
    var (names, scope): ([String], ParameterScope?) = ([], self)
    while let here = scope {
      names += here.entries.keys.sorted()
      scope = here.parent
    }
    return names
  }
}
