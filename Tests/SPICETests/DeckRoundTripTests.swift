import Foundation
import Netlist
import NumericKernels
import TestSupport
import Testing

@testable import SPICE

/// Decks read, written for each simulator, and read again: nothing may be lost or change a bit.
@Suite struct DeckRoundTripTests {
  /// Names of the decks in `netlists/`.
  static let decks: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return files.filter { $0.hasSuffix(".sp") }.sorted()
  }()

  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("netlists")

  @Test func thereAreDecks() { #expect(Self.decks.count >= 21) }

  @Test(arguments: decks)
  func decksSurviveNgspicesDialect(name: String) throws {
    let deck = try DeckReader().read(Self.folder.appendingPathComponent(name))
    #expect(deck.warnings.isEmpty)
    let text = try SPICEWriter.deck(deck, for: .ngspice)
    let again = try DeckReader().read(text, name: "again.sp")
    expectEqual(Self.summary(of: again), Self.summary(of: deck))
    #expect(try SPICEWriter.deck(again, for: .ngspice) == text)
  }

  @Test(arguments: [Simulator.ngspice, .xyce, .hspice])
  func everythingSurvivesEachDialect(simulator: Simulator) throws {
    let deck = WriterTests.everything(
      withSwitch: simulator == .ngspice, letter: simulator == .hspice ? "e" : "b")
    let text = try SPICEWriter.deck(deck, for: simulator)
    // Options and outputs of the others are cards of their own, which nobody else reads.
    let again = try DeckReader(passingOver: simulator == .ngspice ? .none : .elements).read(
      text, name: "again")
    let (before, after) = (Self.summary(of: deck), Self.summary(of: again))
    if simulator == .ngspice {
      expectEqual(after, before)
    } else {
      let elements = before.filter { !$0.hasPrefix("options") && !$0.hasPrefix("output") }
      expectEqual(
        after.filter { !$0.hasPrefix("options") && !$0.hasPrefix("output") }, elements)
    }
  }

  /// Random values of every parameter, to the last bit.
  @Test func modelParametersSurvive() throws {
    var random = RandomStream(seed: 21)
    func value() -> Double { exp(Double.random(in: -30...0, using: &random)) }
    for _ in 0..<50 {
      var circuit = Circuit(title: "models")
      let a = circuit.addNode(circuit.label("a"))
      circuit.addDiodeModel(circuit.label("dm"), saturationAmperes: value())
      var diode = DiodeExtras()
      diode.seriesOhms = value()
      diode.junctionFarads = value()
      diode.junctionVolts = 0.3 + value()
      diode.gradingCoefficient = 0.1 + 0.8 * value()
      diode.transitSeconds = value()
      diode.breakdownVolts = 5 + value()
      diode.breakdownAmperes = value()
      circuit.setExtras(diode, ofDiodeModel: 0)
      circuit.addMOSFETModel(
        circuit.label("nm"), polarity: .p, thresholdVolts: -value(), transconductance: value(),
        channelLengthModulation: value())
      var channel = MOSFETExtras()
      channel.bodyEffect = value()
      channel.surfacePotentialVolts = 0.3 + value()
      channel.drainOhms = value()
      channel.bulkSaturationAmperes = value()
      channel.bulkDrainFarads = value()
      channel.gateSourceFaradsPerMeter = value()
      channel.oxideFaradsPerSquareMeter =
        DeckDevices.oxidePermittivity / (1e-8 + 1e-7 * value())
      circuit.setExtras(channel, ofMOSFETModel: 0)
      circuit.addDiode(circuit.label("d", 0), anode: a, cathode: .ground, model: 0, area: value())
      circuit.addMOSFET(
        circuit.label("m", 0), drain: a, gate: a, source: .ground, bulk: .ground, model: 0,
        widthMeters: 1e-6, lengthMeters: 2e-7)
      let deck = SimulationDeck(circuit: circuit)
      let again = try DeckReader().read(try SPICEWriter.deck(deck, for: .ngspice), name: "again")
      expectEqual(Self.summary(of: again), Self.summary(of: deck))
    }
  }

  /// Core decks mean the same to both readers.
  @Test(arguments: [1, 2, 7])
  func coreDecksReadAlike(side: Int) throws {
    let (circuit, _) = randomGrid(side: side, seed: 9)
    let text = String(
      decoding: try SPICEWriter.coreDeck(circuit, header: DeckHeader()), as: UTF8.self)
    let deck = try DeckReader().read(text, name: "core.sp")
    #expect(
      Array(description(of: deck.circuit).dropFirst())
        == Array(description(of: circuit).dropFirst()))
  }

  private func expectEqual(_ found: [String], _ expected: [String]) {
    for (found, expected) in zip(found, expected) where found != expected {
      #expect(found == expected)
      return
    }
    #expect(found.count == expected.count)
  }

  // MARK: Everything that a deck says

  static func summary(of deck: SimulationDeck) -> [String] {
    let circuit = deck.circuit
    func name(_ label: Label) -> String { circuit.name(of: label) }
    func card(_ label: Label, _ nodes: [Node], _ values: Any...) -> String {
      "\(name(label)) \(nodes.map { circuit.name(of: $0) }) \(values)"
    }
    var lines = [circuit.title]
    lines += circuit.resistors.map { card($0.label, [$0.a, $0.b], $0.ohms) }
    lines += circuit.capacitors.map {
      card($0.label, [$0.a, $0.b], $0.farads, $0.initialVolts as Any)
    }
    lines += circuit.inductors.map {
      card($0.label, [$0.a, $0.b], $0.henries, $0.initialAmperes as Any)
    }
    lines += circuit.couplings.map { card($0.label, [], $0.first, $0.second, $0.coefficient) }
    lines += circuit.voltageSources.map {
      card($0.label, [$0.plus, $0.minus], $0.volts, $0.stimulus as Any)
    }
    lines += circuit.currentSources.map {
      card($0.label, [$0.from, $0.to], $0.amperes, $0.stimulus as Any)
    }
    lines += circuit.voltageControlledSources.map {
      card($0.label, [$0.plus, $0.minus, $0.controlPlus, $0.controlMinus], $0.gain, $0.output)
    }
    lines += circuit.currentControlledSources.map {
      card($0.label, [$0.plus, $0.minus], $0.control, $0.gain, $0.output)
    }
    let formulas = ExpressionText(circuit: circuit, simulator: .ngspice)
    lines += circuit.behavioralSources.map {
      card($0.label, [$0.plus, $0.minus], (try? formulas.text($0.expression)) as Any, $0.output)
    }
    lines += circuit.switchModels.map {
      card($0.label, [], $0.onOhms, $0.offOhms, $0.thresholdVolts, $0.hysteresisVolts)
    }
    lines += circuit.switches.map {
      card($0.label, [$0.a, $0.b, $0.controlPlus, $0.controlMinus], $0.model, $0.startsOn)
    }
    lines += circuit.diodeModels.map {
      card($0.label, [], $0.saturationAmperes, $0.emissionCoefficient, $0.extras)
    }
    lines += circuit.diodes.map { card($0.label, [$0.anode, $0.cathode], $0.model, $0.area) }
    lines += circuit.mosfetModels.map {
      card(
        $0.label, [], $0.polarity, $0.thresholdVolts, $0.transconductance,
        $0.channelLengthModulation, $0.extras)
    }
    lines += circuit.mosfets.map {
      card(
        $0.label, [$0.drain, $0.gate, $0.source, $0.bulk], $0.model, $0.widthMeters,
        $0.lengthMeters)
    }
    lines += deck.analyses.map { "analysis \($0)" }
    lines.append("options \(deck.options)")
    lines += deck.initialConditions.map { "ic \(circuit.name(of: $0.node)) \($0.volts)" }
    lines += deck.guesses.map { "guess \(circuit.name(of: $0.node)) \($0.volts)" }
    lines += deck.outputs.map { "output \($0.analysis as Any) \($0.name) \($0.part)" }
    lines += deck.measurements.map { "measure \($0.name) \($0.analysis)" }
    return lines
  }
}
