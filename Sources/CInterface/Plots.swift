// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CTileSpice
import CircuitSolver
import DeckRuns
import Foundation
import Netlist
import SPICE

/// What a deck gave, or what a raw file holds.
final class PlotsObject: Sendable {
  let title: String
  let plots: [Plot]
  let measurements: [MeasuredValue]
  let warnings: [String]
  /// What the commands of the deck printed.
  let printed: String

  /// A deck solved as `tilespice solve` does.
  init(deck file: String, passingOver leniency: DeckReader.Leniency) throws {
    let session = try DeckReader(passingOver: leniency).open(URL(fileURLWithPath: file))
    let output = PrintedText()
    let run = try DeckRun(session, deckName: file) { output.add($0) }
    title = session.deck.circuit.title
    (plots, measurements, printed) = (run.plots, run.measurements, output.text)
    warnings = session.deck.warnings.map(\.description) + run.warnings
  }

  /// The plots of a raw file.
  init(raw plots: [Plot]) {
    (self.plots, title) = (plots, plots.first?.title ?? "")
    (measurements, warnings, printed) = ([], [], "")
  }
}

/// What commands print, in order.
private final class PrintedText {
  private(set) var text = ""
  func add(_ line: String) { text += line }
}

@c @implementation
public func tilespice_deck_solve(
  _ file: UnsafePointer<CChar>?, _ ignore: UnsafePointer<CChar>?, _ plots: HandleResult?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(plots) {
      let leniency: DeckReader.Leniency
      switch try text(ignore, "ignore") {
      case nil: leniency = .none
      case "outputs": leniency = .outputs
      case "elements": leniency = .elements
      case let other?: throw CallError("ignore is '\(other)'; known are outputs, elements")
      }
      return try PlotsObject(deck: try requiredText(file, "file"), passingOver: leniency)
    }
  }
}

@c @implementation
public func tilespice_raw_read(
  _ file: UnsafePointer<CChar>?, _ plots: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(plots) {
      PlotsObject(raw: try RawFileReader.read(try requiredText(file, "file")))
    }
  }
}

private struct PlotsSummary: Encodable {
  struct Vector: Encodable { var name: String, kind: String }
  struct Plot: Encodable {
    var name: String, title: String
    var points: Int
    var isComplex: Bool
    var vectors: [Vector]
  }
  struct Measurement: Encodable {
    var name: String, analysis: String
    var value: Double?
    var step: String?
  }

  var title: String
  var plots: [Plot]
  var measurements: [Measurement]
  var warnings: [String]
  var printed: String
}

@c @implementation
public func tilespice_plots_describe(
  _ plots: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let object = try Handles.object(plots, PlotsObject.self)
    let summary = PlotsSummary(
      title: object.title,
      plots: object.plots.map { plot in
        PlotsSummary.Plot(
          name: plot.name, title: plot.title, points: plot.pointCount, isComplex: plot.isComplex,
          vectors: plot.variables.map { PlotsSummary.Vector(name: $0.name, kind: $0.kind) })
      },
      measurements: object.measurements.map {
        PlotsSummary.Measurement(
          name: $0.name, analysis: $0.analysis.rawValue, value: $0.value, step: $0.step)
      }, warnings: object.warnings, printed: object.printed)
    try give(json: summary, to: result)
  }
}

@c @implementation
public func tilespice_plots_values(
  _ plots: OpaquePointer?, _ plot: Int64, _ values: UnsafePointer<tilespice_buffer>?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    let all = try Handles.object(plots, PlotsObject.self).plots
    guard all.indices.contains(Int(plot)) else {
      throw CallError("plot is \(plot); there are \(all.count)")
    }
    let plot = all[Int(plot)]
    let view = try BufferView(values, "values")
    let shape = [plot.pointCount, plot.variables.count]
    try view.require(
      plot.isComplex ? shape + [2] : shape,
      plot.isComplex ? "[points, vectors, 2]" : "[points, vectors]")
    try view.write(plot.values)
  }
}
