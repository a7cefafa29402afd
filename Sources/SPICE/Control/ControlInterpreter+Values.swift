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
        let inner = name.hasPrefix("v(") ? String(name.dropFirst(2).dropLast()) : name
        guard !name.isEmpty, let found = names("").vector(name) ?? names("").vector(inner) else {
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
    // The deck's folder, and the number that ngspice has for the system: 6 is Linux, 7 macOS.
    case "inputdir" where variables[name] == nil: [session.folder]
    case "oscompiled" where variables[name] == nil: [Self.systemNumber]
    default: variables[name]
    }
  }

  #if os(macOS)
    private static let systemNumber = "7"
  #else
    private static let systemNumber = "6"
  #endif

  /// A number as short as it can be said in twelve digits.
  static func short(_ value: Double) -> String { String(format: "%.12g", value) }

  var inDegrees: Bool { variables["units"] == ["degrees"] }

  func names(_ text: String) -> ControlNames {
    ControlNames(
      Array(text.utf8), plots: plots, current: current, functions: functions,
      inDegrees: inDegrees, random: RandomStream(seed: 1, stream: commandCount),
      circuitValue: { [session] in session.value($1, of: $0) })
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
    if let found = try everyVector(text, line) { return found }
    var names = names(text)
    var parser = ExpressionParser(names.text, names.text.indices, isConstant: false)
    parser.groupsPowersFromRight = true
    do throws(CardFault) {
      let bytes = names.text
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

  /// The vectors of a list in which `all`, `allv` or `alli` is a word; `nil` for other lists.
  private func everyVector(
    _ text: String, _ line: ControlLine
  ) throws(DeckError) -> [(name: String, vector: ControlVector)]? {
    let words = Self.words(of: text)
    let every = ["all", "allv", "alli"]
    guard words.contains(where: { every.contains($0.lowercased()) }) else { return nil }
    var found: [(name: String, vector: ControlVector)] = []
    for word in words {
      guard every.contains(word.lowercased()) else {
        found += try values(word, line)
        continue
      }
      for name in plots[current].names {
        guard let vector = plots[current].vector(name),
          word.lowercased() != "alli" || vector.kind == "current"
        else { continue }
        found.append((name, vector))
      }
    }
    return found
  }

  /// ` at time=1e-06`, where a vector is as long as the plot's scale.
  private func whereabouts(_ point: Int, of vector: ControlVector) -> String {
    guard vector.count > 1 else { return "" }
    guard let scale = plots[current].scale, let name = plots[current].scaleName,
      scale.count == vector.count
    else { return " at point \(point)" }
    return " at \(name)=\(scale.real[point])"
  }
}
