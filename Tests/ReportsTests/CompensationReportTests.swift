import Experiments
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
      "compensation: {gains: column, programming: voltageLoss, images: 8}\nenergy: paper-40nm")
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
    #expect(tables[1].table.rows.allSatisfy { !$0.contains("–") })
    let (page, text) = (StudyPage(record).html, ExperimentTables(record).text)
    #expect(page.contains(">Compensation<") && page.contains("exact lower G<sub>on</sub>"))
    #expect(text.contains(ExperimentTables.controlsTitle))
    #expect(page.contains("digital gains"))
  }

  @Test func withoutCompensationNothingIsSaidOfIt() async throws {
    let record = try await record("")
    #expect(ExperimentTables(record).compensation.isEmpty)
    #expect(!StudyPage(record).html.contains(">Compensation<"))
    #expect(!ExperimentTables(record).text.contains("uncompensated"))
  }
}
