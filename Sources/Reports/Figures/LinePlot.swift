import Files

/// Series of points over two axes.
public struct LinePlot: Sendable, Equatable {
  public var xAxis: FigureAxis
  public var yAxis: FigureAxis
  public var series: [Series]

  /// A plot of `series`; its legend names them if there is more than one.
  public init(xAxis: FigureAxis, yAxis: FigureAxis, series: [Series]) {
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
  }

  /// Points under one name.
  public struct Series: Sendable, Equatable {
    /// How the points are drawn.
    public enum Style: Sendable, Equatable {
      case line
      case points
      case lineAndPoints
      case bars
    }

    public var name: String
    public var points: [Point]
    public var style: Style

    /// Points under `name`, in the order they are joined.
    public init(_ name: String, _ points: [Point], style: Style = .lineAndPoints) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// A value with, if wanted, an interval around it.
  public struct Point: Sendable, Equatable {
    public var x: Double
    public var y: Double
    /// Ends of the error bar along y, in the unit of y.
    public var interval: ClosedRange<Double>?

    /// The point (`x`, `y`).
    public init(_ x: Double, _ y: Double, interval: ClosedRange<Double>? = nil) {
      self.x = x
      self.y = y
      self.interval = interval
    }
  }

  func canShow(_ point: Point) -> Bool { xAxis.canShow(point.x) && yAxis.canShow(point.y) }

  var omissions: String? {
    let points = series.flatMap(\.points)
    let finite = points.filter { $0.x.isFinite && $0.y.isFinite }
    return omissionSentence(
      notFinite: points.count - finite.count,
      notPositive: finite.count { !canShow($0) })
  }

  var csv: String {
    var lines = [
      CSV.line(["series", xAxis.title, yAxis.title, "interval low", "interval high"])
    ]
    for series in series {
      for point in series.points {
        let interval = point.interval.map { ["\($0.lowerBound)", "\($0.upperBound)"] } ?? ["", ""]
        lines.append(CSV.line([series.name, xText(point.x), "\(point.y)"] + interval))
      }
    }
    return lines.joined()
  }

  private func xText(_ x: Double) -> String {
    guard case .categories(let names) = xAxis.scale, let index = Int(exactly: x),
      names.indices.contains(index)
    else { return "\(x)" }
    return names[index]
  }
}

/// "2 points are not finite, 1 is not positive …"; `nil` if both counts are zero.
func omissionSentence(notFinite: Int, notPositive: Int) -> String? {
  var parts: [String] = []
  if notPositive > 0 {
    parts.append("\(notPositive) at or below zero, which a logarithmic scale cannot show")
  }
  if notFinite > 0 { parts.append("\(notFinite) not finite") }
  return parts.isEmpty ? nil : "Values not drawn: " + parts.joined(separator: "; ") + "."
}
