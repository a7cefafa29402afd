import Files
import Netlist
import SPICE

/// Reads damaged decks.
public enum DeckFuzzing {
  /// Whether the damaged deck is a valid one; what it includes is damaged as well.
  public static func reads(seed: UInt64, index: UInt64) -> Bool {
    var reader = DeckReader(ignoresUnsupported: index % 3 == 0)
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
      let deck = try reader.read(bytes, name: "/fuzz/deck.sp")
      check(deck)
      return true
    } catch {
      precondition(!error.faults.isEmpty, "an error without a fault")
      // Messages are made of hostile text.
      _ = error.description
      return false
    }
  }

  /// What every circuit that was read fulfils.
  private static func check(_ deck: SimulationDeck) {
    for step in deck.steps { check(step.deck) }
    for table in deck.tablePoints { table.forEach(check) }
    let circuit = deck.circuit
    precondition((try? circuit.checkNames()) != nil, "a name is used twice")
    precondition(circuit.resistors.allSatisfy { $0.ohms > 0 && $0.ohms.isFinite })
    precondition(circuit.voltageSources.allSatisfy(\.volts.isFinite))
    precondition(circuit.currentSources.allSatisfy(\.amperes.isFinite))
    // Writing goes over every element and expression.
    _ = try? SPICEWriter.deck(deck, for: .ngspice)
  }
}
