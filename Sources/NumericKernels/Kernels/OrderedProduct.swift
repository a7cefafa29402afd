/// The right factor `B` of products `C = A B` whose every entry is summed in the order of `k`, by
/// fused multiply-adds.
///
/// A library's product may sum a row differently in a batch than alone. Here a row of `C` has the
/// same bits whatever rows are beside it, at more than half the library's speed.
public struct OrderedProduct<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// Rows and columns of `B`.
  public let k: Int, n: Int
  /// `B` in panels of two vectors of columns, `[panels, k, 2]`, padded with zeros: a walk down a
  /// panel reads one stretch of memory.
  @usableFromInline let lanes: [V]
  /// Vectors per row, two of each panel.
  @usableFromInline let stride: Int

  /// `B` of shape `[k, n]`, row-major.
  public init(_ b: [V.Scalar], k: Int, n: Int) {
    precondition(b.count == k * n, "entries do not fill the matrix")
    let width = V.scalarCount
    stride = 2 * ((n + 2 * width - 1) / (2 * width))
    var lanes = [V](repeating: V(repeating: 0), count: k * stride)
    for row in 0..<k {
      for column in 0..<n {
        let (panel, rest) = (column / (2 * width), column % (2 * width))
        lanes[(panel * k + row) * 2 + rest / width][rest % width] = b[row * n + column]
      }
    }
    self.lanes = lanes
    self.k = k
    self.n = n
  }

  /// The entry of `B` in `row`, `column`.
  public subscript(row: Int, column: Int) -> V.Scalar {
    precondition(column < n, "a column that B does not have")
    let (panel, rest) = (column / (2 * V.scalarCount), column % (2 * V.scalarCount))
    return lanes[(panel * k + row) * 2 + rest / V.scalarCount][rest % V.scalarCount]
  }

  /// `C = A B + 1 cᵀ` with `A` of shape `[m, k]` and `C` of shape `[m, n]`, both row-major, and one
  /// `offset` per column; `C` is overwritten.
  @inlinable
  public func multiply(
    _ a: Span<V.Scalar>, offset: Span<V.Scalar>, into c: inout MutableSpan<V.Scalar>
  ) {
    let m = k == 0 ? 0 : a.count / k
    precondition(a.count == m * k && offset.count == n && c.count == m * n, "shapes differ")
    for group in Swift.stride(from: 0, to: stride, by: 2) {
      let b = lanes.span.extracting(group * k..<(group + 2) * k)
      for row in Swift.stride(from: 0, to: m, by: 4) {
        let rows = min(4, m - row)
        // Rows beyond the last repeat it, and are not stored.
        let a0 = a.extracting(row * k..<(row + 1) * k)
        let a1 = a.extracting((row + min(1, rows - 1)) * k..<(row + min(2, rows)) * k)
        let a2 = a.extracting((row + min(2, rows - 1)) * k..<(row + min(3, rows)) * k)
        let a3 = a.extracting((row + rows - 1) * k..<(row + rows) * k)
        let zero = V(repeating: 0)
        var (c00, c01, c10, c11) = (zero, zero, zero, zero)
        var (c20, c21, c30, c31) = (zero, zero, zero, zero)
        for i in 0..<k {
          // Panels and rows have `k` entries; checks in every step would cost as much as the
          // arithmetic.
          let (b0, b1) = unsafe (b[unchecked: 2 &* i], b[unchecked: 2 &* i &+ 1])
          let x0 = unsafe V(repeating: a0[unchecked: i])
          let x1 = unsafe V(repeating: a1[unchecked: i])
          let x2 = unsafe V(repeating: a2[unchecked: i])
          let x3 = unsafe V(repeating: a3[unchecked: i])
          c00 = multiplyAdd(x0, b0, c00)
          c01 = multiplyAdd(x0, b1, c01)
          c10 = multiplyAdd(x1, b0, c10)
          c11 = multiplyAdd(x1, b1, c11)
          c20 = multiplyAdd(x2, b0, c20)
          c21 = multiplyAdd(x2, b1, c21)
          c30 = multiplyAdd(x3, b0, c30)
          c31 = multiplyAdd(x3, b1, c31)
        }
        store(c00, row, group, rows > 0, offset, &c)
        store(c01, row, group + 1, rows > 0, offset, &c)
        store(c10, row + 1, group, rows > 1, offset, &c)
        store(c11, row + 1, group + 1, rows > 1, offset, &c)
        store(c20, row + 2, group, rows > 2, offset, &c)
        store(c21, row + 2, group + 1, rows > 2, offset, &c)
        store(c30, row + 3, group, rows > 3, offset, &c)
        store(c31, row + 3, group + 1, rows > 3, offset, &c)
      }
    }
  }

  @inlinable @inline(__always)
  func store(
    _ value: V, _ row: Int, _ group: Int, _ exists: Bool, _ offset: Span<V.Scalar>,
    _ c: inout MutableSpan<V.Scalar>
  ) {
    guard exists else { return }
    let first = group * V.scalarCount
    if first + V.scalarCount <= n {
      // A constant count: one vector store.
      for lane in 0..<V.scalarCount {
        c[row * n + first + lane] = value[lane] + offset[first + lane]
      }
    } else if first < n {
      for lane in 0..<n - first { c[row * n + first + lane] = value[lane] + offset[first + lane] }
    }
  }
}
