import ArgumentParser
import CrossbarArray
import Experiments
import Files
import Foundation
import Inference
import Reports

struct MVMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mvm",
    abstract: "Computes the currents of one array for many input vectors.",
    discussion: """
      Inputs are [batch, wordLines] float64: volts for voltageDriven arrays, 0 or 1 for gateDriven \
      ones. Outputs are amperes flowing out of each bit line into its virtual ground, \
      [batch, bitLines], or [2, batch, bitLines] (positive, negative) with separate pairs. \
      --voltages writes the node voltages at every cell in volts, [batch, 2, wordLines, bitLines]: \
      on the line that feeds the cells (word or source line), then on the bit line; with pairs \
      [2, batch, 2, wordLines, bitLines]. As CSV, currents have a line per input vector and a \
      column per bit line, negative ones last. --figure draws the voltages across the cells of one \
      input vector.
      """)

  @Argument(help: "The array: ARRAY.yaml.") var array: String
  @Option(help: "Input vectors, .npy.") var inputs: String
  @Option(
    help: "Where to write the currents, .npy or .csv.", transform: FileArgument.numbers)
  var out: FileArgument
  @Option(
    help:
      "How to compute: ideal (no wires), exact (fastest exact method), calibrated, auto, cholmod, klu."
  )
  var path: SolutionPathArgument = .exact
  @Option(
    help: "Where to write the node voltages at every cell, .npy.", transform: FileArgument.npy)
  var voltages: FileArgument?
  @Option(
    help: "Where to draw the cell voltages of one input vector, .svg or .png.",
    transform: FileArgument.figure)
  var figure: FileArgument?
  @Option(help: "The input vector that --figure draws, from 0.") var row = 0

  func run() async throws {
    let description = try ArrayFile.read(array)
    Warnings.print(description.ineffectiveParameters, file: array)
    for file in [out, voltages, figure].compactMap({ $0 }) {
      try ArrayFile.checkOutput(file.path, of: array, inputs: inputs)
    }
    let batch = try ArrayFile.readInputs(inputs, for: description)
    guard figure == nil || (0..<batch.count).contains(row) else {
      throw ValidationError("--row is \(row); \(inputs) has input vectors 0 to \(batch.count - 1)")
    }
    try description.requireMemory(
      forVectors: batch.count, voltages: voltages != nil || figure != nil)
    let clock = ContinuousClock()
    let start = clock.now
    let model: any ArrayModel
    let prepared: ContinuousClock.Instant
    let done: ContinuousClock.Instant
    let currents: ArrayCurrents
    var power: (watts: Double, imbalance: Double)?
    if voltages != nil || figure != nil {
      let solver = try path.value.solver(of: description)
      prepared = clock.now
      var nodes = CellVoltages(batch: batch.count, array: description)
      try solver.solutions(batch) { nodes.add($1, of: $0) }
      done = clock.now
      (model, currents) = (solver, nodes.currents)
      power = (nodes.sourceWatts, nodes.powerImbalance)
      if let voltages { try FileContents.write(nodes.encoded(), to: voltages.path) }
      try figure?.draw(nodes.figure(row: row, of: array, inputs: inputs))
    } else {
      model = try path.value.model(of: description, vectors: batch.count)
      prepared = clock.now
      let width = ProcessInfo.processInfo.activeProcessorCount
      currents = try await model.currents(batch, width: width)
      done = clock.now
    }
    switch out.format {
    case .csv:
      let table = CSV.outputs(currents.amperes, of: description, unit: "Amperes")
      try FileContents.write(table, to: out.path)
    default:
      try FileContents.write(ArrayFile.encode(currents.amperes, of: description), to: out.path)
    }
    Console.print("array      \(description.summary)")
    Console.print("method     \(model.method)")
    if let residual = currents.residual {
      let iterations = currents.work.iterations.map { ", \($0) iterations" } ?? ""
      Console.print(
        "residual   \(NumberFormat.error(residual.value)) (\(residual.norm.text)\(iterations))")
    }
    let factorized = currents.work.factorizedVectors
    if factorized > 0 {
      Console.print(
        "circuits   \(factorized) of \(batch.count) by CHOLMOD or KLU: the iteration did not reach "
          + "its tolerance on them")
    }
    if let error = currents.sensedError {
      let count = currents.work.eliminatedVectors
      let eliminated =
        count > 0 ? "; \(count) of \(batch.count) by elimination without subtractions" : ""
      let what = currents.boundsContributions ? "contribution of a word line" : "current"
      Console.print(
        "accuracy   every \(what) within \(NumberFormat.error(error)) of itself\(eliminated)")
    }
    Console.print(
      "time       \(NumberFormat.seconds((prepared - start) / .seconds(1))) to prepare, "
        + "\(NumberFormat.seconds((done - prepared) / .seconds(1))) for \(batch.count) input \(batch.count == 1 ? "vector" : "vectors")"
    )
    if let power {
      Console.print(
        "power      \(NumberFormat.significant(power.watts)) W from the sources at the last vector; "
          + "heat differs by at most \(NumberFormat.error(power.imbalance))")
    }
    Console.print("currents   \(out)")
    if let voltages { Console.print("voltages   \(voltages)") }
    if let figure { Console.print("figure     \(figure)") }
  }
}
