import AnalogCore
import Experiments

/// The conversion report of a network.
public struct InspectionTables: Sendable {
  private let inspection: NetworkInspection

  /// The report of `inspection`.
  public init(_ inspection: NetworkInspection) { self.inspection = inspection }

  /// One row per mapped layer.
  public var layers: Table {
    var table = Table([
      .text("layer"), .text("operator"), .number("matrix"), .number("products per image"),
      .number("multiply-adds"), .text("word lines"), .number("tiles"), .number("cells"),
      .number("used"), .text("path"), .text("weights"), .text("inputs"),
    ])
    for layer in inspection.layers {
      let rows = layer.geometry.inputBlocks.map(\.count)
      let lines =
        Set(rows).count == 1
        ? (rows.count == 1 ? "\(rows[0])" : "\(rows.count) × \(rows[0])")
        : "\(rows.count) × \(rows.min() ?? 0)–\(rows.max() ?? 0)"
      table.append([
        layer.name, layer.operatorName, "\(layer.inputs) × \(layer.outputs)",
        "\(layer.productsPerImage)", "\(layer.multiplyAdds)", lines,
        "\(layer.geometry.tileCount)", "\(layer.geometry.cellCount)",
        NumberFormat.percent(layer.geometry.utilization, decimals: 0), layer.method,
        "\(layer.weightBits) bits \(Self.text(layer.weights))",
        "\(layer.inputBits) bits \(Self.text(layer.inputCodes))",
      ])
    }
    return table
  }

  /// Operators that stay digital.
  public var digital: Table {
    var table = Table([
      .text("stays digital"), .number("nodes"), .number("multiply-adds"), .text("because"),
    ])
    for entry in inspection.digital {
      table.append([
        entry.operatorName, "\(entry.count)",
        entry.multiplyAdds > 0 ? "\(entry.multiplyAdds)" : "–", entry.reason,
      ])
    }
    return table
  }

  /// The report as text for a terminal.
  public var text: String {
    let mapped = inspection.layers.reduce(0) { $0 + $1.multiplyAdds }
    let rest = inspection.digital.reduce(0) { $0 + $1.multiplyAdds }
    let tiles = inspection.layers.reduce(0) { $0 + $1.geometry.tileCount }
    let kept = inspection.layers.count { $0.weights == .kept }
    let reasons = inspection.layers.compactMap { layer -> String? in
      guard case .anew(let reason) = layer.weights else { return nil }
      return "\(layer.name): \(reason)"
    }
    var integers = ""
    if kept > 0 || !reasons.isEmpty {
      integers =
        "\nThe file is quantized: codes and scales of the weights of "
        + "\(NumberFormat.count(kept, "layer")) are kept, those of "
        + "\(NumberFormat.count(reasons.count, "layer")) are quantized anew"
        + (reasons.isEmpty ? "" : " (\(reasons.joined(separator: "; ")))") + ".\n"
    }
    return """
      \(inspection.network): images \(inspection.inputShape), \
      \(NumberFormat.count(inspection.layers.count, "layer")) on \(NumberFormat.count(tiles, "tile")), \
      \(mapped + rest) multiply-adds per image\(rest > 0 ? ", \(rest) of them digital" : "")

      \(layers.text)
      \(digital.block)\(integers.isEmpty ? "" : "\n" + integers.dropLast())
      """
  }

  private static func text(_ integers: NetworkInspection.Integers) -> String {
    switch integers {
    case .kept: "kept"
    case .quantized: "quantized"
    case .anew: "anew"
    }
  }
}
