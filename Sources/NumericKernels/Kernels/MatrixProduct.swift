internal import COpenBLAS

/// Dense products by OpenBLAS, held to one thread: parallel work is spread over images and tiles.
public enum MatrixProduct {
  private static let singleThreaded: Void = openblas_set_num_threads(1)

  /// Ends the threads of OpenBLAS, for a process that has it to itself: no product here is for them.
  public static func endOtherThreads() {
    _ = singleThreaded
    tilespice_end_blas_threads()
  }

  /// `C = A Bᵀ` with `A` of shape `[m, k]`, `B` of shape `[n, k]`, `C` of shape `[m, n]`, all
  /// row-major; `C` is overwritten.
  public static func multiplyTransposed(
    _ a: Span<Float>, _ b: Span<Float>, into c: inout MutableSpan<Float>, m: Int, n: Int, k: Int
  ) {
    product(a, b, transposeB: true, into: &c, m: m, n: n, k: k)
  }

  /// `C = A B` with `A` of shape `[m, k]`, `B` of shape `[k, n]`, `C` of shape `[m, n]`, all
  /// row-major; `C` is overwritten.
  public static func multiply(
    _ a: Span<Float>, _ b: Span<Float>, into c: inout MutableSpan<Float>, m: Int, n: Int, k: Int
  ) {
    product(a, b, transposeB: false, into: &c, m: m, n: n, k: k)
  }

  private static func product(
    _ a: Span<Float>, _ b: Span<Float>, transposeB: Bool, into c: inout MutableSpan<Float>,
    m: Int, n: Int, k: Int
  ) {
    precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "operands too small")
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
      for i in 0..<m * n { c[i] = 0 }
      return
    }
    _ = singleThreaded
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, transposeB ? CblasTrans : CblasNoTrans,
            Int32(m), Int32(n), Int32(k), 1, a.baseAddress, Int32(k), b.baseAddress,
            Int32(transposeB ? k : n), 0, c.baseAddress, Int32(n))
        }
      }
    }
  }
}

extension MatrixProduct {
  /// `C += A B` with `A` of shape `[m, k]`, where neighboring rows of `A` are `strideA` values
  /// apart, those of `B` `strideB` and those of `C` `strideC`; the first entry of `C` is at
  /// `offset`.
  public static func add(
    _ a: Span<Float>, strideA: Int, _ b: Span<Float>, strideB: Int,
    into c: inout MutableSpan<Float>, offset: Int,
    strideC: Int, m: Int, n: Int, k: Int
  ) {
    guard m > 0, n > 0, k > 0 else { return }
    precondition(strideA >= k && strideB >= n && strideC >= n && offset >= 0, "rows overlap")
    precondition(
      a.count >= (m - 1) * strideA + k && b.count >= (k - 1) * strideB + n
        && c.count >= offset + (m - 1) * strideC + n, "operands too small")
    _ = singleThreaded
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(m), Int32(n), Int32(k), 1,
            a.baseAddress, Int32(strideA), b.baseAddress, Int32(strideB), 1,
            c.baseAddress.map { unsafe $0 + offset }, Int32(strideC))
        }
      }
    }
  }

  /// `y += A x` with `A` of shape `[m, k]`, rows `strideA` values apart, and `y` from `offset` on.
  public static func add(
    _ a: Span<Float>, strideA: Int, vector x: Span<Float>, into y: inout MutableSpan<Float>,
    offset: Int, m: Int, k: Int
  ) {
    guard m > 0, k > 0 else { return }
    precondition(
      strideA >= k && a.count >= (m - 1) * strideA + k && x.count >= k && offset >= 0
        && y.count >= offset + m, "operands too small")
    _ = singleThreaded
    unsafe a.withUnsafeBufferPointer { a in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe y.withUnsafeMutableBufferPointer { y in
          unsafe cblas_sgemv(
            CblasRowMajor, CblasNoTrans, Int32(m), Int32(k), 1, a.baseAddress, Int32(strideA),
            x.baseAddress, 1, 1, y.baseAddress.map { unsafe $0 + offset }, 1)
        }
      }
    }
  }

  /// `y = A x` with `A` of shape `[m, k]`; `y` is overwritten from `offset` on.
  public static func multiply(
    _ a: Span<Float>, vector x: Span<Float>, into y: inout MutableSpan<Float>, offset: Int, m: Int,
    k: Int
  ) {
    precondition(a.count >= m * k && x.count >= k && y.count >= offset + m, "operands too small")
    guard m > 0, k > 0 else { return }
    _ = singleThreaded
    unsafe a.withUnsafeBufferPointer { a in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe y.withUnsafeMutableBufferPointer { y in
          unsafe cblas_sgemv(
            CblasRowMajor, CblasNoTrans, Int32(m), Int32(k), 1, a.baseAddress, Int32(k),
            x.baseAddress, 1, 0, y.baseAddress.map { unsafe $0 + offset }, 1)
        }
      }
    }
  }
}

extension MatrixProduct {
  /// `C = A Bᵀ` in double precision; shapes as in the single-precision form. Exact for integers
  /// whose sums stay below 2⁵³.
  public static func multiplyTransposed(
    _ a: Span<Double>, _ b: Span<Double>, into c: inout MutableSpan<Double>, m: Int, n: Int, k: Int
  ) {
    precondition(a.count >= m * k && b.count >= k * n && c.count >= m * n, "operands too small")
    guard m > 0, n > 0 else { return }
    _ = singleThreaded
    unsafe a.withUnsafeBufferPointer { a in
      unsafe b.withUnsafeBufferPointer { b in
        unsafe c.withUnsafeMutableBufferPointer { c in
          unsafe cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(m), Int32(n), Int32(k), 1,
            a.baseAddress, Int32(k), b.baseAddress, Int32(k), 0, c.baseAddress, Int32(n))
        }
      }
    }
  }
}

extension MatrixProduct {
  /// Name and kernel family of the library at work, for the record beside timings.
  public static var library: String {
    let core = unsafe openblas_get_corename().map { unsafe String(cString: $0) } ?? "unknown"
    let config = unsafe openblas_get_config().map { unsafe String(cString: $0) } ?? ""
    return "\(config.split(separator: " ").prefix(2).joined(separator: " ")), \(core) kernels"
  }
}
