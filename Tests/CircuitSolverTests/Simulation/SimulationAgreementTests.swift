import CircuitSolver
import ExternalSimulators
import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

/// The general engine against ngspice, on every small deck and on the stored results of `netlists/`.
@Suite struct SimulationAgreementTests {
  /// Relative to the largest value of its kind: 1e-6 for linear decks; 1e-4 with devices or formulas,
  /// where physical constants differ by 4e-5; 2e-3 in transients, whose steps differ.
  static func tolerance(_ deck: SimulationDeck, _ kind: AnalysisKind) -> Double {
    if kind == .transient { return 2e-3 }
    return deck.circuit.isNonlinear ? 1e-4 : 1e-6
  }

  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"),
    arguments: SmallDecks.all + DeviceDecks.all)
  func smallDecksAgreeWithNgspice(deck: SmallDecks.Deck) throws {
    let read = try DeckReader().read(deck.text, name: deck.name)
    let theirs = try SmallDeckTests.reference(deck.text)
    let ours = try CircuitSimulation(read, method: .general).run()
    #expect(ours.plots.count == read.analyses.count)
    for (plot, analysis) in matched(ours.plots, read.analyses) {
      let other = try #require(theirs.first { $0.analysisKind == analysis.kind })
      CurveAgreement.expect(
        plot, agreesWith: CurveAgreement.Reference(other),
        tolerance: Self.tolerance(read, analysis.kind))
    }
  }

  @Test(arguments: NetlistFolderTests.references.filter { !$0.hasSuffix(".measure.csv") })
  func netlistsAgreeWithStoredResults(file: String) throws {
    let reference = try NetlistFolderTests.Reference(file)
    var deck = try DeckReader().read(
      NetlistFolderTests.package.appendingPathComponent("netlists/\(reference.deck).sp"))
    deck.analyses = deck.analyses.filter { $0.kind.rawValue == reference.kind }
    let kind = try #require(deck.analyses.first?.kind)
    let plot = try #require(try CircuitSimulation(deck, method: .general).run().plots.first)
    CurveAgreement.expect(
      plot, agreesWith: CurveAgreement.Reference(reference), tolerance: Self.tolerance(deck, kind))
  }

  /// Nonlinear decks of `netlists/` at tolerances that end ngspice's iteration later.
  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"),
    arguments: NetlistFolderTests.references.filter { $0.hasSuffix(".dc.csv") })
  func sweepsAgreeWithNgspiceAtTightTolerances(file: String) throws {
    let name = file.split(separator: ".")[0]
    let folder = NetlistFolderTests.package.appendingPathComponent("netlists")
    let lines = try String(
      contentsOf: folder.appendingPathComponent("\(name).sp"), encoding: .utf8
    ).split(separator: "\n", omittingEmptySubsequences: false)
    guard !lines.contains(where: { $0.lowercased().hasPrefix(".inc") }) else { return }
    let text = ([lines[0], ".options reltol=1e-8 abstol=1e-15 vntol=1e-10"] + lines.dropFirst())
      .joined(separator: "\n")
    var deck = try DeckReader().read(text, name: String(name))
    deck.analyses = deck.analyses.filter { $0.kind == .dcSweep }
    let plot = try #require(try CircuitSimulation(deck, method: .general).run().plots.first)
    let theirs = try SmallDeckTests.reference(text)
    let other = try #require(theirs.first { $0.analysisKind == .dcSweep })
    CurveAgreement.expect(
      plot, agreesWith: CurveAgreement.Reference(other), tolerance: Self.tolerance(deck, .dcSweep))
  }

  @Test(arguments: NetlistFolderTests.references.filter { $0.hasSuffix(".measure.csv") })
  func measurementsAgreeWithStoredResults(file: String) throws {
    let lines = try String(
      contentsOf: NetlistFolderTests.package.appendingPathComponent(
        "validation/netlists/expected/\(file)"), encoding: .utf8
    ).split(separator: "\n").dropFirst()
    let name = file.split(separator: ".")[0]
    let deck = try DeckReader().read(
      NetlistFolderTests.package.appendingPathComponent("netlists/\(name).sp"))
    let results = try CircuitSimulation(deck).run()
    var count = 0
    for line in lines {
      let words = line.split(separator: ",").map(String.init)
      guard words.count >= 2, let expected = Double(words[1]) else { continue }
      let found = try #require(results.measurements.first { $0.name == words[0] }?.value)
      #expect(abs(found - expected) <= 2e-3 * abs(expected), "\(words[0]): \(found) \(expected)")
      count += 1
    }
    #expect(count == deck.measurements.count)
  }
}

