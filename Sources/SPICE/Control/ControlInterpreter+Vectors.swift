import Foundation
import Netlist

/// Commands that make vectors and functions.
extension ControlInterpreter {
  /// `let x = expression`; `let x[2] = expression`, and `let x[2][1] = expression` of vectors with
  /// several dimensions, of which that sets as many values as the rest of the dimensions has.
  mutating func assign(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    guard !text.isEmpty else { return }
    guard let equals = text.firstIndex(of: "=") else {
      throw session.fault(.missingFields, line)
    }
    var name = text[..<equals].trimmingCharacters(in: .whitespaces).lowercased()
    var indices: [Int] = []
    while name.hasSuffix("]"), let open = name.lastIndex(of: "[") {
      let inside = String(name[name.index(after: open)...].dropLast())
      let number = try scalar(inside, line)
      guard number >= 0, number < Double(ControlVector.lengthLimit) else {
        throw session.fault(.parameterOutOfRange, line, subject: inside)
      }
      indices.insert(Int(number), at: 0)
      name = String(name[..<open]).trimmingCharacters(in: .whitespaces)
    }
    var target = current
    if let dot = name.firstIndex(of: "."),
      let plot = plots.lastIndex(where: { $0.name == name[..<dot] })
    {
      target = plot
      name = String(name[name.index(after: dot)...])
    }
    // Names with such signs are read as `v(+22)` or by `cutout`.
    guard let first = name.utf8.first, ExpressionParser.startsName(first),
      name.utf8.allSatisfy({ ExpressionParser.continuesName($0) || "-+/()#@:".utf8.contains($0) })
    else { throw session.fault(.malformedName, line, subject: name) }
    let value = try value(
      Self.withSymbols(String(text[text.index(after: equals)...])), line)
    // A vector of the constants, where the present plot has none of that name.
    if plots[target].vector(name) == nil, plots[0].vector(name) != nil { target = 0 }
    guard !indices.isEmpty else {
      plots[target].set(name, to: value)
      // Results hold the plots that commands make, each vector as long as the longest.
      guard
        target == 0 || plots[target].deck != nil
          || plots[target].valuesWhole <= limits.outputBytes / 8
      else { throw session.fault(.tooMuchOutput, line) }
      return
    }
    let subject = name + indices.map { "[\($0)]" }.joined()
    guard var vector = plots[target].vector(name), let place = vector.range(of: indices),
      value.count == place.count || place.count == 1
    else { throw session.fault(.parameterOutOfRange, line, subject: subject) }
    vector.set(place, to: value)
    plots[target].set(name, to: vector)
  }

  /// `reshape x y [2][3]`, or `[2, 3]`: gives vectors dimensions, the last of which goes fastest.
  mutating func reshape(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    guard let open = text.firstIndex(of: "[") else { throw session.fault(.missingFields, line) }
    var dimensions: [Int] = []
    for part in text[open...].split(whereSeparator: { "[], ".contains($0) }) {
      guard let size = Int(part), size > 0 else {
        throw session.fault(.parameterOutOfRange, line, subject: String(part))
      }
      dimensions.append(size)
      let (whole, overflow) = dimensions.dropLast().reduce((size, false)) { product, next in
        let (value, over) = product.0.multipliedReportingOverflow(by: next)
        return (value, product.1 || over)
      }
      guard !overflow, whole <= ControlVector.lengthLimit else {
        throw session.fault(.parameterOutOfRange, line, subject: String(part))
      }
    }
    for word in Self.words(of: String(text[..<open])) {
      let name = word.lowercased()
      guard var vector = plots[current].vector(name) else {
        throw session.fault(.unknownVector, line, subject: word)
      }
      guard
        dimensions.reduce(1, *) == vector.count
      else { throw session.fault(.parameterOutOfRange, line, subject: String(text[open...])) }
      vector.dimensions = dimensions
      plots[current].set(name, to: vector)
    }
  }

  /// `transpose x`: turns the last two dimensions.
  mutating func transpose(_ line: ControlLine) throws(DeckError) {
    for word in try words(line).dropFirst() {
      guard let vector = plots[current].vector(word.lowercased()) else {
        throw session.fault(.unknownVector, line, subject: word)
      }
      guard let turned = vector.transposed else {
        throw session.fault(.noVectorValue, line, subject: word)
      }
      plots[current].set(word.lowercased(), to: turned)
    }
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
