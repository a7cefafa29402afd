/// Products of a matrix with runs of a vector at the same distances: the windows of a convolution
/// without copies of them.
public enum ShiftedProduct {
  /// Eight columns of `C`.
  @usableFromInline typealias Lanes = SIMD8<Float>
  /// Columns that are computed at once: a vector beyond a run's end is computed and not stored.
  public static let lanes = Lanes.scalarCount

  /// One run of columns: `C[·, column + j] += Σ_k A[·, k] x[start + shifts[k] + j]` for `j < count`.
  public struct Run {
    /// Its first element of `x`, to which the shifts are added, and its first column of `C`.
    public var start: Int, column: Int
    /// Its columns, at most `lanes`.
    public var count: Int

    /// A run of at most `lanes` columns.
    public init(start: Int, column: Int, count: Int) {
      precondition(count > 0 && count <= ShiftedProduct.lanes, "one vector per run")
      self.start = start
      self.column = column
      self.count = count
    }
  }

  /// Products of one sum at most: longer sums are added in parts, so that rounding grows with the
  /// number of parts and the length of one, not with the length of the sum.
  private static let partLength = 256

  /// Adds the runs to `C`. A sum's bits do not depend on the rows and runs beside it.
  ///
  /// - Parameters:
  ///   - a: `A`, `[m, shifts.count]`, rows `strideA` apart.
  ///   - x: The vector; reaches `lanes` elements beyond the start of every shifted run.
  ///   - c: `C`, rows `strideC` apart from `offset` on.
  public static func add(
    _ a: Span<Float>, strideA: Int, m: Int, shifts: Span<Int>, _ x: Span<Float>,
    runs: ArraySlice<Run>, into c: inout MutableSpan<Float>, offset: Int, strideC: Int
  ) {
    guard m > 0, !shifts.isEmpty, !runs.isEmpty else { return }
    let k = shifts.count
    precondition(strideA >= k && a.count >= (m - 1) * strideA + k, "rows missing")
    var (least, most) = (shifts[0], shifts[0])
    for k in shifts.indices { (least, most) = (min(least, shifts[k]), max(most, shifts[k])) }
    let runs = Array(runs)
    let starts = runs.map(\.start)
    precondition(
      (starts.min() ?? 0) + least >= 0 && (starts.max() ?? 0) + most + lanes <= x.count,
      "runs leave the vector")
    let columns = runs.reduce(0) { max($0, $1.column + $1.count) }
    precondition(
      offset >= 0 && runs.allSatisfy { $0.column >= 0 } && columns <= strideC
        && offset + (m - 1) * strideC + columns <= c.count, "columns beyond the matrix")
    let parts = (k + partLength - 1) / partLength
    for part in 0..<parts {
      let own = part * k / parts..<(part + 1) * k / parts
      add(
        a.extracting(own.lowerBound..<a.count), strideA, m, shifts.extracting(own), x, runs, starts,
        &c, offset, strideC)
    }
  }

  private static func add(
    _ a: Span<Float>, _ strideA: Int, _ m: Int, _ shifts: Span<Int>, _ x: Span<Float>,
    _ runs: [Run], _ starts: [Int], _ c: inout MutableSpan<Float>, _ offset: Int, _ strideC: Int
  ) {
    unsafe a.withUnsafeBufferPointer { a in
      unsafe x.withUnsafeBufferPointer { x in
        guard let a = a.baseAddress, let x = x.baseAddress else { return }
        for row in stride(from: 0, to: m, by: 4) {
          // Rows and runs beyond the last repeat it, and are not stored.
          let rows = unsafe (
            a + row * strideA, a + min(row + 1, m - 1) * strideA,
            a + min(row + 2, m - 1) * strideA, a + min(row + 3, m - 1) * strideA
          )
          for first in stride(from: 0, to: runs.count, by: 3) {
            let last = runs.count - 1
            let (second, third) = (min(first + 1, last), min(first + 2, last))
            let sums = unsafe Self.sums(
              rows, shifts, x + starts[first], x + starts[second], x + starts[third])
            for place in 0..<min(4, m - row) {
              let line = offset + (row + place) * strideC
              store(sums[3 * place], runs[first], line, &c)
              if first + 1 <= last { store(sums[3 * place + 1], runs[second], line, &c) }
              if first + 2 <= last { store(sums[3 * place + 2], runs[third], line, &c) }
            }
          }
        }
      }
    }
  }

  /// Four rows times three runs: twelve sums hide the latency of the multiply-adds, and with their
  /// operands they fill the sixteen registers.
  @inline(__always)
  private static func sums(
    _ a: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>),
    _ distances: Span<Int>, _ x0: UnsafePointer<Float>, _ x1: UnsafePointer<Float>,
    _ x2: UnsafePointer<Float>
  ) -> [12 of Lanes] {
    let zero = Lanes(repeating: 0)
    var (s00, s01, s02, s10, s11, s12) = (zero, zero, zero, zero, zero, zero)
    var (s20, s21, s22, s30, s31, s32) = (zero, zero, zero, zero, zero, zero)
    for k in distances.indices {
      let shift = distances[k]
      let (v0, v1, v2) = unsafe (lanes(x0 + shift), lanes(x1 + shift), lanes(x2 + shift))
      let w0 = unsafe Lanes(repeating: a.0[k])
      s00 = multiplyAdd(w0, v0, s00)
      s01 = multiplyAdd(w0, v1, s01)
      s02 = multiplyAdd(w0, v2, s02)
      let w1 = unsafe Lanes(repeating: a.1[k])
      s10 = multiplyAdd(w1, v0, s10)
      s11 = multiplyAdd(w1, v1, s11)
      s12 = multiplyAdd(w1, v2, s12)
      let w2 = unsafe Lanes(repeating: a.2[k])
      s20 = multiplyAdd(w2, v0, s20)
      s21 = multiplyAdd(w2, v1, s21)
      s22 = multiplyAdd(w2, v2, s22)
      let w3 = unsafe Lanes(repeating: a.3[k])
      s30 = multiplyAdd(w3, v0, s30)
      s31 = multiplyAdd(w3, v1, s31)
      s32 = multiplyAdd(w3, v2, s32)
    }
    return [s00, s01, s02, s10, s11, s12, s20, s21, s22, s30, s31, s32]
  }

  @inline(__always)
  private static func lanes(_ place: UnsafePointer<Float>) -> Lanes {
    unsafe UnsafeRawPointer(place).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  private static func store(
    _ sums: Lanes, _ run: Run, _ line: Int, _ c: inout MutableSpan<Float>
  ) {
    let place = line + run.column
    if run.count == lanes {
      // A vector at once; the bound was checked for all runs.
      unsafe c.withUnsafeMutableBufferPointer { c in
        guard let first = c.baseAddress else { return }
        let target = unsafe UnsafeMutableRawPointer(first + place)
        let old = unsafe target.loadUnaligned(as: Lanes.self)
        unsafe target.storeBytes(of: old + sums, as: Lanes.self)
      }
    } else {
      for j in 0..<run.count { c[place + j] += sums[j] }
    }
  }
}
