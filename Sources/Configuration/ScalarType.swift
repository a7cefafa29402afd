/// A kind of value that one YAML scalar holds: how it is read, named and recorded.
struct ScalarType<Value> {
  /// Name for the reference page: "number ≥ 0".
  var name: String
  /// Placeholder for a required value on the reference page.
  var placeholder: Value
  /// The value of a node, or its problem.
  var read: (ConfigurationNode) throws(ScalarProblem) -> Value
  var record: (Value) -> ResolvedValue

  /// The same, where `null` stands for no value.
  var optional: ScalarType<Value?> {
    ScalarType<Value?>(
      name: name, placeholder: nil,
      read: { (node) throws(ScalarProblem) in node.isNull ? nil : try read(node) },
      record: { $0.map(record) ?? .null })
  }
}

/// A problem with one scalar, before its place and key are known.
struct ScalarProblem: Error { var text: String }

extension ScalarType where Value == Double {
  /// Finite numbers within `range`; with `allowsInfinity`, also `.inf`, which no range refuses.
  static func number(_ range: ConfigurationRange<Double>, allowsInfinity: Bool = false) -> Self {
    let limits = range.summary(name: NumberText.text)
    return ScalarType(
      name: "number" + (limits.isEmpty ? "" : " \(limits)") + (allowsInfinity ? " or .inf" : ""),
      placeholder: range.lower?.value ?? range.upper?.value ?? 0,
      read: { (node) throws(ScalarProblem) in
        guard case .plain(let text) = node.content else { throw .expected("a number", node) }
        if [".inf", "+.inf", ".Inf", ".INF"].contains(text), allowsInfinity { return .infinity }
        if NumberText.isNotFinite(text) {
          throw ScalarProblem(text: "expected a finite number, found \(text)")
        }
        guard let value = NumberText.double(text) else { throw .expected("a number", node) }
        guard value.isFinite else { throw ScalarProblem(text: "\(text) is too large a number") }
        if let problem = range.problem(with: value, text: text, name: NumberText.text) {
          throw ScalarProblem(text: problem)
        }
        return value
      },
      record: { .plain(NumberText.text($0)) })
  }
}

extension ScalarType where Value == Int {
  /// Whole numbers within `range`.
  static func whole(_ range: ConfigurationRange<Int>) -> Self {
    let limits = range.summary(name: { String($0) })
    return ScalarType(
      name: "whole number" + (limits.isEmpty ? "" : " \(limits)"),
      placeholder: range.lower?.value ?? range.upper?.value ?? 0,
      read: { (node) throws(ScalarProblem) in
        guard case .plain(let text) = node.content, NumberText.isWhole(text) else {
          throw .expected("a whole number", node)
        }
        guard let value = Int(text) else {
          throw ScalarProblem(text: "\(text) does not fit 64 bits")
        }
        if let problem = range.problem(with: value, text: text, name: { String($0) }) {
          throw ScalarProblem(text: problem)
        }
        return value
      },
      record: { .plain(String($0)) })
  }
}

extension ScalarType where Value == Int {
  /// Versions of a format, of which those in `range` are read.
  static func version(_ range: ClosedRange<Int>) -> Self {
    var type = whole(range.configurationRange)
    let read = type.read
    type.read = { (node) throws(ScalarProblem) in
      if case .plain(let text) = node.content, let value = Int(text), !range.contains(value) {
        let known =
          range.count == 1
          ? "version \(range.lowerBound) is"
          : "versions \(range.lowerBound) to \(range.upperBound) are"
        throw ScalarProblem(text: "\(text) is unknown; \(known) read")
      }
      return try read(node)
    }
    return type
  }
}

extension ScalarType where Value == Bool {
  /// `true` or `false`; not `yes`, `on` and other spellings of YAML 1.1.
  static var boolean: Self {
    ScalarType(
      name: "true or false", placeholder: false,
      read: { (node) throws(ScalarProblem) in
        guard case .plain(let text) = node.content, let value = Bool(text) else {
          throw .expected("true or false", node)
        }
        return value
      },
      record: { .plain(String($0)) })
  }
}

extension ScalarType where Value == String {
  /// Any text, quoted or not; `8` and `no` stand for themselves.
  static var text: Self {
    ScalarType(
      name: "text", placeholder: "",
      read: { (node) throws(ScalarProblem) in try node.text() },
      record: { .text($0) })
  }
}

extension ScalarType where Value == ConfigurationPath {
  /// A path that starts from `folder` unless it is absolute.
  static func path(from folder: String, mustExist: Bool) -> Self {
    ScalarType(
      name: "path", placeholder: ConfigurationPath(written: "", resolved: ""),
      read: { (node) throws(ScalarProblem) in
        let path = ConfigurationPath(written: try node.text(), folder: folder)
        guard !path.written.isEmpty else { throw ScalarProblem(text: "the path is empty") }
        guard !mustExist || path.exists else {
          throw ScalarProblem(text: "no such file: \(path.resolved)")
        }
        return path
      },
      record: { .path($0) })
  }
}

extension ScalarProblem {
  static func expected(_ what: String, _ node: ConfigurationNode) -> ScalarProblem {
    ScalarProblem(text: "expected \(what), found \(node.found)")
  }
}

extension ConfigurationNode {
  fileprivate func text() throws(ScalarProblem) -> String {
    switch content {
    case .plain(let text) where !isNull: return text
    case .quoted(let text): return text
    default: throw .expected("text", self)
    }
  }
}
