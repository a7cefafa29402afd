import AnalogCore
import Configuration
import Testing

@testable import Experiments

/// What is wrong with wrong converters, off currents and tiles.
@Suite struct ConverterConfigurationTests {
  private func fault(_ hardware: String) -> String {
    do throws(ConfigurationError) {
      _ = try ExperimentSpec(yaml: "version: 1\nhardware: \(hardware)\n", file: "E.yaml")
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test(arguments: [
    (
      "{converter: {model: uniform, range: {model: limits, low: 3, high: 3}}}",
      "E.yaml:2: hardware.converter.range.high: the highest code, 3, must lie above the lowest one, 3"
    ),
    (
      "{converter: {model: uniform, range: {model: limits, low: -1}}}",
      "hardware.converter.range.high: required key is missing"
    ),
    (
      "{converter: {model: uniform, range: {model: limits, low: 0, high: 3}}}",
      "hardware.converter: range.low is 0.0, but differences of pairs have both signs; take a limit "
        + "below 0"
    ),
    ("{blocks: {one: {}}}", "hardware.blocks.one: 'one' is no number of a block"),
    ("{blocks: {<1>: {}}}", "hardware.blocks.<1>: '<1>' is no number of a block"),
    ("{blocks: {-1: {}}}", "hardware.blocks.-1: a block is numbered from 0"),
    ("{blocks: {01: {}}}", "hardware.blocks.01: a block is numbered from 0"),
    ("{blocks: {1: {errors: {readNoise: none}}}}", "errors.readNoise: unknown key"),
    ("{blocks: {1: {wires: {wordLineOhms: 1}}}}", "wordLineOhms has no effect"),
    (
      "{converter: {model: uniform, range: {model: anchored, percent: 0}}}",
      "hardware.converter.range.percent: 0 is not above 0"
    ),
    (
      "{converter: {model: uniform, range: {model: maximum, measuredOn: ideal}}}",
      "hardware.converter.range.measuredOn: unknown key"
    ),
    (
      "{converter: {model: sar, rounding: stochastic}}",
      "hardware.converter.rounding: unknown key"
    ),
    (
      "{offCurrent: converted}",
      "hardware.offCurrent: converted has no effect: the two lines of a pair cancel what their off "
        + "cells carry; take reference"
    ),
    (
      "{mapping: offset, offCurrent: converted, cell: {onOffRatio: 9}, converter: fullPrecision}",
      "hardware.converter: fullPrecision has a code for every unit of the integer dot product, but "
        + "converted off currents are no whole units; take another converter or offCurrent: reference"
    ),
    ("{integratorAmperes: 0}", "hardware.integratorAmperes: 0 is not above 0"),
    ("{tile: {unusedWordLines: farr}}", "did you mean far?"),
  ])
  func faultsAreNamed(hardware: String, problem: String) {
    let message = fault(hardware)
    #expect(message.contains(problem), "\(message)")
  }
}
