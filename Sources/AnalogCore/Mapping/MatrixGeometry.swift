/// Placement of a weight matrix on arrays: its blocks and slices, the tiles that hold them, and the
/// lines and cells they use.
///
/// Tiles are counted only here: inspection prints the count and programming follows it.
public struct MatrixGeometry: Sendable, Equatable {
  /// The block and the slice of the matrix that one array holds.
  public struct Tile: Sendable, Equatable {
    /// Inputs on its word lines, in order; the last one is next to the sense end.
    public let inputs: Range<Int>
    /// Outputs on its bit lines.
    public let outputs: Range<Int>
    /// Index of its weight slice, from the least significant one.
    public let weightSlice: Int
    /// Index of its block of the inputs.
    let inputBlock: Int
  }

  /// Storage of signed weights.
  public let scheme: SignedWeightScheme
  /// The largest array that can be built.
  public let largest: TileSpecification
  /// Inputs of each row of tiles.
  public let inputBlocks: [Range<Int>]
  /// Outputs of each column of tiles.
  public let outputBlocks: [Range<Int>]
  /// Slices of a weight, each in arrays of its own.
  public let sliceCount: Int

  /// The geometry of `outputs` × `inputs` weights in a coding on arrays of `hardware`, which must
  /// have no conflict.
  public init(outputs: Int, inputs: Int, hardware: HardwareConfiguration, coding: WeightCoding) {
    scheme = hardware.mapping
    largest = hardware.tile
    inputBlocks = largest.ranges(of: inputs, limit: largest.wordLines)
    outputBlocks = largest.ranges(of: outputs, limit: hardware.outputsPerArray)
    sliceCount = coding.sliceCount
  }

  /// The tiles, by block row, then block column, then weight slice.
  public var tiles: [Tile] {
    inputBlocks.enumerated().flatMap { block, inputs in
      outputBlocks.flatMap { outputs in
        (0..<sliceCount).map { slice in
          Tile(inputs: inputs, outputs: outputs, weightSlice: slice, inputBlock: block)
        }
      }
    }
  }

  /// Number of arrays that hold the matrix.
  public var tileCount: Int { inputBlocks.count * outputBlocks.count * sliceCount }

  /// Bit lines of a tile's array that hold weights, including negative cells and units.
  public func bitLines(of tile: Tile) -> Int { scheme.bitLines(outputs: tile.outputs.count) }

  /// Cells of a tile's array that hold weights or units.
  public func usedCells(of tile: Tile) -> Int {
    tile.inputs.count * bitLines(of: tile) * scheme.cellsPerCrossing
  }

  /// Cells of all arrays that hold weights or units.
  public var usedCells: Int { tiles.reduce(0) { $0 + usedCells(of: $1) } }

  /// Cells of all arrays, each at the full tile size.
  public var cellCount: Int {
    tileCount * largest.wordLines * largest.bitLines * scheme.cellsPerCrossing
  }

  /// Fraction of the cells that hold weights or units, with arrays at the full tile size.
  public var utilization: Double { Double(usedCells) / Double(cellCount) }
}
