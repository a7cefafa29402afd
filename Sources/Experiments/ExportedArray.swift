import AnalogCore
import CrossbarArray
import Files
import Inference
import NumericKernels

/// An array with one input vector, ready to be written as a deck.
public struct ExportedArray: Sendable {
  /// The array.
  public let description: ArrayDescription
  /// One input vector.
  public let input: InputBatch
  /// The vectors that are saved with the array; `input` is the last one.
  private let vectors: InputBatch
  /// Title of the deck.
  public let title: String
  private var details: [(key: String, value: String)]

  /// The array of an `ARRAY.yaml` with vector `row` of an `.npy` file.
  public init(arrayFile: String, inputs: String, row: Int) throws {
    description = try ArrayFile.read(arrayFile)
    let batch = try ArrayFile.readInputs(inputs, for: description)
    guard (0..<batch.count).contains(row) else {
      throw FileError(path: inputs, reason: "has input vectors 0 to \(batch.count - 1), no \(row)")
    }
    input = batch.vector(row)
    vectors = input
    title = "TileSpice array of \(arrayFile), input vector \(row)"
    details = [("software", SoftwareVersion.line), ("input-vector", "\(row)")]
  }

  /// One tile of a layer at one point of the experiment's study, driven by its `row`-th strongest
  /// input vector of the first calibration image.
  ///
  /// - Parameters:
  ///   - point: The point, by its values; may be `nil` if there is only one.
  ///   - crop: Keeps at most that many word lines (those next to the sense end) and bit lines.
  public init(
    experiment: String, layer name: String, tile: Int, row: Int, point: String?, crop: Int?
  ) async throws {
    let spec = try ExperimentSpec(contentsOf: experiment)
    let point = try spec.onlyPoint(point)
    let runner = try await ExperimentRunner(spec.at(point), limit: 1, width: 1)
    // Cells do not depend on how they are solved, except by compensation.
    let network = try await runner.network(
      at: 0, path: runner.design(at: 0).isCompensated ? nil : .ideal)
    guard let index = network.layers.firstIndex(where: { $0.name == name }) else {
      throw InferenceError.unknownLayer(name: name, known: network.layers.map(\.name))
    }
    let tiles = network.layers[index].matrix.tiles
    guard tiles.indices.contains(tile) else {
      throw ExperimentError.noSuchTile(layer: name, tile: tile, count: tiles.count)
    }
    let vectors = try network.inputVectors(
      layer: index, tile: tile, image: runner.calibrationImage,
      count: min(max(row, 0), .max - 1) + 1)
    guard (0..<vectors.count).contains(row) else {
      throw ExperimentError.noSuchVector(layer: name, row: row, count: vectors.count)
    }
    var array = tiles[tile].model.description
    var kept = vectors.vectors(0..<row + 1)
    if let crop {
      let (m, n) = (array.wordLineCount, array.bitLineCount)
      let lines = array.ends.bitLineSense == .near ? 0..<min(crop, m) : max(0, m - crop)..<m
      let columns = 0..<min(crop, n)
      array.conductances = array.conductances.block(rows: lines, columns: columns)
      array.negativeConductances = array.negativeConductances?.block(rows: lines, columns: columns)
      kept = kept.lines(lines)
    }
    description = array
    self.vectors = kept
    input = kept.vector(row)
    title = "TileSpice \(spec.name), layer \(name), tile \(tile), input vector \(row)"
    details = [
      ("software", SoftwareVersion.line), ("network-hash", runner.loaded.networkHash),
      ("layer", name),
      ("tile", "\(tile)"), ("input-vector", "\(row)"), ("seed", "\(spec.seed)"),
    ]
    details += point.settings.map { setting in
      let quantity = setting.axis.quantity
      return (
        "study-point-\(quantity.unitName.isEmpty ? quantity.key : quantity.unitName)",
        quantity.text(number: setting.value)
      )
    }
  }

  /// Writes the deck and its wrappers.
  public func write(to folder: String) throws -> ArrayDeck.Summary {
    try ArrayDeck.write(description, input: input, title: title, details: details, to: folder)
  }

  /// Writes the array as `array.yaml` with its matrices and, as `inputs.npy`, the vectors up to this
  /// one, for everything that takes an array file.
  ///
  /// - Returns: The names of the files in the folder.
  public func writeArray(to folder: String) throws -> [String] {
    try ArrayFile.write(
      description, inputs: vectors,
      comments: [title] + details.map { "\($0.key): \($0.value)" }, to: folder)
  }
}
