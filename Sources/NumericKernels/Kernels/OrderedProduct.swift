/// The right factor `B` of products `C = A B` whose every entry is summed in the order of `k`, by
/// fused multiply-adds.
///
/// A library's product may sum a row differently in a batch than alone. Here a row of `C` has the
/// same bits whatever rows are beside it, at more than half the library's speed.
public struct OrderedProduct<V: SIMD & Sendable>: Sendable where V.Scalar: BinaryFloatingPoint {
  /// Rows and columns of `B`.
  public let k: Int, n: Int
  /// `B` by rows, columns padded with zeros to whole vectors, and to pairs of them.
  @usableFromInline let lanes: [V]
  /// Vectors per row.
  @usableFromInline let stride: Int

  /// `B` of shape `[k, n]`, row-major.
  public init(_ b: [V.Scalar], k: Int, n: Int) {
    precondition(b.count == k * n, "entries do not fill the matrix")
    let width = V.scalarCount
    stride = 2 * ((n + 2 * width - 1) / (2 * width))
    var lanes = [V](repeating: V(repeating: 0), count: k * stride)
    for row in 0..<k {
      for column in 0..<n {
        lanes[row * stride + column / width][column % width] = b[row * n + column]
      }
    }
    self.lanes = lanes
    self.k = k
    self.n = n
  }

  /// The entry of `B` in `row`, `column`.
  public subscript(row: Int, column: Int) -> V.Scalar {
    precondition(column < n, "a column that B does not have")
    return lanes[row * stride + column / V.scalarCount][column % V.scalarCount]
  }

  /// `C = A B + 1 cᵀ` with `A` of shape `[m, k]` and `C` of shape `[m, n]`, both row-major, and one
  /// `offset` per column; `C` is overwritten.
  @inlinable
  public func multiply(
    _ a: Span<V.Scalar>, offset: Span<V.Scalar>, into c: inout MutableSpan<V.Scalar>
  ) {
    let m = k == 0 ? 0 : a.count / k
    precondition(a.count == m * k && offset.count == n && c.count == m * n, "shapes differ")
    let b = lanes.span
    var row = 0
    while row < m {
      let rows = min(4, m - row)
      // Rows beyond the last repeat it, and are not stored.
      let (r1, r2, r3) = (
        (row + min(1, rows - 1)) * k, (row + min(2, rows - 1)) * k, (row + min(3, rows - 1)) * k
      )
      let r0 = row * k
      var group = 0
      while group < stride {
        let zero = V(repeating: 0)
        var (c00, c01, c10, c11) = (zero, zero, zero, zero)
        var (c20, c21, c30, c31) = (zero, zero, zero, zero)
        for i in 0..<k {
          let b0 = b[i * stride + group]
          let b1 = b[i * stride + group + 1]
          let a0 = V(repeating: a[r0 + i])
          let a1 = V(repeating: a[r1 + i])
          let a2 = V(repeating: a[r2 + i])
          let a3 = V(repeating: a[r3 + i])
          c00 = multiplyAdd(a0, b0, c00)
          c01 = multiplyAdd(a0, b1, c01)
          c10 = multiplyAdd(a1, b0, c10)
          c11 = multiplyAdd(a1, b1, c11)
          c20 = multiplyAdd(a2, b0, c20)
          c21 = multiplyAdd(a2, b1, c21)
          c30 = multiplyAdd(a3, b0, c30)
          c31 = multiplyAdd(a3, b1, c31)
        }
        store(c00, row, group, rows > 0, offset, &c)
        store(c01, row, group + 1, rows > 0, offset, &c)
        store(c10, row + 1, group, rows > 1, offset, &c)
        store(c11, row + 1, group + 1, rows > 1, offset, &c)
        store(c20, row + 2, group, rows > 2, offset, &c)
        store(c21, row + 2, group + 1, rows > 2, offset, &c)
        store(c30, row + 3, group, rows > 3, offset, &c)
        store(c31, row + 3, group + 1, rows > 3, offset, &c)
        group += 2
      }
      row += rows
    }
  }

  @inlinable @inline(__always)
  func store(
    _ value: V, _ row: Int, _ group: Int, _ exists: Bool, _ offset: Span<V.Scalar>,
    _ c: inout MutableSpan<V.Scalar>
  ) {
    guard exists else { return }
    let first = group * V.scalarCount
    for lane in 0..<max(0, min(V.scalarCount, n - first)) {
      c[row * n + first + lane] = value[lane] + offset[first + lane]
    }
  }
}
