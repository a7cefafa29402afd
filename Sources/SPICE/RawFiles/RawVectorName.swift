/// Names of vectors as simulators spell them, made one.
enum RawVectorName {
  /// `v(node)` and `i(element)` in lower case, from `V(NODE)`, `node` of kind voltage, `v1#branch`
  /// and `V1_BRANCH`; sweeps without the `v()` or `i()` that ngspice puts around them.
  static func normalized(_ name: String, kind: String) -> String {
    let name = name.lowercased()
    if let element = dropping("#branch", from: name) { return "i(\(element))" }
    if name.hasSuffix(")") {
      guard name.hasSuffix("-sweep)"), let open = name.firstIndex(of: "(") else { return name }
      return String(name[name.index(after: open)...].dropLast())
    }
    let isBare = name.allSatisfy { $0.isLetter || $0.isNumber || "_.:$+".contains($0) }
    guard isBare, !["time", "frequency", "sweep"].contains(name) else { return name }
    switch kind {
    case "voltage": return "v(\(name))"
    case "current": return "i(\(dropping("_branch", from: name) ?? name))"
    default: return name
    }
  }

  private static func dropping(_ suffix: String, from name: String) -> String? {
    name.hasSuffix(suffix) && name.count > suffix.count
      ? String(name.dropLast(suffix.count)) : nil
  }
}
