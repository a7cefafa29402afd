import NumericKernels
import Testing

import func Foundation.exp

@testable import NeuralNetwork

@Suite struct ShapeOperatorTests {
  /// Entry of a C-ordered tensor at a position.
  private func entry(_ x: Tensor, _ position: [Int]) -> Float {
    x.values[zip(position, x.shape).reduce(0) { $0 * $1.1 + $1.0 }]
  }

  private func positions(_ shape: [Int]) -> [[Int]] {
    shape.reduce([[]]) { lists, extent in lists.flatMap { l in (0..<extent).map { l + [$0] } } }
  }

  @Test(arguments: [[0, 1, 2, 3], [0, 3, 1, 2], [3, 2, 1, 0], [2, 0, 3, 1]])
  func transposeMovesEveryEntry(order: [Int]) throws {
    var random = RandomStream(seed: 5)
    let x = randomTensor([2, 3, 4, 5], &random)
    let y = try evaluate(.transpose(order), [x])
    for p in positions(y.shape) {
      var source = [0, 0, 0, 0]
      for (axis, from) in order.enumerated() { source[from] = p[axis] }
      #expect(entry(y, p) == entry(x, source))
    }
  }

  @Test(arguments: [(0, Int.max, 2), (1, 6, 3), (-3, -1, 1), (-100, 100, 5), (2, 3, Int.max)])
  func sliceKeepsEveryStepFromItsStart(start: Int, end: Int, step: Int) throws {
    var random = RandomStream(seed: 6)
    let x = randomTensor([2, 7, 3], &random)
    let slice = SliceAxis(axis: -2, start: start, end: end, step: step)
    let kept = (0..<7).filter { k in
      let first = max(0, start < 0 ? start + 7 : start)
      let last = min(7, end < 0 ? end + 7 : end)
      return k >= first && k < last && (k - first) % step == 0
    }
    let y = try evaluate(.slice([slice]), [x])
    #expect(y.shape == [2, kept.count, 3])
    for p in positions(y.shape) { #expect(entry(y, p) == entry(x, [p[0], kept[p[1]], p[2]])) }
  }

  @Test func padSurroundsTheInput() throws {
    var random = RandomStream(seed: 7)
    let x = randomTensor([2, 3, 2, 4], &random)
    let y = try evaluate(.pad(before: [0, 2, 1, 0], after: [0, 1, 0, 3], value: 7), [x])
    #expect(y.shape == [2, 6, 3, 7])
    for p in positions(y.shape) {
      let source = [p[0], p[1] - 2, p[2] - 1, p[3]]
      let isInside = zip(source, x.shape).allSatisfy { (0..<$1).contains($0) }
      #expect(entry(y, p) == (isInside ? entry(x, source) : 7))
    }
  }

  @Test(arguments: [1, -2]) func concatenationStacksItsInputs(axis: Int) throws {
    var random = RandomStream(seed: 8)
    let parts = [1, 3, 2].map { randomTensor([2, $0, 4], &random) }
    let y = try evaluate(.concat(axis: axis), parts)
    #expect(y.shape == [2, 6, 4])
    let sources = [(0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1)]
    for p in positions(y.shape) {
      let (part, row) = sources[p[1]]
      #expect(entry(y, p) == entry(parts[part], [p[0], row, p[2]]))
    }
  }

  @Test(arguments: [[2, 3, 4, 5], [1, 3, 1, 1], [3, 1, 1], [5], [], [2, 1, 4, 1]])
  func sumsAndProductsBroadcastAsNumPyDoes(shape: [Int]) throws {
    var random = RandomStream(seed: 9)
    let a = randomTensor([2, 3, 4, 5], &random)
    let b = randomTensor(shape, &random)
    let sum: (Operation, (Float, Float) -> Float) = (.add, { $0 + $1 })
    let product: (Operation, (Float, Float) -> Float) = (.multiply, { $0 * $1 })
    for (operation, combine) in [sum, product] {
      let swapped = try evaluate(operation, [b, a])
      let y = try evaluate(operation, [a, b])
      #expect(y == swapped && y.shape == a.shape)
      for p in positions(a.shape) {
        let aligned = zip(p.suffix(shape.count), shape).map { $1 == 1 ? 0 : $0 }
        #expect(entry(y, p) == combine(entry(a, p), entry(b, aligned)))
      }
    }
  }

  @Test func pointwiseOperatorsAreTheirFormulas() throws {
    let x = Tensor(shape: [1, 5], values: [-3, -0.5, 0, 0.5, 8])
    #expect(try evaluate(.relu, [x]).values == [0, 0, 0, 0.5, 8])
    #expect(try evaluate(.clip(min: -1, max: 6), [x]).values == [-1, -0.5, 0, 0.5, 6])
    #expect(try evaluate(.identity, [x]) == x)
    let logistic = try evaluate(.sigmoid, [x])
    #expect(
      worstDifference(logistic.values, x.values.map { 1 / (1 + exp(-Double($0))) }) < 1e-6)
  }

