import Netlist
import Units

/// Formulas as text for one simulator, every operation in parentheses: precedences differ.
struct ExpressionText {
  let circuit: Circuit
  let simulator: Simulator

  /// Why a formula cannot be written.
  struct Fault: Error {
    /// The function that the simulator lacks.
    var function: String
  }

  func text(_ expression: Expression) throws(Fault) -> String {
    switch expression {
    case .number(let value):
      return value < 0 ? "(\(value.description))" : value.description
    case .parameter(let name): return name
    case .quantity(let quantity): return try text(quantity)
    case .negated(let operand): return "(-\(try text(operand)))"
    case .binary(let sign, let a, let b):
      return "(\(try text(a)) \(sign.rawValue) \(try text(b)))"
    case .conditional(let condition, let first, let second):
      return "(\(try text(condition)) ? \(try text(first)) : \(try text(second)))"
    case .grid: throw Fault(function: "table of several variables")
    case .call(let function, let arguments):
      var texts: [String] = []
      for argument in arguments { texts.append(try text(argument)) }
      return try call(function, texts)
    }
  }

  private func text(_ quantity: Expression.Quantity) throws(Fault) -> String {
    switch quantity {
    case .voltage(let node): return "v(\(circuit.name(of: node)))"
    case .current(let current):
      var name = circuit.name(of: circuit.label(of: current))
      if case .behavioralSource(let index) = current,
        circuit.behavioralSources[index].output != .charge, let letter = name.utf8.first,
        "rclRCL".utf8.contains(letter)
      {
        name = "b" + name
      }
      let text = "i(\(name))"
      // Voltage sources everywhere; any element in ngspice alone, which puts a source beside it.
      if case .voltageSource = current { return text }
      guard simulator == .ngspice else { throw Fault(function: text) }
      return text
    case .dynamic: throw Fault(function: "ddt or idt")
    case .event: throw Fault(function: "a digital node")
    case .frequency: return "hertz"
    case .device: throw Fault(function: "a value of a device")
    case .time: return "time"
    case .temperature: return simulator == .xyce ? "temp" : "temper"
    }
  }

  /// Functions that not every simulator has are spelled out with those that it has.
  private func call(
    _ function: Expression.Function, _ arguments: [String]
  ) throws(Fault) -> String {
    let list = arguments.joined(separator: ", ")
    switch (function, arguments.count) {
    case (.ln, 1), (.log, 1): return (isHSPICELike ? "log" : "ln") + "(\(list))"
    case (.u, 1): return "((\(list) > 0) ? 1 : 0)"
    case (.uramp, 1): return "max(\(list), 0)"
    case (.not, 1): return "((\(list) == 0) ? 1 : 0)"
    case (.int, 1): return "(sgn(\(list)) * floor(abs(\(list))))"
    case (.hypot, 2):
      let (a, b) = (arguments[0], arguments[1])
      return "sqrt((\(a) * \(a)) + (\(b) * \(b)))"
    case (.limit, 3):
      // The middle one of the three, whichever bound is the larger.
      let (x, a, b) = (arguments[0], arguments[1], arguments[2])
      return "min(max(\(x), min(\(a), \(b))), max(\(a), \(b)))"
    case (.min, 3...), (.max, 3...):
      // Two operands at a time, because some simulators take no more.
      let rest = try call(function, Array(arguments.dropFirst()))
      return "\(function.rawValue)(\(arguments[0]), \(rest))"
    // Beyond its points ngspice's goes on; flat ends make it constant there.
    case (.table, 5...) where simulator == .ngspice:
      let (x, points) = (arguments[0], Array(arguments.dropFirst()))
      let (first, last) = (points[0], points[points.count - 2])
      let ends = (
        "(\(first) - 1), \(points[1])", "(\(last) + 1), \(points[points.count - 1])"
      )
      return "pwl(\(([x, ends.0] + points + [ends.1]).joined(separator: ", ")))"
    case (.table, 3) where simulator == .ngspice: return "(\(arguments[2]))"
    case (.table, 3...) where !isHSPICELike: return "table(\(list))"
    case (.pwl, 3) where simulator == .ngspice: return "(\(arguments[2]))"
    case (.pwl, 5...) where simulator == .ngspice: return "pwl(\(list))"
    case (.atan2, 2) where simulator != .ngspice: return "atan2(\(list))"
    case (.table, _), (.pwl, _), (.mod, _), (.atan2, _): throw Fault(function: function.rawValue)
    default: return "\(function.rawValue)(\(list))"
    }
  }

  private var isHSPICELike: Bool { simulator == .hspice || simulator == .spectre }
}
