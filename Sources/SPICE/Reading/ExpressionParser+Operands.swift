import Files
import Foundation
import Netlist
import Units

/// Literals, names, functions and parts of vectors.
extension ExpressionParser {
  mutating func operand(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    let start = position
    var value = try plainOperand(&names)
    while position < end, text[position] == UInt8(ascii: "[") {
      position += 1
      let from = try conditional(&names)
      skipBlanks()
      var to: BoundedExpression?
      if position < end, text[position] == UInt8(ascii: ",") {
        position += 1
        to = try conditional(&names)
        skipBlanks()
      }
      guard position < end, text[position] == UInt8(ascii: "]") else { throw malformed() }
      position += 1
      guard let part = try names.part(of: value, from: from, to: to, at: start..<position) else {
        throw CardFault(.malformedExpression, start..<position)
      }
      value = part
    }
    return value
  }

  /// `@m1[gm]`: a value of a device.
  private mutating func deviceValue(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    let start = position
    while position < end, text[position] > 32, text[position] != UInt8(ascii: "[") { position += 1 }
    let element = start + 1..<position
    guard position < end, text[position] == UInt8(ascii: "["), !element.isEmpty else {
      throw malformed()
    }
    let first = position + 1
    while position < end, text[position] != UInt8(ascii: "]") { position += 1 }
    guard position < end, position > first else { throw CardFault(.unbalanced, start..<position) }
    position += 1
    let place = start..<position
    guard let value = try names.quantity("@", of: [element, first..<position - 1], at: place) else {
      throw CardFault(.unsupportedOutput, place)
    }
    return BoundedExpression(value)
  }

  private mutating func plainOperand(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    let start = position
    names.remainingOperands -= 1
    guard names.remainingOperands > 0 else { throw CardFault(.expressionTooDeep, start..<end) }
    let byte = text[position]
    if byte == UInt8(ascii: "(") || byte == UInt8(ascii: "{") {
      position += 1
      let inner = try conditional(&names)
      skipBlanks()
      let closing: UInt8 = byte == UInt8(ascii: "(") ? UInt8(ascii: ")") : UInt8(ascii: "}")
      guard position < end, text[position] == closing else {
        throw CardFault(.unbalanced, start..<max(start + 1, position))
      }
      position += 1
      return inner
    }
    // A part in single quotes is one in parentheses.
    if byte == UInt8(ascii: "'") {
      position += 1
      let inner = try conditional(&names)
      skipBlanks()
      guard position < end, text[position] == byte else {
        throw CardFault(.unbalanced, start..<max(start + 1, position))
      }
      position += 1
      return inner
    }
    if byte == UInt8(ascii: "\"") {
      // A vector whose name is no word: `"temp-sweep"`.
      let first = position + 1
      guard let last = text[first..<end].firstIndex(of: byte) else {
        throw CardFault(.unbalanced, start..<end)
      }
      position = last + 1
      let name = String(decoding: text[first..<last], as: UTF8.self).lowercased()
      guard let found = try names.parameter(name, at: first..<last) else {
        throw CardFault(.unknownParameter, first..<last)
      }
      return found
    }
    if byte &- 48 < 10 || byte == UInt8(ascii: ".") { return try literal(names.dialect) }
    if byte == UInt8(ascii: "@") { return try deviceValue(&names) }
    guard Self.startsName(byte) else { throw malformed() }
    while position < end, Self.continuesName(text[position]) { position += 1 }
    let place = start..<position
    let name = String(decoding: text[place], as: UTF8.self).lowercased()
    skipBlanks()
    if position < end, text[position] == UInt8(ascii: "(") {
      return try call(name, place, &names)
    }
    if let parameter = try names.parameter(name, at: place) { return parameter }
    if let value = Self.constants[name] { return BoundedExpression(value) }
    if let quantity = try names.quantity(name, of: [], at: place) {
      return BoundedExpression(quantity)
    }
    throw CardFault(
      .unknownParameter, place, suggestion: NearestWord.find(name, among: names.parameterNames))
  }

  private mutating func literal(_ dialect: DeckDialect) throws(CardFault) -> BoundedExpression {
    let start = position
    while position < end, text[position] &- 48 < 10 || text[position] == UInt8(ascii: ".") {
      position += 1
    }
    if position < end, text[position] | 0x20 == UInt8(ascii: "e") {
      var digits = position + 1
      if digits < end, text[digits] == UInt8(ascii: "+") || text[digits] == UInt8(ascii: "-") {
        digits += 1
      }
      if digits < end, text[digits] &- 48 < 10 {
        position = digits
        while position < end, text[position] &- 48 < 10 { position += 1 }
      }
    }
    // Letters, and the bytes of a micro sign.
    while position < end, (text[position] | 0x20) &- 97 < 26 || text[position] >= 0x80 {
      position += 1
    }
    if dialect == .ltspice {
      // `4k7` is 4.7k.
      while position < end, text[position] &- 48 < 10 { position += 1 }
    }
    let digits = text[start..<position]
    guard
      let value = SpiceNumber.parse(digits.span)
        ?? (dialect == .ltspice ? SpiceNumber.parseWithLetterAsPoint(digits.span) : nil)
    else {
      throw CardFault(.malformedNumber, start..<position)
    }
    return BoundedExpression(value)
  }

