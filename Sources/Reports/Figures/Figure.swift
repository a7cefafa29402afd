import Files

/// A drawing as data: its content, axes and number of samples.
public struct Figure: Sendable, Equatable {
  /// The content of the drawing.
  public enum Content: Sendable, Equatable {
    case plot(LinePlot)
    case heatMap(HeatMap)
    /// Small plots of one kind, two in a row.
    case panels([Panel])
    case tile(TileDrawing)
  }

  /// One of several small plots.
  public struct Panel: Sendable, Equatable {
    public var title: String
    public var plot: LinePlot

    /// `plot` under `title`.
    public init(_ title: String, _ plot: LinePlot) {
      self.title = title
      self.plot = plot
    }
  }

  /// One line above the drawing.
  public var title: String
  /// The point of the figure, printed below the drawing.
  public var caption: String
  /// The samples behind the drawing: "1000 images", "64 columns × 32 inputs".
  public var samples: String
  public var content: Content

  /// A figure of `samples`.
  public init(title: String, caption: String, samples: String, content: Content) {
    self.title = title
    self.caption = caption
    self.samples = samples
    self.content = content
  }

  /// Points that cannot be drawn, by reason, as a sentence for the caption; `nil` if all can.
  public var omissions: String? {
    switch content {
    case .plot(let plot): plot.omissions
    case .heatMap(let map): map.omissions
    case .panels, .tile: nil
    }
  }

  /// The drawn numbers as CSV with a header line, quantities followed by their unit.
  public var csv: String {
    switch content {
    case .plot(let plot): plot.csv
    case .heatMap(let map): map.csv
    case .panels(let panels):
      CSV.line(["panel"] + (panels.first?.plot.csvHeader ?? []))
        + panels.flatMap { panel in panel.plot.csvRows.map { CSV.line([panel.title] + $0) } }
        .joined()
    case .tile(let tile): tile.csv
    }
  }
}

/// One axis, or the color bar of a heat map.
public struct FigureAxis: Sendable, Equatable {
  /// How values are spread along an axis.
  public enum Scale: Sendable, Equatable {
    case linear
    case logarithmic
    /// Names at 0, 1, 2, …
    case categories([String])
  }

  /// The quantity.
  public var label: String
  /// Its unit; empty for counts and names.
  public var unit: String
  public var scale: Scale
  /// Shown interval; `nil` to fit the data.
  public var limits: ClosedRange<Double>?

  /// An axis of `label` in `unit`.
  public init(
    _ label: String, unit: String = "", scale: Scale = .linear, limits: ClosedRange<Double>? = nil
  ) {
    self.label = label
    self.unit = unit
    self.scale = scale
    self.limits = limits
  }

  /// Label with unit: "rms error (LSB)".
  public var title: String { unit.isEmpty ? label : "\(label) (\(unit))" }

  /// Whether `value` has a place on the axis.
  func canShow(_ value: Double) -> Bool {
    value.isFinite && (scale != .logarithmic || value > 0)
  }
}
