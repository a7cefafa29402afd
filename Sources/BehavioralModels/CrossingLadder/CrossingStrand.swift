import NumericKernels

/// Vectors of columns that are walked together in a `CrossingLadderKernel`, over the selected cells from
/// the far end on.
///
/// A walk starts from a guess of the voltages at the far end, which it carries to the virtual ground with
/// their slopes; the tangent then takes what is left there away.
protocol CrossingStrand {
  typealias Lanes = SIMD16<Float>
  /// Vectors of columns, and stored vectors per word line.
  static var columnVectors: Int { get }
  static var cellVectors: Int { get }
  /// What a cell sees where nothing is taken over, less `Q`: 1 for resistors, whose walk is over the
  /// voltage left, 0 for curves, whose walk is over the voltage of the bit line.
  static var seenWithout: Float { get }
  /// The stored numbers of a cell.
  static func cell(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double]

  /// Starts from voltages of the bit lines at the far end.
  init(_ starts: Span<Lanes>, at: Int)
  /// Takes what cells of the next segment see.
  mutating func enter(_ seen: Span<Lanes>, at: Int)
  /// Passes `ohms` of wire, then a cell.
  mutating func step(_ ohms: Lanes, _ cells: Span<Lanes>, at: Int)
  /// Passes the wire to the virtual ground, and finds what the start was off by.
  mutating func close(_ ohms: Lanes)
  /// Square of the largest correction of the start that the tangent may be wrong about.
  var largestSquare: Float { get }
  /// Adds the corrections to the starts.
  func correct(_ starts: inout MutableSpan<Lanes>, at: Int)
  /// Writes the sensed currents in the unit of the cells.
  func write(_ amperes: inout MutableSpan<Lanes>, at: Int)
}

/// Two strands side by side: independent steps hide each other's latency. They are spelled out because
/// what is indexed is kept in memory.
struct JoinedStrands<S: CrossingStrand>: CrossingStrand {
  private var a: S, b: S

  static var columnVectors: Int { 2 * S.columnVectors }
  static var cellVectors: Int { 2 * S.cellVectors }
  static var seenWithout: Float { S.seenWithout }
  static func cell(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double] {
    S.cell(plane, row, column)
  }

  @inline(__always)
  init(_ starts: Span<Lanes>, at: Int) {
    a = S(starts, at: at)
    b = S(starts, at: at &+ S.columnVectors)
  }

  @inline(__always)
  mutating func enter(_ seen: Span<Lanes>, at: Int) {
    a.enter(seen, at: at)
    b.enter(seen, at: at &+ S.columnVectors)
  }

  @inline(__always)
  mutating func step(_ ohms: Lanes, _ cells: Span<Lanes>, at: Int) {
    a.step(ohms, cells, at: at)
    b.step(ohms, cells, at: at &+ S.cellVectors)
  }

  @inline(__always)
  mutating func close(_ ohms: Lanes) {
    a.close(ohms)
    b.close(ohms)
  }

  @inline(__always)
  var largestSquare: Float { max(a.largestSquare, b.largestSquare) }

  @inline(__always)
  func correct(_ starts: inout MutableSpan<Lanes>, at: Int) {
    a.correct(&starts, at: at)
    b.correct(&starts, at: at &+ S.columnVectors)
  }

  @inline(__always)
  func write(_ amperes: inout MutableSpan<Lanes>, at: Int) {
    a.write(&amperes, at: at)
    b.write(&amperes, at: at &+ S.columnVectors)
  }
}

/// Columns of resistors, with `y` what is left of the sources' voltage:
///
///     y ← y + r J,   J ← J + g y − g A (1 − Q)
///
/// affine in the start, which needs no guess.
struct ResistorStrand: CrossingStrand {
  static var columnVectors: Int { 1 }
  static var cellVectors: Int { 2 }
  static var seenWithout: Float { 1 }
  static func cell(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double] {
    let g = plane.slopes[row, column]
    return [g, -g * plane.takenOver[row, column]]
  }

  private var (y, current) = (Lanes(repeating: 1), Lanes(repeating: 0))
  private var (slope, currentSlope) = (Lanes(repeating: 1), Lanes(repeating: 0))
  private var seen = Lanes(repeating: 0)

  @inline(__always)
  init(_ starts: Span<Lanes>, at: Int) {}

  @inline(__always)
  mutating func enter(_ seen: Span<Lanes>, at: Int) { self.seen = seen[at] }

  @inline(__always)
  mutating func step(_ ohms: Lanes, _ cells: Span<Lanes>, at: Int) {
    let (g, a) = unsafe (cells[unchecked: at], cells[unchecked: at &+ 1])
    y = multiplyAdd(ohms, current, y)
    slope = multiplyAdd(ohms, currentSlope, slope)
    current = multiplyAdd(g, y, multiplyAdd(a, seen, current))
    currentSlope = multiplyAdd(g, slope, currentSlope)
  }

