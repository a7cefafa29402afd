import AnalogCore
import NeuralNetwork
import NumericKernels

/// The layer on hardware that multiplies whole codes (`AnalogMatrix.takesColumns`): like the digital
/// run, with conductances in units in place of weight codes and converters behind every tile.
extension MatrixLayer {
  /// One pass of an image's codes through the arrays.
  private struct Pass {
    /// Codes as numbers, and the factor on what they give.
    var codes: [Float], sign: Double
    /// Reads of a slice: gates take the signs of codes one by one.
    var reads = 1
  }

  /// Computes the layer on a batch tensor.
  ///
  /// - Parameters:
  ///   - bytes: What the arrays multiply with, where that is bytes.
  ///   - first: Gives the number of the first of some vectors.
  func runColumns(
    _ input: Tensor, on matrix: AnalogMatrix, bytes: ByteColumns?, first: (Range<Int>) -> UInt64,
    counts: inout ActivityCounts, recorder: AnalogMatrix.Recorder?
  ) throws -> Tensor {
    guard input.values.span.areFinite else {
      throw InferenceError.notFinite(layer: name, what: "an input")
    }
    let passes = passes(input.values, drive: matrix.hardware.inputs)
    return switch product {
    case .dense:
      runDenseColumns(
        input.shape, passes, on: matrix, first: first, counts: &counts, recorder: recorder)
    case .convolution(let convolution):
      try runWindows(
        input, passes, of: convolution, on: matrix, bytes: bytes, first: first, counts: &counts,
        recorder: recorder)
    }
  }

  private func passes(_ values: [Float], drive: InputDrive) -> [Pass] {
    let codes = quantizer.signedCodes(values)
    guard quantizer.isSigned, codes.contains(where: { $0 < 0 }) else {
      return [Pass(codes: codes, sign: 1)]
    }
    if drive.signs == .differential {
      return [Pass(codes: codes, sign: 1, reads: drive.lines == .gates ? 2 : 1)]
    }
    return [
      Pass(codes: codes.map { max($0, 0) }, sign: 1),
      Pass(codes: codes.map { max(-$0, 0) }, sign: -1),
    ]
  }

