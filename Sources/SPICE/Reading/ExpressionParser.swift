import Foundation
import Netlist

/// Resolution of the names in an expression, at its place in the deck.
protocol ExpressionNames {
  /// The value of a parameter; `nil` if no parameter has that name.
  mutating func parameter(_ name: String, at place: Range<Int>) throws(CardFault)
    -> BoundedExpression?
  /// `v(a)`, `v(a, b)` or `i(source)`, given as places in the text, or `time` and `temper`, which
  /// have no arguments; `nil` if the function is none of those.
  mutating func quantity(
    _ function: String, of arguments: [Range<Int>], at place: Range<Int>
  ) throws(CardFault) -> Expression?
  /// A function that the deck defines; `nil` if it defines none of that name.
  mutating func definedFunction(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression?
  /// `ddt(x)` and `idt(x)`; `nil` for other functions, and where formulas have none.
  mutating func dynamicTerm(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression?
  /// A random number such as `agauss(1, 0.1, 3)`; `nil` for other functions.
  mutating func random(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression?
  /// Whose habits the expression has.
  var dialect: DeckDialect { get }
  /// Whether a function's arguments are names, as those of `v(net-1)` are, and no expressions.
  func takesNames(_ function: String) -> Bool
  /// `x[from]` or `x[from, to]`; `nil` where expressions have no vectors.
  mutating func part(
    of value: BoundedExpression, from: BoundedExpression, to: BoundedExpression?,
    at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression?
  /// Names of parameters, for suggestions.
  var parameterNames: [String] { get }
  /// How many operands may still be read: functions that call functions could make one line
  /// endless.
  var remainingOperands: Int { get set }
  /// How many parentheses, signs, parameters and functions are open, which bounds the stack.
  var nesting: Int { get set }
}

extension ExpressionNames {
  mutating func dynamicTerm(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? { nil }

  mutating func random(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? { nil }

  var dialect: DeckDialect { .ngspice }

  mutating func part(
    of value: BoundedExpression, from: BoundedExpression, to: BoundedExpression?,
    at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? { nil }
}

/// An expression with its size, so that readers can bound recursion over it.
struct BoundedExpression {
  var expression: Expression
  /// Longest chain of operations.
  var depth = 1
  /// Number of operations and operands.
  var size = 1

  static let depthLimit = 1000
  static let sizeLimit = 100_000

  init(_ value: Double) { expression = .number(value) }
  init(_ expression: Expression) { self.expression = expression }

  /// One operation on operands, which is checked against the limits.
  init(
    _ expression: Expression, operands: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) {
    self.expression = expression
    for operand in operands {
      depth = max(depth, operand.depth + 1)
      size += operand.size
    }
    guard depth <= Self.depthLimit, size <= Self.sizeLimit else {
      throw CardFault(.expressionTooDeep, place)
    }
  }

  /// Its value where it is a constant.
  var value: Double? {
    if case .number(let value) = expression { value } else { nil }
  }
}

/// Reads expressions as SPICE decks have them, with constants folded.
///
/// Precedence and the left associativity of `**` are those of ngspice 39: `-2**2` is −4 and
/// `2**3**2` is 64. `^` is a power as well.
struct ExpressionParser {
  let text: [UInt8]
  var position: Int
  let end: Int
  /// Whether only constants are allowed; `pow` of a negative base then keeps its sign, as in
  /// ngspice's parameters.
  let isConstant: Bool
  /// Whether a single `=` compares, as in conditions of `.if`.
  var comparesByOneSign = false
  /// Whether `2^3^2` is 2 to the ninth, as in commands; in decks it is 8 squared.
  var groupsPowersFromRight = false
  static let nestingLimit = 300

  /// A parser of `text[range]`.
  init(_ text: [UInt8], _ range: Range<Int>, isConstant: Bool) {
    self.text = text
    position = range.lowerBound
    end = range.upperBound
    self.isConstant = isConstant
  }

  /// Reads all of the range.
  mutating func parse(_ names: inout some ExpressionNames) throws(CardFault) -> BoundedExpression {
    let result = try conditional(&names)
    skipBlanks()
    guard position == end else { throw malformed() }
    return result
  }

  /// Reads expressions one after the other to the end of the range, with their places.
  mutating func parseList(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> [(expression: BoundedExpression, place: Range<Int>)] {
    var found: [(expression: BoundedExpression, place: Range<Int>)] = []
    skipBlanks()
    while position < end {
      let start = position
      let expression = try conditional(&names)
      var last = position
      while last > start, text[last - 1] <= 32 { last -= 1 }
      found.append((expression, start..<last))
      skipBlanks()
      if position < end, text[position] == UInt8(ascii: ",") { position += 1 }
      skipBlanks()
    }
    return found
  }

  // MARK: Operators

  mutating func conditional(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    let start = position
    names.nesting += 1
    defer { names.nesting -= 1 }
    guard names.nesting <= Self.nestingLimit else {
      throw CardFault(.expressionTooDeep, start..<end)
    }
    let condition = try binary(&names, minimum: 1)
    skipBlanks()
    guard position < end, text[position] == UInt8(ascii: "?") else { return condition }
    position += 1
    let first = try conditional(&names)
    skipBlanks()
    guard position < end, text[position] == UInt8(ascii: ":") else { throw malformed() }
    position += 1
    let second = try conditional(&names)
    return try choice(condition, first, second, start..<position)
  }

  func choice(
    _ condition: BoundedExpression, _ first: BoundedExpression, _ second: BoundedExpression,
    _ place: Range<Int>
  ) throws(CardFault) -> BoundedExpression {
    if let value = condition.value { return value != 0 ? first : second }
    return try BoundedExpression(
      .conditional(condition.expression, first.expression, second.expression),
      operands: [condition, first, second], at: place)
  }

  /// Operators that bind at least as tightly as `minimum`, from the left.
  private mutating func binary(
    _ names: inout some ExpressionNames, minimum: Int
  ) throws(CardFault) -> BoundedExpression {
    let start = position
    var left = try unary(&names)
    while let (operation, precedence, length) = nextOperator(), precedence >= minimum {
      position += length
      let fromRight = groupsPowersFromRight && precedence == 7
      let right = try binary(&names, minimum: fromRight ? precedence : precedence + 1)
      left = try combine(operation, left, right, start..<position)
    }
    return left
  }

  /// An operator at the present position.
  enum Operation {
    case operation(Expression.Operator)
    case remainder
  }

  private mutating func nextOperator() -> (Operation, precedence: Int, length: Int)? {
    skipBlanks()
    guard position < end else { return nil }
    let next = position + 1 < end ? text[position + 1] : 0
    switch text[position] {
    case UInt8(ascii: "|"): return (.operation(.or), 1, next == UInt8(ascii: "|") ? 2 : 1)
    case UInt8(ascii: "&"): return (.operation(.and), 2, next == UInt8(ascii: "&") ? 2 : 1)
    case UInt8(ascii: "="):
      if next == UInt8(ascii: "=") { return (.operation(.equal), 3, 2) }
      return comparesByOneSign ? (.operation(.equal), 3, 1) : nil
    case UInt8(ascii: "!"):
      return next == UInt8(ascii: "=") ? (.operation(.notEqual), 3, 2) : nil
    case UInt8(ascii: "<"):
      if next == UInt8(ascii: "=") { return (.operation(.lessOrEqual), 4, 2) }
      return next == UInt8(ascii: ">") ? (.operation(.notEqual), 3, 2) : (.operation(.less), 4, 1)
    case UInt8(ascii: ">"):
      return next == UInt8(ascii: "=")
        ? (.operation(.greaterOrEqual), 4, 2) : (.operation(.greater), 4, 1)
    case UInt8(ascii: "+"): return (.operation(.add), 5, 1)
    case UInt8(ascii: "-"): return (.operation(.subtract), 5, 1)
    case UInt8(ascii: "*"):
      return next == UInt8(ascii: "*") ? (.operation(.power), 7, 2) : (.operation(.multiply), 6, 1)
    case UInt8(ascii: "/"): return (.operation(.divide), 6, 1)
    case UInt8(ascii: "%"): return (.remainder, 6, 1)
    case UInt8(ascii: "^"): return (.operation(.power), 7, 1)
    default: return nil
    }
  }

  func combine(
    _ operation: Operation, _ left: BoundedExpression, _ right: BoundedExpression,
    _ place: Range<Int>
  ) throws(CardFault) -> BoundedExpression {
    switch operation {
    case .operation(let operation):
      if let a = left.value, let b = right.value { return BoundedExpression(operation.value(a, b)) }
      return try BoundedExpression(
        .binary(operation, left.expression, right.expression), operands: [left, right], at: place)
    case .remainder: return try call(.mod, [left, right], place)
    }
  }

  /// A sign binds less tightly than a power: `-2**2` is −4.
  private mutating func unary(
    _ names: inout some ExpressionNames
  ) throws(CardFault) -> BoundedExpression {
    skipBlanks()
    let start = position
    guard position < end else { throw malformed() }
    let sign = text[position]
    guard
      sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") || sign == UInt8(ascii: "!")
        || sign == UInt8(ascii: "~")
    else { return try operand(&names) }
    names.nesting += 1
    defer { names.nesting -= 1 }
    guard names.nesting <= Self.nestingLimit else {
      throw CardFault(.expressionTooDeep, start..<end)
    }
    position += 1
    let inner = try binary(&names, minimum: 7)
    switch sign {
    case UInt8(ascii: "+"): return inner
    case UInt8(ascii: "-"):
      if let value = inner.value { return BoundedExpression(-value) }
      return try BoundedExpression(
        .negated(inner.expression), operands: [inner], at: start..<position)
    default: return try call(.not, [inner], start..<position)
    }
  }

  // MARK: Characters

  mutating func skipBlanks() {
    while position < end, text[position] <= 32 { position += 1 }
  }

  func malformed() -> CardFault {
    let place = min(position, max(end - 1, 0))
    return CardFault(.malformedExpression, place..<max(place, end))
  }

  static func startsName(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 97 < 26 || byte == UInt8(ascii: "_")
  }

  static func continuesName(_ byte: UInt8) -> Bool {
    startsName(byte) || byte &- 48 < 10 || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "#")
  }

  /// ngspice's names of constants; a parameter of the same name hides one.
  static let constants: [String: Double] = [
    "pi": .pi, "e": M_E, "true": 1, "false": 0, "yes": 1, "no": 0, "c": 299_792_458,
    "kelvin": -273.15, "echarge": 1.602176634e-19, "boltz": 1.380649e-23, "planck": 6.62607015e-34,
  ]

  static let synonyms: [String: Expression.Function] = [
    "arctan": .atan, "arccos": .acos, "arcsin": .asin, "sign": .sgn, "stp": .u, "round": .nint,
    "trunc": .int, "mod": .mod, "pwrs": .pwr,
  ]

  static let functionNames =
    Expression.Function.allCases.map(\.rawValue) + synonyms.keys.sorted() + spelledOut
    + dynamicNames + RandomValue.names + ["if", "v", "i"]

  /// Functions that others make up.
  static let spelledOut = [
    "sqr", "square", "u2", "buf", "inv", "eq0", "ne0", "gt0", "lt0", "ge0", "le0",
  ]
  static let comparisons: [String: Expression.Operator] = [
    "eq0": .equal, "ne0": .notEqual, "gt0": .greater, "lt0": .less, "ge0": .greaterOrEqual,
    "le0": .lessOrEqual,
  ]
  static let dynamicNames = ["ddt", "idt", "sdt"]
}
