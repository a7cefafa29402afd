import CrossbarArray
import NumericKernels

/// The programmed cells of a matrix, array by array, and everything they depend on. Arrays with the
/// same cells but other wires or converters need not be programmed again.
///
/// Conductances are shared with the arrays they were taken from, not copied.
public struct ProgrammedCells: Sendable {
  /// Everything that cells depend on.
  public let origin: Origin
  private let arrays: [ArrayDescription]

  /// The cells of `matrix`, which was programmed with `codes` and not written since.
  public init(_ matrix: AnalogMatrix, codes: WeightCodes) {
    origin = Origin(
      codes: codes, hardware: matrix.hardware, layer: matrix.layer, seed: matrix.seed)
    arrays = matrix.tiles.map(\.model.description)
  }

  /// The cells of `origin` whose conductances are known; `nil` if they are not as many as it has.
  ///
  /// - Parameter siemens: Conductances as `siemens` gives them.
  public init?(_ origin: Origin, siemens: [Double]) {
    guard siemens.count == origin.cellCount else { return nil }
    self.origin = origin
    var first = 0
    func next(_ rows: Int, _ columns: Int) -> Matrix<Double> {
      defer { first += rows * columns }
      return Matrix(
        rows: rows, columns: columns, elements: Array(siemens[first..<first + rows * columns]))
    }
    let (pairing, technology) = (origin.hardware.mapping.pairing, origin.hardware.technology)
    var arrays: [ArrayDescription] = []
    for (rows, columns) in origin.shapes {
      arrays.append(
        ArrayDescription(
          technology, conductances: next(rows, columns),
          negativeConductances: pairing == nil ? nil : next(rows, columns),
          pairing: pairing ?? .separateLines))
    }
    self.arrays = arrays
  }

  /// Conductances in siemens, array by array in the order of tiles: of the positive cells, row-major,
  /// then of the negative ones if there are pairs.
  public var siemens: [Double] {
    arrays.flatMap { $0.conductances.elements + ($0.negativeConductances?.elements ?? []) }
  }

  /// Approximate memory of the conductances in bytes.
  public var bytes: Int {
    arrays.reduce(0) { sum, array in
      sum + array.conductances.elements.count * (array.negativeConductances == nil ? 8 : 16)
    }
  }

  /// Whether programming `codes` into `hardware` would give these cells.
  public func hold(
    _ codes: WeightCodes, on hardware: HardwareConfiguration, layer: Int, seed: UInt64
  ) -> Bool {
    // Cheap comparisons come first.
    origin.layer == layer && origin.seed == seed && origin.hardware == hardware.ofCells
      && origin.codes == codes
  }

  /// The array of tile `tile` with these cells in another technology.
  func array(ofTile tile: Int, _ technology: ArrayTechnology) -> ArrayDescription {
    let array = arrays[tile]
    return ArrayDescription(
      technology, conductances: array.conductances,
      negativeConductances: array.negativeConductances, pairing: array.pairing)
  }
}

extension ProgrammedCells {
  /// Everything that the conductances of a matrix's cells depend on.
  public struct Origin: Sendable, Equatable {
    // Compared in this order: what is cheap first.
    /// Key of the random draws, together with the cell's address.
    public let layer: Int, seed: UInt64
    /// The hardware, reduced to what cells depend on.
    public let hardware: HardwareConfiguration
    /// The weights.
    public let codes: WeightCodes

    /// Weights programmed into `hardware`.
    public init(codes: WeightCodes, hardware: HardwareConfiguration, layer: Int, seed: UInt64) {
      (self.codes, self.hardware) = (codes, hardware.ofCells)
      (self.layer, self.seed) = (layer, seed)
    }

    /// Whether conductances are drawn at random. Without draws, programming is a table look-up for
    /// each cell, and nothing is gained by reading them.
    public var drawsCells: Bool { hardware.drawsCells }

    /// Cells of all arrays, both of a pair counted; none on hardware that cannot be programmed.
    public var cellCount: Int {
      let planes = hardware.mapping.pairing == nil ? 1 : 2
      return shapes.reduce(0) { $0 + planes * $1.rows * $1.columns }
    }

    /// Word lines and bit lines of the arrays, in the order of tiles.
    fileprivate var shapes: [(rows: Int, columns: Int)] {
      guard hardware.conflict == nil else { return [] }
      let coding = WeightCoding(hardware, codes: codes)
      let geometry = MatrixGeometry(
        outputs: codes.outputCount, inputs: codes.codes.columns, groups: codes.groups,
        hardware: hardware, coding: coding)
      return geometry.tiles.map {
        ($0.inputs.count, $0.outputs.count + hardware.mapping.sharedBitLines)
      }
    }
  }
}
