/// The header of an `.npy` file: a dictionary as Python writes it, of exactly three keys.
struct NPYHeader {
  var descr: String
  var isFortranOrdered: Bool
  var shape: [Int]

  /// A problem with a header.
  struct Fault: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  private enum Value {
    case text(String)
    case truth(Bool)
    case extents([Int])
    /// A list, which describes records.
    case list
  }

  /// Reads the whole text; of a key that is given twice the last value counts, as in Python.
  init(_ text: String) throws(Fault) {
    var scanner = Scanner(rest: text[...])
    let values = try scanner.dictionary()
    for key in values.keys.sorted() where !["descr", "fortran_order", "shape"].contains(key) {
      throw Fault("has a header with the unknown key '\(key)'")
    }
    guard let descr = values["descr"], let order = values["fortran_order"],
      let shape = values["shape"]
    else { throw Fault("has a header without descr, fortran_order and shape") }
    guard case .text(let descr) = descr else {
      throw Fault("holds records; arrays of numbers are read")
    }
    guard case .truth(let order) = order else {
      throw Fault("has a fortran_order that is neither True nor False")
    }
    guard case .extents(let shape) = shape else {
      throw Fault("has a shape that is no tuple of integers")
    }
    (self.descr, self.isFortranOrdered, self.shape) = (descr, order, shape)
  }

  /// The part of Python's literals that headers use.
  private struct Scanner {
    var rest: Substring

    mutating func dictionary() throws(Fault) -> [String: Value] {
      var values: [String: Value] = [:]
      try expect("{")
      while !skips("}") {
        let key = try quoted()
        try expect(":")
        values[key] = try value()
        // A comma stands between entries and may stand behind the last.
        if !skips(",") {
          try expect("}")
          break
        }
      }
      skipBlanks()
      guard rest.isEmpty else { throw misplaced() }
      return values
    }

    private mutating func value() throws(Fault) -> Value {
      skipBlanks()
      switch rest.first {
      case "'", "\"": return .text(try quoted())
      case "(": return .extents(try tuple())
      case "[":
        // The contents do not matter: the array is refused.
        var depth = 0
        while let character = rest.popFirst() {
          depth += character == "[" ? 1 : character == "]" ? -1 : 0
          if depth == 0 { return .list }
        }
        throw Fault("has a header that ends within a list")
      default:
        let word = rest.prefix { $0.isLetter }
        guard word == "True" || word == "False" else { throw misplaced() }
        rest = rest.dropFirst(word.count)
        return .truth(word == "True")
      }
    }

    private mutating func tuple() throws(Fault) -> [Int] {
      let text = String(rest.prefix { $0 != ")" }) + ")"
      let malformed = Fault("has the malformed shape \(text)")
      try expect("(")
      var extents: [Int] = []
      while !skips(")") {
        skipBlanks()
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard !digits.isEmpty, let extent = Int(digits) else { throw malformed }
        rest = rest.dropFirst(digits.count)
        // Python 2 wrote long integers.
        if rest.first == "L" { rest = rest.dropFirst() }
        extents.append(extent)
        if !skips(",") {
          // One number in parentheses is no tuple.
          guard extents.count != 1, skips(")") else { throw malformed }
          break
        }
      }
      return extents
    }

    private mutating func quoted() throws(Fault) -> String {
      skipBlanks()
      guard let quote = rest.first, quote == "'" || quote == "\"" else { throw misplaced() }
      let inner = rest.dropFirst()
      guard let end = inner.firstIndex(of: quote) else {
        throw Fault("has a header that ends within quotes")
      }
      rest = inner[inner.index(after: end)...]
      return String(inner[..<end])
    }

    private mutating func skipBlanks() { rest = rest.drop { $0.isWhitespace } }

    /// Whether `mark` comes next, which is then passed.
    private mutating func skips(_ mark: Character) -> Bool {
      skipBlanks()
      guard rest.first == mark else { return false }
      rest = rest.dropFirst()
      return true
    }

    private mutating func expect(_ mark: Character) throws(Fault) {
      guard skips(mark) else { throw misplaced() }
    }

    private func misplaced() -> Fault {
      guard !rest.isEmpty else { return Fault("has a header that ends too early") }
      return Fault("has '\(rest.prefix(16))' in its header, where Python has something else")
    }
  }
}
