import NumericKernels

extension Operation {
  /// Shape of a product as NumPy's `matmul` defines it, and the two factors as stacks of matrices.
  static func productShape(
    _ a: [Int], _ b: [Int]
  ) throws(OperatorError) -> (output: [Int], a: [Int], b: [Int], stack: [Int]) {
    guard let inner = a.last, !b.isEmpty else { throw OperatorError("multiplies a single number") }
    // A vector is a row on the left and a column on the right; its axis is dropped from the result.
    let left = a.count == 1 ? [1, inner] : a
    let right = b.count == 1 ? [b[0], 1] : b
    guard right[right.count - 2] == inner else {
      throw OperatorError("has factors whose inner extents differ")
    }
    let stack = try broadcast(Array(left.dropLast(2)), Array(right.dropLast(2)))
    let rows = a.count == 1 ? [] : [left[left.count - 2]]
    let columns = b.count == 1 ? [] : [right[right.count - 1]]
    return (stack + rows + columns, left, right, stack)
  }
}

extension Tensor {
  /// The product of two stacks of matrices.
  func multiplied(by other: Tensor) throws(OperatorError) -> Tensor {
    let (output, a, b, stack) = try Operation.productShape(shape, other.shape)
    let (m, k, n) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    let left = reshaped(a).broadcast(to: stack + [m, k])
    let right = other.reshaped(b).broadcast(to: stack + [k, n])
    let count = stack.reduce(1, *)
    var result: [Float] = []
    result.reserveCapacity(count * m * n)
    var block = [Float](repeating: 0, count: m * n)
    for item in 0..<count {
      var out = block.mutableSpan
      MatrixProduct.multiply(
        left.values.span.extracting(item * m * k..<(item + 1) * m * k),
        right.values.span.extracting(item * k * n..<(item + 1) * k * n), into: &out, m: m, n: n,
        k: k)
      result += block
    }
    return Tensor(shape: output, values: result)
  }
}
