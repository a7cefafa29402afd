import NumericKernels
import Testing

@testable import NeuralNetwork

@Suite struct ConvolutionTests {
  /// Groups from one to depthwise, strides, dilations, unequal pads, with and without a bias.
  @Test(arguments: 0..<200)
  func equalsItsDefinition(seed: Int) throws {
    var random = RandomStream(seed: 1, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let groups = draw(1...4)
    let channels = groups * draw(1...3)
    let outputs = groups * draw(1...3)
    let window = randomWindow(&random, padsWithinKernel: false)
    let taps = channels / groups * window.kernelHeight * window.kernelWidth
    let weights = randomTensor([outputs, taps], &random)
    let layer = Convolution(
      weights: Matrix(rows: outputs, columns: taps, elements: weights.values),
      bias: seed % 2 == 0 ? [] : randomTensor([outputs], &random).values, groups: groups,
      window: window)
    let image = randomTensor([draw(1...3), channels, draw(9...17), draw(9...17)], &random)
    let geometry = try layer.geometry(inputShape: Array(image.shape.dropFirst()))
    let result = try evaluate(.convolution(layer), [image])
    #expect(
      result.shape == [image.shape[0], outputs, geometry.outputHeight, geometry.outputWidth])
    let reference = NaiveOperators.convolution(
      layer, image, outputs: (geometry.outputHeight, geometry.outputWidth))
    // Products are below 1: each of `taps + 1` additions rounds a sum of at most `taps + 1`.
    let bound = Double(taps + 1) * Double(taps + 1) * Double(Float.ulpOfOne)
    #expect(worstDifference(result.values, reference) <= bound)
  }

  /// Depthwise kernels over padded planes and row by row, against the definition.
  @Test(arguments: 0..<60) func depthwiseEqualsItsDefinition(seed: Int) throws {
    var random = RandomStream(seed: 9, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let channels = draw(1...5) + 1
    let outputs = channels * draw(1...2)
    var window = randomWindow(&random, padsWithinKernel: false)
    window.kernelWidth = draw(1...7)
    window.strideWidth = draw(1...3)
    let taps = window.kernelHeight * window.kernelWidth
    let layer = Convolution(
      weights: Matrix(
        rows: outputs, columns: taps, elements: randomTensor([outputs, taps], &random).values),
      bias: randomTensor([outputs], &random).values, groups: channels, window: window)
    let image = randomTensor([2, channels, draw(9...13), draw(19...23)], &random)
    let geometry = try layer.geometry(inputShape: image.shape)
    let reference = NaiveOperators.convolution(
      layer, image, outputs: (geometry.outputHeight, geometry.outputWidth))
    let bound = Double(taps + 1) * Double(taps + 1) * Double(Float.ulpOfOne)
    #expect(worstDifference(try evaluate(.convolution(layer), [image]).values, reference) <= bound)
    // The twin for any stride gives the same sums, here on the first image.
    let length = image.count / 2
    var rows = [Float](repeating: 0, count: outputs * geometry.windowCount)
    var out = rows.mutableSpan
    layer.addRows(image.values.span.extracting(..<length), geometry, into: &out, offset: 0)
    let shifted = rows.indices.map { Double(rows[$0] + layer.bias[$0 / geometry.windowCount]) }
    #expect(
      worstDifference(reference[..<rows.count].map { Float($0) }, shifted) <= bound)
  }

  /// The sums of `layer` for one image by one of the forms, rows of the windows in two ranges.
  private func sums(
    _ layer: Convolution, _ image: Tensor, _ geometry: WindowGeometry, _ form: WindowColumns.Form,
    split: Int
  ) -> [Float] {
    let (windows, taps) = (geometry.windowCount, layer.weights.columns)
    let rows = layer.weights.rows / layer.groups
    var result = [Float](repeating: 0.5, count: layer.weights.rows * windows + 3)
    var columns = WindowColumns(geometry, form: form)
    var out = result.mutableSpan
    let pixels = image.values.span
    for group in 0..<layer.groups {
      columns.take(pixels, channelOffset: group * layer.channelsPerGroup)
      for block in columns.blocks {
        for part in [0..<split, split..<taps] where !part.isEmpty {
          columns.add(
            layer.weights.elements.span.extracting((group * rows * taps + part.lowerBound)...),
            strideA: taps, m: rows, rows: part, block: block, pixels, into: &out,
            offset: 2 + group * rows * windows + block.windows.lowerBound, strideC: windows)
        }
      }
    }
    return result
  }

