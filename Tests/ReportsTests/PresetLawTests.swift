import Experiments
import Foundation
import Inference
import TestSupport
import Testing

@testable import Reports

/// Every shipped design on cells that are not linear, behind wires, to the end: audit and report.
@Suite struct PresetLawTests {
  @Test(
    .tags(.validation),
    arguments: ["isaac", "paper-a", "paper-b", "paper-c", "paper-d", "paper-e", "prime", "sonos"],
    [
      "{model: sinh, scaleVolts: 0.1}", "{model: table, file: iv.csv}",
      "{model: sinh, scaleVolts: 0.1}, inputs: voltages",
      "{model: table, file: iv.csv}, inputs: voltages",
      "{model: selector, saturationAmperes: 1e-6, slopeVolts: 0.05}, inputs: voltages",
    ])
  func presetTakesTheLaw(preset: String, hardware: String) async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      "volts,relativeCurrent\n-2,-8\n-1,-2.5\n-0.5,-0.8\n-0.2,-0.22\n-0.1,-0.1\n0.1,0.1\n0.2,0.22\n"
        + "0.5,0.8\n1,2.5\n2,8\n", to: "iv.csv")
    // Inputs on voltages have no read noise, which the preset has.
    let isNoisy = preset == "sonos" && hardware.contains("voltages")
    let noise = isNoisy ? ", errors: {readNoise: none}" : ""
    let file = try folder.write(
      """
      version: 1
      path: exact
      auditVectors: 1
      converterImages: 1
      hardware: {preset: \(preset), wires: {bitLineOhms: 1}, law: \(hardware)\(noise)}
      """, to: "E.yaml")
    let record = try await ExperimentRunner(
      ExperimentSpec(contentsOf: file), limit: 1, width: 2
    ).run()
    let point = try #require(record.points.first)
    for layer in point.layers {
      #expect(layer.method.hasPrefix("exact: "), "\(layer.method)")
      #expect(try #require(layer.worstRelativeError) < 1e-4, "\(layer.name)")
    }
    #expect(point.results.allSatisfy { $0.outputs.joined().allSatisfy(\.isFinite) })
    #expect(
      StudyPage(record).html.contains(
        hardware.contains("sinh")
          ? "hyperbolic sine" : hardware.contains("selector") ? "selector" : "measured curve"))
    #expect((record.voltageMap != nil) || !hardware.contains("voltages"))
  }
}
