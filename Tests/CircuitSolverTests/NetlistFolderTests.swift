import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

/// The decks of `netlists/` against what ngspice computes, which `validation/netlists` keeps.
@Suite struct NetlistFolderTests {
  static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Names of the reference tables: `divider.op.csv` and so on.
  static let references: [String] = {
    let folder = package.appendingPathComponent("validation/netlists/expected").path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".csv") }.sorted()
  }()

  struct Reference {
    var deck: String
    var kind: String
    var names: [String]
    var rows: [[Double]]

    init(_ file: String) throws {
      let path = package.appendingPathComponent("validation/netlists/expected/\(file)")
      let lines = try String(contentsOf: path, encoding: .utf8).split(separator: "\n")
      let parts = file.split(separator: ".")
      (deck, kind) = (String(parts[0]), String(parts[1]))
      names = lines[1].split(separator: ",").map(String.init)
      rows = try lines[2...].map { line in
        try line.split(separator: ",").map { try #require(Double($0)) }
      }
    }
  }

  @Test func everyDeckHasReferences() throws {
    let decks = try FileManager.default.contentsOfDirectory(
      atPath: Self.package.appendingPathComponent("netlists").path
    ).filter { $0.hasSuffix(".sp") }
    for deck in decks {
      #expect(Self.references.contains { $0.hasPrefix(deck.dropLast(3) + ".") }, "\(deck)")
    }
  }

  @Test func staticDecksAreCovered() throws {
    let covered = try Self.references.filter { $0.hasSuffix(".op.csv") }.filter { file in
      let deck = try Reference(file).deck
      return StaticSimulation.covers(
        try DeckReader().read(Self.package.appendingPathComponent("netlists/\(deck).sp")))
    }
    #expect(covered.count >= 8)
  }

  /// Every vector of ngspice's that is a node voltage or the current of a voltage source: 1e-6 of
  /// the largest value of its kind in linear decks, 1e-4 in others.
  @Test(arguments: references.filter { $0.hasSuffix(".op.csv") || $0.hasSuffix(".dc.csv") })
  func staticResultsAgreeWithNgspice(file: String) throws {
    let reference = try Reference(file)
    let deck = try DeckReader().read(
      Self.package.appendingPathComponent("netlists/\(reference.deck).sp"))
    var wanted = deck
    wanted.analyses = deck.analyses.filter { $0.kind.rawValue == reference.kind }
    guard StaticSimulation.covers(wanted) else { return }
    let plot = try #require(try StaticSimulation(wanted).run().first)
    #expect(plot.pointCount == reference.rows.count)
    let tolerance = deck.circuit.isNonlinear ? 1e-4 : 1e-6
    for kind in ["v", "i"] {
      var (peak, worst, count) = (0.0, 0.0, 0)
      for (column, name) in reference.names.enumerated() where name.hasPrefix(kind) {
        // Branches of controlled sources are `i(e.x1.e1)`.
        guard !name.hasPrefix("i(") || name.hasPrefix("i(v"), let found = plot.values(of: name)
        else {
          #expect(name.hasPrefix("i("), "\(name) is missing")
          continue
        }
        for (row, value) in matched(reference.rows, found) {
          peak = max(peak, abs(row[column]))
          worst = max(worst, abs(row[column] - value))
        }
        count += 1
      }
      #expect(count > 0)
      #expect(worst <= tolerance * peak, "\(kind): \(worst / peak)")
    }
  }
}
