import Foundation

@testable import Reports

/// A page with every kind of block, from fixed data.
enum SamplePage {
  static let lines = Figure(
    title: "Accuracy against wire resistance",
    caption: "Classification accuracy with resistive bit lines, for three ways to map weights.",
    samples: "1000 images, 10 trials per point",
    content: .plot(
      LinePlot(
        xAxis: FigureAxis("Wire segment / minimum cell resistance", scale: .logarithmic),
        yAxis: FigureAxis("Accuracy", unit: "%"),
        series: [
          ("differential, sliced", 1.0), ("differential", 3.0), ("offset <unit column>", 9.0),
        ]
        .map { name, strength -> LinePlot.Series in
          LinePlot.Series(
            name,
            (0...12).map { step -> LinePlot.Point in
              let x = pow(10, -6 + 0.25 * Double(step))
              let y = 10 + 82 / (1 + 1500 * strength * x)
              return LinePlot.Point(x, y, interval: (y - 6)...(y + 5))
            })
        })))

  static let map = Figure(
    title: "Worst error by bit line and input density",
    caption: "Reduced ladder against the circuit, 48 densities on each of 64 bit lines.",
    samples: "64 bit lines × 48 densities × 32 vectors",
    content: .heatMap(
      HeatMap(
        xAxis: FigureAxis("Bit line"), yAxis: FigureAxis("Input density", unit: "1/48"),
        color: FigureAxis("Worst error", unit: "LSB", scale: .logarithmic),
        values: (0..<48).map { row -> [Double] in
          (0..<64).map { column -> Double in
            let exponent = 0.06 * Double(row) + 0.03 * Double(column) + sin(Double(row * column))
            return 1e-3 * exp(exponent)
          }
        })))

  static let bars = Figure(
    title: "Energy by component and layer",
    caption: "Energy of one inference.",
    samples: "1 image; exact counts",
    content: .plot(
      LinePlot(
        xAxis: FigureAxis(
          "Layer",
          scale: .categories([
            "conv1", "layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.downsample",
            "layer3.0.conv1", "layer3.0.conv2", "fully connected",
          ])),
        yAxis: FigureAxis("Energy", unit: "nJ"),
        series: [
          .init("array", (0..<8).map { .init(Double($0), 12 + Double($0 * 7 % 5)) }, style: .bars),
          .init("converters", (0..<8).map { .init(Double($0), 30 - Double($0)) }, style: .bars),
        ])))

  /// Long names everywhere: nothing may leave the drawing.
  static let crowded = Figure(
    title: "Error of every parasitic model against the circuit for all layers of the network, "
      + "with a title that is longer than the figure is wide",
    caption: "", samples: "20 layers",
    content: .plot(
      LinePlot(
        xAxis: FigureAxis(
          "Layer", scale: .categories((0..<40).map { "layer\($0 / 10).\($0 % 10).convolution" })),
        yAxis: FigureAxis(
          "Largest magnitude of the difference", unit: "LSB", scale: .logarithmic),
        series: (0..<7).map { model -> LinePlot.Series in
          LinePlot.Series(
            "parasitic model number \(model), fitted with ridge regression to held-out data",
            (0..<40).map { .init(Double($0), pow(2, Double(model)) * 1e-3 * Double($0 + 1)) })
        })))

  static let tile = Figure(
    title: "One tile", caption: "", samples: "",
    content: .tile(
      TileDrawing(
        wordLines: 64, bitLines: 32, columns: .interleaved, feed: .wordLines, drive: .both,
        sense: .both, feedSegment: "1 Ω", bitLineSegment: "2 Ω", driver: "10 Ω", terminal: "20 Ω",
        converter: "8 bit", readVoltage: "100 mV")))

  static let panels = Figure(
    title: "Currents", caption: "", samples: "3 layers",
    content: .panels(
      ["conv1", "layer1.0.conv1.with.a.very.long.name.indeed", "fc"].map { name in
        Figure.Panel(
          name,
          LinePlot(
            xAxis: FigureAxis("line current", unit: "µA"),
            yAxis: FigureAxis("share", unit: "%", scale: .logarithmic),
            series: [
              .init(
                "slice 0", (-9..<9).map { .init(Double($0), exp(-Double($0 * $0) / 9)) },
                style: .histogram(width: 1))
            ], marks: [.init("ADC", at: -7), .init("ADC", at: 7)]))
      }))

  static let counts: Figure = {
    let names = ["airplane", "automobile", "bird", "cat", "deer"]
    var map = HeatMap(
      xAxis: FigureAxis("predicted class", scale: .categories(names)),
      yAxis: FigureAxis("label", scale: .categories(names)), color: FigureAxis("images"),
      values: (0..<5).map { row in (0..<5).map { $0 == row ? 90 : Double($0 * row) } })
    map.showsCounts = true
    return Figure(
      title: "Confusion", caption: "", samples: "500 images", content: .heatMap(map))
  }()

  static let table = Table(
    [
      .text("Layer"), .text("Path"), .number("rms error", unit: "LSB"),
      .number("worst", unit: "LSB"),
    ],
    rows: [
      ["conv1", "exact: ladder", "0", "0"],
      ["layer1.0.conv1", "calibrated: reduced ladder", "0.021", "0.18"],
      ["fc <script>alert(1)</script>", "ideal", "12.5", "104"],
    ])

  static var page: HTMLPage {
    var blocks: [HTMLPage.Block] = [
      .paragraph("How far the calibrated path strays from the circuit, layer by layer."),
      .note("Two layers left the calibrated range and were solved exactly."),
      .heading("Accuracy"),
      .table(table, caption: "Path of each layer with its held-out error."),
    ]
    for figure in [lines, map, bars, crowded] { blocks.append(.figure(figure)) }
    blocks += [
      .heading("Configuration", level: 2), .heading("Limits", level: 3),
      .list(["No capacitances.", "R & C < Ω"]),
      .folded(
        summary: "Resolved configuration", [.listing("version: 1\nwires: {bitLineOhms: 1.0}\n")]),
    ]
    return HTMLPage(
      title: "ResNet20 on CIFAR-10", subtitle: "Version 0.1, seed 7, AVX-512 build", blocks: blocks)
  }
}