  private func runWindows(
    _ input: Tensor, _ passes: [Pass], of convolution: Convolution, on matrix: AnalogMatrix,
    bytes: ByteColumns?, first: (Range<Int>) -> UInt64, counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) throws -> Tensor {
    let shape = input.shape
    let geometry = try convolution.geometryOfAllGroups(inputShape: shape)
    let (images, outputs, windows) = (shape[0], weights.codes.rows, geometry.windowCount)
    let imageLength = shape[1] * shape[2] * shape[3]
    // Signs that take passes of their own are not in the codes of the image.
    if let bytes, passes.count == 1, let image = CodeImage(geometry) {
      return runBytes(
        input, passes[0], image, bytes, on: matrix, first: first, counts: &counts,
        recorder: recorder)
    }
    var values = [Float](repeating: 0, count: images * outputs * windows)
    var columns = passes.map { _ in WindowColumns(geometry) }
    for image in 0..<images {
      let pixels = image * imageLength..<(image + 1) * imageLength
      for (k, pass) in passes.enumerated() {
        let codes = pass.codes.span.extracting(pixels)
        columns[k].take(codes)
        count(codes, of: pass, geometry, on: matrix, in: &counts)
      }
      for block in columns[0].blocks {
        let count = block.windows.count
        let vectors = image * windows + block.windows.lowerBound
        var sums = [Double](repeating: 0, count: outputs * count)
        for (k, pass) in passes.enumerated() {
          let codes = pass.codes.span.extracting(pixels)
          matrix.multiplyColumns(
            count: count, firstVector: first(vectors..<vectors + count), sign: pass.sign,
            into: &sums, counts: &counts, recorder: recorder
          ) { a, strideA, m, rows, c, offset in
            columns[k].add(
              a, strideA: strideA, m: m, rows: rows, block: block, codes, into: &c,
              offset: offset, strideC: count)
          }
        }
        for output in 0..<outputs {
          let place = (image * outputs + output) * windows + block.windows.lowerBound
          write(sums, output: output, count: count, to: &values, from: place)
        }
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
  }

  /// The same by products of bytes: the same sums, hence the same bits.
  private func runBytes(
    _ input: Tensor, _ pass: Pass, _ image: CodeImage, _ bytes: ByteColumns,
    on matrix: AnalogMatrix, first: (Range<Int>) -> UInt64, counts: inout ActivityCounts,
    recorder: AnalogMatrix.Recorder?
  ) -> Tensor {
    let geometry = image.geometry
    let (images, outputs, windows) = (
      input.shape[0], weights.codes.rows, geometry.windowCount
    )
    let (length, width) = (input.values.count / max(images, 1), geometry.outputWidth)
    let step = bytes.rows(of: image)
    var values = [Float](repeating: 0, count: images * outputs * windows)
    var room: [Int32] = []
    for number in 0..<images {
      let pixels = number * length..<(number + 1) * length
      count(pass.codes.span.extracting(pixels), of: pass, geometry, on: matrix, in: &counts)
      let words = image.words(input.values.span.extracting(pixels), quantizer)
      for row in stride(from: 0, to: geometry.outputHeight, by: step) {
        let rows = row..<min(row + step, geometry.outputHeight)
        let (start, count) = (row * width, rows.count * width)
        let vectors = number * windows + start
        var sums = [Double](repeating: 0, count: outputs * count)
        matrix.convertColumns(
          count: count, firstVector: first(vectors..<vectors + count), sign: pass.sign,
          into: &sums, counts: &counts, recorder: recorder
        ) { tile, signals in
          bytes.signals(ofTile: tile, image, words.span, rows: rows, sums: &room, into: &signals)
        }
        for output in 0..<outputs {
          write(
            sums, output: output, count: count, to: &values,
            from: (number * outputs + output) * windows + start)
        }
      }
    }
    return Tensor(
      shape: [images, outputs, geometry.outputHeight, geometry.outputWidth], values: values)
  }

  /// Counts what the windows of an image drive.
  private func count(
    _ codes: Span<Float>, of pass: Pass, _ geometry: WindowGeometry, on matrix: AnalogMatrix,
    in counts: inout ActivityCounts
  ) {
    let slices = drivenSlices(codes, on: matrix)
    matrix.countActivity(
      geometry.sumsOverWindows(slices.span), vectors: geometry.windowCount,
      bitCount: quantizer.bitCount, reads: pass.reads, in: &counts)
  }

  private func runDenseColumns(
    _ shape: [Int], _ passes: [Pass], on matrix: AnalogMatrix, first: (Range<Int>) -> UInt64,
    counts: inout ActivityCounts, recorder: AnalogMatrix.Recorder?
  ) -> Tensor {
    let outputs = weights.codes.rows
    let vectors = shape.dropLast().reduce(1, *)
    var values = [Float](repeating: 0, count: vectors * outputs)
    // Every vector alone, in memory order of the weights: its result does not depend on others.
    for vector in 0..<vectors {
      var sums = [Double](repeating: 0, count: outputs)
      for pass in passes {
        let codes = pass.codes.span.extracting(vector * inputCount..<(vector + 1) * inputCount)
        let slices = drivenSlices(codes, on: matrix)
        matrix.countActivity(
          slices.map { Int($0) }, vectors: 1, bitCount: quantizer.bitCount,
          reads: pass.reads, in: &counts)
        matrix.multiplyColumns(
          count: 1, firstVector: first(vector..<vector + 1), sign: pass.sign, into: &sums,
          counts: &counts, recorder: recorder
        ) { a, strideA, m, rows, c, offset in
          MatrixProduct.add(
            a, strideA: strideA, vector: codes.extracting(rows), into: &c, offset: offset, m: m,
            k: rows.count)
        }
      }
      for output in 0..<outputs {
        values[vector * outputs + output] = real(sums[output], output: output)
      }
    }
    return Tensor(shape: shape.dropLast() + [outputs], values: values)
  }

  /// Real values of one output's sums.
  private func write(
    _ sums: [Double], output: Int, count: Int, to values: inout [Float], from place: Int
  ) {
    let own = sums.span.extracting(output * count..<(output + 1) * count)
    var all = values.mutableSpan
    var line = all._mutatingExtracting(place..<place + count)
    for k in own.indices { line[k] = real(own[k], output: output) }
  }

  /// Slices of each code that drive a word line: set bits of gates, digits other than zero of
  /// voltages.
  private func drivenSlices(_ codes: Span<Float>, on matrix: AnalogMatrix) -> [Int32] {
    var result = [Int32](repeating: 0, count: codes.count)
    var out = result.mutableSpan
    let bits = matrix.hardware.inputs.sliceBits
    let slices = matrix.hardware.inputs.sliceCount(bitCount: quantizer.bitCount)
    // The fraction of 2²³ plus a code is the code: conversions with checks take no vectors.
    if bits == 1 {
      for k in codes.indices {
        let code = (codes[k].magnitude + 0x1p23).bitPattern & 0xFFFF
        out[k] = Int32(truncatingIfNeeded: code.nonzeroBitCount)
      }
    } else {
      for k in codes.indices {
        let code = (codes[k].magnitude + 0x1p23).bitPattern & 0xFFFF
        for slice in 0..<slices where code >> UInt32(slice * bits) & (1 << UInt32(bits) - 1) != 0 {
          out[k] += 1
        }
      }
    }
    return result
  }
}
