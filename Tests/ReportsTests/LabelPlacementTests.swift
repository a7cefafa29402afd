import NumericKernels
import Testing

@testable import Reports

@Suite struct LabelPlacementTests {
  private func overlap(_ centers: [Double], _ heights: [Double]) -> Double {
    let order = centers.indices.sorted { centers[$0] < centers[$1] }
    var worst = 0.0
    for (a, b) in zip(order, order.dropFirst()) {
      let needed: Double = (heights[a] + heights[b]) / 2
      worst = max(worst, needed - (centers[b] - centers[a]))
    }
    return worst
  }

  /// Labels never overlap, wherever their lines end, and stay inside where there is room.
  @Test(arguments: 1...12, [UInt64(1), 2, 3])
  func labelsNeverOverlap(count: Int, seed: UInt64) {
    var random = RandomStream(seed: seed, stream: UInt64(count))
    for _ in 0..<50 {
      let wanted = (0..<count).map { _ in Double.random(in: -50...250, using: &random) }
      let heights = (0..<count).map { _ in Double.random(in: 5...16, using: &random) }
      let centers = LabelPlacement.centers(wanted: wanted, heights: heights, room: 0...200)
      #expect(overlap(centers, heights) <= 1e-9)
      for (center, height) in zip(centers, heights) {
        #expect(center - height / 2 >= -1e-9 && center + height / 2 <= 200 + 1e-9)
      }
    }
  }

  /// More labels than room has: none overlaps still.
  @Test func crowdedLabelsGoBeyondTheRoom() {
    let heights = [Double](repeating: 10, count: 30)
    let centers = LabelPlacement.centers(
      wanted: [Double](repeating: 50, count: 30), heights: heights, room: 0...100)
    #expect(overlap(centers, heights) <= 1e-9)
  }

  /// Labels that are apart stay where their lines end; two that are not share the move.
  @Test func labelsMoveNoMoreThanTheyMust() {
    #expect(
      LabelPlacement.centers(wanted: [80, 20], heights: [10, 10], room: 0...100) == [80, 20])
    #expect(
      LabelPlacement.centers(wanted: [50, 52], heights: [10, 10], room: 0...100) == [46, 56])
    #expect(
      LabelPlacement.centers(wanted: [1, 1], heights: [10, 10], room: 0...100) == [5, 15])
    #expect(LabelPlacement.centers(wanted: [], heights: [], room: 0...1) == [])
  }

  private func labels(_ series: [LinePlot.Series]) -> [PlotDrawing.EndLabel] {
    let plot = LinePlot(xAxis: FigureAxis("x"), yAxis: FigureAxis("y"), series: series)
    return PlotDrawing(plot).endLabels(series.map(\.points))
  }

  /// Lines that coincide everywhere have one label with all names; those that only end in one
  /// place have two.
  @Test func coincidingLinesAreNamedTogether() {
    let flat: [LinePlot.Point] = [.init(0, 1), .init(1, 1)]
    let falling: [LinePlot.Point] = [.init(0, 9), .init(1, 1)]
    let found = labels([.init("a", flat), .init("b", falling), .init("c", flat)])
    #expect(found.map(\.series) == [[0, 2], [1]])
    #expect(found[0].lines == ["a = c"] && found[1].lines == ["b"])
    #expect(labels([.init("only", flat)]).isEmpty)
  }
}
