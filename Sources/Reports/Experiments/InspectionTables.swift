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
      .text("word lines"), .number("tiles"), .number("used"), .text("path"),
    ])
    for layer in inspection.layers {
      let rows = layer.geometry.inputBlocks.map(\.count)
      let lines =
        Set(rows).count == 1
        ? (rows.count == 1 ? "\(rows[0])" : "\(rows.count) × \(rows[0])")
        : "\(rows.count) × \(rows.min() ?? 0)–\(rows.max() ?? 0)"
      table.append([
        layer.name, layer.operatorName, "\(layer.inputs) × \(layer.outputs)",
        "\(layer.productsPerImage)", lines, "\(layer.geometry.tileCount)",
        NumberFormat.percent(layer.geometry.utilization, decimals: 0), layer.method,
      ])
    }
    return table
  }

  /// Operators that stay digital.
  public var digital: Table {
    var table = Table([.text("stays digital"), .number("nodes"), .text("because")])
    for entry in inspection.digital {
      table.append([entry.operatorName, "\(entry.count)", entry.reason])
    }
    return table
  }

  /// The report as text for a terminal.
  public var text: String {
    let products = inspection.layers.reduce(0) { $0 + $1.productsPerImage * $1.inputs * $1.outputs }
    let tiles = inspection.layers.reduce(0) { $0 + $1.geometry.tileCount }
    return """
      \(inspection.network): images \(inspection.inputShape), \(inspection.layers.count) layers on \
      \(tiles) tiles, \(products) multiply-adds per image

      \(layers.text)
      \(digital.block)
      """
  }
}
