import CircuitSolver
import Files
import Foundation
import Netlist
import NumericKernels
import SPICE
import Units

/// One array with one input vector as a folder of decks that circuit simulators run unchanged.
public enum ArrayDeck {
  /// Contents of a written folder.
  public struct Summary: Sendable {
    /// Names of the files in the folder.
    public var files: [String]
    /// Resistors, sources and nodes of the deck.
    public var resistors: Int, sources: Int, nodes: Int
    /// Sense terminals with expected currents.
    public var terminals: Int
  }

  /// Agreement required of another simulator, relative to the largest current. Linear decks agree
  /// to about 1e-9; nonlinear ones to 1e-4, since physical constants and minimum conductances
  /// differ.
  public static let tolerance = 1e-6, nonlinearTolerance = 1e-4

  /// Writes `core.sp` with the expected current of every sense terminal, and one wrapper per
  /// simulator.
  ///
  /// - Parameters:
  ///   - input: One input vector.
  ///   - details: Further header lines, such as where the array comes from.
  public static func write(
    _ array: ArrayDescription, input: InputBatch, title: String,
    details: [(key: String, value: String)] = [], to folder: String
  ) throws -> Summary {
    precondition(input.count == 1, "a deck has one input vector")
    try array.check(input)
    var gates: [Bool]?
    var volts: [Double]?
    switch input {
    case .bits(let bits): gates = (0..<bits.columns).map { bits[0, $0] }
    case .volts(let matrix): volts = matrix.elements
    }
    // Parts without a path to ground are refused here; parts cut off only by this input's gates are
    // not.
    if !array.defects.isEmpty { _ = try ArrayBuilder.circuit(of: array) }
    // Before the circuit is built, so that a large array's solver and circuit are not in memory
    // together.
    let structured = try structuredCurrents(of: array, input: input)
    // With line capacitances, so that others can run transients; at DC they are open.
    let built = try ArrayBuilder.circuit(
      of: array, title: title, gates: gates, volts: volts, dynamic: true)
    let circuit = built.circuit
    let senses = built.meaning.senseSources.flatMap { $0 }
    let method: String
    let amperes: [Double]
    if let structured, built.meaning.senseSources.allSatisfy({ $0.count == 1 }) {
      (method, amperes) = ("\(structured.method)", structured.amperes)
    } else {
      let point: OperatingPoint
      do throws(CircuitError) {
        point = try OperatingPoint(of: circuit)
      } catch {
        throw ArrayError.circuit(error)
      }
      (method, amperes) = ("exact: circuit", senses.map { point.sourceAmperes[$0] })
    }
    let compiled = try copyCompiled(of: circuit, to: folder)
    let names = compiled.values.sorted()
    let header = DeckHeader(
      [
        ("topology", array.topologyName), ("word-lines", "\(array.wordLineCount)"),
        ("bit-lines", "\(array.bitLineCount)"), ("outputs", "\(array.outputCount)"),
        ("units", "ohm volt ampere"), ("parameter-hash", array.contentHash.hexadecimal),
        ("expected-by", method),
      ] + (names.isEmpty ? [] : [(CoreDeck.compiledKey, names.joined(separator: " "))])
        + details,
      expected: zip(senses, amperes).map {
        DeckHeader.ExpectedCurrent(
          sourceName: circuit.name(of: circuit.voltageSources[$0].label).lowercased(),
          amperes: $1)
      },
      relativeTolerance: array.isLinear || !compiled.isEmpty ? tolerance : nonlinearTolerance)
    try SPICEWriter.write(
      circuit, header: header, sensing: senses, loading: names, toFolder: folder)
    try VACASKWriter.write(circuit, files: compiled, toFolder: folder)
    return Summary(
      files: [SPICEWriter.coreFileName]
        + Simulator.allCases.filter { $0.runs(circuit) }.map(\.wrapperFileName)
        + [VACASKWriter.fileName] + names,
      resistors: circuit.resistors.count, sources: circuit.voltageSources.count,
      nodes: circuit.nodeCount, terminals: senses.count)
  }

  /// Copies the files of compiled models into the folder, which then needs no other; returns their
  /// names there by path.
  private static func copyCompiled(
    of circuit: Circuit, to folder: String
  ) throws -> [String: String] {
    var names: [String: String] = [:]
    for model in circuit.compactModels where names[model.file] == nil {
      let name = "\(model.module).osdi"
      guard !names.values.contains(name) else {
        throw ArrayError.unsupported(
          "law: compact has two files with a module \(model.module); a deck takes one")
      }
      try FileContents.write(try FileContents.read(model.file), to: "\(folder)/\(name)")
      names[model.file] = name
    }
    return names
  }

  /// Largest number of cells whose circuit is solved as it is written. The factors of larger
  /// circuits would not fit in memory, so those arrays are left to the structured solvers.
  private static let largestCircuit = 1 << 16

  /// Currents of a large array by the exact solver for its structure; `nil` if the array is small
  /// or no solver covers its structure.
  private static func structuredCurrents(
    of array: ArrayDescription, input: InputBatch
  ) throws(ArrayError) -> (method: ArrayMethod, amperes: [Double])? {
    guard array.wordLineCount * array.outputCount > largestCircuit,
      let model = try ExactMethod.structuredModel(of: array, vectors: 1)
    else { return nil }
    return (model.method, try model.currents(input).amperes.elements)
  }
}

extension ArrayDescription {
  /// Name of the topology in configuration files.
  public var topologyName: String {
    switch self.topology {
    case .voltageDriven: "voltageDriven"
    case .gateDriven(let sourceLine): "gateDriven, source line \(sourceLine.rawValue)"
    }
  }

  /// One line for tables: size, topology, wires.
  public var summary: String {
    "\(wordLineCount) × \(bitLineCount) \(topologyName)"
      + (negativeConductances == nil ? "" : ", pairs on \(pairing.rawValue)")
      + ", segments \(self.wires.wordLineSegment.value) / \(self.wires.bitLineSegment.value) / "
      + "\(self.wires.sourceLineSegment.value) Ω (word / bit / source line)"
  }
}
