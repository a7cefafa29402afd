import Foundation
import Netlist

/// An analog code model of XSPICE that is a formula of what its element is connected to.
struct CodeModel {
  /// What it computes (XSPICE user's manual, chapter 12.2).
  enum Kind: String, CaseIterable {
    case gain, summer, mult, divide, limit, climit, pwl
    case integral = "int"
    case derivative = "d_dt"
    case transfer = "s_xfer"
    case sine, aswitch
    case coupling = "lcouple"
    case core
    case pwlts, triangle, square, oneshot, hyst, ilimit, zener, memristor, pswitch
    case capacitance = "capacitoric"
    case inductance = "inductoric"
    case cmeter, lmeter, filesource, table2d, table3d

    /// Names of parameters that are texts.
    var texts: Set<String> {
      self == .filesource || self == .table2d || self == .table3d ? ["file"] : []
    }
  }

  let kind: Kind
  /// Parameters by name: a number, or those of a list.
  var values: [String: (numbers: [Double], place: Range<Int>)] = [:]
  /// Parameters that are texts, by name.
  var texts: [String: (text: String, place: Range<Int>)] = [:]
  /// Of its card.
  let place: Range<Int>

  /// Names of parameters and their values without them; `nil` for one that has to be given, an empty
  /// list for a list of any length.
  var known: [String: [Double]?] {
    let offset: [String: [Double]?] = ["in_offset": [0], "out_offset": [0], "gain": [1]]
    let limits: [String: [Double]?] = [
      "out_lower_limit": [-.infinity], "out_upper_limit": [.infinity], "limit_range": [1e-6],
      "fraction": [0],
    ]
    let lists: [String: [Double]?] = [
      "in_offset": [], "in_gain": [], "out_gain": [1], "out_offset": [0],
    ]
    switch kind {
    case .gain: return offset
    case .summer, .mult: return lists
    case .divide:
      return [
        "num_offset": [0], "num_gain": [1], "den_offset": [0], "den_gain": [1],
        "den_lower_limit": [1e-10], "den_domain": [1e-10], "fraction": [0], "out_gain": [1],
        "out_offset": [0],
      ]
    case .limit: return ["in_offset": [0], "gain": [1]].merging(limits) { $1 }
    case .climit:
      return [
        "in_offset": [0], "gain": [1], "upper_delta": [0], "lower_delta": [0],
        "limit_range": [1e-6], "fraction": [0],
      ]
    case .pwl:
      return [
        "x_array": nil, "y_array": nil, "input_domain": [0.01], "fraction": [1], "limit": [0],
      ]
    case .integral:
      return ["in_offset": [0], "gain": [1], "out_ic": [0]].merging(limits) { $1 }
    case .derivative: return ["gain": [1], "out_offset": [0]].merging(limits) { $1 }
    case .transfer:
      return [
        "in_offset": [0], "gain": [1], "num_coeff": nil, "den_coeff": nil, "int_ic": [],
        "denormalized_freq": [1],
      ]
    case .sine: return ["cntl_array": nil, "freq_array": nil, "out_low": [-1], "out_high": [1]]
    case .aswitch:
      return [
        "cntl_off": [0], "cntl_on": [1], "r_off": [1e12], "r_on": [1], "log": [1],
        "limit": [0],
      ]
    case .coupling: return ["num_turns": [1]]
    case .core:
      return [
        "h_array": nil, "b_array": nil, "area": nil, "length": nil, "input_domain": [0.01],
        "fraction": [1], "mode": [1],
      ]
    default: return knownOfDevices
    }
  }

  /// Parameters of a `core` that have an effect in its mode of hysteresis alone.
  static let unusedOfCore: Set<String> = [
    "in_low", "in_high", "hyst", "out_lower_limit", "out_upper_limit",
  ]

  func list(_ name: String) -> [Double] {
    values[name]?.numbers ?? known[name].flatMap { $0 } ?? []
  }
  func number(_ name: String) -> Double { list(name).first ?? 0 }

  // MARK: Formulas

  func shifted(_ input: Expression, by name: String) -> Expression {
    let offset = number(name)
    return offset == 0 ? input : .binary(.add, input, .number(offset))
  }

  /// `gain (in + in_offset)`.
  func amplified(_ input: Expression) -> Expression {
    shifted(input, by: "in_offset").times(number("gain"))
  }

  /// The same with an offset behind it.
  func offset(_ input: Expression) -> Expression { shifted(amplified(input), by: "out_offset") }

  /// A sum or a product of inputs, each with an offset and a gain.
  func combined(_ inputs: [Expression]) -> Expression {
    let (offsets, gains) = (list("in_offset"), list("in_gain"))
    let parts = inputs.indices.map { k in
      let offset = k < offsets.count ? offsets[k] : 0
      return (offset == 0 ? inputs[k] : .binary(.add, inputs[k], .number(offset))).times(
        k < gains.count ? gains[k] : 1)
    }
    let whole = parts.dropFirst().reduce(parts[0]) {
      .binary(kind == .mult ? .multiply : .add, $0, $1)
    }
    return shifted(whole.times(number("out_gain")), by: "out_offset")
  }

