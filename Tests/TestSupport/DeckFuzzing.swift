import Files
import Netlist
import SPICE

/// Reads damaged decks.
public enum DeckFuzzing {
  /// Whether the damaged deck is a valid one; what it includes is damaged as well.
  public static func reads(seed: UInt64, index: UInt64) -> Bool {
    let leniencies: [DeckReader.Leniency] = [.elements, .outputs, .none]
    var reader = DeckReader(passingOver: leniencies[Int(index % 3)])
    // Small bounds, so that a bomb costs little.
    reader.cardLimit = 50_000
    reader.instanceLimit = 20_000
    reader.operandLimit = 20_000
    reader.includeLimit = 50
    reader.load = { (path) throws(FileError) in
      guard path.hasSuffix("cells.inc") || path.hasSuffix("models.lib") else {
        throw FileError(path: path, reason: "no such file")
      }
      return DeckMutation.included(seed: seed, index: index)
    }
    let bytes = DeckMutation.deck(seed: seed, index: index)
    do throws(DeckError) {
      let session = try reader.open(bytes, name: "/fuzz/deck.sp", folder: "/fuzz")
      check(session.deck)
      run(session)
      return true
    } catch {
      precondition(!error.faults.isEmpty, "an error without a fault")
      // Messages are made of hostile text.
      _ = error.description
      return false
    }
  }

  /// Runs the commands with plots that no solver made: what they do with vectors and text is theirs.
  private static func run(_ session: DeckSession) {
    var interpreter = ControlInterpreter(
      session,
      .init(
        simulate: { deck in (deck.analyses.map { plot($0, deck) }, []) },
        measure: { _, plot, _ in plot.values.last }, print: { _ in }))
    interpreter.limits.turns = 200
    interpreter.limits.analyses = 20
    interpreter.limits.outputBytes = 1 << 20
    interpreter.environment.write = { (_, path) throws(FileError) in
      precondition(path.hasPrefix("/fuzz/"), "a file outside the deck's folder")
    }
    do throws(DeckError) {
      _ = try interpreter.run()
    } catch {
      precondition(!error.faults.isEmpty, "an error without a fault")
      _ = error.description
    }
  }

  private static func plot(_ analysis: Analysis, _ deck: SimulationDeck) -> Plot {
    let (name, scale): (String, Plot.Variable?) =
      switch analysis.kind {
      case .operatingPoint: ("Operating Point", nil)
      case .dcSweep: ("DC transfer characteristic", .init(name: "v-sweep", kind: "voltage"))
      case .smallSignal: ("AC Analysis", .init(name: "frequency", kind: "frequency"))
      case .transient: ("Transient Analysis", .init(name: "time", kind: "time"))
      case .noise:
        ("Noise Spectral Density Curves", .init(name: "frequency", kind: "frequency"))
      case .transferFunction: ("Transfer Function", nil)
      case .scattering: ("SP Analysis", .init(name: "frequency", kind: "frequency"))
      case .poleZero: ("Pole-Zero Analysis", nil)
      }
    let nodes = deck.circuit.nodes.dropFirst().prefix(8).map {
      Plot.Variable(name: "v(\(deck.circuit.name(of: $0).lowercased()))", kind: "voltage")
    }
    var plot = Plot(
      title: deck.circuit.title, name: name, variables: (scale.map { [$0] } ?? []) + nodes,
      isComplex: analysis.kind == .smallSignal)
    let points = analysis.kind == .operatingPoint ? 1 : 3
    let count = points * plot.variables.count * (plot.isComplex ? 2 : 1)
    plot.values = (0..<count).map { Double($0) - 2 }
    return plot
  }

  /// What every circuit that was read fulfils.
  private static func check(_ deck: SimulationDeck) {
    for step in deck.steps { check(step.deck) }
    for table in deck.tablePoints { table.forEach(check) }
    let circuit = deck.circuit
    precondition((try? circuit.checkNames()) != nil, "a name is used twice")
    precondition(circuit.resistors.allSatisfy { $0.ohms != 0 && $0.ohms.isFinite })
    precondition(circuit.voltageSources.allSatisfy(\.volts.isFinite))
    precondition(circuit.currentSources.allSatisfy(\.amperes.isFinite))
    // Writing goes over every element and expression.
    _ = try? SPICEWriter.deck(deck, for: .ngspice)
  }
}
