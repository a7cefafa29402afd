import BehavioralModels
import Experiments

/// The tables of `tilespice calibrate`.
public struct CalibrationTables: Sendable {
  private let calibration: NetworkCalibration

  /// The tables of `calibration`.
  public init(_ calibration: NetworkCalibration) { self.calibration = calibration }

  /// One row per tile and wire resistance.
  public var tiles: Table {
    var table = Table([
      .text("layer"), .number("tile"), .number("array"), .number("R_segment", unit: "Ω"),
      .text("model"), .number("rms"), .number("99.9 %"), .number("worst"),
      .number("rms", unit: "LSB"), .number("worst", unit: "A"), .text("why"),
    ])
    for (ohms, tile) in calibration.tiles {
      let model = tile.choice.calibrated?.calibration
      let error = model?.heldOut
      func share(_ value: Double?) -> String { value.map { NumberFormat.finePercent($0) } ?? "–" }
      let lsb = model.flatMap { model in
        model.lsbAmperes.map { NumberFormat.significant(model.heldOut.rmsAmperes / $0) }
      }
      table.append([
        tile.layer, "\(tile.index)", "\(tile.wordLines) × \(tile.outputs)",
        NumberFormat.significant(ohms), model?.name ?? tile.choice.model.method,
        share(error?.relativeRMS), share(error?.relativePercentile999),
        share(error?.relativeWorst), lsb ?? "–",
        error.map { NumberFormat.error($0.worstAmperes) } ?? "–",
        tile.choice.reason + (tile.choice.isStored ? " (stored)" : ""),
      ])
    }
    return table
  }

  /// Everything, for a terminal.
  public var text: String {
    let made = calibration.tiles.count { !$0.tile.choice.isStored }
    var text = "Held-out errors, relative to the rms of the output currents\n\n" + tiles.text
    text +=
      "\n\(calibration.tiles.count) tiles, \(made) calibrated now, in "
      + "\(NumberFormat.seconds(calibration.seconds)) with \(calibration.width) tasks"
      + (calibration.cacheFolder.map { "; models in \($0)" } ?? "; models are not stored (--cache)")
    return text
  }
}
