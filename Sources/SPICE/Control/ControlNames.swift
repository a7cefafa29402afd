import Files
import Netlist
import NumericKernels

/// What the names in a command's expression mean: vectors of plots, and functions of `define`.
///
/// Vectors are parameters of the expression, under numbers of their own.
struct ControlNames: ExpressionNames {
  /// A function of `define`.
  struct Definition: Sendable {
    var arguments: [String]
    var body: [UInt8]
  }

  var plots: [ControlPlot]
  var current: Int
  var functions: [String: Definition]
  var inDegrees: Bool
  /// The text that places refer to.
  var text: [UInt8]
  /// Where random numbers come from.
  var random: RandomStream
  /// A value that the circuit has beyond the plots: of an element or a model, by its parameter.
  var circuitValue: (_ name: String, _ parameter: String) -> [Double]?
  private(set) var operands: [ControlVector] = []
  private var arguments: [String: BoundedExpression] = [:]
  private var calls: [String] = []
  var remainingOperands = 100_000
  var nesting = 0
  private static let callLimit = 40

  init(
    _ text: [UInt8], plots: [ControlPlot], current: Int, functions: [String: Definition],
    inDegrees: Bool, random: RandomStream,
    circuitValue: @escaping (_ name: String, _ parameter: String) -> [Double]?
  ) {
    self.random = random
    self.circuitValue = circuitValue
    self.text = text
    self.plots = plots
    self.current = current
    self.functions = functions
    self.inDegrees = inDegrees
  }

  /// The vector of an operand's number.
  func operand(_ name: String) -> ControlVector? {
    guard name.hasPrefix("#"), let number = Int(name.dropFirst()), operands.indices.contains(number)
    else { return nil }
    return operands[number]
  }

  private mutating func add(_ vector: ControlVector) -> BoundedExpression {
    operands.append(vector)
    return BoundedExpression(.parameter("#\(operands.count - 1)"))
  }

  /// A vector of the present plot, of the constants, or of a plot named before it.
  func vector(_ name: String) -> ControlVector? {
    if let found = plots[current].vector(name) ?? plots[0].vector(name) { return found }
    guard let dot = name.firstIndex(of: "."),
      let plot = plots.last(where: { $0.name == name[..<dot] })
    else { return nil }
    var vector = plot.vector(String(name[name.index(after: dot)...]))
    vector?.plotScale = plot.scale?.real
    return vector
  }

  // MARK: Names of expressions

  var parameterNames: [String] { plots[current].names + plots[0].names }

  mutating func parameter(
    _ name: String, at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    if let argument = arguments[name] { return argument }
    if let found = vector(name) { return add(found) }
    // The imaginary unit.
    return name == "i" || name == "j" ? add(ControlVector([0], [1])) : nil
  }

  private static let parts: [String: ControlFunction] = [
    "m": .mag, "p": .ph, "db": .db, "r": .real, "i": .imag,
  ]

  func takesNames(_ function: String) -> Bool {
    let last = function.split(separator: ".").last.map(String.init) ?? function
    guard let letter = last.first, letter == "v" || letter == "i" || last == "p" else {
      return false
    }
    return last.count == 1 || Self.parts[String(last.dropFirst())] != nil && functions[last] == nil
  }

