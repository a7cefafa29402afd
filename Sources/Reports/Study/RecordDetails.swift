import Experiments
import Inference

/// Everything else about one run, folded.
struct RecordDetails {
  private let record: ExperimentRecord

  init(_ record: ExperimentRecord) { self.record = record }

  /// Tables, then what it takes to repeat the run.
  var blocks: [HTMLPage.Block] {
    let tables = ExperimentTables(record)
    var blocks: [HTMLPage.Block] = []
    if let paired = tables.paired {
      blocks.append(
        .folded(
          summary: "Path by path, image by image",
          [.paragraph(pairedText), .table(paired, caption: tables.pairedTitle + ".")]
            + changes(tables)))
    }
    let errors = tables.outputErrors
    if !errors.rows.isEmpty {
      blocks.append(
        .folded(
          summary: "Errors of the outputs",
          [
            .paragraph(
              "Errors of all outputs of all images against those of the digital networks: their rms "
                + "over the rms output, the same as a ratio of powers, and the largest error in the "
                + "unit of the outputs. Output by output they are in outputs.csv."),
            .table(errors, caption: ExperimentTables.outputErrorsTitle + "."),
          ]))
    }
    blocks += layers(tables)
    blocks.append(
      .folded(
        summary: "Time",
        [.table(tables.times, caption: "Wall clock, \(record.threads) tasks.")]))
    if !record.requantizedLayers.isEmpty {
      blocks.append(
        .folded(
          summary: "Quantized anew",
          [
            .paragraph(
              "These layers bring weights in integers that arrays cannot hold; their real values "
                + "were quantized like those of a float network: "
                + record.requantizedLayers.joined(separator: "; ") + ".")
          ]))
    }
    if !record.skipped.isEmpty {
      blocks.append(
        .folded(
          summary: "Images left out",
          [.paragraph(record.skipped.joined(separator: "; "))]))
    }
    return blocks + [provenance]
  }

  private func changes(_ tables: ExperimentTables) -> [HTMLPage.Block] {
    let changes = tables.changes(limit: 10)
    guard !changes.rows.isEmpty else { return [] }
    return [
      .table(
        changes,
        caption: "Confusion against \(record.integerLabel): the most frequent changes; all are in "
          + "confusion.csv.")
    ]
  }

  private func layers(_ tables: ExperimentTables) -> [HTMLPage.Block] {
    record.points.filter { !$0.layers.isEmpty }.map { point in
      let fitted = tables.calibration(point)
      let converters = tables.converters(point)
      return .folded(
        summary: "Layers at \(record.trimmedPlace(of: point))",
        [
          .paragraph(
            "Error to circuit is the largest difference between the path's line currents and those "
              + "of the factorized circuit, over the largest current of the tile. Clipped "
              + "conversions lie beyond the converter's range. Times are those of the task that runs "
              + "an image."),
          .table(
            tables.layers(point),
            caption: "\(point.layers[0].vectorsPerTile) input vectors per tile."),
        ]
          + (converters.rows.isEmpty
            ? [] : [.table(converters, caption: ExperimentTables.convertersCaption)])
          + (fitted.rows.isEmpty
            ? [] : [.table(fitted, caption: ExperimentTables.calibrationTitle + ".")]))
    }
  }

  private var provenance: HTMLPage.Block {
    .folded(
      summary: "Provenance and configuration",
      [
        .paragraph(
          "Save the configuration below as E.yaml in the folder of the experiment file, where its "
            + "relative paths start, and run `tilespice infer E.yaml --out FOLDER` from any folder: "
            + "the command line's changes are in it."),
        .table(
          Table(
            [.text("what"), .text("SHA-256")],
            rows: [
              ["network", record.networkHash], ["images and labels", record.imagesHash],
              ["calibration images", record.calibrationHash],
            ])),
        .listing(record.configurationYAML),
      ])
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
}
