// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CTileSpice
import CrossbarArray
import Inference
import NumericKernels

/// Where the voltages and currents inside an array go, vector by vector.
private struct SolutionBuffers {
  var driveVolts: BufferView?, bitVolts: BufferView?, cellAmperes: BufferView?
  var bitAmperes: BufferView?, amperes: BufferView?, watts: BufferView?

  /// Throws unless every buffer that is there has the shape for `count` vectors of `array`.
  func require(_ count: Int, of array: ArrayDescription) throws {
    let (lines, columns) = (array.wordLineCount, array.bitLineCount)
    let planes = array.negativeConductances == nil ? 1 : 2
    for view in [driveVolts, bitVolts, cellAmperes] {
      try view?.require(
        [count, planes, lines, columns], "[vectors, polarities, wordLines, bitLines]")
    }
    try bitAmperes?.require(
      [count, array.outputCount / columns, lines + 1, columns],
      "[vectors, lines, wordLines + 1, bitLines]")
    try amperes?.require([count, array.outputCount], "[vectors, outputs]")
    try watts?.require([count], "[vectors]")
  }
}

private struct SolutionDetails: Encodable {
  var method: String
  var residual: Double, residualNorm: String
  var sensedError: Double?
  var iterations: Int
  var powerImbalance: Double
}

@c @implementation
public func tilespice_array_solve(
  _ array: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ inputs: UnsafePointer<tilespice_buffer>?, _ drive_volts: UnsafePointer<tilespice_buffer>?,
  _ bit_volts: UnsafePointer<tilespice_buffer>?, _ cell_amperes: UnsafePointer<tilespice_buffer>?,
  _ bit_amperes: UnsafePointer<tilespice_buffer>?, _ amperes: UnsafePointer<tilespice_buffer>?,
  _ watts: UnsafePointer<tilespice_buffer>?, _ details: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self)
    let path = try choice(path, "path", of: SolutionPath.self)
    let batch = try array.inputs(try BufferView(inputs, "inputs"))
    let out = SolutionBuffers(
      driveVolts: try .optional(drive_volts, "drive_volts"),
      bitVolts: try .optional(bit_volts, "bit_volts"),
      cellAmperes: try .optional(cell_amperes, "cell_amperes"),
      bitAmperes: try .optional(bit_amperes, "bit_amperes"),
      amperes: try .optional(amperes, "amperes"), watts: try .optional(watts, "watts"))
    try out.require(batch.count, of: array.description)
    try array.description.requireMemory(forVectors: batch.count, voltages: true)
    let solver = try path.solver(of: array.description)
    var (drive, bit, cells, lines) = ([Double](), [Double](), [Double](), [Double]())
    var (sensed, power) = ([Double](), [Double]())
    var summary: SolutionDetails?
    if batch.count > 0 {
      try solver.solutions(batch) { _, solution in
        for plane in solution.cells {
          if out.driveVolts != nil { drive += plane.driveVolts.elements }
          if out.bitVolts != nil { bit += plane.bitLineVolts.elements }
          if out.cellAmperes != nil { cells += plane.amperes.elements }
        }
        if out.bitAmperes != nil {
          for plane in solution.lines.bitLineAmperes { lines += plane.elements }
        }
        sensed += solution.outputAmperes
        power.append(solution.sourceWatts)
        summary = SolutionDetails(
          method: "\(solver.method)",
          residual: max(summary?.residual ?? 0, solution.residual.value),
          residualNorm: solution.residual.norm.text,
          sensedError: [summary?.sensedError, solution.sensedError].compactMap { $0 }.max(),
          iterations: max(summary?.iterations ?? 0, solution.iterations),
          powerImbalance: max(summary?.powerImbalance ?? 0, solution.powerImbalance))
      }
    }
    try out.driveVolts?.write(drive)
    try out.bitVolts?.write(bit)
    try out.cellAmperes?.write(cells)
    try out.bitAmperes?.write(lines)
    try out.amperes?.write(sensed)
    try out.watts?.write(power)
    try give(json: summary, to: details)
  }
}