  mutating func quantity(
    _ function: String, of arguments: [Range<Int>], at place: Range<Int>
  ) throws(CardFault) -> Expression? {
    if function == "@" {
      let name = DeckStructure.folded(text, place)
      if let found = vector(name) { return add(found).expression }
      guard let open = name.firstIndex(of: "["), name.hasSuffix("]"),
        let values = circuitValue(
          String(name[..<open].dropFirst()),
          String(name[name.index(after: open)...].dropLast()))
      else { throw CardFault(.unknownVector, place) }
      return add(ControlVector(values)).expression
    }
    guard takesNames(function), !arguments.isEmpty else { return nil }
    var prefix = ""
    var own = function[...]
    if let dot = function.lastIndex(of: ".") {
      prefix = String(function[...dot])
      own = function[function.index(after: dot)...]
    }
    let letter = own.prefix(1)
    var whole: ControlVector?
    func named(_ argument: Range<Int>) throws(CardFault) -> ControlVector {
      let name = DeckStructure.folded(text, argument)
      if letter == "v", ["0", "gnd"].contains(name) { return ControlVector(0) }
      // A vector that a command made goes by its own name as well.
      let found =
        vector("\(prefix)\(letter)(\(name))") ?? (letter == "v" ? vector(prefix + name) : nil)
      guard let found else {
        throw CardFault(
          .unknownVector, place,
          suggestion: NearestWord.find("\(letter)(\(name))", among: plots[current].names))
      }
      return found
    }
    let first = try named(arguments[0])
    if arguments.count == 2, letter == "v" {
      let second = try named(arguments[1])
      let count = max(first.count, second.count)
      whole = ControlVector(count: count, isComplex: first.isComplex || second.isComplex) {
        first[$0] - second[$0]
      }
      whole?.kind = "voltage"
    } else {
      guard arguments.count == 1 else { throw CardFault(.wrongArgumentCount, place) }
      whole = first
    }
    guard var vector = whole else { return nil }
    if own.count > 1, let part = Self.parts[String(own.dropFirst())] {
      guard let value = part.value(vector, scale: nil, inDegrees: inDegrees) else { return nil }
      vector = value
    }
    return add(vector).expression
  }

  mutating func definedFunction(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    if let definition = functions[name] { return try call(definition, name, arguments, place) }
    // `pole(1)` of a pole-zero analysis.
    if arguments.count == 1, let number = arguments[0].value, number == number.rounded(),
      number >= 0, number <= 1e6, let found = vector("\(name)(\(Int(number)))")
    {
      return add(found)
    }
    guard let function = ControlFunction(rawValue: name), arguments.count == 1 else { return nil }
    let argument = try value(arguments[0], place)
    let scale = argument.plotScale.map { ControlVector($0) } ?? plots[current].scale
    if let drawn = function.random(argument, using: &random) { return add(drawn) }
    guard
      let value = function.value(argument, scale: scale, inDegrees: inDegrees)
    else { throw CardFault(.noVectorValue, place) }
    return add(value)
  }

  private mutating func call(
    _ definition: Definition, _ name: String, _ values: [BoundedExpression], _ place: Range<Int>
  ) throws(CardFault) -> BoundedExpression {
    guard definition.arguments.count == values.count else {
      throw CardFault(.wrongArgumentCount, place)
    }
    guard calls.count < Self.callLimit else {
      let first = calls.lastIndex(of: name) ?? 0
      throw CardFault(.recursiveFunction, place, chain: Array(calls[first...]) + [name])
    }
    let outside = (text, arguments)
    calls.append(name)
    defer {
      (text, arguments) = outside
      calls.removeLast()
    }
    text = definition.body
    arguments = Dictionary(
      zip(definition.arguments, values), uniquingKeysWith: { first, _ in first })
    var parser = ExpressionParser(text, text.indices, isConstant: false)
    parser.groupsPowersFromRight = true
    do throws(CardFault) {
      return try parser.parse(&self)
    } catch {
      // The body is elsewhere; the call is what has a place.
      var fault = error
      if fault.subject == nil {
        fault.subject = String(decoding: text[fault.place.clamped(to: text.indices)], as: UTF8.self)
      }
      fault.place = place
      throw fault
    }
  }

  mutating func part(
    of value: BoundedExpression, from: BoundedExpression, to: BoundedExpression?,
    at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    let vector = try self.value(value, place)
    let first = try self.value(from, place)[0].real
    let last = try to.map { (to) throws(CardFault) in try self.value(to, place)[0].real } ?? first
    guard first >= 0, last >= first, last < Double(ControlVector.lengthLimit),
      let start = vector.range(of: [Int(first)]), let end = vector.range(of: [Int(last)])
    else { throw CardFault(.noVectorValue, place) }
    var part = vector.slice(start.lowerBound..<end.upperBound)
    if let rest = vector.dimensions?.dropFirst(), !rest.isEmpty {
      let sizes = to == nil ? Array(rest) : [Int(last) - Int(first) + 1] + rest
      part.dimensions = sizes.count > 1 ? sizes : nil
    }
    return add(part)
  }

  /// The vector that an expression gives.
  func value(
    _ expression: BoundedExpression, _ place: Range<Int>
  ) throws(CardFault) -> ControlVector {
    guard let value = expression.expression.vector({ operand($0) }) else {
      throw CardFault(.noVectorValue, place)
    }
    return value
  }
}
