// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import AnalogCore
import CTileSpice
import CrossbarArray
import Experiments
import Inference
import NumericKernels
import Synchronization

/// A matrix on arrays.
final class MatrixObject: Sendable {
  private let matrix: Mutex<ProgrammedMatrix>

  init(_ matrix: ProgrammedMatrix) { self.matrix = Mutex(matrix) }

  /// The matrix as it is: products with it do not wait for each other.
  var current: ProgrammedMatrix { matrix.withLock { $0 } }

  func program(_ block: Matrix<Double>, row: Int, column: Int) throws {
    try matrix.withLock { try $0.program(block, row: row, column: column) }
  }
}

extension ExperimentSpec {
  /// The experiment of a call's settings, with hardware from a file or preset if one is named.
  init(
    settings: UnsafePointer<CChar>?, hardware file: UnsafePointer<CChar>?
  ) throws {
    let hardware = try text(file, "hardware_file")
    try self.init(
      yaml: try text(settings, "settings") ?? "version: 1", file: "settings",
      changes: try Change.hardware(hardware))
  }
}

@c @implementation
public func tilespice_matrix_create(
  _ settings: UnsafePointer<CChar>?, _ hardware_file: UnsafePointer<CChar>?,
  _ weights: UnsafePointer<tilespice_buffer>?, _ matrix: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(matrix) {
      let spec = try ExperimentSpec(settings: settings, hardware: hardware_file)
      let choice = AnalogNetwork.LayerChoice(hardware: spec.hardware, path: spec.path)
      if let reason = choice.conflict { throw CallError(reason) }
      let path = spec.path
      return MatrixObject(
        try ProgrammedMatrix(
          try BufferView(weights, "weights").matrix("[rows, columns]"), hardware: spec.hardware,
          seed: spec.seed
        ) { (array) throws(ArrayError) in try path.model(of: array) })
    }
  }
}

@c @implementation
public func tilespice_matrix_multiply(
  _ matrix: OpaquePointer?, _ is_transposed: Int32, _ vectors: UnsafePointer<tilespice_buffer>?,
  _ first_vector: UInt64, _ products: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let matrix = try Handles.object(matrix, MatrixObject.self).current
    let isTransposed = is_transposed != 0
    let x = try BufferView(vectors, "vectors")
    let (inputs, outputs) =
      isTransposed ? (matrix.rows, matrix.columns) : (matrix.columns, matrix.rows)
    try x.require(rank: 2, "[batch, \(inputs)]")
    try x.require([x.shape[0], inputs], "[batch, \(isTransposed ? "rows" : "columns")]")
    let out = try BufferView(products, "products")
    try out.require([x.shape[0], outputs], "[batch, \(isTransposed ? "columns" : "rows")]")
    guard first_vector < 1 << 62 else { throw CallError("first_vector is beyond 2^62") }
    guard x.shape[0] > 0 else { return }
    let values = try x.matrix("[batch, …]")
    let found =
      isTransposed
      ? try matrix.multiplyTransposed(values, firstVector: first_vector)
      : try matrix.multiply(values, firstVector: first_vector)
    try out.write(found.elements)
  }
}

@c @implementation
public func tilespice_matrix_weights(
  _ matrix: OpaquePointer?, _ weights: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let matrix = try Handles.object(matrix, MatrixObject.self).current
    let out = try BufferView(weights, "weights")
    try out.require([matrix.rows, matrix.columns], "[rows, columns]")
    try out.write(matrix.weights.elements)
  }
}

@c @implementation
public func tilespice_matrix_program(
  _ matrix: OpaquePointer?, _ block: UnsafePointer<tilespice_buffer>?, _ row: Int64,
  _ column: Int64, _ error: TextResult?
) -> Int32 {
  call(error) {
    let object = try Handles.object(matrix, MatrixObject.self)
    let block = try BufferView(block, "block").matrix("[rows, columns]")
    let size = object.current
    guard row >= 0, column >= 0, block.rows <= size.rows, block.columns <= size.columns,
      row <= size.rows - block.rows, column <= size.columns - block.columns
    else {
      throw CallError(
        "block of \(block.rows) × \(block.columns) at row \(row), column \(column) does not lie "
          + "within the matrix of \(size.rows) × \(size.columns)")
    }
    try object.program(block, row: Int(row), column: Int(column))
  }
}

private struct MatrixSummary: Encodable {
  var rows: Int, columns: Int, tiles: Int
  var weightScale: Double
  var methods: [String]
  var writes: UInt64
}

@c @implementation
public func tilespice_matrix_describe(
  _ matrix: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let matrix = try Handles.object(matrix, MatrixObject.self).current
    try give(
      json: MatrixSummary(
        rows: matrix.rows, columns: matrix.columns, tiles: matrix.matrix.tiles.count,
        weightScale: matrix.weightScale,
        methods: Set(matrix.matrix.tiles.map { "\($0.model.method)" }).sorted(),
        writes: matrix.writes), to: result)
  }
}
