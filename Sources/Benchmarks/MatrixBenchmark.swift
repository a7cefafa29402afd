import AnalogCore
import CrossbarArray
import Foundation
import NumericKernels
import Units

/// Products with a matrix on arrays with wires, as `validation/python/speed.py` makes them from Python.
enum MatrixBenchmark {
  static func run() throws {
    let (rows, columns, batch) = (256, 1152, 64)
    var hardware = HardwareConfiguration()
    hardware.tile = TileSpecification(wordLines: 1152, bitLines: 256)
    hardware.wires = WireParasitics(bitLineSegment: 1.ohms)
    hardware.converter = .ideal
    let weights = Matrix<Double>(rows: rows, columns: columns) { (i: Int, j: Int) -> Double in
      let level: Int = (7 * i + 3 * j) % 11
      return Double(level - 5) / 5
    }
    let x = Matrix<Double>(rows: batch, columns: columns) { (i: Int, j: Int) -> Double in
      let level: Int = (5 * i + 7 * j) % 13
      return Double(level) / 12
    }
    let matrix = try ProgrammedMatrix(weights, hardware: hardware, seed: 1) {
      (array) throws(ArrayError) in try LadderArray(array)
    }
    _ = try matrix.multiply(x)
    let times = Stopwatch.Summary(
      try (0..<20).map { _ in try Stopwatch.seconds { _ = try matrix.multiply(x) } })
    print(
      "matrix: 64 vectors of 1152 by 256 outputs, 8 bits, exact ladder, one core: "
        + String(format: "%.2f ms, median %.2f ms", 1000 * times.minimum, 1000 * times.median))
  }
}
