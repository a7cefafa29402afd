import CrossbarArray
import Experiments
import Inference
import NumericKernels
import Units

/// One array of cells with the resistance of its wires, solved as a circuit.
public struct Crossbar: Sendable {
  let description: ArrayDescription
  /// Its name in errors and decks: the path of its file, or its size.
  let name: String

  /// The array that an `ARRAY.yaml` describes, as `tilespice mvm` reads it.
  ///
  /// - Throws: An error whose description names the file, the line and the key at fault.
  public init(file: String) throws {
    description = try ArrayFile.read(file)
    name = file
  }

  /// A voltage-driven array of linear cells.
  ///
  /// - Parameters:
  ///   - conductances: Cells in siemens, one row per word line, one column per bit line.
  ///   - wordLineOhms: One word-line segment between neighboring cells; 0 for an ideal wire.
  ///   - bitLineOhms: One bit-line segment.
  /// - Throws: `CrossbarShapeError` if rows differ in length; an error that names the cell or the
  ///   wire if a value is negative or not finite.
  public init(
    conductances: [[Double]], wordLineOhms: Double = 0, bitLineOhms: Double = 0
  ) throws {
    let cells = try Matrix(rows: conductances, of: nil, what: "conductances")
    description = ArrayDescription(
      topology: .voltageDriven, conductances: cells,
      wires: WireParasitics(
        wordLineSegment: wordLineOhms.ohms, bitLineSegment: bitLineOhms.ohms))
    try description.validate()
    name = "\(cells.rows) × \(cells.columns) array"
  }

  /// Length of an input vector.
  public var wordLineCount: Int { description.wordLineCount }
  /// Currents per input vector: the positive bit lines, then the negative ones if they are
  /// separate.
  public var outputCount: Int { description.outputCount }

  /// The currents of the circuit, by the fastest exact method that covers the array.
  ///
  /// - Parameter inputs: One row per input vector: volts, or 0 and 1 if word lines drive gates.
  /// - Returns: Amperes out of each bit line, one row per input vector.
  public func currents(_ inputs: [[Double]]) throws -> [[Double]] {
    let batch = try batch(inputs)
    let model = try SolutionPath.exact.model(of: description, vectors: batch.count)
    return try model.currents(batch).amperes.nested
  }

  /// Writes the array with one input vector as a portable SPICE deck that states the currents to
  /// expect, with wrappers for ngspice, gnucap, Xyce, HSPICE and Spectre; `tilespice verify` compares.
  ///
  /// - Parameters:
  ///   - input: Volts, or 0 and 1 if word lines drive gates; one value per word line.
  ///   - folder: Folder of the files; created if it is missing.
  /// - Returns: The names of the files in the folder.
  @discardableResult
  public func writeNetlist(input: [Double], to folder: String) throws -> [String] {
    try ArrayDeck.write(
      description, input: batch([input]), title: "TileSpice \(name)",
      details: [("software", SoftwareVersion.line)], to: folder
    ).files
  }

  func batch(_ inputs: [[Double]]) throws -> InputBatch {
    try InputBatch(
      Matrix(rows: inputs, of: wordLineCount, what: "inputs"), for: description.topology)
  }
}

/// Rows of numbers that do not make the matrix that is needed.
public struct CrossbarShapeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The argument at fault.
  public var what: String
  /// Index of the first row of another length.
  public var row: Int
  /// Its length, and the length that is needed.
  public var count: Int, expected: Int

  /// A row of `count` values that needs `expected`.
  public init(what: String, row: Int, count: Int, expected: Int) {
    self.what = what
    self.row = row
    self.count = count
    self.expected = expected
  }

  public var description: String {
    "\(what)[\(row)] has \(count) values; \(expected) are expected"
  }
}

extension Matrix<Double> {
  /// The matrix of `rows`, all as long as `width`, or as the first if that is `nil`.
  init(rows: [[Double]], of width: Int?, what: String) throws(CrossbarShapeError) {
    let width = width ?? rows.first?.count ?? 0
    if let bad = rows.firstIndex(where: { $0.count != width }) {
      throw CrossbarShapeError(what: what, row: bad, count: rows[bad].count, expected: width)
    }
    self.init(rows: rows.count, columns: width, elements: rows.flatMap { $0 })
  }

  /// The rows, each by itself.
  var nested: [[Double]] { (0..<rows).map { Array(row($0)) } }
}
