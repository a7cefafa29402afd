import NumericKernels

/// One bit or source line of a column, as the elimination needs it.
///
/// An ideal line is one node, so its terminals act at its near end, two of them in parallel: a
/// terminal left at a far end has segment resistance before it and never closes a loop of ideal
/// wire.
struct ColumnLine: Sendable, Equatable {
  /// Resistance of one segment in ohms.
  var segmentOhms: Double
  /// Resistance of each terminal in ohms, in series with the end segment.
  var terminalOhms: Double
  var hasNearTerminal: Bool
  var hasFarTerminal: Bool

  init(segmentOhms: Double, terminalOhms: Double, end: LineEnd) {
    self.segmentOhms = segmentOhms
    let isIdeal = segmentOhms == 0
    self.terminalOhms = isIdeal && end == .both ? terminalOhms / 2 : terminalOhms
    hasNearTerminal = isIdeal || end != .far
    hasFarTerminal = !isIdeal && end != .near
  }
}

/// Hybrid parameters of a group of eight columns, seen from a cut across its lines back towards
/// word line 0.
///
/// Line 0 is the bit line, the others are source lines. With `v` the voltage of a line relative to
/// its terminals and `i` its current towards the far end, the part of the column behind the cut is
///
///     y = H x + c,   x = i, y = v   for lines with a near terminal,
///                    x = v, y = i   for lines that are open at word line 0.
///
/// This hybrid form always exists: the impedance of a line with a near terminal is at most the wire
/// back to it, the admittance of an open line at most the cells on it, and transfers are at most 1.
/// Zero resistances need no special case, and no difference of nearly equal voltages is taken:
/// voltages are relative to the terminals, and the read voltage is a source in series with the
/// cell.
struct ColumnPort {
  /// Row of the current into the near sense terminal, carried along as a function of `x`.
  static let nearRow = 3
  /// Column of the constant `c`.
  static let constant = 3

  /// `H` and `c`, four rows of four.
  private var h = InlineArray<16, SIMD8<Double>>(repeating: .zero)

  /// The cut before word line 0.
  @inline(__always)
  init(_ lines: Span<ColumnLine>) {
    for l in lines.indices where lines[l].hasNearTerminal {
      h[5 * l] = SIMD8(repeating: -lines[l].terminalOhms)
    }
    if lines[0].hasNearTerminal { h[4 * Self.nearRow] = SIMD8(repeating: -1) }
  }

  /// Moves the cut over wire of some resistance on line `l`: `v ← v − r i`.
  @inline(__always)
  mutating func advance(_ l: Int, ohms: Double, isOpenBehind: Bool, lineCount: Int) {
    let r = SIMD8(repeating: ohms)
    guard isOpenBehind else {
      h[5 * l] -= r
      return
    }
    let scale = 1 / multiplyAdd(-r, h[5 * l], SIMD8(repeating: 1))
    let row = (h[4 * l] * scale, h[4 * l + 1] * scale, h[4 * l + 2] * scale, h[4 * l + 3] * scale)
    for k in 0..<4 where k != l && (k < lineCount || k == Self.nearRow) {
      add(row, times: r * h[4 * k + l], toRow: k)
    }
    (h[4 * l], h[4 * l + 1], h[4 * l + 2], h[4 * l + 3]) = row
  }

  /// Connects a cell in series with its read voltage from source line `s` to the bit line.
  ///
  /// Its current `J = g d` leaves the source line (σ = −1) and enters the bit line (σ = +1), and
  /// the voltage across it is `d = e − Σ σ v`. Solved for `J` that is one rank-one update,
  /// `J = g / (1 + g ζ) (t x + τ)` and `H ← H + q J`, with ζ ≥ 0 the resistance the cell sees.
  @inline(__always)
  mutating func connect(
    _ s: Int, siemens g: SIMD8<Double>, volts: Double, isBitOpen: Bool, isSourceOpen: Bool,
    lineCount: Int
  ) {
    let zero = SIMD8<Double>.zero
    let one = SIMD8<Double>(repeating: 1)
    var q = (zero, zero, zero, zero)
    var t = (zero, zero, zero, SIMD8(repeating: volts))
    if isBitOpen {
      q.0 += one
      t.0 -= one
    } else {
      q = (-h[0], -h[4], -h[8], -h[12])
      t = (t.0 - h[0], t.1 - h[1], t.2 - h[2], t.3 - h[3])
    }
    if isSourceOpen {
      if s == 1 { (q.1, t.1) = (q.1 - one, t.1 + one) } else { (q.2, t.2) = (q.2 - one, t.2 + one) }
    } else {
      q = (q.0 + h[s], q.1 + h[4 + s], q.2 + h[8 + s], q.3 + h[12 + s])
      let row = 4 * s
      t = (t.0 + h[row], t.1 + h[row + 1], t.2 + h[row + 2], t.3 + h[row + 3])
    }
    var resistance = zero
    if !isBitOpen { resistance += q.0 }
    if !isSourceOpen { resistance -= s == 1 ? q.1 : q.2 }
    let gain = g / multiplyAdd(g, resistance, one)
    let current = (gain * t.0, gain * t.1, gain * t.2, gain * t.3)
    add(current, times: q.0, toRow: 0)
    add(current, times: q.1, toRow: 1)
    if lineCount == 3 { add(current, times: q.2, toRow: 2) }
    add(current, times: q.3, toRow: 3)
  }

  /// Closes the column at its far end, the wire and terminals there already passed, and returns the
  /// currents into the sense terminals, both ends added.
  @inline(__always)
  mutating func sensedAmperes(_ lines: Span<ColumnLine>) -> SIMD8<Double> {
    let isBitOpen = !lines[0].hasNearTerminal
    // A bit line sensed at both ends: its far current is `x` itself.
    if !isBitOpen, lines[0].hasFarTerminal { h[4 * Self.nearRow] += SIMD8(repeating: 1) }
    // Lines with one terminal end with x = 0. Those with two end with v = 0, which fixes their x.
    for l in lines.indices where lines[l].hasNearTerminal && lines[l].hasFarTerminal {
      let scale = -1 / h[5 * l]
      let row = (
        h[4 * l] * scale, h[4 * l + 1] * scale, h[4 * l + 2] * scale, h[4 * l + 3] * scale
      )
      for k in 0..<4 where k != l { add(row, times: h[4 * k + l], toRow: k) }
    }
    return h[isBitOpen ? Self.constant : 4 * Self.nearRow + Self.constant]
  }

  @inline(__always)
  private mutating func add(
    _ row: (SIMD8<Double>, SIMD8<Double>, SIMD8<Double>, SIMD8<Double>),
    times factor: SIMD8<Double>, toRow k: Int
  ) {
    h[4 * k] = multiplyAdd(factor, row.0, h[4 * k])
    h[4 * k + 1] = multiplyAdd(factor, row.1, h[4 * k + 1])
    h[4 * k + 2] = multiplyAdd(factor, row.2, h[4 * k + 2])
    h[4 * k + 3] = multiplyAdd(factor, row.3, h[4 * k + 3])
  }
}
