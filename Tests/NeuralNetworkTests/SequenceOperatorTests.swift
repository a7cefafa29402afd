import NumericKernels
import TestSupport
import Testing

@testable import NeuralNetwork

/// Laws of recurrent layers.
@Suite struct RecurrentLayerTests {
  private static func numbers(_ count: Int, _ random: inout RandomStream) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1...1, using: &random) }
  }

  private static func dense(
    _ rows: Int, _ columns: Int, _ random: inout RandomStream
  ) -> Dense {
    Dense(
      weights: Matrix(rows: rows, columns: columns, elements: numbers(rows * columns, &random)),
      bias: numbers(rows, &random))
  }

  private static func direction(
    _ cell: RecurrentLayer.Cell, inputs: Int, hidden: Int, isReversed: Bool = false, seed: UInt64
  ) -> RecurrentLayer.Direction {
    var random = RandomStream(seed: seed)
    let own = cell == .gated(resetsAfterProduct: false) ? 2 : cell.gateCount
    return RecurrentLayer.Direction(
      isReversed: isReversed, input: dense(cell.gateCount * hidden, inputs, &random),
      recurrent: dense(own * hidden, hidden, &random),
      candidate: own < cell.gateCount ? dense(hidden, hidden, &random) : nil,
      functions: [[.tanh], [.sigmoid, .tanh], [.sigmoid, .tanh, .tanh]][cell.functionCount - 1])
  }

  private static let cells: [RecurrentLayer.Cell] = [
    .simple, .longShortTerm(isCoupled: false), .longShortTerm(isCoupled: true),
    .gated(resetsAfterProduct: false), .gated(resetsAfterProduct: true),
  ]

  /// `[T, N, inputs]` with its steps in the opposite order.
  private static func reversed(_ x: Tensor) -> Tensor {
    x.sliced([SliceAxis(axis: 0, start: -1, end: .min + 1, step: -1)], to: x.shape)
  }

  /// A reversed direction is the forward one on the reversed sequence, and ends in the same state.
  @Test(arguments: cells) func directionsMirrorEachOther(cell: RecurrentLayer.Cell) throws {
    var random = RandomStream(seed: 3)
    let x = Tensor(shape: [5, 2, 3], values: Self.numbers(30, &random))
    var direction = Self.direction(cell, inputs: 3, hidden: 4, seed: 9)
    let forward = RecurrentLayer(cell: cell, directions: [direction], hiddenCount: 4)
    direction.isReversed = true
    let backward = RecurrentLayer(cell: cell, directions: [direction], hiddenCount: 4)
    let a = try Operation.recurrent(forward).evaluate([x])
    let b = try Operation.recurrent(backward).evaluate([Self.reversed(x)])
    let steps = [SliceAxis(axis: 0, start: 0, end: 5, step: 1)]
    let states = [SliceAxis(axis: 0, start: 5, end: 9, step: 1)]
    #expect(a.sliced(steps, to: [5, 1, 2, 4]) == Self.reversed(b.sliced(steps, to: [5, 1, 2, 4])))
    let rest = [forward.stateCount, 1, 2, 4]
    #expect(a.sliced(states, to: rest) == b.sliced(states, to: rest))
  }

  /// Both directions at once are each by itself.
  @Test(arguments: cells) func directionsDoNotMix(cell: RecurrentLayer.Cell) throws {
    var random = RandomStream(seed: 5)
    let x = Tensor(shape: [4, 1, 3], values: Self.numbers(12, &random))
    let parts = [false, true].map {
      Self.direction(cell, inputs: 3, hidden: 2, isReversed: $0, seed: $0 ? 1 : 2)
    }
    let both = try Operation.recurrent(
      RecurrentLayer(cell: cell, directions: parts, hiddenCount: 2)
    ).evaluate([x])
    for (number, part) in parts.enumerated() {
      let own = try Operation.recurrent(
        RecurrentLayer(cell: cell, directions: [part], hiddenCount: 2)
      ).evaluate([x])
      let slice = [SliceAxis(axis: 1, start: number, end: number + 1, step: 1)]
      #expect(both.sliced(slice, to: own.shape) == own)
    }
  }

  /// A batch is its sequences one by one.
  @Test(arguments: cells) func sequencesOfABatchDoNotMix(cell: RecurrentLayer.Cell) throws {
    var random = RandomStream(seed: 6)
    let x = Tensor(shape: [4, 3, 2], values: Self.numbers(24, &random))
    let layer = Operation.recurrent(
      RecurrentLayer(
        cell: cell, directions: [Self.direction(cell, inputs: 2, hidden: 3, seed: 8)],
        hiddenCount: 3))
    let all = try layer.evaluate([x])
    for n in 0..<3 {
      let one = try layer.evaluate([
        x.sliced([SliceAxis(axis: 1, start: n, end: n + 1, step: 1)], to: [4, 1, 2])
      ])
      let own = all.sliced([SliceAxis(axis: 2, start: n, end: n + 1, step: 1)], to: one.shape)
      for (a, b) in matched(own.values, one.values) { #expect(abs(a - b) <= 1e-6) }
    }
  }

  /// With zero weights all gates are half open, and the cell halves itself at every step.
  @Test func openGatesForgetByHalf() throws {
    let zero = Dense(weights: Matrix(rows: 4, columns: 1, repeating: 0), bias: [])
    let direction = RecurrentLayer.Direction(
      isReversed: false, input: zero, recurrent: zero, functions: [.sigmoid, .tanh, .tanh],
      cell: [8])
    let layer = RecurrentLayer(
      cell: .longShortTerm(isCoupled: false), directions: [direction], hiddenCount: 1)
    let result = try Operation.recurrent(layer).evaluate([
      Tensor(shape: [3, 1, 1], values: [5, -7, 9])
    ])
    #expect(result.shape == [5, 1, 1, 1] && result.values[4] == 1)
    let expected = [Float(4), 2, 1, 1].map { 0.5 * UnaryFunction.tanh(scalar($0)).values[0] }
    #expect(Array(result.values.prefix(4)) == expected)
  }

  private func scalar(_ value: Float) -> Tensor { Tensor(shape: [1], values: [value]) }

  /// Every product goes through the closure: the input's once, the others' once per step.
  @Test(arguments: cells) func productsAreCalledStepByStep(cell: RecurrentLayer.Cell) throws {
    let parts = [false, true].map {
      Self.direction(cell, inputs: 3, hidden: 2, isReversed: $0, seed: 4)
    }
    let layer = RecurrentLayer(cell: cell, directions: parts, hiddenCount: 2)
    let operation = Operation.recurrent(layer)
    let own = cell == .gated(resetsAfterProduct: false) ? ["input", "recurrent", "candidate"] : []
    let names = own.isEmpty ? ["input", "recurrent"] : own
    #expect(operation.matrices.map(\.part) == names + names.map { "reverse." + $0 })
    var calls = [Int](repeating: 0, count: operation.matrices.count)
    let x = Tensor(shape: [6, 1, 3], values: Array(repeating: 0.5, count: 18))
    let result = try operation.evaluate([x]) { position, factor in
      calls[position] += 1
      return try operation.matrices[position].product.apply(factor)
    }
    let plain = try operation.evaluate([x])
    #expect(result == plain)
    #expect(calls == operation.matrices.map { $0.input == nil ? 6 : 1 })
  }
}