  @Test(arguments: [1, 2, -1]) func softmaxSumsToOneAlongItsAxis(axis: Int) throws {
    var random = RandomStream(seed: 10)
    var x = randomTensor([2, 3, 4], &random)
    for k in x.values.indices { x.values[k] *= 200 }
    let y = try evaluate(.softmax(axis: axis), [x])
    let resolved = axis < 0 ? axis + 3 : axis
    for p in positions(x.shape) where p[resolved] == 0 {
      let line = (0..<x.shape[resolved]).map { k in
        var q = p
        q[resolved] = k
        return (Double(entry(x, q)), Double(entry(y, q)))
      }
      let peak = line.map(\.0).max() ?? 0
      let sum = line.reduce(0) { $0 + exp($1.0 - peak) }
      for (logit, share) in line { #expect(abs(share - exp(logit - peak) / sum) < 1e-5) }
    }
  }

  /// As in heads that read text: one class is sure, and thousands have each less than its rounding.
  @Test func softmaxCountsManySmallTerms() throws {
    let x = Tensor(shape: [1, 18_710], values: [0] + Array(repeating: -17, count: 18_709))
    let shares = try evaluate(.softmax(axis: 1), [x]).values
    let logarithms = try evaluate(.softmax(axis: 1, isLogarithm: true), [x]).values
    let sum = 1 + 18_709 * exp(-17.0)
    #expect(abs(Double(shares[0]) * sum - 1) < 1e-6)
    #expect(abs(exp(-Double(logarithms[0])) / sum - 1) < 1e-6)
  }

  @Test func reshapeKeepsAndInfersExtents() throws {
    let x = Tensor(shape: [2, 3, 4], values: (0..<24).map { Float($0) })
    #expect(try evaluate(.reshape([0, -1]), [x]).shape == [2, 12])
    #expect(try evaluate(.reshape([-1, 6]), [x]).shape == [4, 6])
    #expect(try evaluate(.flatten(axis: 2), [x]).shape == [6, 4])
    for target in [[0, 5], [-1, -1], [0, 0, 0, 0], [-2, 12], [Int.max, Int.max], [5, -1]] {
      #expect(throws: GraphError.self) { _ = try evaluate(.reshape(target), [x]) }
    }
  }

  /// Every operator with inputs, axes or extents that do not fit throws; none traps.
  @Test func misfitsAreRefused() {
    let x = Tensor(shape: [2, 3], values: [Float](repeating: 1, count: 6))
    let y = Tensor(shape: [2, 4], values: [Float](repeating: 1, count: 8))
    let faults: [(Operation, [Tensor])] = [
      (.relu, []), (.add, [x, y]), (.concat(axis: 0), [x, y]), (.concat(axis: 7), [x]),
      (.softmax(axis: .min), [x]), (.softmax(axis: 2), [x]), (.flatten(axis: .max), [x]),
      (.transpose([0, 0]), [x]), (.transpose([0, 1, 2]), [x]), (.globalAveragePool, [x]),
      (.slice([SliceAxis(axis: 5, start: 0, end: 1, step: 1)]), [x]),
      (.slice([SliceAxis(axis: 1, start: 3, end: 3, step: 1)]), [x]),
      (.pad(before: [0], after: [0], value: 0), [x]),
      (.pad(before: [0, -2], after: [0, -1], value: 0), [x]),
      (.pad(before: [0, .max], after: [0, .max], value: 0), [x]),
      (.pad(before: [1 << 24, 1 << 24], after: [0, 0], value: 0), [x]),
      (.maxPool(Pooling(window: WindowShape(kernelHeight: 1, kernelWidth: 1))), [x]),
      (.dense(Dense(weights: Matrix(rows: 1, columns: 4, repeating: 0), bias: [])), [x]),
    ]
    for (operation, inputs) in faults {
      #expect(throws: GraphError.self, "\(operation.name)") {
        _ = try evaluate(operation, inputs)
      }
    }
  }
}
