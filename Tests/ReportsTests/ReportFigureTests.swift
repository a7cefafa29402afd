import Configuration
import CrossbarArray
import Experiments
import Foundation
import Inference
import NumericKernels
import Testing
import Units

@testable import Reports

/// What every figure of every report draws: the numbers of its record, in the units of its axes.
@Suite struct ReportFigureTests {
  private static let page = StudyPage(SampleRecord.record)

  private static func figure(_ words: String) throws -> Figure {
    try #require(page.figures.first { $0.name.contains(words) }?.figure, "no figure \(words)")
  }

  private static func rows(_ csv: String) -> [[String]] {
    csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The links of a page hold the numbers of its figures, in their order.
  @Test func linksHoldTheNumbersOfTheFigures() throws {
    let html = Self.page.html
    let links = html.matches(
      of: /download="figure-(\d+).csv" href="data:text\/csv;charset=utf-8;base64,([^"]*)"/)
    #expect(links.count == Self.page.figures.count && links.count >= 4)
    for (index, (link, own)) in zip(links, Self.page.figures).enumerated() {
      #expect(String(link.1) == "\(index + 1)")
      let data = try #require(Data(base64Encoded: String(link.2)))
      #expect(String(decoding: data, as: UTF8.self) == own.figure.csv)
    }
  }

