import Files
import Foundation
import Netlist
import NumericKernels

/// Text of commands, and the values of its expressions.
extension ControlInterpreter {
  /// The text after the first `count` words.
  func rest(_ text: String, _ count: Int) -> String {
    var text = text[...]
    for _ in 0..<count {
      text = text.drop(while: \.isWhitespace)
      text = text.drop { !$0.isWhitespace && !($0 == "(" && count == 1) }
    }
    return String(text.drop(while: \.isWhitespace))
  }

  /// The words of a line with its variables' values; quotes hold blanks.
  func words(_ line: ControlLine) throws(DeckError) -> [String] {
    Self.words(of: try substituted(line))
  }

  static func words(of text: String) -> [String] {
    var (words, word): ([String], String?) = ([], nil)
    var isQuoted = false
    for letter in text {
      if letter == "\"" {
        isQuoted.toggle()
        word = word ?? ""
      } else if letter.isWhitespace, !isQuoted {
        if let word { words.append(word) }
        word = nil
      } else {
        word = (word ?? "") + String(letter)
      }
    }
    if let word { words.append(word) }
    return words
  }

  /// The text of a line with `$variable`, `$&vector` and `$#variable` replaced.
  func substituted(_ line: ControlLine) throws(DeckError) -> String {
    guard line.text.contains("$") else { return line.text }
    let letters = Array(line.text)
    var (result, place) = ("", 0)
    func name(from start: Int) -> (String, Int) {
      var end = start
      let isBraced = end < letters.count && letters[end] == "{"
      if isBraced { end += 1 }
      let first = end
      while end < letters.count,
        letters[end].isLetter || letters[end].isNumber
          || "_.#".contains(letters[end])
            && (isBraced || letters[end] != "."
              || end + 1 < letters.count
                && letters[end + 1].isLetter)
      { end += 1 }
      return (String(letters[first..<end]).lowercased(), isBraced ? end + 1 : end)
    }
    while place < letters.count {
      // As in a shell, braces around one variable are no text: `n{$k}_t`.
      if letters[place] == "{", place + 2 < letters.count, letters[place + 1] == "$",
        letters[place + 2].isLetter,
        let close = letters[(place + 2)...].firstIndex(where: {
          !$0.isLetter && !$0.isNumber && $0 != "_"
        }), letters[close] == "}",
        let values = self.value(
          ofVariable: String(letters[(place + 2)..<close]).lowercased())
      {
        result += values.joined(separator: " ")
        place = close + 1
        continue
      }
      guard letters[place] == "$", place + 1 < letters.count else {
        result.append(letters[place])
        place += 1
        continue
      }
      switch letters[place + 1] {
      case "&":
        var (name, end) = name(from: place + 2)
        // `$&v(out)`.
        if end < letters.count, letters[end] == "(", ["v", "i"].contains(name),
          let close = letters[end...].firstIndex(of: ")")
        {
          name += String(letters[end...close]).lowercased()
          end = close + 1
        }
        guard !name.isEmpty, let found = names("").vector(name) else {
          throw session.fault(.unknownVector, line, subject: "$&\(name)")
        }
        result += found.real.prefix(1000).map(Self.short).joined(separator: " ")
        place = end
      case "?", "#":
        let (name, end) = name(from: place + 2)
        let count = variables[name]?.count
        result += letters[place + 1] == "?" ? (count == nil ? "0" : "1") : "\(count ?? 0)"
        place = end
      case _
      where letters[place + 1].isLetter || letters[place + 1] == "_"
        || letters[place + 1] == "{":
        let (name, end) = name(from: place + 1)
        guard let values = value(ofVariable: name) else {
          throw session.fault(
            .unknownVariable, line, subject: "$\(name)",
            suggestion: NearestWord.find(name, among: variables.keys.sorted()))
        }
        place = end
        // `$list[2]`, one-based.
        if place < letters.count, letters[place] == "[",
          let close = letters[place...].firstIndex(of: "]"),
          let index = Int(String(letters[place + 1..<close]))
        {
          guard index >= 1, index <= values.count else {
            throw session.fault(.parameterOutOfRange, line, subject: "$\(name)[\(index)]")
          }
          result += values[index - 1]
          place = close + 1
        } else {
          result += values.joined(separator: " ")
        }
      default:
        result.append(letters[place])
        place += 1
      }
    }
    return result
  }

  private func value(ofVariable name: String) -> [String]? {
    switch name {
    case "curplot": [plots[current].name]
    case "curplottitle": [plots[current].plot.title]
    case "curplotname": [plots[current].plot.name]
    case "plots": plots.reversed().map(\.name)
    default: variables[name]
    }
  }

  /// A number as short as it can be said in twelve digits.
  static func short(_ value: Double) -> String { String(format: "%.12g", value) }

  var inDegrees: Bool { variables["units"] == ["degrees"] }

  func names(_ text: String) -> ControlNames {
    ControlNames(
      Array(text.utf8), plots: plots, current: current, functions: functions,
      inDegrees: inDegrees, random: RandomStream(seed: 1, stream: commandCount))
  }

  /// The vector that an expression gives.
  func value(_ text: String, _ line: ControlLine) throws(DeckError) -> ControlVector {
    let values = try values(text, line)
    guard values.count == 1 else {
      throw session.fault(
        values.isEmpty ? .missingFields : .malformedExpression, line,
        subject: values.isEmpty ? nil : text)
    }
    return values[0].vector
  }

  func scalar(_ text: String, _ line: ControlLine) throws(DeckError) -> Double {
    let vector = try value(text, line)
    guard let value = vector.real.first, value.isFinite else {
      throw session.fault(.notFinite, line, subject: text)
    }
    return value
  }

