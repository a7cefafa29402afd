import CrossbarArray
import Experiments
import Foundation
import NumericKernels
import Testing
import Units

@testable import Reports

/// What every figure of every report draws: the numbers of its record, in the units of its axes.
@Suite struct ReportFigureTests {
  /// Figures without drawings, with the data that the links beside them hold.
  private static let page = ExperimentPage(SampleRecord.record).html(
    gnuplot: Gnuplot(executable: "gnuplot-that-is-not-there"))

  private static func data(ofFigure number: Int) throws -> [[String]] {
    let link = try Regex("download=\"figure-\(number).csv\" href=\"data:[^,]*,([^\"]*)\"")
    let match = try #require(page.firstMatch(of: link), "no figure \(number)")
    let text = try #require(match.output[1].substring)
    return rows(String(decoding: try #require(Data(base64Encoded: String(text))), as: UTF8.self))
  }

  private static func rows(_ csv: String) -> [[String]] {
    csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// The words of figure `number` on the page.
  private static func words(ofFigure number: Int) throws -> Substring {
    let start = try #require(page.range(of: "<figure id=\"figure-\(number)\">"))
    let end = try #require(page[start.upperBound...].range(of: "</figure>"))
    return page[start.upperBound..<end.lowerBound]
  }

  @Test func accuracyIsDrawnAgainstRelativeResistance() throws {
    let rows = try Self.data(ofFigure: 1)
    #expect(
      rows[0] == [
        "series", "R_segment / R_min", "Top-1 accuracy (%)", "interval low", "interval high",
      ])
    let expected: [(String, [Double])] = [
      ("digital float", [100, 100]), ("digital int8", [80, 80]), ("ideal", [80, 80]),
      ("exact", [60, 20]),
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
        // One standard error of a share of five images; the square root is rounded once.
        let half = 100 * (percent / 100 * (1 - percent / 100) / 5).squareRoot()
        let (low, high) = (try #require(Double(row[3])), try #require(Double(row[4])))
        #expect((low - (percent - half)).magnitude < 1e-12)
        #expect((high - (percent + half)).magnitude < 1e-12)
      }
    }
    #expect(try Self.words(ofFigure: 1).contains("Samples: 5 images."))
  }

  @Test func dropIsDrawnByLayerInPercent() throws {
    #expect(
      try Self.data(ofFigure: 2) == [
        ["series", "layer", "mean drop (%)", "interval low", "interval high"],
        ["R_segment = 62.5 Ω", "conv1", "\(100 * 0.0031)", "", ""],
        ["R_segment = 62.5 Ω", "dense", "\(100 * 0.095)", "", ""],
        ["R_segment = 500 Ω", "conv1", "\(100 * 0.0244)", "", ""],
        ["R_segment = 500 Ω", "dense", "\(100 * 0.4165)", "", ""],
      ])
    #expect(try Self.words(ofFigure: 2).contains("Samples: 7 vectors per tile."))
  }

  @Test func voltageMapIsThatOfItsTileInMillivolts() throws {
    #expect(
      try Self.data(ofFigure: 3) == [
        ["word line", "bit line", "cell voltage (mV)"], ["0", "0", "62.5"], ["0", "1", "31.25"],
        ["0", "2", "15.625"], ["1", "0", "125.0"], ["1", "1", "250.0"], ["1", "2", "500.0"],
      ])
    let words = try Self.words(ofFigure: 3)
    for part in ["layer dense, tile 3", "500 Ω", "100 mV", "1 of 2 word lines on"] {
      #expect(words.contains(part), "no \(part) in \(words)")
    }
    #expect(!Self.page.contains("figure-4"))
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
