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

  /// Adds the runs to `C`.
  ///
  /// - Parameters:
  ///   - a: `A`, row-major `[m, shifts.count]`.
  ///   - x: The vector; reaches `lanes` elements beyond the start of every shifted run.
  ///   - c: `C`, rows `strideC` apart from `offset` on.
  public static func add(
    _ a: Span<Float>, m: Int, shifts: [Int], _ x: Span<Float>, runs: ArraySlice<Run>,
    into c: inout MutableSpan<Float>, offset: Int, strideC: Int
  ) {
    guard m > 0, !shifts.isEmpty, !runs.isEmpty else { return }
    let k = shifts.count
    precondition(a.count >= m * k, "rows missing")
    let runs = Array(runs)
    let starts = runs.map(\.start)
    precondition(
      (starts.min() ?? 0) + (shifts.min() ?? 0) >= 0
        && (starts.max() ?? 0) + (shifts.max() ?? 0) + lanes <= x.count, "runs leave the vector")
    precondition(
      offset >= 0 && runs.allSatisfy { $0.column >= 0 && $0.column + $0.count <= strideC }
        && offset + m * strideC <= c.count, "columns beyond the matrix")
    unsafe a.withUnsafeBufferPointer { a in
      unsafe x.withUnsafeBufferPointer { x in
        guard let a = a.baseAddress, let x = x.baseAddress else { return }
        for row in stride(from: 0, to: m, by: 4) {
          // Rows and runs beyond the last repeat it, and are not stored.
          let rows = unsafe (
            a + row * k, a + min(row + 1, m - 1) * k, a + min(row + 2, m - 1) * k,
            a + min(row + 3, m - 1) * k
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
    _ shifts: [Int], _ x0: UnsafePointer<Float>, _ x1: UnsafePointer<Float>,
    _ x2: UnsafePointer<Float>
  ) -> [12 of Lanes] {
    let zero = Lanes(repeating: 0)
    var (s00, s01, s02, s10, s11, s12) = (zero, zero, zero, zero, zero, zero)
    var (s20, s21, s22, s30, s31, s32) = (zero, zero, zero, zero, zero, zero)
    let distances = shifts.span
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
