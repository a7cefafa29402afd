import Experiments
import Inference

extension ExperimentTables {
  /// One row per layer and weight slice at one point of the study: the range of its converters.
  func converters(_ point: ExperimentRecord.Point) -> Table {
    var table = Table([
      .text("layer"), .number("slice"), .number("lowest", unit: "units"),
      .number("highest", unit: "units"), .number("step", unit: "units"),
    ])
    for layer in point.layers {
      for (slice, converter) in (layer.converters ?? []).enumerated() {
        table.append([
          layer.name, "\(slice)", NumberFormat.significant(converter.lowestUnits, digits: 5),
          NumberFormat.significant(converter.highestUnits, digits: 5),
          NumberFormat.significant(converter.stepUnits, digits: 5),
        ])
      }
    }
    return table
  }

  /// Caption of that table.
  static let convertersCaption =
    "Ranges of the converters of each weight slice, from the least significant one, in units of the "
    + "integer dot product: a level of a cell times a level of an input slice."
}
