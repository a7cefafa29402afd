import CircuitSolver
import ExternalSimulators
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

@Suite(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
struct SmallDeckTests {
  /// What ngspice computes for a deck, run unchanged.
  static func reference(_ text: String) throws -> [Plot] {
    let folder = try TemporaryFolder()
    try folder.write(text, to: "deck.sp")
    let status = try NgspiceRunner(timeLimitSeconds: 60).run(
      arguments: ["-b", "-r", "out.raw", "deck.sp"], inFolder: folder.path,
      logPath: folder.file("log"))
    let log = try String(contentsOfFile: folder.file("log"), encoding: .utf8)
    #expect(status == 0 && !log.lowercased().contains("error"), "\(log)")
    return try RawFileReader.read(folder.file("out.raw"))
  }

  @Test func thereAreMoreThanForty() { #expect(SmallDecks.all.count > 40) }

  /// Linear decks to 1e-6 of the largest voltage and current, decks with devices or formulas to 1e-4:
  /// where iteration ends differs, and so do the physical constants.
  @Test(arguments: SmallDecks.all)
  func agreesWithNgspice(deck: SmallDecks.Deck) throws {
    let read = try DeckReader().read(deck.text, name: deck.name)
    let theirs = try Self.reference(deck.text)
    #expect(theirs.count == read.analyses.count)
    guard StaticSimulation.covers(read) else { return }
    let ours = try StaticSimulation(read).run()
    for plot in ours {
      let other = try #require(theirs.first { $0.analysisKind == plot.analysisKind })
      let tolerance = read.circuit.isNonlinear ? 1e-4 : 1e-6
      PlotAgreement.expect(plot, agreesWith: other, tolerance: tolerance)
    }
  }

  @Test func staticDecksAreCovered() throws {
    let covered = try SmallDecks.all.filter {
      StaticSimulation.covers(try DeckReader().read($0.text, name: $0.name))
    }
    #expect(covered.count >= 20)
  }
}

/// Plots of two simulators.
enum PlotAgreement {
  /// Every node voltage and current of a voltage source that `reference` has, at every point, to
  /// `tolerance` of the largest value of its kind.
  static func expect(_ plot: Plot, agreesWith reference: Plot, tolerance: Double) {
    #expect(plot.pointCount == reference.pointCount)
    for kind in ["v(", "i(v"] {
      var (peak, worst, count) = (0.0, 0.0, 0)
      for variable in reference.variables where variable.name.hasPrefix(kind) {
        guard let expected = reference.values(of: variable.name),
          let found = plot.values(of: variable.name)
        else {
          Issue.record("\(variable.name) is missing")
          continue
        }
        for (found, expected) in matched(found, expected) {
          peak = max(peak, abs(expected))
          worst = max(worst, abs(found - expected))
        }
        count += 1
      }
      #expect(count > 0 || kind != "v(")
      #expect(worst <= tolerance * peak, "\(kind): \(worst) of \(peak)")
    }
  }
}