/// Compares plots over scales that may differ.
enum CurveAgreement {
  /// Curves of another simulator: real parts, and imaginary parts where there are any.
  struct Reference {
    var names: [String]
    var scale: [Double]
    var isComplex: Bool
    var isTransient: Bool
    /// By name: one or two numbers per point.
    var curves: [String: [[Double]]] = [:]

    init(_ plot: Plot) {
      isComplex = plot.isComplex
      isTransient = plot.analysisKind == .transient
      names = plot.variables.map(\.name)
      let width = plot.isComplex ? 2 : 1
      let count = names.count * width
      for (column, name) in names.enumerated() {
        curves[name] = (0..<plot.pointCount).map { point in
          let start = point * count + column * width
          return Array(plot.values[start..<start + width])
        }
      }
      scale = (curves[names[0]] ?? []).map { $0[0] }
    }

    init(_ table: NetlistFolderTests.Reference) {
      isTransient = table.kind == "tran"
      isComplex = table.kind == "ac"
      names = []
      for (column, name) in table.names.enumerated() {
        if name.hasPrefix("im(") { continue }
        if name.hasPrefix("re(") {
          names.append(String(name.dropFirst(3).dropLast()))
          curves[names[names.count - 1]] = table.rows.map { [$0[column], $0[column + 1]] }
        } else {
          names.append(name)
          curves[name] = table.rows.map { [$0[column]] }
        }
      }
      scale = table.rows.map { $0[0] }
    }
  }

  /// Every node voltage and current of a voltage source that `reference` has, to `tolerance` of the
  /// largest value of its kind; transients at the reference's times, on straight lines between ours.
  /// Currents may have a tolerance of their own.
  static func expect(
    _ plot: Plot, agreesWith reference: Reference, tolerance: Double,
    ofCurrents currents: Double? = nil
  ) {
    let ours = Reference(plot)
    #expect(reference.isTransient || ours.scale.count == reference.scale.count)
    for kind in ["v(", "i(v"] {
      var (peak, worst, count, where_) = (0.0, 0.0, 0, "")
      for name in reference.names where name.hasPrefix(kind) {
        guard let expected = reference.curves[name], let found = ours.curves[name] else {
          Issue.record("\(name) is missing")
          continue
        }
        let curve =
          reference.isTransient ? sampled(found, ours.scale, at: reference.scale) : found
        for (k, (a, b)) in zip(curve, expected).enumerated() {
          for (a, b) in zip(a, b) {
            peak = max(peak, abs(b))
            guard !(abs(a - b) <= worst) else { continue }
            (worst, where_) = (
              abs(a - b), "\(name) point \(k) scale \(reference.scale[k]): \(a) \(b)"
            )
          }
        }
        count += 1
      }
      #expect(count > 0 || kind != "v(")
      let allowed = kind == "v(" ? tolerance : currents ?? tolerance
      #expect(worst <= allowed * peak, "\(kind): \(worst / peak) at \(where_)")
    }
  }

  private static func sampled(
    _ curve: [[Double]], _ scale: [Double], at places: [Double]
  ) -> [[Double]] {
    var k = 1
    return places.map { place in
      while k < scale.count - 1, scale[k] < place { k += 1 }
      let fraction = (place - scale[k - 1]) / (scale[k] - scale[k - 1])
      return [curve[k - 1][0] + (curve[k][0] - curve[k - 1][0]) * fraction]
    }
  }
}
