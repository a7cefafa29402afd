import AnalogCore
import Configuration
import CrossbarArray
import Testing
import Units

@testable import Experiments

/// The key `hardware.sourceLine`: what it means, and what is refused before anything is programmed.
@Suite struct CrossingConfigurationTests {
  private func fault(_ hardware: String, rest: String = "") -> String {
    do throws(ConfigurationError) {
      _ = try ExperimentSpec(
        yaml: "version: 1\nhardware: \(hardware)\n\(rest)\n", file: "E.yaml")
      return "accepted"
    } catch {
      return error.description
    }
  }

  /// A layer inherits the experiment's direction and may change it; resolved files read as the same.
  @Test func directionsAreRead() throws {
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        hardware: {sourceLine: crossing, wires: {sourceLineOhms: 2}}
        layers:
          conv1: {hardware: {tile: {wordLines: 32}}}
          conv2: {hardware: {sourceLine: parallel}}
        """, file: "E.yaml")
    #expect(spec.hardware.sourceLine == .crossing)
    #expect(spec.hardware.technology.topology == .gateDriven(sourceLine: .crossing))
    #expect(spec.layers["conv1"]?.hardware?.sourceLine == .crossing)
    #expect(spec.layers["conv2"]?.hardware?.sourceLine == .parallel)
    let again = try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml")
    #expect(again.hardware == spec.hardware && again.layers == spec.layers)
    #expect(HardwareConfiguration().sourceLine == .parallel)
  }

  @Test(arguments: [
    (
      "{sourceLine: crossing, inputs: voltages}", "",
      "E.yaml:2: hardware.sourceLine: crossing has no effect: arrays driven by voltages have no "
        + "source lines; take parallel"
    ),
    (
      "{sourceLine: crossing}", "layers: {conv1: {hardware: {inputs: voltages}}}",
      "E.yaml:3: layers.conv1.hardware.sourceLine: crossing has no effect: arrays driven by voltages "
        + "have no source lines; take parallel"
    ),
    ("{sourceLine: across}", "", "E.yaml:2: hardware.sourceLine: 'across' is not an option"),
  ])
  func whatATopologyCannotHaveIsRefused(hardware: String, rest: String, message: String) {
    #expect(
      fault(hardware, rest: rest).hasPrefix(message), "\(fault(hardware, rest: rest))")
  }
}
