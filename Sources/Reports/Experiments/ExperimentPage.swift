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
      .heading(record.figure.title),
      .paragraph(
        "Float and \(integer) are digital. Ideal maps the \(integer) network onto arrays without wires; the "
          + "last path solves every array with its wires. "
          + record.study.map(\.definition).joined(separator: " ")),
      .table(tables.figures, caption: figuresCaption),
    ]
    if let paired = tables.paired {
      page.blocks += [
        .paragraph(pairedText), .table(paired, caption: tables.pairedTitle + "."),
      ]
    }
    let changes = tables.changes(limit: 10)
    if !changes.rows.isEmpty {
      page.blocks.append(
        .table(
          changes,
          caption: "Confusion against \(integer): the most frequent changes; all are in "
            + "confusion.csv."))
    }
    if record.points.count > 1 { page.blocks.append(drawn(taskFigure, gnuplot)) }
    page.blocks += [
      .heading("Outputs"),
      .paragraph(
        "Errors of all outputs of all images against those of the digital networks: their rms over "
          + "the rms output, the same as a ratio of powers, and the largest error in the unit of the "
          + "outputs. Output by output they are in outputs.csv."),
      .table(tables.outputErrors, caption: ExperimentTables.outputErrorsTitle + "."),
    ]
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

  private var figuresCaption: String {
    record.task == "classification"
      ? "Top-1 accuracy, the same images in every column."
      : "\(record.figure.title), the same images in every column."
  }

  private var pairedText: String {
    let integer = record.integerLabel
    return switch record.task {
    case "classification":
      "Analog paths are compared with \(integer) image by image, so that the sample of images hardly "
        + "matters: lost are images that only \(integer) predicts correctly, gained those that only the "
        + "analog path does. The difference of accuracies has its 95 % interval from the paired "
        + "variance; p is the chance of so uneven a split without a real difference (McNemar's "
        + "exact test). Intervals of single accuracies are Wilson's."
    case "regression":
      "R² is 1 less the squared errors over the squared distances of the labels from their means, "
        + "all outputs together. The difference to \(integer) is the mean over images, with the 95 % "
        + "interval that follows from the spread of the differences of single images."
    default:
      "The mean intersection over union (IoU) is that of the classes that occur, over all images "
        + "together. Differences to \(integer) have their 95 % intervals from the differences of single "
        + "images, for the IoU by leaving out one image at a time (jackknife)."
    }
  }

  private var taskFigure: Figure {
    let (axis, places) = record.studyAxis
    let figure = record.figure
    func flat(
      _ name: String, _ result: (ExperimentRecord.Point) -> ExperimentRecord.RunResult
    ) -> LinePlot.Series {
      LinePlot.Series(
        name,
        zip(places, record.points).compactMap { place, point in
          figure.value(result(point)).map { LinePlot.Point(place, $0) }
        },
        style: .line)
    }
    var series = [
      flat("digital float") { _ in record.digitalFloat },
      flat("digital \(record.integerLabel)") { record.digitalInteger(of: $0) },
    ].filter { !$0.points.isEmpty }
    for label in record.analogLabels {
      let points = zip(places, record.points).compactMap { place, point in
        point.results.firstIndex { $0.label == label }.flatMap { index in
          let own = point.results[index]
          let isOwn = index == point.results.count - 1
          return figure.value(own).map {
            LinePlot.Point(place, $0, interval: isOwn ? standardError(own) : nil)
          }
        }
      }
      series.append(LinePlot.Series(label, points))
    }
    return Figure(
      title: "\(figure.title) against \(record.study.map(\.title).joined(separator: " and "))",
      caption: record.task == "classification"
        ? "Bars: one standard error of the sample of images." : "",
      samples: "\(record.imageCount) images",
      content: .plot(
        LinePlot(
          xAxis: axis, yAxis: FigureAxis(figure.axis, unit: figure.unit), series: series)))
  }

  /// The accuracy in percent, less and more its standard error; `nil` for other figures.
  private func standardError(_ result: ExperimentRecord.RunResult) -> ClosedRange<Double>? {
    guard let percent = result.accuracyPercent else { return nil }
    let (p, n) = (percent / 100, Double(result.predictions.count))
    let error = 100 * (p * (1 - p) / n).squareRoot()
    return percent - error...percent + error
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