  @inline(__always)
  mutating func close(_ ohms: Lanes) {
    let off = Lanes(repeating: 1) - multiplyAdd(ohms, current, y)
    let x = off / multiplyAdd(ohms, currentSlope, slope)
    current = multiplyAdd(x, currentSlope, current)
  }

  @inline(__always)
  var largestSquare: Float { 0 }

  @inline(__always)
  func correct(_ starts: inout MutableSpan<Lanes>, at: Int) {}

  @inline(__always)
  func write(_ amperes: inout MutableSpan<Lanes>, at: Int) { amperes[at] = current }
}

/// How much of a cell's curve a `CurveStrand` follows.
protocol CrossingCurve {
  typealias Lanes = SIMD16<Float>
  /// Stored vectors per cell.
  static var vectors: Int { get }
  static func coefficients(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double]
  /// What the current at `d` exceeds `i₀` by, over `d`, and the slope there.
  static func value(_ d: Lanes, _ cells: Span<Lanes>, at: Int) -> (chord: Lanes, slope: Lanes)
}

/// Up to the square of `d`.
enum Parabola: CrossingCurve {
  static var vectors: Int { 2 }
  static func coefficients(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double] {
    [-plane.slopes[row, column], plane.bends[row, column]]
  }
  @inline(__always)
  static func value(_ d: Lanes, _ cells: Span<Lanes>, at: Int) -> (chord: Lanes, slope: Lanes) {
    let (s, h) = unsafe (cells[unchecked: at], cells[unchecked: at &+ 1])
    let chord = multiplyAdd(d, h, s)
    return (chord, multiplyAdd(d, h, chord))
  }
}

/// Up to the cube of `d`.
enum Cubic: CrossingCurve {
  static var vectors: Int { 3 }
  static func coefficients(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double] {
    Parabola.coefficients(plane, row, column) + [plane.twists[row, column]]
  }
  @inline(__always)
  static func value(_ d: Lanes, _ cells: Span<Lanes>, at: Int) -> (chord: Lanes, slope: Lanes) {
    let (s, h) = unsafe (cells[unchecked: at], cells[unchecked: at &+ 1])
    let bend = unsafe multiplyAdd(d, cells[unchecked: at &+ 2], h)
    let twist = unsafe multiplyAdd(d, cells[unchecked: at &+ 2], bend)
    let chord = multiplyAdd(d, bend, s)
    return (chord, multiplyAdd(d, twist, chord))
  }
}

/// Columns of cells of any law, with `w` the voltage of the bit line:
///
///     w ← w − r J,   d = w − A Q,   J ← J + i₀ − s d + h d² + k d³
struct CurveStrand<Curve: CrossingCurve>: CrossingStrand {
  static var columnVectors: Int { 1 }
  static var cellVectors: Int { 2 + Curve.vectors }
  static var seenWithout: Float { 0 }
  static func cell(_ plane: CrossingPlane, _ row: Int, _ column: Int) -> [Double] {
    [plane.amperes[row, column], plane.takenOver[row, column]]
      + Curve.coefficients(plane, row, column)
  }

  private var w: Lanes
  private var slope = Lanes(repeating: 1)
  private var (current, currentSlope) = (Lanes(repeating: 0), Lanes(repeating: 0))
  /// `−Q`.
  private var seen = Lanes(repeating: 0)
  private var correction = Lanes(repeating: 0)

  @inline(__always)
  init(_ starts: Span<Lanes>, at: Int) { w = starts[at] }

  @inline(__always)
  mutating func enter(_ seen: Span<Lanes>, at: Int) { self.seen = seen[at] }

  @inline(__always)
  mutating func step(_ ohms: Lanes, _ cells: Span<Lanes>, at: Int) {
    let (own, taken) = unsafe (cells[unchecked: at], cells[unchecked: at &+ 1])
    w = multiplyAdd(-ohms, current, w)
    slope = multiplyAdd(-ohms, currentSlope, slope)
    let d = multiplyAdd(taken, seen, w)
    let cell = Curve.value(d, cells, at: at &+ 2)
    current = multiplyAdd(d, cell.chord, current + own)
    currentSlope = multiplyAdd(cell.slope, slope, currentSlope)
  }

  @inline(__always)
  mutating func close(_ ohms: Lanes) {
    let off = multiplyAdd(-ohms, current, w)
    correction = -off / multiplyAdd(-ohms, currentSlope, slope)
    current = multiplyAdd(correction, currentSlope, current)
  }

  @inline(__always)
  var largestSquare: Float { (correction * correction).max() }

  @inline(__always)
  func correct(_ starts: inout MutableSpan<Lanes>, at: Int) { starts[at] += correction }

  @inline(__always)
  func write(_ amperes: inout MutableSpan<Lanes>, at: Int) { amperes[at] = current }
}
