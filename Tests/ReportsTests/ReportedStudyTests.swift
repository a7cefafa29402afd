import Configuration
import Foundation
import Testing

@testable import Experiments
@testable import Inference
@testable import Reports

/// Runs of a sweep, as plain arrays of settings and records.
@Suite struct ReportedStudyTests {
  typealias Setting = ReportedStudy.Setting

  /// One point with so many correct images of five.
  private static func run(
    _ settings: [Setting], correct: Int, seed: UInt64 = 1
  ) -> (settings: [Setting], record: ExperimentRecord) {
    let record = SampleRecord.single { record in
      record.seed = seed
      record.points[0].results[1] = SampleRecord.result("exact", correct: correct)
    }
    return (settings, record)
  }

  private static func bits(_ value: Double) -> Setting {
    ("hardware.converter.bits", .number(value))
  }
  private static func mapping(_ value: String) -> Setting {
    ("hardware.mapping", .text(value))
  }
  private static func seed(_ value: UInt64) -> Setting { ("seed", .number(Double(value))) }

  private func rows(_ figure: Figure) -> [[String]] {
    figure.csv.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  @Test func aNumberIsAnAxis() throws {
    let study = ReportedStudy(
      name: "sweep",
      runs: [(8, 5), (4, 1), (6, 3)].map { Self.run([Self.bits($0)], correct: $1) })
    #expect(study.axes.map(\.symbol) == ["ADC bits"] && study.cells.count == 3)
    let figure = StudyFigures(study).opening
    #expect(figure.title == "Accuracy against converter bits")
    // In the order of the axis, not of the runs.
    let own = rows(figure).filter { $0[0] == "exact" }
    #expect(own.map { $0[1] } == ["4.0", "6.0", "8.0"])
    #expect(own.map { $0[2] } == ["20.0", "60.0", "100.0"])
    #expect(StudyHeadline(study).sentence.hasPrefix("80 % accuracy falls to 20 % at ADC bits = 4:"))
  }

  /// Points of a sweep have values of the configuration: numbers, words, or several keys at once.
  @Test func pointsOfSweepsTakeValuesOfTheConfiguration() {
    let settings: [[(key: String, value: ConfigurationValue)]] = [
      [("hardware.converter.bits", .whole(6)), ("hardware.mapping", .text("offset"))],
      [
        ("hardware.converter.bits", .number(8)),
        ("hardware.mapping", .mapping(["model": .text("offset"), "unit": .whole(2)])),
      ],
    ]
    let study = ReportedStudy(
      name: "sweep",
      points: settings.map { ($0, Self.run([], correct: 3).record) })
    #expect(
      study.cells.map { $0.values.map(\.value) }
        == [[.number(6), .text("offset")], [.number(8), .text("offset, unit: 2")]])
  }

  @Test func namesStandSideBySide() {
    let study = ReportedStudy(
      name: "sweep",
      runs: [("offset", 2), ("differentialPair", 4)].map {
        Self.run([Self.mapping($0)], correct: $1)
      })
    let own = rows(StudyFigures(study).opening).filter { $0[0] == "exact" }
    #expect(own.map { $0[1] } == ["offset", "differentialPair"])
  }

  /// Seeds are no axis: their mean is drawn, with Student's interval or, where that reaches farther,
  /// with that of the sample of images.
  @Test func seedsAreTakenTogether() throws {
    let study = ReportedStudy(
      name: "sweep",
      runs: [(UInt64(1), 2), (2, 3), (3, 3)].map {
        Self.run([Self.bits(6), Self.seed($0)], correct: $1, seed: $0)
      } + [Self.run([Self.bits(8), Self.seed(1)], correct: 5)])
    #expect(study.axes.map(\.key) == ["hardware.converter.bits"] && study.cells.count == 2)
    let estimate = try #require(study.estimate(study.cells[0]) { $0.own })
    // Values 40, 60 and 60: mean 160 / 3, deviation 20 / √3, half width t₂ 20 / 3.
    let (mean, half) = (160 / 3.0, 4.303 * 20 / 3)
    #expect((estimate.value - mean).magnitude < 1e-12)
    let images = PairedComparison.wilsonInterval(correct: 3, count: 5)
    let interval = try #require(estimate.interval)
    #expect((interval.lowerBound - min(mean - half, 100 * images.lowerBound)).magnitude < 1e-9)
    #expect((interval.upperBound - max(mean + half, 100 * images.upperBound)).magnitude < 1e-9)
    #expect(mean - half > 100 * images.lowerBound && mean + half < 100 * images.upperBound)
    #expect(StudyFigures(study).opening.samples == "5 images, 3 seeds")
    #expect(StudyTables(study).figures.columns.last?.title == "seeds")
  }

