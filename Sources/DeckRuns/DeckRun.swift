import CircuitSolver
import Netlist
import SPICE

/// What a deck gave: by its commands or, without any that solve something, by its cards.
public struct DeckRun {
  /// One for each analysis, in order.
  public private(set) var plots: [Plot] = []
  /// Vectors of each plot to show in a table, none for as many as there is room; `nil` for no table.
  public private(set) var shown: [[String]?] = []
  /// Values of `.measure` cards; commands print theirs.
  public private(set) var measurements: [MeasuredValue] = []
  /// Files that commands wrote.
  public private(set) var files: [String] = []
  /// Suspicious but usable input.
  public private(set) var warnings: [String] = []

  /// Runs a deck.
  ///
  /// - Parameters:
  ///   - deckName: Its file, for errors.
  ///   - print: Receives what commands print.
  public init(
    _ session: DeckSession, deckName: String, print: @escaping (String) -> Void
  ) throws {
    if session.hasCommands { try runCommands(of: session, print: print) }
    guard plots.isEmpty else { return }
    var deck = session.deck
    if deck.analyses.isEmpty, deck.steps.isEmpty {
      guard deck.measurements.isEmpty, !session.hasCommands else {
        if session.hasCommands { return }
        throw DeckRunError("\(deckName): asks for no analysis; add .op, .dc, .ac or .tran")
      }
      warnings.append("\(deckName): asks for no analysis; this is its operating point")
      deck.analyses = [.operatingPoint]
    }
    do throws(CircuitError) {
      let results = try CircuitSimulation(deck).run()
      (plots, measurements) = (results.plots, results.measurements)
      warnings += results.notes
    } catch {
      throw DeckRunError("\(deckName): \(error)")
    }
    shown = plots.map { plot in
      deck.outputs.filter { $0.analysis == nil || $0.analysis == plot.analysisKind }.map(\.name)
    }
  }

  private mutating func runCommands(
    of session: DeckSession, print: @escaping (String) -> Void
  ) throws {
    var interpreter = ControlInterpreter(
      session,
      .init(
        simulate: { deck in
          let results = try CircuitSimulation(deck).run()
          return (
            results.plots,
            results.measurements.map {
              .init(name: $0.name, analysis: $0.analysis, value: $0.value)
            }
          )
        },
        measure: { MeasuredValue($0, of: $1, $2).value },
        print: print))
    files = try interpreter.run()
    warnings = interpreter.notes.map(\.description)
    plots = interpreter.results
    shown = interpreter.resultNumbers.map { number in
      interpreter.hasPrinted ? nil : interpreter.shown[number] ?? []
    }
  }
}

/// A deck that cannot be run.
public struct DeckRunError: Error, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