  /// Products with shifted runs against those with copies of windows, for windows of every kind and
  /// results of every width, those included for which the other form is chosen.
  @Test(arguments: 0..<120) func shiftedRunsEqualUnrolledWindows(seed: Int) throws {
    var random = RandomStream(seed: 12, stream: UInt64(seed))
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let groups = draw(1...3)
    let channels = groups * draw(1...5)
    let outputs = groups * draw(1...9)
    var window = randomWindow(&random, padsWithinKernel: false)
    (window.strideHeight, window.strideWidth) = (draw(1...3), draw(1...4))
    let taps = channels / groups * window.kernelHeight * window.kernelWidth
    let layer = Convolution(
      weights: Matrix(
        rows: outputs, columns: taps, elements: randomTensor([outputs, taps], &random).values),
      bias: [], groups: groups, window: window)
    let image = randomTensor([1, channels, draw(9...17), draw(9...70)], &random)
    let geometry = try layer.geometry(inputShape: image.shape)
    let split = draw(0...taps)
    let a = sums(layer, image, geometry, .shifted, split: split)
    let b = sums(layer, image, geometry, .unrolled, split: split)
    let bound = Double(taps + 1) * Double(taps + 1) * Double(Float.ulpOfOne)
    #expect(worstDifference(a, b.map { Double($0) }) <= bound)
  }

  /// Windows of one pixel that are the image itself, against copies of them.
  @Test func imagesAreTheirOwnWindowsOfOnePixel() throws {
    var random = RandomStream(seed: 13)
    let layer = Convolution(
      weights: Matrix(rows: 6, columns: 5, elements: randomTensor([6, 5], &random).values),
      bias: [], groups: 2, window: WindowShape(kernelHeight: 1, kernelWidth: 1))
    let image = randomTensor([1, 10, 7, 9], &random)
    let geometry = try layer.geometry(inputShape: image.shape)
    let a = sums(layer, image, geometry, .plain, split: 2)
    let b = sums(layer, image, geometry, .unrolled, split: 2)
    #expect(worstDifference(a, b.map { Double($0) }) <= 36 * Double(Float.ulpOfOne))
  }

  /// As many windows as pixels, but not one on each.
  @Test func paddedStridesAreNotTheImageItself() throws {
    var window = WindowShape(kernelHeight: 1, kernelWidth: 1)
    (window.strideHeight, window.strideWidth) = (2, 2)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (1, 1, 1, 1)
    let layer = Convolution(
      weights: Matrix(rows: 1, columns: 1, elements: [1]), bias: [], groups: 1, window: window)
    let image = Tensor(shape: [1, 1, 3, 3], values: (1...9).map { Float($0) })
    let result = try evaluate(.convolution(layer), [image])
    #expect(result.values == [0, 0, 0, 0, 5, 0, 0, 0, 0])
  }

  /// More windows than one cache block holds.
  @Test func blocksOfWindowsJoinWithoutSeams() throws {
    var random = RandomStream(seed: 2)
    var window = WindowShape(kernelHeight: 3, kernelWidth: 3)
    (window.padTop, window.padLeft, window.padBottom, window.padRight) = (0, 0, 1, 1)
    (window.strideHeight, window.strideWidth) = (2, 1)
    let layer = Convolution(
      weights: Matrix(
        rows: 2, columns: 16 * 9, elements: randomTensor([2, 16 * 9], &random).values),
      bias: [1, -1], groups: 1, window: window)
    let image = randomTensor([2, 16, 61, 67], &random)
    let geometry = try layer.geometry(inputShape: image.shape)
    #expect(geometry.windowCount * geometry.rowCount > 2 * 65536)
    let result = try evaluate(.convolution(layer), [image])
    let reference = NaiveOperators.convolution(
      layer, image, outputs: (geometry.outputHeight, geometry.outputWidth))
    let bound = 145 * 145 * Double(Float.ulpOfOne)
    #expect(worstDifference(result.values, reference) <= bound)
    let first = Tensor(
      shape: [1] + image.shape.dropFirst(), values: Array(image.values.prefix(image.count / 2)))
    let (a, b) = (
      sums(layer, first, geometry, .shifted, split: 50),
      sums(layer, first, geometry, .unrolled, split: 50)
    )
    #expect(worstDifference(a, b.map { Double($0) }) <= bound)
  }

