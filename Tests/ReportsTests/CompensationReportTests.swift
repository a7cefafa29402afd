import Experiments
import Inference
import Testing

@testable import Reports

/// Compensation on pages and in the terminal: what it found, beside its controls.
@Suite struct CompensationReportTests {
  private func record(_ body: String) async throws -> ExperimentRecord {
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        auditVectors: 0
        converterImages: 2
        hardware: {wires: {bitLineOhms: 1000}}
        \(body)

        """, file: "E.yaml")
    return try await ExperimentRunner(spec, limit: 3, width: 2).run()
  }

  @Test func controlsStandBesideTheCompensatedRun() async throws {
    let record = try await record(
      "compensation: {gains: column, programming: voltageLoss, images: 8}\nenergy: xiao2022")
    let tables = ExperimentTables(record).compensation
    #expect(
      tables.map(\.title) == [
        ExperimentTables.controlsTitle, ExperimentTables.compensatedLayersTitle,
      ])
    #expect(
      tables[0].table.rows.map { $0[1] } == ["exact uncompensated", "exact lower G_on", "exact"])
    // Mean conductance, converter range and energy of every run.
    #expect(tables[0].table.rows.allSatisfy { $0.count == 6 && !$0.contains("–") })
    #expect(tables[1].table.rows.map { $0[1] } == ["conv1", "conv2", "conv3", "dense"])
    // All but the three of reconstruction.
    #expect(tables[1].table.rows.allSatisfy { row in row.count { $0 == "–" } == 3 })
    let (page, text) = (StudyPage(record).html, ExperimentTables(record).text)
    #expect(page.contains(">Compensation<") && page.contains("exact lower G<sub>on</sub>"))
    #expect(text.contains(ExperimentTables.controlsTitle))
    #expect(page.contains("digital gains"))
  }

  /// How many outputs did not vary, how many weights are beyond the range of their cells, and how far,
  /// stand with the layer.
  @Test func whatCannotBeCompensatedIsSaid() async throws {
    var record = try await record(
      "compensation: {gains: column, programming: voltageLoss, images: 8}")
    record.points[0].compensation?.layers[1].constantOutputs = [3, 7, 8]
    record.points[0].compensation?.layers[1].cellsBeyondRange = 17
    record.points[0].compensation?.layers[1].farthestBeyondRange = 0.25
    let table = try #require(ExperimentTables(record).compensation.last).table
    func cell(_ title: String, _ row: Int) throws -> String {
      table.rows[row][try #require(table.columns.firstIndex { $0.title == title })]
    }
    #expect(try cell("constant outputs", 1) == "3" && cell("constant outputs", 0) == "0")
    #expect(try cell("beyond range", 1) == "17" && cell("beyond range", 0) == "0")
    #expect(try cell("farthest", 1).hasPrefix("25"))
    let page = StudyPage(record).html
    #expect(page.contains("constant outputs") && page.contains("beyond range"))
  }

  /// Controls name the resistance of their point, also where there is only one.
  @Test func controlsNameTheirPoint() async throws {
    let record = try await record(
      "study: {bitLineOhms: [700]}\ncompensation: {gains: layer, images: 4}")
    let rows = try #require(ExperimentTables(record).paired).rows
    #expect(
      rows.map { Array($0.prefix(2)) } == [
        ["float", "–"], ["int8", "–"], ["ideal", "–"], ["exact uncompensated", "700"],
        ["exact", "700"],
      ])
  }

  /// Changed arrays stand below the arrays as they are, with their mean and the worst.
  @Test func changedArraysHaveTheirTable() async throws {
    let record = try await record(
      "compensation: {gains: column, reconstruction: {steps: 1, vectors: 32}, images: 8, "
        + "robustness: {resistancePercent: 10}}")
    let tables = ExperimentTables(record).compensation
    let table = try #require(tables.first { $0.title == ExperimentTables.robustnessTitle }).table
    #expect(
      table.rows.map { $0[1] } == [
        "as compensated for", "resistances −10 %", "resistances +10 %", "mean of the changes",
        "worst of the changes",
      ])
    #expect(table.rows.allSatisfy { $0.count == 4 && !$0.contains("–") })
    let (page, text) = (StudyPage(record).html, ExperimentTables(record).text)
    #expect(page.contains("worst of the changes") && text.contains("worst of the changes"))
    // Steps and errors of reconstruction stand with the layer; it has no passes of programming.
    let layers = try #require(tables.last).table
    #expect(layers.columns.map(\.title).contains("reconstruction steps"))
    #expect(layers.rows.allSatisfy { $0.contains("–") })
  }

  @Test func withoutCompensationNothingIsSaidOfIt() async throws {
    let record = try await record("")
    #expect(ExperimentTables(record).compensation.isEmpty)
    #expect(!StudyPage(record).html.contains(">Compensation<"))
    #expect(!ExperimentTables(record).text.contains("uncompensated"))
  }
}
