import BehavioralModels
import CrossbarArray
import Experiments
import Inference

/// The tables of `tilespice calibrate`.
public struct CalibrationTables: Sendable {
  private let calibration: NetworkCalibration

  /// The tables of `calibration`.
  public init(_ calibration: NetworkCalibration) { self.calibration = calibration }

  /// One row per tile and point of the study.
  public var tiles: Table {
    let isStressed = calibration.tiles.contains { $0.tile.stress != nil }
    let stressed: [Table.Column] = [
      .number("stress rms"), .number("stress worst"), .number("outside"),
    ]
    var table = Table(
      [
        .text("layer"), .number("tile"), .number("array"),
      ] + calibration.quantities.map(\.column) + [
        .text("model"), .number("rms"), .number("99.9 %"), .number("worst"),
        .number("rms", unit: "LSB"), .number("worst", unit: "A"),
      ] + (isStressed ? stressed : []) + [.text("why")])
    for (values, tile) in calibration.tiles {
      let model = tile.choice.calibrated?.calibration
      let error = model?.heldOut
      func share(_ value: Double?) -> String {
        value.map { NumberFormat.significant(100 * $0, digits: 3) + " %" } ?? "–"
      }
      let lsb = model.flatMap { model in
        model.lsbAmperes.map { NumberFormat.significant(model.heldOut.rmsAmperes / $0) }
      }
      let stress = tile.stress
      let onStress = [
        share(stress?.answered.relativeRMS), share(stress?.answered.relativeWorst),
        stress.map { "\($0.outside) of \($0.vectors)" } ?? "–",
      ]
      let place = zip(calibration.quantities, values).map { $0.cell($1) }
      let name = [tile.layer, "\(tile.index)", "\(tile.wordLines) × \(tile.outputs)"]
      let numbers = [
        model?.method.details ?? "\(tile.choice.model.method)",
        share(error?.relativeRMS), share(error?.relativePercentile999),
        share(error?.relativeWorst), lsb ?? "–",
        error.map { NumberFormat.error($0.worstAmperes) } ?? "–",
      ]
      let why = tile.choice.reason + (tile.choice.isStored ? " (stored)" : "")
      table.append(name + place + numbers + (isStressed ? onStress : []) + [why])
    }
    return table
  }

  /// Everything, for a terminal.
  public var text: String {
    let made = calibration.tiles.count { !$0.tile.choice.isStored }
    var text = "Held-out errors, relative to the rms of the output currents\n\n" + tiles.text
    text +=
      "\n\(NumberFormat.count(calibration.tiles.count, "tile")), \(made) calibrated now, in "
      + "\(NumberFormat.seconds(calibration.seconds)) with \(NumberFormat.count(calibration.width, "task"))"
      + (calibration.cacheFolder.map { "; models in \($0)" } ?? "; models are not stored (--cache)")
    return text
  }
}
