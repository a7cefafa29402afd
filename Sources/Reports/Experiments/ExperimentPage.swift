import Experiments
import Inference

/// The report page of an experiment: a pure function of its record and the drawing program.
public struct ExperimentPage: Sendable {
  private let record: ExperimentRecord

  /// The page of `record`.
  public init(_ record: ExperimentRecord) { self.record = record }

  /// The page as HTML. Without gnuplot the page has no figures and notes it.
  public func html(gnuplot: Gnuplot = Gnuplot()) -> String {
    let tables = ExperimentTables(record)
    var page = HTMLPage(
      title: "\(record.name): inference through circuits",
      subtitle: "\(record.imageCount) images, seed \(record.seed), \(record.software)")
    let integer = record.integerLabel
    page.blocks = tables.stopped.map { [.note($0 + ".")] } ?? []
    page.blocks += [
      .heading("Accuracy"),
      .paragraph(
        "Float and \(integer) are digital. Ideal maps the \(integer) network onto arrays without wires; the "
          + "last path solves every array with its wires. "
          + record.study.map(\.definition).joined(separator: " ")),
      .table(tables.accuracy, caption: "Top-1 accuracy, the same images in every column."),
      .paragraph(
        "Analog paths are compared with \(integer) image by image, so that the sample of images hardly "
          + "matters: lost are images that only \(integer) predicts correctly, gained those that only the "
          + "analog path does. The difference of accuracies has its 95 % interval from the paired "
          + "variance; p is the chance of so uneven a split without a real difference (McNemar's "
          + "exact test). Intervals of single accuracies are Wilson's."),
      .table(tables.paired, caption: tables.pairedTitle + "."),
    ]
    let changes = tables.changes(limit: 10)
    if !changes.rows.isEmpty {
      page.blocks.append(
        .table(
          changes,
          caption: "Confusion against \(integer): the most frequent changes; all are in "
            + "confusion.csv."))
    }
    if record.points.count > 1 { page.blocks.append(drawn(accuracyFigure, gnuplot)) }
    if record.points.contains(where: { !$0.layers.isEmpty }) {
      page.blocks.append(.heading("Layers"))
      page.blocks.append(
        .paragraph(
          "Drop is the part of a line's ideal current that wires and terminals take. Error to "
            + "circuit is the largest difference between the path's line currents and those of the "
            + "factorized circuit, over the largest current of the tile. SNR is the power of a layer's "
            + "outputs in exact integers over that of their error on arrays, for the first calibration "
            + "image: own on the integers' inputs, so far on what the layers before it leave. Times are "
            + "those of the task that runs an image."))
      for point in record.points where !point.layers.isEmpty {
        page.blocks.append(
          .table(
            tables.layers(point),
            caption: "\(record.place(of: point)), "
              + "\(point.layers[0].vectorsPerTile) input vectors per tile."))
        let fitted = tables.calibration(point)
        if !fitted.rows.isEmpty {
          page.blocks.append(.table(fitted, caption: ExperimentTables.calibrationTitle + "."))
        }
      }
      if record.points.count > 1, record.points[0].layers.contains(where: { $0.meanDrop != nil }) {
        page.blocks.append(drawn(dropFigure, gnuplot))
      }
    }
    if let map = record.voltageMap {
      page.blocks.append(.heading("Inside a tile"))
      page.blocks.append(drawn(map.figure, gnuplot))
    }
    if !record.requantizedLayers.isEmpty {
      page.blocks.append(.heading("Quantized anew"))
      page.blocks.append(
        .paragraph(
          "These layers bring weights in integers that arrays cannot hold; their real values were "
            + "quantized like those of a float network: "
            + record.requantizedLayers.joined(separator: "; ") + "."))
    }
    if !record.skipped.isEmpty {
      page.blocks.append(.heading("Left out"))
      page.blocks.append(.paragraph(record.skipped.joined(separator: "; ")))
    }
    page.blocks += [
      .heading("Time"), .table(tables.times, caption: "Wall clock, \(record.threads) tasks."),
      .heading("How to repeat this"),
      .paragraph(
        "Save the configuration below as E.yaml in the folder of the experiment file, where its "
          + "relative paths start, and run `tilespice infer E.yaml --out FOLDER` from any folder: the "
          + "command line's changes are in it. Network \(record.networkHash.prefix(16)), images "
          + "\(record.imagesHash.prefix(16)), calibration images "
          + "\(record.calibrationHash.prefix(16)) (SHA-256)."),
      .listing(record.configurationYAML, summary: "Resolved configuration"),
    ]
    return page.html
  }

  private func drawn(_ figure: Figure, _ gnuplot: Gnuplot) -> HTMLPage.Block {
    .figure(figure, svg: try? gnuplot.svg(figure))
  }

  private var accuracyFigure: Figure {
    let (axis, places) = record.studyAxis
    func flat(
      _ name: String, _ result: (ExperimentRecord.Point) -> ExperimentRecord.RunResult
    ) -> LinePlot.Series {
      LinePlot.Series(
        name,
        zip(places, record.points).map { LinePlot.Point($0, result($1).accuracyPercent) },
        style: .line)
    }
    var series = [
      flat("digital float") { _ in record.digitalFloat },
      flat("digital \(record.integerLabel)") { record.digitalInteger(of: $0) },
    ]
    for label in record.analogLabels {
      let points = zip(places, record.points).compactMap { place, point in
        point.results.firstIndex { $0.label == label }.map { index in
          let own = point.results[index]
          let (p, n) = (own.accuracyPercent / 100, Double(own.predictions.count))
          let error = 100 * (p * (1 - p) / n).squareRoot()
          return LinePlot.Point(
            place, own.accuracyPercent,
            interval: index < point.results.count - 1
              ? nil : own.accuracyPercent - error...own.accuracyPercent + error)
        }
      }
      series.append(LinePlot.Series(label, points))
    }
    return Figure(
      title: "Accuracy against \(record.study.map(\.title).joined(separator: " and "))",
      caption: "Bars: one standard error of the sample of images.",
      samples: "\(record.imageCount) images",
      content: .plot(
        LinePlot(
          xAxis: axis, yAxis: FigureAxis("Top-1 accuracy", unit: "%"), series: series)))
  }

  private var dropFigure: Figure {
    let names = record.points.first?.layers.map(\.name) ?? []
    let series = record.points.map { point in
      LinePlot.Series(
        record.place(of: point),
        point.layers.enumerated().compactMap { index, layer in
          layer.meanDrop.map { LinePlot.Point(Double(index), 100 * $0) }
        })
    }
    return Figure(
      title: "Current lost in the wires, by layer",
      caption: "Mean over the bit lines of every tile, at the fullest input vectors of one image.",
      samples: "\(record.points.first?.layers.first?.vectorsPerTile ?? 0) vectors per tile",
      content: .plot(
        LinePlot(
          xAxis: FigureAxis("layer", scale: .categories(names)),
          yAxis: FigureAxis("mean drop", unit: "%", scale: .logarithmic), series: series)))
  }
}
