import ArgumentParser
import CrossbarArray
import Experiments
import Reports

struct NetlistCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "netlist",
    abstract: "Writes an array with one input vector as decks for circuit simulators.",
    discussion: """
      The folder gets a portable core.sp with the expected currents, and wrappers for ngspice, \
      gnucap, Xyce, HSPICE and Spectre that run it unchanged, and the same circuit for VACASK; \
      `tilespice verify` compares. Cells of compiled Verilog-A go into decks for ngspice (where it is \
      built with OSDI) and VACASK, with the compiled files beside them. The array is an \
      ARRAY.yaml, or a tile of a network's layer (--experiment, --layer, --tile) with an input \
      vector taken from a calibration image. Where the experiment has a study of several points, \
      --point says which of them the tile is of, by its values as in `study`; without it the points \
      are listed and nothing is written. --array saves the tile instead of, or beside, its deck: as \
      array.yaml, which mvm, settle, compare and netlist take, with its cells and the input vectors \
      up to --row.
      """)

  @Argument(help: "The array: ARRAY.yaml.") var array: String?
  @Option(help: "Input vectors, .npy [batch, wordLines].") var input: String?
  @Option(help: "Which input vector.") var row: Int = 0
  @Option(help: "An experiment whose layer is exported instead: E.yaml.") var experiment: String?
  @Option(help: "The layer, by the name of its node.") var layer: String?
  @Option(help: "The tile of the layer (default: 0).") var tile: Int?
  @Option(help: "The point of the experiment's study, by its values as in `study`: 500.")
  var point: String?
  @Option(help: "Keep at most this many word lines and bit lines of the tile.") var crop: Int?
  @Option(
    name: .customLong("array"),
    help: ArgumentHelp(
      "Folder for the tile as array.yaml, with its cells and inputs.npy.", valueName: "folder"),
    transform: FileArgument.folder)
  var arrayFolder: String?
  @Option(help: "Folder for the deck.", transform: FileArgument.folder) var out: String?

  func validate() throws {
    guard (array == nil) != (experiment == nil) else {
      throw ValidationError("name an ARRAY.yaml or an --experiment, one of them")
    }
    if array != nil, input == nil { throw ValidationError("--input is missing") }
    if experiment != nil, layer == nil { throw ValidationError("--layer is missing") }
    for (option, isGiven) in [
      ("--layer", layer != nil), ("--tile", tile != nil), ("--crop", crop != nil),
      ("--point", point != nil), ("--array", arrayFolder != nil),
    ] where array != nil && isGiven {
      throw ValidationError("\(option) goes with --experiment, not with an ARRAY.yaml")
    }
    if experiment != nil, input != nil {
      throw ValidationError("--input goes with an ARRAY.yaml, not with --experiment")
    }
    if out == nil, arrayFolder == nil {
      throw ValidationError(
        experiment == nil
          ? "--out is missing" : "name a folder: --out for the deck, --array for the array")
    }
    if let crop, crop < 1 { throw ValidationError("--crop is \(crop); at least 1 is needed") }
  }

  func run() async throws {
    let exported: ExportedArray
    if let array, let input {
      exported = try ExportedArray(arrayFile: array, inputs: input, row: row)
    } else if let experiment, let layer {
      exported = try await ExportedArray(
        experiment: experiment, layer: layer, tile: tile ?? 0, row: row, point: point, crop: crop)
    } else {
      throw ValidationError("name an array")
    }
    Warnings.print(
      exported.description.ineffectiveParameters, file: array ?? experiment ?? exported.title)
    let deck = try out.map { (folder: $0, summary: try exported.write(to: $0)) }
    let saved = try arrayFolder.map { (folder: $0, files: try exported.writeArray(to: $0)) }
    Console.print("array      \(exported.description.summary)")
    if let (folder, summary) = deck {
      Console.print(
        "deck       \(summary.resistors) resistors, \(summary.sources) sources, "
          + "\(summary.nodes) nodes, \(summary.terminals) expected currents")
      Console.print("files      \(Self.list(summary.files, in: folder))")
    }
    if let (folder, files) = saved {
      Console.print("saved      \(Self.list(files, in: folder))")
    }
    if let (folder, _) = deck { Console.print("next       tilespice verify \(folder)") }
    if let (folder, _) = saved {
      Console.print(
        "next       tilespice mvm \(folder)/\(ArrayFile.WrittenFile.array) --inputs "
          + "\(folder)/\(ArrayFile.WrittenFile.inputs) --out i.npy")
    }
  }

  private static func list(_ files: [String], in folder: String) -> String {
    files.map { "\(folder)/\($0)" }.joined(separator: ", ")
  }
}
