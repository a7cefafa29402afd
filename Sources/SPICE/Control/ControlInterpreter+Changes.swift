import Files
import Foundation
import Netlist

/// Commands that change variables, options and the circuit.
extension ControlInterpreter {
  /// `set name`, `set name = value`, `set name = ( a b c )`; options of the simulation among them.
  mutating func set(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    let words = Self.words(of: text.replacing("=", with: " = "))
    var index = 0
    while index < words.count {
      let name = words[index].lowercased()
      index += 1
      guard index + 1 < words.count, words[index] == "=" else {
        variables[name] = []
        continue
      }
      index += 1
      var values: [String] = []
      if words[index].hasPrefix("(") {
        while index < words.count {
          let word = words[index]
          index += 1
          let inner = word.trimmingCharacters(in: ["(", ")"])
          if !inner.isEmpty { values.append(inner) }
          if word.hasSuffix(")") { break }
        }
      } else {
        values = [words[index]]
        index += 1
      }
      // These are no variables but the present plot.
      switch name {
      case "curplot":
        try setPlot(named: values.first ?? "", line)
        continue
      case "curplotname": plots[current].plot.name = values.first ?? ""
      case "curplottitle": plots[current].plot.title = values.first ?? ""
      default: variables[name] = values
      }
      if DeckElaborator.followedOptions.contains(name) {
        try setOption("\(name)=\(values.joined(separator: " "))", line)
      }
    }
  }

  mutating func setOption(_ text: String, _ line: ControlLine) throws(DeckError) {
    let card = DeckSession.Command(text: ".options \(text)", line: line, shift: 2)
    // Its faults are this line's.
    try session.setOption(card)
  }

  /// `alter r1 = 2k`, `alter v1 dc 1`, `alter @m1[w] = x`, `alter @v1[pulse] = [ 0 1 … ]`.
  mutating func alter(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    let (head, tail) = try Self.halves(text, line, session)
    let subject = head.lowercased().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    var value = tail
    if let first = tail.first, first == "[" || first == "(", let last = tail.last,
      last == "]" || last == ")"
    {
      value = "( \(tail.dropFirst().dropLast()) )"
    } else {
      value = "\(try scalar(tail, line))"
    }
    session.alter(
      subject, .init(text: "alter \(head) = \(value)", line: line))
  }

  /// `altermod model parameter = value`, `altermod @model[parameter] = value`.
  mutating func alterModel(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    let (head, tail) = try Self.halves(text, line, session)
    var words = head.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    if words.count == 1, words[0].hasPrefix("@"), words[0].hasSuffix("]"),
      let open = words[0].firstIndex(of: "[")
    {
      let name = words[0]
      words = [
        String(name[name.index(after: name.startIndex)..<open]),
        String(name[name.index(after: open)...].dropLast()),
      ]
    }
    guard words.count == 2 else { throw session.fault(.missingFields, line) }
    // A device stands for its model.
    if !session.hasModel(words[0]), let model = session.model(ofElement: words[0]) {
      words[0] = model
    }
    guard session.hasModel(words[0]) else {
      throw session.fault(
        .unknownModel, line, subject: words[0],
        suggestion: NearestWord.find(words[0], among: session.modelNames))
    }
    session.setModel(words[0], words[1], to: try scalar(tail, line))
  }

  /// `alterparam name = value`, which holds from the next `reset` on.
  mutating func alterParameter(_ line: ControlLine) throws(DeckError) {
    let (head, tail) = try Self.halves(rest(try substituted(line), 1), line, session)
    let words = head.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    let name = words.joined(separator: " ")
    // `alterparam subcircuit name = value`.
    if words.count == 2, session.hasParameter(words[1], ofSubcircuit: words[0]) {
      return session.setParameter(words[1], ofSubcircuit: words[0], to: try scalar(tail, line))
    }
    guard session.parameterNames.contains(name) else {
      throw session.fault(
        .unknownParameter, line, subject: head,
        suggestion: NearestWord.find(name, among: session.parameterNames))
    }
    session.setParameter(name, to: try scalar(tail, line))
  }

  /// What a command changes, and the value: around `=`, or before and from the last word or bracket.
  private static func halves(
    _ text: String, _ line: ControlLine, _ session: DeckSession
  ) throws(DeckError) -> (String, String) {
    var split = text.firstIndex(of: "=")
    if split == nil {
      let bracket = text.firstIndex { $0 == " " }.flatMap { start in
        text[start...].firstIndex { $0 == "[" || $0 == "(" }
      }
      split = bracket.map { text.index(before: $0) } ?? text.lastIndex(of: " ")
    }
    guard let split else { throw session.fault(.missingFields, line) }
    let head = text[..<split].trimmingCharacters(in: .whitespaces)
    let tail = text[text.index(after: split)...].trimmingCharacters(in: .whitespaces)
    guard !head.isEmpty, !tail.isEmpty else { throw session.fault(.missingFields, line) }
    return (head, tail)
  }
}
