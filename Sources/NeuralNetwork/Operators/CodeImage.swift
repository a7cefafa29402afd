import NumericKernels

/// The codes of one padded image as bytes, four channels to a word, with columns and rows by their
/// remainder in strides: then windows one after the other find what they multiply one after the
/// other, and go on across the ends of rows.
///
/// Codes are stored less the smallest one, so that they are unsigned; padding is the code 0. The sums
/// of a row of weights come out too large by the smallest code times the sum of its weights.
public struct CodeImage: Sendable {
  /// The windows.
  public let geometry: WindowGeometry
  /// Words from one row of windows to the next; the last of them belong to no window.
  public let pitch: Int
  /// Where the steps of a window, `[channels / 4, kernel rows, kernel columns]`, find their words.
  public let shifts: [Int32]
  /// Phases of rows and of columns that windows read.
  private let phases: (rows: Int, columns: Int)
  /// Rows of a phase.
  private let height: Int
  private let count: Int

  /// `nil` if products of bytes gain nothing on these windows or cannot hold them.
  public init?(_ geometry: WindowGeometry) {
    let reachRows = (geometry.kernelHeight - 1) * geometry.dilationHeight
    let reachColumns = (geometry.kernelWidth - 1) * geometry.dilationWidth
    let (stepRows, stepColumns) = (geometry.strideHeight, geometry.strideWidth)
    let steps = (geometry.channels + 3) / 4 * geometry.kernelHeight * geometry.kernelWidth
    guard steps <= ByteProduct.largestStepCount else { return nil }
    var pitch = geometry.outputWidth + reachColumns / stepColumns
    if stepColumns == 1 {
      // Zeros right of a row are those left of the next one.
      pitch -= min(geometry.padLeft, max(0, pitch - geometry.padLeft - geometry.width))
    }
    let height = geometry.outputHeight + reachRows / stepRows
    let phases = (min(stepRows, reachRows + 1), min(stepColumns, reachColumns + 1))
    let plane = height * pitch
    let planes = (geometry.channels + 3) / 4 * phases.0 * phases.1
    let columns = (geometry.outputHeight - 1) * pitch + geometry.outputWidth
    let (words, overflows) = plane.multipliedReportingOverflow(by: planes)
    // Half of the columns of a product at least belong to windows.
    guard !overflows, words < 1 << 30,
      2 * geometry.windowCount >= ByteProduct.stride(columns: columns)
    else { return nil }
    self.geometry = geometry
    self.pitch = pitch
    self.phases = phases
    self.height = height
    // What the last vector reads beyond the last row, for every start of a row of windows.
    count = words + reachColumns + ByteProduct.lanes + pitch
    var shifts: [Int32] = []
    shifts.reserveCapacity(steps)
    for quad in 0..<(geometry.channels + 3) / 4 {
      for kernelRow in 0..<geometry.kernelHeight {
        for tap in 0..<geometry.kernelWidth {
          let (y, x) = (kernelRow * geometry.dilationHeight, tap * geometry.dilationWidth)
          let phase = (quad * phases.0 + y % stepRows) * phases.1 + x % stepColumns
          shifts.append(Int32(phase * plane + y / stepRows * pitch + x / stepColumns))
        }
      }
    }
    self.shifts = shifts
  }

  /// Weights of a convolution `[outputs, inputs]` in the order of the steps; `taps` of them see one
  /// channel.
  public static func weights(
    outputs: Int, channels: Int, taps: Int, weight: (_ output: Int, _ input: Int) -> Int8
  ) -> ByteProduct.Weights {
    ByteProduct.Weights(rows: outputs, steps: (channels + 3) / 4 * taps) { output, step, place in
      let channel = step / taps * 4 + place
      return channel < channels ? weight(output, channel * taps + step % taps) : 0
    }
  }

  /// The codes of real `pixels` `[channels, height, width]` by `quantizer`, whose codes span at most
  /// 256 values.
  public func words(_ pixels: Span<Float>, _ quantizer: ActivationQuantizer) -> [UInt32] {
    precondition(quantizer.codes.count <= 256, "codes are bytes")
    precondition(pixels.count == geometry.channels * geometry.height * geometry.width, "an image")
    let inverse = 1 / quantizer.scale
    let (low, high) = (Float(quantizer.codes.lowerBound), Float(quantizer.codes.upperBound))
    let zero = UInt32(-quantizer.codes.lowerBound)
    var result = [UInt32](repeating: zero * 0x0101_0101, count: count)
    var words = result.mutableSpan
    var line = [UInt32](repeating: 0, count: geometry.width)
    var codes = line.mutableSpan
    let (plane, width) = (geometry.height * geometry.width, geometry.width)
    for quad in 0..<(geometry.channels + 3) / 4 {
      for y in 0..<geometry.height {
        for k in codes.indices { codes[k] = 0 }
        for place in 0..<min(4, geometry.channels - 4 * quad) {
          let first = (4 * quad + place) * plane + y * width
          let row = pixels.extracting(first..<first + width)
          let shift = UInt32(8 * place)
          for k in row.indices {
            // As in `signedCodes`; the fraction of 2²³ plus a whole number is the number.
            let code = min(max((row[k] * inverse).rounded(.toNearestOrEven), low), high) - low
            codes[k] |= ((code + 0x1p23).bitPattern & 0xFF) << shift
          }
        }
        copy(codes.span, quad: quad, row: y + geometry.padTop, into: &words)
      }
    }
    return result
  }

  /// Copies a row of the padded image to its phases.
  private func copy(
    _ codes: Span<UInt32>, quad: Int, row: Int, into words: inout MutableSpan<UInt32>
  ) {
    let step = geometry.strideWidth
    let (phaseRow, place) = (row % geometry.strideHeight, row / geometry.strideHeight)
    guard phaseRow < phases.rows, place < height else { return }
    for phase in 0..<phases.columns {
      let plane = (quad * phases.rows + phaseRow) * phases.columns + phase
      let start = (plane * height + place) * pitch
      // The first column of the image with this remainder, and its place.
      let column = geometry.padLeft + (phase - geometry.padLeft % step + step) % step
      let (first, target) = (column - geometry.padLeft, column / step)
      guard first < codes.count, target < pitch else { continue }
      let length = min((codes.count - first + step - 1) / step, pitch - target)
      var run = words._mutatingExtracting(start + target..<start + target + length)
      if step == 1 {
        for k in run.indices { run[k] = codes[k] }
      } else {
        for k in run.indices { run[k] = codes[first + k * step] }
      }
    }
  }
}