  /// The vectors that a list of expressions gives, with their texts; `all` is every vector.
  func values(
    _ text: String, _ line: ControlLine
  ) throws(DeckError) -> [(name: String, vector: ControlVector)] {
    var names = names(text)
    var parser = ExpressionParser(names.text, names.text.indices, isConstant: false)
    parser.groupsPowersFromRight = true
    do throws(CardFault) {
      let bytes = names.text
      if ["all", "allv"].contains(text.trimmingCharacters(in: .whitespaces).lowercased()) {
        return plots[current].names.compactMap { name in
          plots[current].vector(name).map { (name, $0) }
        }
      }
      var found: [(name: String, vector: ControlVector)] = []
      for (expression, place) in try parser.parseList(&names) {
        let label = String(decoding: bytes[place], as: UTF8.self).lowercased()
        var vector = try names.value(expression, place)
        if let undefined = vector.firstUndefined, case .parameter = expression.expression {
          _ = undefined
        } else if let undefined = vector.firstUndefined {
          throw CardFault(
            .notFinite, place, subject: label + whereabouts(undefined, of: vector))
        }
        if vector.kind == "notype" {
          vector.kind =
            label.hasPrefix("v(") ? "voltage" : label.hasPrefix("i(") ? "current" : "notype"
        }
        found.append((label, vector))
      }
      return found
    } catch {
      let place = error.place.clamped(to: names.text.indices)
      // A name that is none of the expression's is a vector's here.
      let reason = error.reason == .unknownParameter ? .unknownVector : error.reason
      throw session.fault(
        reason, line,
        subject: error.subject ?? String(decoding: names.text[place], as: UTF8.self),
        suggestion: error.suggestion, chain: error.chain)
    }
  }

  /// ` at time=1e-06`, where a vector is as long as the plot's scale.
  private func whereabouts(_ point: Int, of vector: ControlVector) -> String {
    guard vector.count > 1 else { return "" }
    guard let scale = plots[current].scale, let name = plots[current].scaleName,
      scale.count == vector.count
    else { return " at point \(point)" }
    return " at \(name)=\(scale.real[point])"
  }

  // MARK: let

  /// `let x = expression`, `let x[2] = expression`.
  mutating func assign(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    guard !text.isEmpty else { return }
    guard let equals = text.firstIndex(of: "=") else {
      throw session.fault(.missingFields, line)
    }
    var name = text[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
    var index: Int?
    if name.hasSuffix("]"), let open = name.firstIndex(of: "[") {
      let inside = String(name[name.index(after: open)...].dropLast())
      let number = try scalar(inside, line)
      guard number >= 0, number < Double(ControlVector.lengthLimit) else {
        throw session.fault(.parameterOutOfRange, line, subject: inside)
      }
      index = Int(number)
      name = String(name[..<open])
    }
    var target = current
    if let dot = name.firstIndex(of: "."),
      let plot = plots.lastIndex(where: { $0.name == name[..<dot] })
    {
      target = plot
      name = String(name[name.index(after: dot)...])
    }
    guard let first = name.utf8.first, ExpressionParser.startsName(first),
      name.utf8.allSatisfy({ ExpressionParser.continuesName($0) })
    else { throw session.fault(.malformedName, line, subject: name) }
    let value = try value(
      Self.withSymbols(String(text[text.index(after: equals)...])), line)
    guard let index else { return plots[target].set(name, to: value) }
    guard var vector = plots[target].vector(name), index < vector.count else {
      throw session.fault(.parameterOutOfRange, line, subject: "\(name)[\(index)]")
    }
    vector.real[index] = value[0].real
    if value.isComplex || vector.isComplex {
      var imaginary = vector.imaginary ?? [Double](repeating: 0, count: vector.count)
      imaginary[index] = value[0].imaginary
      vector.imaginary = imaginary
    }
    plots[target].set(name, to: vector)
  }

  /// `compose x values 1 2 3`, `compose x start=0 stop=1 step=0.1`.
  mutating func compose(_ line: ControlLine) throws(DeckError) {
    let words = Self.words(of: try substituted(line).replacing("=", with: " = "))
    guard words.count > 3 else { throw session.fault(.missingFields, line) }
    let name = words[1].lowercased()
    if words[2] == "values" {
      var values: [Double] = []
      for word in words.dropFirst(3) { values.append(try scalar(word, line)) }
      return plots[current].set(name, to: ControlVector(values))
    }
    var fields: [String: Double] = [:]
    for place in stride(from: 2, to: words.count - 2, by: 3) {
      fields[words[place].lowercased()] = try scalar(words[place + 2], line)
    }
    guard let start = fields["start"], let stop = fields["stop"], let step = fields["step"],
      step != 0, (stop - start) / step >= 0,
      (stop - start) / step < Double(ControlVector.lengthLimit)
    else { throw session.fault(.parameterOutOfRange, line) }
    let count = Int((stop - start) / step * (1 + 1e-12))
    plots[current].set(
      name, to: ControlVector((0...count).map { start + Double($0) * step }))
  }

  /// `define f(x, y) expression`.
  mutating func define(_ line: ControlLine) throws(DeckError) {
    let text = rest(line.text, 1)
    guard let open = text.firstIndex(of: "("), let close = text.firstIndex(of: ")"), open < close
    else { throw session.fault(.missingFields, line) }
    let name = text[..<open].trimmingCharacters(in: .whitespaces).lowercased()
    let arguments = text[text.index(after: open)..<close].split(separator: ",").map {
      $0.trimmingCharacters(in: .whitespaces).lowercased()
    }
    let body = text[text.index(after: close)...].drop { $0.isWhitespace || $0 == "=" }
    guard !name.isEmpty, !body.isEmpty else { throw session.fault(.missingFields, line) }
    functions[name] = .init(arguments: arguments, body: Array(body.utf8))
  }
}