  /// Codes of any range of windows, zero where they leave the image, whatever image came before.
  @Test(arguments: 0..<50)
  func copiedRowsAreTheWindows(seed: Int) throws {
    var random = RandomStream(seed: 3, stream: UInt64(seed))
    let window = randomWindow(&random, padsWithinKernel: false)
    let (channels, height, width) = (2, 11, 13)
    let image = (1...channels * height * width).map { UInt16(truncatingIfNeeded: $0 &* 197) }
    let geometry = try WindowGeometry(
      channels: channels, height: height, width: width, window: window)
    let first = geometry.windowCount / 3
    let range = first..<geometry.windowCount
    let values = range.count * geometry.rowCount
    var patches = [UInt16](repeating: 77, count: values + WindowRows.slack)
    var rows = WindowRows(geometry)
    let other = image.map { $0 &+ 1 }
    for image in [other, image] { rows.take(image.span) }
    var target = patches.mutableSpan
    rows.copy(range, into: &target)
    var expected: [UInt16] = []
    for index in range {
      for channel in 0..<channels {
        for i in 0..<window.kernelHeight {
          for j in 0..<window.kernelWidth {
            let y =
              index / geometry.outputWidth * window.strideHeight - window.padTop
              + i * window.dilationHeight
            let x =
              index % geometry.outputWidth * window.strideWidth - window.padLeft
              + j * window.dilationWidth
            let isInside = (0..<height).contains(y) && (0..<width).contains(x)
            expected.append(isInside ? image[(channel * height + y) * width + x] : 0)
          }
        }
      }
    }
    #expect(Array(patches.prefix(values)) == expected)
  }

  @Test func misfitsAreRefusedWithTheirShapes() throws {
    let layer = Convolution(
      weights: Matrix(rows: 2, columns: 27, repeating: 0), bias: [], groups: 1,
      window: WindowShape(kernelHeight: 3, kernelWidth: 3))
    let node = GraphNode(
      name: "stem", operation: .convolution(layer), inputs: ["x"], output: "y")
    for shape in [[1, 2, 8, 8], [1, 3, 2, 8], [1, 3, 8], [3]] {
      let input = Tensor(
        shape: shape, values: [Float](repeating: 0, count: shape.reduce(1, *)))
      let error = try #require(throws: GraphError.self) { _ = try node.evaluate([input]) }
      #expect(error.node == "stem")
      #expect(error.reason.hasPrefix("Conv ") && error.reason.contains("\(shape)"))
    }
  }

  @Test(arguments: [-1, 0, 1 << 25, Int.max])
  func impossibleWindowsAreRefusedNotTrapped(value: Int) {
    for path: WritableKeyPath<WindowShape, Int> in [
      \.kernelHeight, \.kernelWidth, \.strideHeight, \.strideWidth, \.dilationHeight,
      \.dilationWidth, \.padTop, \.padLeft, \.padBottom, \.padRight,
    ] {
      var window = WindowShape(kernelHeight: 2, kernelWidth: 2)
      window[keyPath: path] = value
      let isPad = [\WindowShape.padTop, \.padLeft, \.padBottom, \.padRight].contains(path)
      guard !(isPad && value == 0) else { continue }
      #expect(throws: WindowMisfit.self) {
        _ = try WindowGeometry(channels: 1, height: 4, width: 4, window: window)
      }
    }
  }
}

/// An operation as the only node of a graph.
func evaluate(_ operation: Operation, _ inputs: [Tensor]) throws -> Tensor {
  try GraphNode(
    name: "node", operation: operation, inputs: inputs.indices.map { "x\($0)" }, output: "y"
  ).evaluate(inputs)
}