  @Test func accuracyIsDrawnAgainstRelativeResistance() throws {
    let figure = try Self.figure("01-accuracy-against-wire-resistance")
    let rows = Self.rows(figure.csv)
    #expect(
      rows[0] == [
        "series", "R_segment / R_min", "Top-1 accuracy (%)", "interval low", "interval high",
      ])
    let expected: [(String, [Double])] = [
      ("float", [100, 100]), ("int8", [80, 80]), ("ideal", [80, 80]), ("exact", [60, 20]),
    ]
    #expect(rows.count == 1 + 2 * expected.count)
    for (index, (name, percents)) in expected.enumerated() {
      for (point, (x, percent)) in zip(["0.001", "0.008"], percents).enumerated() {
        let row = rows[1 + 2 * index + point]
        #expect(row[0] == name && row[1] == x && Double(row[2]) == percent, "\(row)")
        guard name == "exact" else {
          #expect(row[3...] == ["", ""])
          continue
        }
        let share = PairedComparison.wilsonInterval(correct: Int(percent) / 20, count: 5)
        #expect(Double(row[3]) == 100 * share.lowerBound)
        #expect(Double(row[4]) == 100 * share.upperBound)
      }
    }
    #expect(figure.samples == "5 images")
    #expect(figure.caption.hasSuffix("Points: R_segment = 62.5 Ω, 500 Ω."))
  }

  @Test func dropIsDrawnByLayerInPercent() throws {
    let figure = try Self.figure("current-lost")
    #expect(
      Self.rows(figure.csv) == [
        ["series", "current lost (%)", "layer", "interval low", "interval high"],
        ["R_segment = 62.5 Ω", "\(100 * 0.0031)", "conv1", "", ""],
        ["R_segment = 62.5 Ω", "\(100 * 0.095)", "dense", "", ""],
        ["R_segment = 500 Ω", "\(100 * 0.0244)", "conv1", "", ""],
        ["R_segment = 500 Ω", "\(100 * 0.4165)", "dense", "", ""],
      ])
    #expect(figure.samples == "7 vectors per tile")
  }

  @Test func mapsAreThoseOfTheirTile() throws {
    let volts = try Self.figure("cell-voltages")
    #expect(
      Self.rows(volts.csv) == [
        ["word line", "bit line", "cell voltage (mV)"], ["0", "0", "62.5"], ["0", "1", "31.25"],
        ["0", "2", "15.625"], ["1", "0", "125.0"], ["1", "1", "250.0"], ["1", "2", "500.0"],
      ])
    #expect(volts.title == "Cell voltages of layer dense, tile 3")
    for part in ["R_segment = 500 Ω", "100 mV"] { #expect(volts.caption.contains(part)) }
    #expect(volts.samples == "one input vector, 1 of 2 word lines on")
    // Kept since the format has had room for them.
    #expect(!Self.page.figures.contains { $0.name.contains("cell-currents") })
    var record = SampleRecord.record
    record.voltageMap?.cellAmperes = [[1e-6, 2e-6, 0], [3e-6, 4e-6, 5e-6]]
    let amperes = try #require(record.voltageMap?.currentFigure)
    #expect(Self.rows(amperes.csv)[2] == ["0", "1", "2.0"])
  }

  /// Labels along the rows, predictions along the columns, of the path at the worst point.
  @Test func confusionCountsLabelsAndPredictions() throws {
    let figure = try Self.figure("labels-and-predictions")
    #expect(figure.title == "Labels and predictions of the path exact at R_segment = 500 Ω")
    guard case .heatMap(let map) = figure.content else {
      Issue.record("no map")
      return
    }
    #expect(map.xAxis.scale == .categories(["0", "1", "2", "3", "4", "9"]))
    #expect(map.values[0] == [1, 0, 0, 0, 0, 0] && map.values[3] == [0, 0, 0, 0, 0, 1])
    #expect(map.values.joined().reduce(0, +) == 5)
    var record = SampleRecord.record
    record.configuration = .mapping(["data": .mapping(["model": .text("cifar10")])])
    #expect(ConfusionFigure.name(of: 9, in: record) == "truck")
    #expect(ConfusionFigure.name(of: 10, in: record) == "10")
  }

  /// Shares of bins in percent at their middles, in micro units, with the converter's range.
  @Test func histogramsAreThoseOfTheRecord() throws {
    let page = StudyPage(SampleRecord.withDistributions)
    func rows(_ words: String) throws -> [[String]] {
      Self.rows(try #require(page.figures.first { $0.name.contains(words) }?.figure).csv)
    }
    let lines = try rows("currents-at-the-converters")
    #expect(
      lines[0] == [
        "panel", "series", "line current (µA)", "share of the conversions (%)", "interval low",
        "interval high",
      ])
    let bins = lines.filter { $0[0] == "dense" && $0[1] == "dense" }
    #expect(
      bins.map { Double($0[2])?.rounded() } == [-1, 1] && bins.map { $0[3] } == ["25.0", "75.0"])
    let marks = lines.filter { $0[0] == "dense" && $0[1] == "ADC" }
    #expect(marks.compactMap { Double($0[2])?.rounded() } == [-3, 3])
    #expect(try rows("weights-by-layer")[1][1...3] == ["conv1", "-1.5", "50.0"])
    #expect(try rows("conductances-by-layer").count == 3)
  }

  private static func array(m: Int, n: Int, bitLine: Double) -> ArrayDescription {
    ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: m, columns: n) { i, j in 1e-3 * Double(1 + (2 * i + 3 * j) % 5) },
      wires: WireParasitics(wordLineSegment: 1.ohms, bitLineSegment: bitLine.ohms))
  }

  /// The drawn row is the one asked for: its voltages are those that its own solution has.
  @Test(arguments: [0, 1, 2])
  func cellVoltagesAreThoseOfTheRow(row: Int) throws {
    let array = Self.array(m: 3, n: 2, bitLine: 2)
    let volts = Matrix(rows: 3, columns: 3) { (b: Int, i: Int) in 0.1 * Double(1 + 3 * b + i) }
    var nodes = CellVoltages(batch: 3, array: array)
    try CircuitArray(array).solutions(.volts(volts)) { nodes.add($1, of: $0) }
    let figure = nodes.figure(row: row, of: "A.yaml", inputs: "X.npy")
    let drawn = Self.rows(figure.csv)
    #expect(drawn[0] == ["word line", "bit line", "cell voltage (mV)"])
    let alone = Matrix(rows: 1, columns: 3) { (_: Int, i: Int) in volts[row, i] }
    let solution = try CircuitArray(array).solution(.volts(alone)).cells[0].volts
    var place = 1
    for i in 0..<3 {
      for j in 0..<2 {
        #expect(drawn[place][0...1] == ["\(i)", "\(j)"])
        let millivolts = try #require(Double(drawn[place][2]))
        #expect((millivolts - 1000 * solution[i, j]).magnitude < 1e-9)
        place += 1
      }
    }
    #expect(figure.caption.contains("input vector \(row) of X.npy"))
  }

  /// Three figures of the array that loses most, wherever it stands in the list.
  @Test func comparisonDrawsTheArrayThatLosesMost() throws {
    let weak = try ModelComparison(
      Self.array(m: 16, n: 3, bitLine: 1), name: "weak", recorded: nil, seed: 1)
    let strong = try ModelComparison(
      Self.array(m: 16, n: 3, bitLine: 20), name: "strong", recorded: nil, seed: 1)
    #expect(strong.meanDrop > weak.meanDrop)
    for order in [[weak, strong], [strong, weak]] {
      let figures = ComparisonReport(order).figures
      #expect(figures.map(\.file) == ["scatter", "error-against-drop", "bias-against-drop"])
      #expect(figures.allSatisfy { $0.figure.title.hasSuffix(": strong") })
      let samples = "\(strong.inputs.count) held-out vectors × 3 outputs"
      #expect(figures.allSatisfy { $0.figure.samples == samples })
      let headings = [
        ["circuit (A)", "model (A)"], ["drop (%)", "rms error (% of the output rms)"],
        ["drop (%)", "bias (% of the output rms)"],
      ]
      var expected: [[[String]]] = [[], [], []]
      for entry in strong.entries {
        expected[0] += entry.scatter.map { [entry.name, "\($0.exact)", "\($0.model)", "", ""] }
        for bin in entry.byDrop {
          let drop = "\(100 * bin.drop)"
          expected[1].append([entry.name, drop, "\(100 * bin.rms)", "", ""])
          expected[2].append([entry.name, drop, "\(100 * bin.bias)", "", ""])
        }
      }
      for (index, (_, figure)) in figures.enumerated() {
        let rows = Self.rows(figure.csv)
        #expect(rows[0] == ["series"] + headings[index] + ["interval low", "interval high"])
        #expect(Array(rows.dropFirst()) == expected[index])
      }
    }
    // The axis of the circuit holds the circuit's currents.
    let first = try #require(strong.entries.first)
    let known = Set(strong.exact.elements)
    #expect(first.scatter.allSatisfy { known.contains($0.exact) })
  }

  /// One cell and one capacitor: the distance from the end in LSBs is `2^bits exp(−t/τ)`.
  @Test func settlingIsDrawnInNanosecondsAndLSBs() throws {
    var array = Self.array(m: 1, n: 1, bitLine: 60)
    array.wires.bitLineCapacitance = 5e-12.farads
    let settling = try ArraySettling(
      array, input: .volts(Matrix(rows: 1, columns: 1) { _, _ in 1 }))
    let report = try #require(SettlingReport(settling, bits: 8, fullScaleAmperes: nil))
    let figure = report.figure(of: "A.yaml", inputs: "X.npy", row: 0)
    let rows = Self.rows(figure.csv)
    #expect(
      rows[0] == [
        "series", "time after the step (ns)", "distance from the end (LSB)", "interval low",
        "interval high",
      ])
    let slowest = rows.filter { $0[0] == "slowest: bit line 0" }
    #expect(slowest.count == 300)
    for row in slowest {
      let (time, distance) = (try #require(Double(row[1])), try #require(Double(row[2])))
      let expected = max(256 * exp(-1e-9 * time / settling.slowestSeconds), 1e-4)
      // The modes are exact to 1e-9 of the final current, which is 256 LSB.
      #expect((distance - expected).magnitude < 1e-6, "at \(time) ns")
    }
    let last = try #require(slowest.last.flatMap { Double($0[1]) })
    #expect((last - 1.3e9 * report.seconds[0]).magnitude < 1e-9 * last)
    let halves = rows.filter { $0[0] == "half an LSB" }
    #expect(!halves.isEmpty && halves.allSatisfy { $0[2] == "0.5" })
  }
}
