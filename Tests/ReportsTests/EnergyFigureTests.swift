import Testing

@testable import Reports

@Suite struct EnergyFigureTests {
  /// The front holds what nothing beats in both, by rising cost; of equals the first.
  @Test func frontHoldsWhatNothingBeats() {
    let points: [(cost: Double, value: Double)] = [
      (3, 90), (1, 70), (2, 60), (4, 90), (1, 65), (5, 95),
    ]
    #expect(EnergyFigures.front(points, isBetterHigh: true) == [1, 0, 5])
    let errors: [(cost: Double, value: Double)] = [(1, 5), (2, 6), (3, 2)]
    #expect(EnergyFigures.front(errors, isBetterHigh: false) == [0, 2])
    #expect(EnergyFigures.front([], isBetterHigh: true).isEmpty)
  }

  /// Stacked bars stand on those before; their data are the parts.
  @Test func stackedBarsStandOnEachOther() {
    let plot = LinePlot(
      xAxis: FigureAxis("layer", scale: .categories(["a", "b"])), yAxis: FigureAxis("energy"),
      series: [
        LinePlot.Series("x", [LinePlot.Point(0, 2), LinePlot.Point(1, 1)], style: .stackedBars),
        LinePlot.Series("y", [LinePlot.Point(0, 3), LinePlot.Point(1, 4)], style: .stackedBars),
      ])
    #expect(plot.drawnPoints[0].map(\.y) == [2, 1])
    #expect(plot.drawnPoints[1].map(\.y) == [5, 5])
    #expect(plot.csv.contains("y,a,3.0,,\n"))
  }

  /// A series keeps its color where others of its plot are left out; words stand beside points.
  @Test func seriesKeepTheirColor() {
    var series = LinePlot.Series(
      "x", [LinePlot.Point(0, 1, label: "(1)"), LinePlot.Point(1, 2)], style: .points)
    series.color = 3
    let plot = LinePlot(xAxis: FigureAxis("a"), yAxis: FigureAxis("b"), series: [series])
    let drawn = Figure(title: "t", caption: "", samples: "", content: .plot(plot)).svg()
    #expect(drawn.contains("f3\"") && !drawn.contains("f0\""))
    #expect(drawn.contains(">(1)</text>"))
  }
}
