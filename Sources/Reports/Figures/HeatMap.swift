import Files

/// A matrix of values shown as colors; row 0 at the top, column 0 at the left.
public struct HeatMap: Sendable, Equatable {
  /// Quantity along the columns.
  public var xAxis: FigureAxis
  /// Quantity along the rows.
  public var yAxis: FigureAxis
  /// Quantity shown as color; linear or logarithmic.
  public var color: FigureAxis
  /// Whether values are counts that stand in the cells, shaded by their share of the row.
  public var showsCounts = false
  /// Values in the unit of `color`, `[rows, columns]`.
  public var values: [[Double]]

  /// A map of `values`, whose rows all have the same count.
  public init(xAxis: FigureAxis, yAxis: FigureAxis, color: FigureAxis, values: [[Double]]) {
    precondition(
      values.allSatisfy { $0.count == values.first?.count }, "rows of a heat map differ in count")
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.color = color
    self.values = values
  }

  var omissions: String? {
    let all = values.joined()
    let finite = all.count(where: \.isFinite)
    return omissionSentence(
      notFinite: all.count - finite, notPositive: finite - all.count(where: color.canShow))
  }

  var csv: String {
    var lines = [CSV.line([yAxis.title, xAxis.title, color.title])]
    for (row, values) in zip(values.indices, values) {
      for (column, value) in zip(values.indices, values) {
        lines.append(CSV.line([yAxis.name(row), xAxis.name(column), "\(value)"]))
      }
    }
    return lines.joined()
  }
}

extension FigureAxis {
  /// The name of place `index` on an axis of categories, its number on any other.
  fileprivate func name(_ index: Int) -> String {
    guard case .categories(let names) = scale, names.indices.contains(index) else {
      return "\(index)"
    }
    return names[index]
  }
}
