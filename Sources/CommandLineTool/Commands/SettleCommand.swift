import ArgumentParser
import CrossbarArray
import Experiments
import Files
import NumericKernels
import Reports

struct SettleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle",
    abstract: "Computes when the bit lines of an array have settled to half an LSB.",
    discussion: """
      At time zero the word lines of a voltageDriven array step from 0 V to the input; in a \
      gateDriven one, whose source lines are at the read voltage already, the gates switch. The \
      lines are charged through their resistances: set their capacitances per segment with \
      wires.wordLineFarads, bitLineFarads and sourceLineFarads. Cells are linear. An LSB is the \
      full scale divided by 2^bits. --out holds seconds per bit line, [bitLines], or [2, bitLines] \
      (positive, negative) with separate pairs.
      """)

  @Argument(help: "The array: ARRAY.yaml.") var array: String
  @Option(help: "Input vectors, .npy [batch, wordLines].") var input: String
  @Option(help: "Which input vector.") var row = 0
  @Option(help: "Bits of the converter that reads the currents, 1 to 24.") var bits = 8
  @Option(help: "Full scale of the converter in amperes (default: the largest final current).")
  var fullScaleAmperes: Double?
  @Option(
    help: "Where to write the settling times in seconds, .npy or .csv.",
    transform: FileArgument.numbers)
  var out: FileArgument?
  @Option(
    help: "Where to draw currents over time, .svg or .png.", transform: FileArgument.figure)
  var figure: FileArgument?

  func validate() throws {
    guard (1...24).contains(bits) else {
      throw ValidationError("--bits is \(bits); 1 to 24 are possible")
    }
    if let fullScaleAmperes, !(fullScaleAmperes > 0 && fullScaleAmperes.isFinite) {
      throw ValidationError("--full-scale-amperes is \(fullScaleAmperes); it must be positive")
    }
  }

  func run() throws {
    let description = try ArrayFile.read(array)
    Warnings.print(description.ineffectiveParameters, file: array)
    let batch = try ArrayFile.readInputs(input, for: description)
    guard (0..<batch.count).contains(row) else {
      throw ValidationError("--row is \(row); \(input) has input vectors 0 to \(batch.count - 1)")
    }
    let clock = ContinuousClock()
    let start = clock.now
    let settling = try ArraySettling(description, input: batch.vector(row))
    guard
      let report = SettlingReport(settling, bits: bits, fullScaleAmperes: fullScaleAmperes)
    else {
      throw CommandFailure(
        "\(input): every current of input vector \(row) is zero; --full-scale-amperes says what "
          + "an LSB is")
    }
    let elapsed = (clock.now - start) / .seconds(1)
    try write(report)
    try figure?.draw(report.figure(of: array, inputs: input, row: row))
    func text(_ seconds: Double) -> String { NumberFormat.engineering(seconds, unit: "s") }
    func line(_ output: Int) -> String {
      "\(text(report.seconds[output])) (\(report.name(ofOutput: output)))"
    }
    let order = report.order
    Console.print("array      \(description.summary)")
    Console.print("method     \(settling.method)")
    Console.print(
      "error      \(NumberFormat.error(settling.estimatedError / report.stepAmperes)) LSB, estimated"
    )
    Console.print(
      "LSB        \(NumberFormat.engineering(report.stepAmperes, unit: "A")), \(bits) bits of "
        + NumberFormat.engineering(report.stepAmperes * Double(1 << bits), unit: "A"))
    Console.print(
      "settled    slowest \(line(order[order.count - 1])), median \(line(order[order.count / 2])), "
        + "fastest \(line(order[0]))")
    Console.print("slowest    time constant \(text(settling.slowestSeconds))")
    Console.print("time       \(NumberFormat.seconds(elapsed))")
    if let out { Console.print("seconds    \(out)") }
    if let figure { Console.print("figure     \(figure)") }
  }

  private func write(_ report: SettlingReport) throws {
    guard let out else { return }
    let (seconds, array) = (report.seconds, report.settling.description)
    switch out.format {
    case .csv:
      let row = Matrix(rows: 1, columns: seconds.count, elements: seconds)
      try FileContents.write(CSV.outputs(row, of: array, unit: "Seconds"), to: out.path)
    default:
      let isPaired = array.outputCount > array.bitLineCount
      let shape = (isPaired ? [2] : []) + [array.bitLineCount]
      try FileContents.write(NPYFile.encode(seconds, shape: shape), to: out.path)
    }
  }
}
