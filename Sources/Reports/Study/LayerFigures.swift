import AnalogCore
import Experiments
import Inference

/// Figures of what happens inside layers.
struct LayerFigures {
  private let study: ReportedStudy
  /// Layers of small plots at most: more would be longer than anyone reads; the data hold all.
  private static let panelLimit = 8

  init(_ study: ReportedStudy) { self.study = study }

  /// The point at which histograms are shown: the worst one.
  private var point: ExperimentRecord.Point? {
    (study.worst ?? study.cells.first)?.samples.first?.point
  }

  private var place: String {
    guard let cell = study.worst ?? study.cells.first, !study.axes.isEmpty else { return "" }
    return " At \(study.place(of: cell))."
  }

  /// Cells whose layers are told apart in tables and figures: at most `limit`, the worst one among
  /// them.
  func shownCells(limit: Int) -> [ReportedStudy.Cell] {
    let audited = study.cells.filter { !($0.samples.first?.point.layers.isEmpty ?? true) }
    guard audited.count > limit else { return audited }
    var chosen = (0..<limit).map { $0 * (audited.count - 1) / max(1, limit - 1) }
    if let worst = study.worst,
      let index = audited.firstIndex(where: { $0.values == worst.values }),
      !chosen.contains(index)
    {
      chosen[chosen.count - 2 < 0 ? 0 : chosen.count - 2] = index
      chosen.sort()
    }
    return chosen.map { audited[$0] }
  }

  /// Current lost in the wires, by layer: a mark for each point.
  var drops: Figure? {
    let cells = shownCells(limit: 6)
    guard let layers = cells.first?.samples.first?.point.layers,
      layers.contains(where: { $0.meanDrop != nil })
    else { return nil }
    let names = layers.map(\.name)
    let series = cells.map { cell in
      LinePlot.Series(
        study.axes.isEmpty ? "current lost" : study.place(of: cell),
        names.enumerated().compactMap { row, name in
          cell.samples.first?.point.layers.first { $0.name == name }?.meanDrop
            .map { LinePlot.Point(100 * $0, Double(row)) }
        }, style: .points)
    }
    let distinct = series.enumerated().filter { index, own in
      !series[..<index].contains { $0.points == own.points }
    }.map(\.element)
    // Less is rounding: there are no wires.
    let values = series.flatMap(\.points).map(\.x).filter { $0 > 1e-8 }
    guard let low = values.min(), let high = values.max() else { return nil }
    let isWide = high / low > 30
    return Figure(
      title: "Current lost in the wires, by layer",
      caption: "Changes of line currents over the ideal currents, both summed over the bit lines "
        + "of every tile, at the fullest input vectors of one image."
        + (distinct.count < series.count ? " Points with the same losses are drawn once." : ""),
      samples: NumberFormat.count(layers[0].vectorsPerTile, "vector") + " per tile",
      content: .plot(
        LinePlot(
          xAxis: FigureAxis(
            "current lost", unit: "%", scale: isWide ? .logarithmic : .linear,
            limits: isWide ? low / 1.4...high * 1.4 : 0...high * 1.06),
          yAxis: FigureAxis("layer", scale: .categories(names)), series: distinct)))
  }

  /// Layers shown in small plots: all, or those that lose most, in the order of execution.
  private var chosen: [LayerAudit] {
    let layers = point?.layers.filter { $0.distributions != nil } ?? []
    guard layers.count > Self.panelLimit else { return layers }
    let losing = layers.indices.sorted {
      (layers[$0].meanDrop ?? 0, $1) > (layers[$1].meanDrop ?? 0, $0)
    }.prefix(Self.panelLimit)
    return losing.sorted().map { layers[$0] }
  }

  private var choice: String {
    let all = point?.layers.count ?? 0
    return all > Self.panelLimit
      ? " The \(Self.panelLimit) of \(all) layers that lose most; results.json holds all." : ""
  }

  /// Shares in percent of the bins that hold anything.
  private func series(
    _ name: String, _ histogram: ValueHistogram, factor: Double = 1
  ) -> LinePlot.Series {
    let total = Double(max(1, histogram.total))
    return LinePlot.Series(
      name,
      histogram.counts.enumerated().filter { $0.element > 0 }.map { bin, count in
        LinePlot.Point(
          factor * (histogram.lowest + (Double(bin) + 0.5) * histogram.width),
          100 * Double(count) / total)
      }, style: .histogram(width: factor * histogram.width))
  }

  private static let share = FigureAxis("share", unit: "%", scale: .logarithmic)

  /// Integer codes of the weights.
  var weights: Figure? {
    panels("Weights by layer", "share of the weights (%)", choice) { layer, found in
      LinePlot(
        xAxis: FigureAxis("weight code"), yAxis: FigureAxis("share of the weights", unit: "%"),
        series: [series(layer.name, found.weightCodes)])
    }
  }

  /// Conductances of the cells.
  var conductances: Figure? {
    panels(
      "Conductances by layer",
      "All cells as programmed; of pairs, both." + place, choice
    ) { layer, found in
      LinePlot(
        xAxis: FigureAxis("conductance", unit: "µS"),
        yAxis: FigureAxis("share of the cells", unit: "%", scale: .logarithmic),
        series: [series(layer.name, found.conductanceSiemens, factor: 1e6)])
    }
  }

  /// Currents that converters see, with their range.
  var lineCurrents: Figure? {
    let bipolar =
      "Lines in all input slices of one calibration image, subtractions before the "
      + "converter done; dashed lines: first and last code of the converter."
    return panels(
      "Currents at the converters, by layer", bipolar + place, choice
    ) { layer, found in
      let isSliced = found.slices.count > 1
      var marks: [LinePlot.Mark] = []
      let series = found.slices.enumerated().map { slice, own -> LinePlot.Series in
        for end in [own.converterAmperes?.lowest, own.converterAmperes?.highest] {
          if let end, end != 0 { marks.append(LinePlot.Mark("ADC", at: 1e6 * end)) }
        }
        return self.series(isSliced ? "slice \(slice)" : layer.name, own.lineAmperes, factor: 1e6)
      }
      return LinePlot(
        xAxis: FigureAxis("line current", unit: "µA"),
        yAxis: FigureAxis("share of the conversions", unit: "%", scale: .logarithmic),
        series: series, marks: marks)
    }
  }

  private func panels(
    _ title: String, _ caption: String, _ choice: String,
    _ plot: (LayerAudit, LayerDistributions) -> LinePlot
  ) -> Figure? {
    let panels = chosen.compactMap { layer in
      layer.distributions.map { Figure.Panel(layer.name, plot(layer, $0)) }
    }
    guard !panels.isEmpty else { return nil }
    let text = caption.hasPrefix("share") ? "" : caption
    return Figure(
      title: title, caption: text + choice,
      samples: NumberFormat.count(panels.count, "layer"), content: .panels(panels))
  }
}
