import NumericKernels

/// The windows of one image as columns of a matrix `[rowCount, windows]`, for products with
/// matrices from the left; the matrix itself is never held as a whole.
///
/// An image gives the same sums whatever ran before.
public struct WindowColumns {
  /// How products read the windows.
  enum Form {
    /// One pixel per window, all of them in order: the image is its own unrolled form.
    case plain
    /// Shifted runs of a padded image, without copies of windows.
    case shifted
    /// Copies of windows, a block at a time, and a library's product.
    case unrolled
  }

  /// Windows that one product covers, all of them in order.
  public struct Block {
    /// Their numbers.
    public let windows: Range<Int>
    /// Their runs, by columns within the block.
    fileprivate let runs: [ShiftedProduct.Run]
    fileprivate let index: Int
  }

  /// The windows.
  public let geometry: WindowGeometry
  /// All windows in blocks, few enough for a core's cache.
  public let blocks: [Block]
  private let form: Form
  private let image: PhasedImage
  private let shifts: [Int]
  /// The padded image, the image itself, or the windows of a block.
  private var values: [Float]
  private var channelOffset = 0
  /// Block and channels of which `values` holds the unrolled windows.
  private var unrolled: (block: Int, channels: Range<Int>)?

  /// Columns in the form that is fastest for these windows.
  public init(_ geometry: WindowGeometry) {
    self.init(geometry, form: Self.form(of: geometry))
  }

  init(_ geometry: WindowGeometry, form: Form) {
    self.geometry = geometry
    self.form = form
    image = PhasedImage(geometry)
    let windows = geometry.windowCount
    switch form {
    case .plain:
      shifts = []
      values = []
      blocks = [Block(windows: 0..<windows, runs: [], index: 0)]
    case .shifted:
      shifts = image.shifts
      values = [Float](repeating: 0, count: image.count)
      blocks = Self.blocks(image.runs, geometry)
    case .unrolled:
      shifts = []
      let length = min(windows, max(64, Self.unrolledPerBlock / geometry.rowCount))
      values = [Float](repeating: 0, count: length * geometry.rowCount)
      blocks = stride(from: 0, to: windows, by: length).enumerated().map {
        Block(windows: $1..<min($1 + length, windows), runs: [], index: $0)
      }
    }
  }

  private static let pixelsPerBlock = 32_768
  private static let unrolledPerBlock = 131_072

  /// Shifted runs are not faster for windows of one pixel, which need no copies or few, where
  /// vectors reach far beyond the rows of the result, for short sums, for long ones over narrow
  /// images, and for many channels of which strides skip most pixels.
  private static func form(of geometry: WindowGeometry) -> Form {
    let (columns, lanes) = (geometry.outputWidth, ShiftedProduct.lanes)
    let isPixel = geometry.kernelHeight * geometry.kernelWidth == 1
    if isPixel, geometry.strideHeight * geometry.strideWidth == 1, geometry.padTop == 0,
      geometry.padLeft == 0, geometry.windowCount == geometry.height * geometry.width
    {
      return .plain
    }
    let computed = (columns + lanes - 1) / lanes * lanes
    let isShifted =
      !isPixel && 7 * computed <= 8 * columns
      && geometry.rowCount >= 64 && (columns >= 16 || geometry.rowCount <= 1024)
      && (geometry.strideHeight * geometry.strideWidth == 1 || geometry.channels <= 64)
    return isShifted ? .shifted : .unrolled
  }

  /// Blocks of runs, three of which are summed at once, whose pixels stay in a core's cache while
  /// all rows of a matrix pass over them.
  private static func blocks(
    _ runs: [ShiftedProduct.Run], _ geometry: WindowGeometry
  ) -> [Block] {
    let pixelsPerRun =
      ShiftedProduct.lanes * geometry.channels * geometry.strideHeight * geometry.strideWidth
    let length = 3 * max(1, pixelsPerBlock / (3 * pixelsPerRun))
    return stride(from: 0, to: runs.count, by: length).enumerated().map { index, first in
      let own = runs[first..<min(first + length, runs.count)]
      let start = runs[first].column
      let last = runs[own.endIndex - 1]
      return Block(
        windows: start..<last.column + last.count,
        runs: own.map { .init(start: $0.start, column: $0.column - start, count: $0.count) },
        index: index)
    }
  }

  /// Takes an image, of which the windows cover the channels from `channelOffset` on.
  public mutating func take(_ pixels: Span<Float>, channelOffset: Int = 0) {
    self.channelOffset = channelOffset
    unrolled = nil
    guard form == .shifted else { return }
    let image = image
    var target = values.mutableSpan
    image.copy(pixels, channelOffset: channelOffset, into: &target)
  }

  /// Adds `A X` to `C`, with `X` the rows `rows` of the windows of `block`.
  ///
  /// - Parameters:
  ///   - a: `A`, `[m, rows.count]`, rows `strideA` apart.
  ///   - pixels: The image that was taken last.
  ///   - c: `C`, rows `strideC` apart, the block's first window at `offset`.
  public mutating func add(
    _ a: Span<Float>, strideA: Int, m: Int, rows: Range<Int>, block: Block, _ pixels: Span<Float>,
    into c: inout MutableSpan<Float>, offset: Int, strideC: Int
  ) {
    let count = block.windows.count
    switch form {
    case .plain:
      let plane = geometry.height * geometry.width
      MatrixProduct.add(
        a, strideA: strideA, pixels.extracting(((channelOffset + rows.lowerBound) * plane)...),
        strideB: plane, into: &c, offset: offset, strideC: strideC, m: m, n: count, k: rows.count)
    case .shifted:
      ShiftedProduct.add(
        a, strideA: strideA, m: m, shifts: shifts.span.extracting(rows), values.span,
        runs: block.runs[...], into: &c, offset: offset, strideC: strideC)
    case .unrolled:
      let pixelsPerChannel = geometry.kernelHeight * geometry.kernelWidth
      let channels =
        rows.lowerBound / pixelsPerChannel..<(rows.upperBound - 1) / pixelsPerChannel + 1
      unroll(pixels, block, channels)
      let first = rows.lowerBound - channels.lowerBound * pixelsPerChannel
      MatrixProduct.add(
        a, strideA: strideA, values.span.extracting((first * count)...), strideB: count, into: &c,
        offset: offset, strideC: strideC, m: m, n: count, k: rows.count)
    }
  }

  private mutating func unroll(_ pixels: Span<Float>, _ block: Block, _ channels: Range<Int>) {
    if let unrolled, unrolled == (block.index, channels) { return }
    var part = geometry
    part.channels = channels.count
    let first = channelOffset + channels.lowerBound
    var target = values.mutableSpan
    part.unroll(
      pixels, channelOffset: first, windows: block.windows, into: &target)
    unrolled = (block.index, channels)
  }
}