  /// A quotient whose denominator keeps away from zero.
  func divided(_ numerator: Expression, _ denominator: Expression) -> Expression {
    let above = shifted(numerator, by: "num_offset").times(number("num_gain"))
    let below = shifted(denominator, by: "den_offset").times(number("den_gain"))
    let least = number("den_lower_limit")
    let range = number("den_domain") * (number("fraction") != 0 ? least : 1)
    let positive = Self.corner(below, at: least, least, range, slopes: (0, 1))
    let negative = Self.corner(below, at: -least, -least, range, slopes: (1, 0))
    let held = Expression.conditional(
      .binary(.greaterOrEqual, below, .number(0)), positive, negative)
    return shifted(
      Expression.binary(.divide, above, held).times(number("out_gain")), by: "out_offset")
  }

  /// `x` between two limits, or beyond one where the other is `nil`, whose corners are parabolas as
  /// wide as the range.
  func limited(
    _ x: Expression, _ lower: Expression?, _ upper: Expression?, range name: String = "limit_range"
  ) -> Expression {
    var range = Expression.number(number(name))
    if number("fraction") != 0, let lower, let upper {
      range = .binary(.multiply, range, .binary(.subtract, upper, lower))
    }
    let above = upper.map { Self.corner(x, at: $0, $0, range, slopes: (1, 0)) } ?? x
    guard let lower else { return above }
    let below = Self.corner(x, at: lower, lower, range, slopes: (0, 1))
    guard let upper else { return below }
    let isHigh = Expression.binary(.greater, x, .binary(.subtract, upper, range))
    return .conditional(isHigh, above, below)
  }

  /// The same with the card's limits, if it has any.
  func limited(_ x: Expression) -> Expression {
    let (lower, upper) = (number("out_lower_limit"), number("out_upper_limit"))
    return limited(
      x, lower.isFinite ? .number(lower) : nil, upper.isFinite ? .number(upper) : nil)
  }

  /// Lines through points, with parabolas for corners; beyond the ends they go on.
  func lines(_ x: Expression, _ abscissas: String, _ ordinates: String) -> Expression {
    let (xs, ys) = (list(abscissas), list(ordinates))
    var x = x
    if number("limit") != 0, let first = xs.first, let last = xs.last {
      x = .call(.limit, [x, .number(first), .number(last)])
    }
    let slopes = zip(zip(xs, xs.dropFirst()), zip(ys, ys.dropFirst())).map {
      ($1.1 - $1.0) / ($0.1 - $0.0)
    }
    func line(_ k: Int) -> Expression {
      .binary(
        .add, Expression.binary(.subtract, x, .number(xs[k])).times(slopes[k]), .number(ys[k]))
    }
    // From the last piece to the first, each before the next one's corner.
    var whole = line(slopes.count - 1)
    for k in slopes.indices.dropFirst().reversed() {
      let width = number("fraction") != 0 ? min(xs[k] - xs[k - 1], xs[k + 1] - xs[k]) : 1
      let range = min(number("input_domain") * width, width)
      let corner = Self.corner(x, at: xs[k], ys[k], range, slopes: (slopes[k - 1], slopes[k]))
      let middle = (xs[k] + xs[k + 1]) / 2
      whole = .conditional(.binary(.less, x, .number(min(xs[k] + range, middle))), corner, whole)
    }
    return whole
  }

  /// Two lines that meet at a point, with a parabola between `x − range` and `x + range` that has
  /// their slopes at its ends.
  private static func corner(
    _ x: Expression, at place: Expression, _ value: Expression, _ range: Expression,
    slopes: (Double, Double)
  ) -> Expression {
    let distance = Expression.binary(.subtract, x, place)
    func line(_ slope: Double) -> Expression {
      slope == 0 ? value : .binary(.add, value, distance.times(slope))
    }
    guard range != .number(0) else {
      let isBelow = Expression.binary(.less, distance, .number(0))
      return .conditional(isBelow, line(slopes.0), line(slopes.1))
    }
    let reach = Expression.binary(.add, distance, range)
    let bow = Expression.binary(
      .divide, Expression.binary(.multiply, reach, reach).times((slopes.1 - slopes.0) / 4), range)
    let inside = Expression.conditional(
      .binary(.greaterOrEqual, distance, range), line(slopes.1),
      .binary(.add, line(slopes.0), bow))
    return .conditional(.binary(.lessOrEqual, reach, .number(0)), line(slopes.0), inside)
  }

  private static func corner(
    _ x: Expression, at place: Double, _ value: Double, _ range: Double, slopes: (Double, Double)
  ) -> Expression {
    corner(x, at: .number(place), .number(value), .number(range), slopes: slopes)
  }

  /// A resistance between two values of a control, by its logarithm or by itself.
  func resistance(_ control: Expression) -> Expression {
    let (off, on) = (number("r_off"), number("r_on"))
    var share = Expression.binary(.subtract, control, .number(number("cntl_off"))).times(
      1 / (number("cntl_on") - number("cntl_off")))
    // Without a limit it goes on beyond both.
    if number("limit") != 0 { share = .call(.limit, [share, .number(0), .number(1)]) }
    guard number("log") != 0 else {
      return .binary(.add, .number(off), share.times(on - off))
    }
    return Expression.call(.exp, [.binary(.add, .number(log(off)), share.times(log(on / off)))])
  }

  /// A sine whose phase is the integral of its frequency.
  func oscillation(_ turns: Expression) -> Expression {
    let (low, high) = (number("out_low"), number("out_high"))
    return .binary(
      .add, Expression.call(.sin, [turns.times(2 * .pi)]).times((high - low) / 2),
      .number((high + low) / 2))
  }
}
