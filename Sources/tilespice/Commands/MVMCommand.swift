import ArgumentParser
import CrossbarArray
import Experiments
import NumericKernels
import Reports

struct MVMCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mvm",
    abstract: "Computes the currents of one array for many input vectors.",
    discussion: """
      Inputs are [batch, wordLines] float64: volts for voltageDriven arrays, 0 or 1 for gateDriven \
      ones. Outputs are amperes flowing out of each bit line into its virtual ground, \
      [batch, bitLines], or [2, batch, bitLines] (positive, negative) with separate pairs.
      """)

  @Argument(help: "The array: ARRAY.yaml.") var array: String
  @Option(help: "Input vectors, .npy.") var inputs: String
  @Option(help: "Where to write the currents, .npy.") var out: String
  @Option(help: "How to compute: ideal (no wires), exact (fastest exact method), cholmod, klu.")
  var path: SolutionPathArgument = .exact

  func run() async throws {
    let description = try ArrayFile.read(array)
    Warnings.print(description.ineffectiveParameters, file: array)
    let batch = try ArrayFile.readInputs(inputs, for: description)
    let clock = ContinuousClock()
    let start = clock.now
    let model = try path.value.model(of: description)
    let prepared = clock.now
    let currents = try model.currents(batch)
    let done = clock.now
    try FileContents.write(ArrayFile.encode(currents.amperes, of: description), to: out)
    print("array      \(description.summary)")
    print("method     \(model.method)")
    if let residual = currents.relativeResidual {
      let norm =
        currents.iterations.map { "relative to the input, \($0) iterations" }
        ?? "worst Kirchhoff violation, relative"
      print("residual   \(NumberFormat.error(residual)) (\(norm))")
    }
    print(
      "time       \(NumberFormat.seconds((prepared - start) / .seconds(1))) to prepare, "
        + "\(NumberFormat.seconds((done - prepared) / .seconds(1))) for \(batch.count) input \(batch.count == 1 ? "vector" : "vectors")"
    )
    print("currents   \(out)")
  }
}
