import CircuitSolver
import Foundation
import Netlist
import SPICE
import TestSupport

/// What the commands of a deck gave.
struct CommandRun {
  var text = ""
  var plots: [Plot] = []
  var files: [String] = []
  var notes: [DeckFault] = []

  /// Runs a deck in a folder.
  init(_ cards: String, in folder: TemporaryFolder, turns: Int = 1000) throws {
    let session = try DeckReader().open(
      Array("t\n\(cards)\n.end\n".utf8), name: "t.sp", folder: folder.path)
    var printed = ""
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
        }, measure: { MeasuredValue($0, of: $1, $2).value }, print: { printed += $0 }))
    interpreter.limits.turns = turns
    files = try interpreter.run()
    (text, plots, notes) = (printed, interpreter.results, interpreter.notes)
  }

  /// The numbers after `name =`, in order.
  func values(_ name: String) -> [Double] {
    text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else {
        return nil
      }
      return Double(parts[1].trimmingCharacters(in: .whitespaces))
    }
  }
}
