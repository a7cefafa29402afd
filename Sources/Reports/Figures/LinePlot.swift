import Files

/// Series of points over two axes.
public struct LinePlot: Sendable, Equatable {
  public var xAxis: FigureAxis
  public var yAxis: FigureAxis
  public var series: [Series]
  /// Places along x that stand out, such as the ends of a converter's range.
  public var marks: [Mark]

  /// A plot of `series`, which are named if there is more than one.
  public init(xAxis: FigureAxis, yAxis: FigureAxis, series: [Series], marks: [Mark] = []) {
    self.xAxis = xAxis
    self.yAxis = yAxis
    self.series = series
    self.marks = marks
  }

  /// A vertical line at a place along x.
  public struct Mark: Sendable, Equatable {
    public var name: String
    public var x: Double

    /// A line at `x`, called `name`.
    public init(_ name: String, at x: Double) {
      self.name = name
      self.x = x
    }
  }

  /// Points under one name.
  public struct Series: Sendable, Equatable {
    /// How the points are drawn.
    public enum Style: Sendable, Equatable {
      case line
      case points
      case lineAndPoints
      case bars
      /// Bars on top of those of the stacked series before.
      case stackedBars
      /// Bars of this width along x side by side, the points in their middles.
      case histogram(width: Double)
    }

    public var name: String
    public var points: [Point]
    public var style: Style
    /// Place of its color, dash and marker among those of all figures; `nil` for its place in the plot.
    public var color: Int?

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
    /// A word beside it; empty for none.
    public var label: String

    /// The point (`x`, `y`).
    public init(
      _ x: Double, _ y: Double, interval: ClosedRange<Double>? = nil, label: String = ""
    ) {
      self.x = x
      self.y = y
      self.interval = interval
      self.label = label
    }
  }

  /// The points as they are drawn: the tops of bars, for stacked series on those before.
  var drawnPoints: [[Point]] {
    var tops: [Double: Double] = [:]
    return series.map { series in
      guard series.style == .stackedBars else { return series.points }
      return series.points.map { point in
        tops[point.x, default: 0] += point.y
        return Point(point.x, tops[point.x] ?? point.y)
      }
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

  var csv: String { CSV.line(csvHeader) + csvRows.map(CSV.line).joined() }

  var csvHeader: [String] {
    ["series", xAxis.title, yAxis.title, "interval low", "interval high"]
  }

  var csvRows: [[String]] {
    series.flatMap { series in
      series.points.map { point in
        let interval = point.interval.map { ["\($0.lowerBound)", "\($0.upperBound)"] } ?? ["", ""]
        return [series.name, text(point.x, xAxis), text(point.y, yAxis)] + interval
      }
    } + marks.map { [$0.name, "\($0.x)", "", "", ""] }
  }

  /// A value, or the name at its place on an axis of categories.
  private func text(_ value: Double, _ axis: FigureAxis) -> String {
    guard case .categories(let names) = axis.scale, let index = Int(exactly: value),
      names.indices.contains(index)
    else { return "\(value)" }
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