  private mutating func call(
    _ name: String, _ place: Range<Int>, _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    position += 1
    if names.takesNames(name) {
      let arguments = try plainArguments(place)
      let whole = place.lowerBound..<position
      if let quantity = try names.quantity(name, of: arguments, at: whole) {
        return BoundedExpression(quantity)
      }
      throw CardFault(.unknownFunction, place)
    }
    var arguments: [BoundedExpression] = []
    skipBlanks()
    if position < end, text[position] == UInt8(ascii: ")") {
      position += 1
    } else {
      while true {
        arguments.append(try conditional(&names))
        skipBlanks()
        guard position < end else { throw CardFault(.unbalanced, place) }
        let byte = text[position]
        guard byte == UInt8(ascii: ",") || byte == UInt8(ascii: ")") else { throw malformed() }
        position += 1
        if byte == UInt8(ascii: ")") { break }
      }
    }
    let whole = place.lowerBound..<position
    if let result = try names.definedFunction(name, of: arguments, at: whole) { return result }
    if name == "if" || name == "ternary_fcn" {
      guard arguments.count == 3 else { throw CardFault(.wrongArgumentCount, whole) }
      return try choice(arguments[0], arguments[1], arguments[2], whole)
    }
    if let term = try names.dynamicTerm(name, of: arguments, at: whole) { return term }
    if let value = try names.random(name, of: arguments, at: whole) { return value }
    if let made = try spelledOut(name, arguments, whole) { return made }
    // Xyce's `log` has base ten, as its `log10`.
    let own = names.dialect == .xyce && name == "log" ? "log10" : name
    guard let function = Expression.Function(rawValue: own) ?? Self.synonyms[own] else {
      throw CardFault(
        .unknownFunction, place, suggestion: NearestWord.find(name, among: Self.functionNames))
    }
    return try call(function, arguments, whole)
  }

  /// `sqr(x)`, `u2(x)`, `buf(x)` and `inv(x)` in terms of others.
  private func spelledOut(
    _ name: String, _ arguments: [BoundedExpression], _ place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    guard Self.spelledOut.contains(name) else { return nil }
    guard arguments.count == 1 else { throw CardFault(.wrongArgumentCount, place) }
    let x = arguments[0]
    if let sign = Self.comparisons[name] {
      return try combine(.operation(sign), x, BoundedExpression(0), place)
    }
    switch name {
    case "u2":
      let floor = try call(.max, [x, BoundedExpression(0)], place)
      return try call(.min, [floor, BoundedExpression(1)], place)
    case "buf": return try combine(.operation(.greater), x, BoundedExpression(0.5), place)
    case "inv": return try combine(.operation(.lessOrEqual), x, BoundedExpression(0.5), place)
    default: return try combine(.operation(.power), x, BoundedExpression(2), place)
    }
  }

  func call(
    _ function: Expression.Function, _ arguments: [BoundedExpression], _ place: Range<Int>
  ) throws(CardFault) -> BoundedExpression {
    guard function.argumentCount.contains(arguments.count),
      function != .table && function != .pwl || arguments.count % 2 == 1
    else { throw CardFault(.wrongArgumentCount, place) }
    let values = arguments.compactMap(\.value)
    if values.count == arguments.count {
      if isConstant, function == .pow { return BoundedExpression(pow(values[0], values[1])) }
      return BoundedExpression(function.value(values))
    }
    return try BoundedExpression(
      .call(function, arguments.map(\.expression)), operands: arguments, at: place)
  }

  /// Names up to the closing parenthesis: node names may have characters that are operators.
  private mutating func plainArguments(_ place: Range<Int>) throws(CardFault) -> [Range<Int>] {
    var arguments: [Range<Int>] = []
    while true {
      skipBlanks()
      let start = position
      while position < end, text[position] != UInt8(ascii: ","), text[position] != UInt8(ascii: ")")
      { position += 1 }
      guard position < end else { throw CardFault(.unbalanced, place) }
      var last = position
      while last > start, text[last - 1] <= 32 { last -= 1 }
      guard last > start else { throw malformed() }
      arguments.append(start..<last)
      position += 1
      if text[position - 1] == UInt8(ascii: ")") { return arguments }
    }
  }
}
