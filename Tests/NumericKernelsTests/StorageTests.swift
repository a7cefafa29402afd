import NumericKernels
import Testing

@Suite struct StorageTests {
  /// Bits beyond the last column stay zero and populations count what was set.
  @Test(arguments: [1, 63, 64, 65, 200])
  func bitsAreWhereTheyWereSet(columns: Int) {
    let bits = BitMatrix(rows: 3, columns: columns) { ($0 + $1) % 3 == 0 }
    for row in 0..<3 {
      let expected = (0..<columns).filter { (row + $0) % 3 == 0 }
      #expect((0..<columns).filter { bits[row, $0] } == expected)
      #expect(bits.population(row: row) == expected.count)
    }
  }

  /// Chosen vectors are those of the matrix, words at a time.
  @Test func vectorsAreChosen() {
    let bits = BitMatrix(rows: 9, columns: 130) { ($0 * 5 + $1 * 3) % 7 < 3 }
    let chosen = bits.vectors([8, 0, 3, 3])
    #expect(chosen == BitMatrix(rows: 4, columns: 130) { bits[[8, 0, 3, 3][$0], $1] })
    #expect(bits.vectors([]).rows == 0)
  }

  @Test func matrixBlocksAndTransposes() {
    let matrix = Matrix(rows: 3, columns: 4) { 10 * $0 + $1 }
    #expect(matrix.block(rows: 1..<3, columns: 2..<4).elements == [12, 13, 22, 23])
    #expect(matrix.transposed()[3, 2] == 23)
    #expect(matrix.transposed().transposed() == matrix)
  }

  /// Products against the obvious loop.
  @Test(arguments: [(1, 1, 1), (3, 5, 7), (33, 17, 64)])
  func productsAgreeWithTheLoop(m: Int, n: Int, k: Int) {
    var random = RandomStream(seed: 3)
    // Small integers: every product and sum is exact.
    let a = (0..<m * k).map { _ in Float(Int.random(in: -8...8, using: &random)) }
    let b = (0..<n * k).map { _ in Float(Int.random(in: -8...8, using: &random)) }
    var expected = [Float](repeating: 0, count: m * n)
    for i in 0..<m {
      for j in 0..<n {
        for t in 0..<k { expected[i * n + j] += a[i * k + t] * b[j * k + t] }
      }
    }
    let exchanged = (0..<k * n).map { b[($0 % n) * k + $0 / n] }
    let (wideA, wideB) = (a.map { Double($0) }, b.map { Double($0) })
    #expect(transposed(a, b, m, n, k) == expected)
    #expect(plain(a, exchanged, m, n, k) == expected)
    #expect(wide(wideA, wideB, m, n, k) == expected.map { Double($0) })
  }

  private func transposed(_ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
    var c = [Float](repeating: .nan, count: m * n)
    var out = c.mutableSpan
    MatrixProduct.multiplyTransposed(a.span, b.span, into: &out, m: m, n: n, k: k)
    return c
  }

  private func plain(_ a: [Float], _ b: [Float], _ m: Int, _ n: Int, _ k: Int) -> [Float] {
    var c = [Float](repeating: .nan, count: m * n)
    var out = c.mutableSpan
    MatrixProduct.multiply(a.span, b.span, into: &out, m: m, n: n, k: k)
    return c
  }

  private func wide(_ a: [Double], _ b: [Double], _ m: Int, _ n: Int, _ k: Int) -> [Double] {
    var c = [Double](repeating: .nan, count: m * n)
    var out = c.mutableSpan
    MatrixProduct.multiplyTransposed(a.span, b.span, into: &out, m: m, n: n, k: k)
    return c
  }
}