  /// Two axes: a line per value of the second one; and the other way round.
  @Test func twoAxesGiveALinePerValue() {
    let study = ReportedStudy(
      name: "sweep",
      runs: [4.0, 8].flatMap { bits in
        ["offset", "differentialPair"].map {
          Self.run([Self.bits(bits), Self.mapping($0)], correct: $0 == "offset" ? 2 : 4)
        }
      })
    #expect(
      rows(StudyFigures(study).opening).map { $0[0...2].joined(separator: " ") } == [
        "mapping = offset 4.0 40.0", "mapping = offset 8.0 40.0",
        "mapping = differentialPair 4.0 80.0", "mapping = differentialPair 8.0 80.0",
        "int8 4.0 80.0", "int8 8.0 80.0",
      ])
    let others = StudyFigures(study).others
    #expect(others.count == 1 && others[0].title == "Accuracy against mapping")
  }

  /// Three axes: small plots for the values of the third one.
  @Test func threeAxesGivePanels() throws {
    let study = ReportedStudy(
      name: "sweep",
      runs: [4.0, 8].flatMap { bits in
        ["offset", "differentialPair"].flatMap { mapping in
          [0.0, 0.1].map { alpha in
            Self.run(
              [
                Self.bits(bits), Self.mapping(mapping),
                ("hardware.errors.programming.alpha", .number(alpha)),
              ], correct: alpha == 0 ? 4 : 1)
          }
        }
      })
    guard case .panels(let panels) = StudyFigures(study).opening.content else {
      Issue.record("no panels")
      return
    }
    #expect(panels.map(\.title) == ["programming.alpha = 0", "programming.alpha = 0.100"])
    #expect(panels.allSatisfy { $0.plot.series.count == 3 })
    #expect(Set(panels.map(\.plot.yAxis.limits)).count == 1 && panels[0].plot.yAxis.limits != nil)
    try HTMLPageTests.checkSelfContained(StudyPage(study).html)
  }

  /// Axes of keys of layers name the layer, a whole section has its own name, files have no folders.
  @Test func axesHaveNamesOfTheirOwn() {
    func quantity(_ key: String) -> StudyQuantity {
      StudyQuantity.ofKey(key, values: [.number(4), .number(8)])
    }
    #expect(
      quantity("layers.conv1.quantization.weightBits").symbol == "conv1 quantization.weightBits")
    #expect(quantity("layers.conv2.hardware.converter.bits").symbol == "conv2 ADC bits")
    #expect(quantity("hardware").symbol == "hardware")
    #expect(quantity("hardware").title == "hardware")
    let network = quantity("network")
    #expect(network.cell(StudyReading(.text("/data/a/resnet.onnx"))) == "resnet.onnx")
    #expect(
      network.cell(StudyReading(.text("onnx, file: ../a/resnet.onnx"))) == "onnx, file: resnet.onnx"
    )
  }

  /// Points that are spread, as those of a Latin hypercube, are one cloud.
  @Test func spreadPointsAreOneCloud() {
    let runs = (0..<12).map { (k: Int) -> (settings: [Setting], record: ExperimentRecord) in
      let alpha = 0.01 * Double(12 - k)
      let settings: [Setting] = [
        Self.bits(Double(4 + k % 6)),
        ("hardware.wires.bitLineOhms", .number(Double(k * k + 1))),
        ("hardware.errors.programming.alpha", .number(alpha)),
      ]
      return Self.run(settings, correct: k % 5)
    }
    let study = ReportedStudy(name: "sweep", runs: runs)
    for figure in [StudyFigures(study).opening] + StudyFigures(study).others {
      guard case .plot(let plot) = figure.content else {
        Issue.record("no plot")
        return
      }
      #expect(plot.series.map { $0.points.count } == [12, 2])
    }
  }

  /// A sweep that is not finished says so; what differs as a whole is said of the first point.
  @Test func unfinishedSweepsAndWholeSectionsAreNamed() {
    let parts: [ConfigurationValue] = [.text("a"), .text("b")]
    var study = ReportedStudy(
      name: "sweep",
      points: parts.map { part in
        var record = Self.configured(6)
        record.configuration = .mapping([
          "hardware": .mapping(["errors": .mapping(["programming": part])])
        ])
        return ([("hardware.errors", .mapping(["programming": part]))], record)
      })
    study.missing = 3
    let page = StudyPage(study).html
    #expect(page.contains("The sweep is not finished: 3 of 5\u{A0}points have no results."))
    #expect(
      page.contains("This is the design of the first point; points differ in hardware.errors."))
  }

  private static func configured(_ bits: Int, seed: UInt64 = 1) -> ExperimentRecord {
    SampleRecord.single { record in
      record.seed = seed
      record.configuration = .mapping([
        "name": .text("run \(bits)"), "seed": .whole(Int(seed)),
        "hardware": .mapping([
          "converter": .mapping(["model": .text("uniform"), "bits": .whole(bits)])
        ]),
      ])
    }
  }

  /// Of files, the axes are the keys that differ.
  @Test func axesOfFilesAreTheKeysThatDiffer() throws {
    let study = try ReportedStudy(
      files: [
        ("a", Self.configured(6)), ("b", Self.configured(8)), ("c", Self.configured(8, seed: 2)),
      ])
    #expect(study.axes.map(\.key) == ["hardware.converter.bits"])
    #expect(study.cells.map(\.samples.count) == [1, 2])
    #expect(
      throws: ReportError.sameSettings("a", "b"),
      performing: {
        try ReportedStudy(files: [("a", Self.configured(6)), ("b", Self.configured(6))])
      })
    var other = Self.configured(8)
    other.imagesHash = "others"
    #expect(
      throws: ReportError.notComparable("a", "b", what: "images"),
      performing: { try ReportedStudy(files: [("a", Self.configured(6)), ("b", other)]) })
  }

  /// The study of a run and the settings of a sweep are axes beside each other.
  @Test func aStudyInsideASweepIsAnAxisToo() {
    let study = ReportedStudy(
      name: "sweep",
      runs: [6.0, 8].map { (settings: [Self.bits($0)], record: SampleRecord.record) })
    #expect(study.axes.map(\.symbol) == ["ADC bits", "R_segment"] && study.cells.count == 4)
  }

  /// Layers' tables have no columns of points that know nothing of them.
  @Test func pointsWithoutMeasuresTakeNoColumn() throws {
    var record = SampleRecord.record
    func headings() throws -> [String] {
      try #require(StudyTables(ReportedStudy(record)).layers).columns.map(\.heading)
    }
    let fixed = ["layer", "operator", "matrix", "tiles", "used"]
    #expect(try headings().count == fixed.count + 2)
    for layer in record.points[0].layers.indices { record.points[0].layers[layer].meanDrop = nil }
    #expect(try headings().dropFirst(fixed.count) == ["current lost, 500 Ω"])
    record.points[0].layers[1].meanDrop = 0.1
    let rows = try #require(StudyTables(ReportedStudy(record)).layers).rows
    #expect(rows.map { $0[fixed.count] } == ["–", "10.00 %"])
  }

  /// Results written before there were histograms and currents make a page.
  @Test func olderResultsMakeAPage() throws {
    let data = try JSONEncoder().encode(SampleRecord.record)
    let text = String(decoding: data, as: UTF8.self)
    #expect(!text.contains("distributions") && !text.contains("cellAmperes"))
    let record = try JSONDecoder().decode(ExperimentRecord.self, from: data)
    let html = StudyPage(record).html
    #expect(html.contains("Current lost in the wires, by layer"))
    #expect(!html.contains("Weights by layer"))
    try HTMLPageTests.checkSelfContained(html)
    try HTMLPageTests.checkSelfContained(StudyPage(SampleRecord.withDistributions).html)
  }

  @Test(arguments: [
    SampleRecord.regression([0.1, 0.2], integer: 0.1, halfWidth: 0.01),
    SampleRecord.segmentation([0.7, 0.3], integer: 0.7),
    SampleRecord.unlabelled([0.1, 0.2], integer: 0.1), SampleRecord.single(),
  ])
  func everyTaskMakesAPage(record: ExperimentRecord) throws {
    try HTMLPageTests.checkSelfContained(StudyPage(record).html)
  }

  /// Student's quantiles lie above the normal one and come down to it.
  @Test func quantilesComeDownToTheNormalOne() {
    let all = (1...200).map(Estimate.quantile)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 > $1 })
    #expect((Estimate.quantile(60) - 2.0003).magnitude < 1e-3)
    #expect((Estimate.quantile(1_000_000) - 1.959964).magnitude < 1e-5)
  }
}
