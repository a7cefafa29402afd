import CircuitSolver
import ExternalSimulators
import Files
import Foundation
import Netlist
import SPICE

/// A deck's expected currents compared with those of a simulator that ran it.
public struct DeckVerification: Sendable {
  /// The simulator that computed the currents.
  public enum Judge: String, Sendable, CaseIterable {
    /// ngspice, running the wrapper unchanged.
    case ngspice
    /// Xyce, running the wrapper unchanged.
    case xyce
    /// gnucap, running the wrapper unchanged.
    case gnucap
    /// VACASK, running run.vacask.sim unchanged.
    case vacask
    /// The built-in reader and solver, from the text of the deck.
    case builtin
  }

  /// One sense terminal.
  public struct Current: Sendable {
    /// Name of the sense source.
    public var name: String
    /// Current stated in the deck and current found by the simulator, in amperes.
    public var expected: Double, found: Double
  }

  /// Every expected current.
  public let currents: [Current]
  /// Agreement that the deck requires, relative to its largest current.
  public let tolerance: Double
  /// Largest difference relative to the largest expected current.
  public let worstRelativeDifference: Double

  /// Whether every current agrees.
  public var passes: Bool { worstRelativeDifference <= tolerance }

  /// Runs the deck in `folder` with the program in `searchPath`, a colon-separated list. Compiled
  /// Verilog-A that the deck names is loaded, which runs its code.
  public init(
    folder: String, with judge: Judge,
    searchPath: String = ProcessInfo.processInfo.environment["PATH"] ?? ""
  ) throws {
    guard FileManager.default.fileExists(atPath: folder) else {
      throw FileError(path: folder, reason: "no such folder; `tilespice netlist` writes one")
    }
    let core = URL(fileURLWithPath: folder).appendingPathComponent(SPICEWriter.coreFileName).path
    let deck = try CoreDeck(contentsOf: core, nativeModels: .allowed)
    let expected = deck.header.expected
    guard !expected.isEmpty else {
      throw FileError(
        path: core, reason: "carries no expected currents; `tilespice netlist` writes them")
    }
    let names = expected.map(\.sourceName)
    let found: [Double]
    switch judge {
    case .ngspice:
      found = try NgspiceRunner(searchPath: searchPath).currents(of: names, inFolder: folder)
    case .xyce:
      found = try XyceRunner(searchPath: searchPath).currents(of: names, inFolder: folder)
    case .gnucap:
      found = try GnucapRunner(searchPath: searchPath).currents(of: names, inFolder: folder)
    case .vacask:
      found = try VACASKRunner(searchPath: searchPath).currents(of: names, inFolder: folder)
    case .builtin:
      let point = try OperatingPoint(of: deck.circuit)
      let byName = Dictionary(
        uniqueKeysWithValues: zip(deck.circuit.voltageSources, point.sourceAmperes).map {
          (deck.circuit.name(of: $0.label).lowercased(), $1)
        })
      found = names.map { byName[$0] ?? .nan }
    }
    currents = zip(expected, found).map {
      Current(name: $0.sourceName, expected: $0.amperes, found: $1)
    }
    tolerance = deck.header.relativeTolerance ?? ArrayDeck.tolerance
    let peak = currents.reduce(0) { max($0, $1.expected.magnitude) }
    var worst = 0.0
    for current in currents {
      let difference = (current.found - current.expected).magnitude
      // A missing current is NaN, which must not count as agreement.
      worst = difference <= worst ? worst : difference
    }
    worstRelativeDifference = worst == 0 ? 0 : worst / peak
  }
}

extension OperatingPoint {
  /// The operating point of an array's circuit; the general method where a cell is compiled or its
  /// transistor has a body effect.
  init(of circuit: Circuit) throws(CircuitError) {
    if circuit.firstBeyondResistive == nil {
      var solver = try NewtonOperatingPoint(analyzing: circuit)
      self = try solver.solve()
    } else {
      var solver = try GeneralOperatingPoint(analyzing: circuit)
      self = try solver.solve()
    }
  }
}
