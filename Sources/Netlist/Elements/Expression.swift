/// A formula of voltages, currents, time and parameters.
///
/// Readers bound the depth of expressions, so that recursion over one cannot exhaust the stack.
public indirect enum Expression: Hashable, Sendable {
  /// A literal.
  case number(Double)
  /// A parameter by its name in lower case; elaborated circuits have none left.
  case parameter(String)
  /// A quantity that varies during a solve.
  case quantity(Quantity)
  case negated(Expression)
  case binary(Operator, Expression, Expression)
  case call(Function, [Expression])
  /// `condition ? first : second`; a condition holds where it is not zero.
  case conditional(Expression, Expression, Expression)
  /// A function that a table has on a grid, of as many arguments as the grid has axes.
  case grid(GridTable, [Expression])

  /// A quantity that varies during a solve.
  public enum Quantity: Hashable, Sendable {
    /// `v(node)`, in volts.
    case voltage(Node)
    /// `i(element)`, in amperes.
    case current(ElementCurrent)
    /// A value of a device, in outputs alone.
    case device(DeviceSlope)
    /// Seconds; zero outside transient analyses.
    case time
    /// Degrees Celsius.
    case temperature
    /// Hertz of a small-signal analysis; zero elsewhere.
    case frequency
    /// The value of a `ddt` or `idt`, by index among the circuit's terms.
    case dynamic(Int)
    /// The value of a node of events, in outputs alone, by index among them.
    case event(Int)
  }

  /// Operators of two operands; comparisons and logic give 1 or 0.
  public enum Operator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case power = "**"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "=="
    case notEqual = "!="
    case and = "&&"
    case or = "||"
  }

  /// Functions by their names in decks.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    case abs, sqrt, exp, ln, log, log10, sin, cos, tan, asin, acos, atan, sinh, cosh, tanh
    case asinh, acosh, atanh, floor, ceil, int, nint, sgn, u, uramp, not
    case pow, pwr, atan2, min, max, hypot
    case mod = "fmod"
    case limit, table, pwl
  }
}