/// Dense layers of sequences multiply one vector per position.
@Suite struct DenseSequenceTests {
  @Test(arguments: [[1, 7], [1, 3, 7], [1, 2, 3, 7]]) func vectorsAreCounted(shape: [Int]) throws {
    let dense = Dense(weights: Matrix(rows: 5, columns: 7, repeating: 1), bias: [])
    let count = shape.dropLast().reduce(1, *)
    #expect(try MatrixOperator.dense(dense).vectorCount(shape) == count)
    let x = Tensor(shape: shape, values: (0..<count * 7).map { Float($0 / 7) })
    let result = try Operation.dense(dense).evaluate([x])
    #expect(result.shape == shape.dropLast() + [5])
    #expect(result.values == (0..<count * 5).map { Float($0 / 5 * 7) })
  }
}

/// The matrix product of two operands against the definition of the sum.
@Suite struct EinsumTests {
  @Test(arguments: [
    ("ij,jk->ik", [[3, 4], [4, 5]]), ("bij,bjk->bik", [[2, 3, 4], [2, 4, 5]]),
    ("bhid,bhjd->bihj", [[1, 2, 3, 4], [1, 2, 5, 4]]), ("ij,ij->", [[3, 4], [3, 4]]),
    ("i,j->ji", [[3], [4]]), ("ijk,l->i", [[2, 3, 4], [5]]),
    ("...ij,jk->...ik", [[2, 1, 3, 4], [4, 2]]),
    ("...ij,...jk->...ik", [[3, 2, 3, 4], [2, 4, 2]]),
    ("bi,ij,jk->bk", [[2, 3], [3, 4], [4, 2]]),
    ("ii->i", [[4, 4]]), ("ijj,j->i", [[2, 3, 3], [3]]), ("ab,bc", [[2, 3], [3, 4]]),
  ])
  func productsAreTheirSums(equation: String, shapes: [[Int]]) throws {
    var random = RandomStream(seed: 12)
    let inputs = shapes.map { shape in
      Tensor(
        shape: shape,
        values: (0..<shape.reduce(1, *)).map { _ in Float.random(in: -1...1, using: &random) })
    }
    let einsum = try #require(Einsum(equation))
    let extents = try einsum.outputShape(shapes)
    let result = try einsum.apply(inputs, to: extents)
    #expect(result.shape == extents)
    let sums = try einsum.sums(inputs, to: extents)
    // Sums of at most 60 products of magnitude 1.
    for (a, b) in matched(result.values, sums.values) { #expect(abs(a - b) <= 60 * 60 * 6e-8) }
  }

  @Test(arguments: ["i-j", "i>j", "i1->i", "i->j", "i->ii", "...i...->i", "..i->i", "ij,->k"])
  func otherTextsAreNoEquations(text: String) { #expect(Einsum(text) == nil) }

  @Test func shapesThatDoNotFitAreNamed() throws {
    let einsum = try #require(Einsum("ij,jk->ik"))
    #expect(throws: OperatorError.self) { try einsum.outputShape([[2, 3], [4, 5]]) }
    #expect(throws: OperatorError.self) { try einsum.outputShape([[2, 3]]) }
    #expect(throws: OperatorError.self) { try einsum.outputShape([[2, 3], [3, 5, 1]]) }
  }
}

@Suite struct PlaneOperatorTests {
  /// Overlap-add is the transpose of unrolling windows: `⟨windows(x), y⟩ = ⟨x, overlapAdd(y)⟩`.
  @Test(arguments: [(1, 1, 1, 0), (2, 1, 1, 1), (1, 2, 2, 1), (3, 2, 1, 2)])
  func overlapAddIsTheTransposeOfUnrolling(
    strideHeight: Int, strideWidth: Int, dilation: Int, pad: Int
  ) throws {
    var window = WindowShape(kernelHeight: 3, kernelWidth: 2)
    (window.strideHeight, window.strideWidth) = (strideHeight, strideWidth)
    (window.dilationHeight, window.dilationWidth) = (dilation, dilation)
    (window.padTop, window.padLeft, window.padRight) = (pad, pad, pad)
    let geometry = try WindowGeometry(channels: 2, height: 7, width: 6, window: window)
    var random = RandomStream(seed: 2)
    // Small integers: both sums are exact.
    func integers(_ count: Int) -> [Float] {
      (0..<count).map { _ in Float(Int.random(in: -9...9, using: &random)) }
    }
    let image = integers(2 * 7 * 6)
    let y = Tensor(
      shape: [1, geometry.rowCount, geometry.outputHeight, geometry.outputWidth],
      values: integers(geometry.rowCount * geometry.windowCount))
    var patches = [Float](repeating: 0, count: y.count)
    var target = patches.mutableSpan
    geometry.unroll(
      image.span, channelOffset: 0, windows: 0..<geometry.windowCount, into: &target)
    let sum = OverlapAdd(window: window, height: 7, width: 6)
    let plane = try Operation.overlapAdd(sum).evaluate([y])
    #expect(plane.shape == [1, 2, 7, 6])
    let left = zip(patches, y.values).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(left == zip(image, plane.values).reduce(0) { $0 + $1.0 * $1.1 })
    #expect(left != 0)
  }

  /// A linear ramp is itself between its ends, whatever the extents.
  @Test(arguments: [3, 5, 8, 13]) func rampsStayRamps(extent: Int) throws {
    let ramp = Tensor(shape: [1, 1, 1, 6], values: (0..<6).map { Float($0) })
    let resize = Resize(
      axes: [Resize.Axis(axis: 3, extent: extent, scale: Float(extent) / 6)],
      coordinates: .alignedCorners, interpolation: .linear)
    let result = try Operation.resize(resize).evaluate([ramp]).values
    for (k, value) in result.enumerated() {
      #expect(abs(value - 5 * Float(k) / Float(extent - 1)) <= 1e-6)
    }
  }

  /// Runs have mean 0 and variance 1, wherever they were and however wide.
  @Test(arguments: [
    (Standardization.Run.axes(from: -1), 5), (.axes(from: 1), 60), (.channels, 15),
    (.channelGroups(2), 30),
  ])
  func runsAreStandardized(run: Standardization.Run, length: Int) throws {
    var random = RandomStream(seed: 21)
    let x = Tensor(
      shape: [2, 4, 3, 5],
      values: (0..<120).map { _ in Float.random(in: 90...110, using: &random) })
    let result = try Operation.standardize(Standardization(run, epsilon: 0)).evaluate([x]).values
    for start in stride(from: 0, to: 120, by: length) {
      let values = result[start..<start + length].map(Double.init)
      let mean = values.reduce(0, +) / Double(length)
      let squares = values.reduce(0) { $0 + $1 * $1 } / Double(length)
      #expect(abs(mean) <= 1e-6 && abs(squares - 1) <= 1e-5)
    }
  }

  /// NaN has no rank: it stays, so that the check of a network's results finds it.
  @Test(arguments: [
    Ranking.Result.position(keepsAxis: true, takesLast: false), .indicator, .first(2),
  ])
  func rankingsKeepNaN(result: Ranking.Result) throws {
    let x = Tensor(shape: [2, 3], values: [1, .nan, 3, 4, 6, 5])
    let values = try Operation.rank(Ranking(axis: 1, result: result)).evaluate([x]).values
    let half = values.count / 2
    #expect(values[..<half].allSatisfy(\.isNaN) && !values[half...].contains(where: \.isNaN))
  }
}
