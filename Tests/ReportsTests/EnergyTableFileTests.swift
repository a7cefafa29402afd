import Energy
import Experiments
import Inference
import TestSupport
import Testing

@testable import Reports

/// energy.csv of a run.
@Suite struct EnergyTableFileTests {
  /// Components add up to their layer, layers to the cost of their point; components have no time.
  @Test func componentsAddUp() async throws {
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        auditVectors: 0
        converterImages: 2
        study: {bitLineOhms: [1, 700]}
        energy: {components: xiao2022}

        """, file: "E.yaml")
    let record = try await ExperimentRunner(spec, limit: 2, width: 2).run()
    let folder = try TemporaryFolder()
    let written = try ResultFolder(folder.path).write(record, page: "")
    #expect(written.contains(folder.path + "/energy.csv"))
    let text = try #require(ImageTables(record).energy)
    let rows = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows[0] == ["layer", "component", "joules", "seconds", "squareMeters", "point"])
    let labels = record.points.map(record.label(of:))
    #expect(Set(rows.dropFirst().map { String($0[5]) }) == Set(labels))
    for (point, label) in zip(record.points, labels) {
      let cost = try #require(point.cost)
      let own = rows.dropFirst().filter { $0[5] == label }
      func sum(_ column: Int, _ taken: ([Substring]) -> Bool) -> Double {
        own.filter(taken).reduce(0) { $0 + (Double($1[column]) ?? .nan) }
      }
      #expect(sum(3) { $0[1] == "all" }.isClose(to: cost.seconds, within: 1e-12))
      for taken in [{ $0[1] == "all" }, { $0[1] != "all" }] as [([Substring]) -> Bool] {
        #expect(sum(2, taken).isClose(to: cost.joules, within: 1e-12))
        #expect(sum(4, taken).isClose(to: cost.areaSquareMicrometers * 1e-12, within: 1e-12))
      }
      #expect(own.allSatisfy { $0[1] == "all" || $0[3].isEmpty })
    }
  }

  @Test func withoutCostsThereIsNone() throws {
    #expect(ImageTables(SampleRecord.record).energy == nil)
  }
}

extension Double {
  fileprivate func isClose(to other: Double, within relative: Double) -> Bool {
    (self - other).magnitude <= relative * other.magnitude
  }
}
