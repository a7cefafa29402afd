import CrossbarArray
import Files
import Foundation
import NumericKernels

/// Node voltages at every cell of an array for a batch of input vectors, with their sensed
/// currents.
public struct CellVoltages: Sendable {
  private let array: ArrayDescription
  /// `[polarity][vector, drive or bit line, word line, bit line]` in volts.
  private var volts: [[Double]]
  /// Sensed currents and the worst residual and most iterations of any vector.
  public private(set) var currents: ArrayCurrents
  /// Power that the sources deliver at the last vector, in watts.
  public private(set) var sourceWatts = 0.0
  /// Worst difference of source power and heat over the vectors, relative.
  public private(set) var powerImbalance = 0.0

  /// Room for `batch` vectors.
  public init(batch: Int, array: ArrayDescription) {
    self.array = array
    let cells = array.wordLineCount * array.bitLineCount
    volts = Array(
      repeating: [Double](repeating: 0, count: 2 * batch * cells),
      count: array.negativeConductances == nil ? 1 : 2)
    currents = ArrayCurrents(
      amperes: Matrix(rows: batch, columns: array.outputCount, repeating: 0))
  }

  /// Stores the solution of one vector.
  public mutating func add(_ solution: ArraySolution, of vector: Int) {
    let cells = array.wordLineCount * array.bitLineCount
    for (polarity, plane) in solution.cells.enumerated() {
      let start = 2 * vector * cells
      volts[polarity].replaceSubrange(start..<start + cells, with: plane.driveVolts.elements)
      volts[polarity].replaceSubrange(
        start + cells..<start + 2 * cells, with: plane.bitLineVolts.elements)
    }
    for (output, amperes) in solution.outputAmperes.enumerated() {
      currents.amperes[vector, output] = amperes
    }
    currents.residual = solution.residual.worst(orKnown: currents.residual)
    if let error = solution.sensedError {
      currents.sensedError = max(currents.sensedError ?? 0, error)
    }
    if solution.isEliminated { currents.work.eliminatedVectors += 1 }
    if solution.isFactorized { currents.work.factorizedVectors += 1 }
    if solution.iterations > 1 {
      currents.work.iterations = max(currents.work.iterations ?? 0, solution.iterations)
    }
    sourceWatts = solution.sourceWatts
    powerImbalance = max(powerImbalance, solution.powerImbalance)
  }

  /// The bytes of an `.npy` file, `[batch, 2, wordLines, bitLines]`, or
  /// `[2, batch, 2, wordLines, bitLines]` with negative cells.
  public func encoded() -> Data {
    let shape = [currents.amperes.rows, 2, array.wordLineCount, array.bitLineCount]
    return NPYFile.encode(
      volts.flatMap { $0 }, shape: volts.count == 1 ? shape : [volts.count] + shape)
  }

  /// The voltages across the positive cells at one vector as a heat map.
  public func figure(row: Int, of arrayFile: String, inputs: String) -> Figure {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let start = 2 * row * m * n
    let values = (0..<m).map { i in
      (0..<n).map { j in
        1000 * (volts[0][start + i * n + j] - volts[0][start + m * n + i * n + j])
      }
    }
    return Figure(
      title: "Voltages across the cells",
      caption: "\(arrayFile), input vector \(row) of \(inputs); \(array.summary).",
      samples: "one input vector",
      content: .heatMap(
        HeatMap(
          xAxis: FigureAxis("bit line"), yAxis: FigureAxis("word line"),
          color: FigureAxis("cell voltage", unit: "mV"), values: values)))
  }
}
