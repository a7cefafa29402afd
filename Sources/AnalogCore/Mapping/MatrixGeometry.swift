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
    /// Weights of each output among `inputs`. The cells of other groups' inputs hold weight zero.
    let weightsPerOutput: Int
  }

  /// Groups that share arrays, or one group divided among several.
  private struct Pack: Sendable, Equatable {
    let inputBlocks: [Range<Int>]
    let outputBlocks: [Range<Int>]
  }

  /// Storage of signed weights.
  public let scheme: SignedWeightScheme
  /// The largest array that can be built.
  public let largest: TileSpecification
  private let packs: [Pack]
  /// Inputs of one group.
  private let groupInputs: Int
  /// Slices of a weight, each in arrays of its own.
  public let sliceCount: Int

  /// The geometry of weights in a coding on arrays of `hardware`, which must have no conflict.
  ///
  /// - Parameters:
  ///   - outputs: Outputs of all groups.
  ///   - inputs: Inputs of one group.
  ///   - groups: Groups that share neither inputs nor outputs.
  public init(
    outputs: Int, inputs: Int, groups: Int = 1, hardware: HardwareConfiguration,
    coding: WeightCoding
  ) {
    precondition(groups > 0 && outputs % groups == 0, "groups divide the outputs")
    scheme = hardware.mapping
    let largest = hardware.tile
    self.largest = largest
    groupInputs = inputs
    sliceCount = coding.sliceCount
    let groupOutputs = outputs / groups
    let outputsPerArray = hardware.outputsPerArray
    let fitting =
      switch hardware.groups {
      case .blockDiagonal: min(largest.wordLines / inputs, outputsPerArray / groupOutputs)
      case .separate: 1
      }
    packs = largest.ranges(of: groups, limit: max(fitting, 1)).map { packed in
      func blocks(_ perGroup: Int, limit: Int) -> [Range<Int>] {
        let first = packed.lowerBound * perGroup
        return largest.ranges(of: packed.count * perGroup, limit: limit).map {
          first + $0.lowerBound..<first + $0.upperBound
        }
      }
      return Pack(
        inputBlocks: blocks(inputs, limit: largest.wordLines),
        outputBlocks: blocks(groupOutputs, limit: outputsPerArray))
    }
  }

  /// Inputs of each row of tiles.
  public var inputBlocks: [Range<Int>] { packs.flatMap(\.inputBlocks) }
  /// Outputs of each column of tiles.
  public var outputBlocks: [Range<Int>] { packs.flatMap(\.outputBlocks) }

  /// The tiles, by groups that share arrays, then block row, then block column, then weight slice.
  public var tiles: [Tile] {
    var tiles: [Tile] = []
    var block = 0
    for pack in packs {
      for inputs in pack.inputBlocks {
        for outputs in pack.outputBlocks {
          for slice in 0..<sliceCount {
            tiles.append(
              Tile(
                inputs: inputs, outputs: outputs, weightSlice: slice, inputBlock: block,
                weightsPerOutput: min(groupInputs, inputs.count)))
          }
        }
        block += 1
      }
    }
    return tiles
  }

  /// Number of arrays that hold the matrix.
  public var tileCount: Int {
    packs.reduce(0) { $0 + $1.inputBlocks.count * $1.outputBlocks.count } * sliceCount
  }

  /// Bit lines of a tile's array that hold weights, including negative cells and units.
  public func bitLines(of tile: Tile) -> Int { scheme.bitLines(outputs: tile.outputs.count) }

  /// Cells on a word line of a tile's array.
  public func cells(ofWordLineOf tile: Tile) -> Int {
    bitLines(of: tile) * scheme.cellsPerCrossing
  }

  /// Cells of a tile's array that hold weights or units.
  public func usedCells(of tile: Tile) -> Int {
    let weights = tile.weightsPerOutput * tile.outputs.count * scheme.bitLinesPerOutput
    return (weights + tile.inputs.count * scheme.sharedBitLines) * scheme.cellsPerCrossing
  }

  /// Cells of a tile's array at crossings of one group with another, which hold weight zero.
  public func zeroCells(of tile: Tile) -> Int {
    tile.inputs.count * bitLines(of: tile) * scheme.cellsPerCrossing - usedCells(of: tile)
  }

  /// Cells of all arrays that hold weights or units.
  public var usedCells: Int { tiles.reduce(0) { $0 + usedCells(of: $1) } }

  /// Cells of all arrays at crossings of one group with another, which hold weight zero.
  public var zeroCells: Int { tiles.reduce(0) { $0 + zeroCells(of: $1) } }

  /// Cells of all arrays, each at the full tile size.
  public var cellCount: Int {
    tileCount * largest.wordLines * largest.bitLines * scheme.cellsPerCrossing
  }

  /// Fraction of the cells that hold weights or units, with arrays at the full tile size.
  public var utilization: Double { Double(usedCells) / Double(cellCount) }
}
