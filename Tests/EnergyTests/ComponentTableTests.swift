import AnalogCore
import Configuration
import Energy
import Testing

@Suite struct ComponentTableTests {
  private static let text = """
    integration: {seconds: 1e-8, integratorWatts: 2e-5, source: a test}
    cells: {source: a test}
    converters:
      conversion: {model: bitwise, joulesPerBit: 2e-13, hertz: 1e9}
      source: a test
    """

  private func read(_ text: String) throws -> ComponentTable {
    var section = try ConfigurationSection(yaml: text, file: "table.yaml")
    return try section.finishing(ComponentTable.init(reading:))
  }

  @Test func rowsThatAreLeftOutCostNothing() throws {
    let table = try read(Self.text)
    #expect(table.cells.read == .circuit)
    #expect(table.converters?.conversion == .bitwise(joulesPerBit: 2e-13, hertz: 1e9))
    #expect(
      table.missing == [
        .wordLineDrivers, .inputAccumulation, .shiftAdd, .adders, .offsetRemoval, .gains,
        .buffers, .idle,
      ])
    let cost = try EnergySample().cost(table)
    for component in table.missing { #expect(cost.joules(of: component) == 0) }
    #expect(cost.joules(of: .converters) > 0)
  }

  @Test(arguments: [
    (
      "cells: {source: a test}", "cells: {area: 1, source: a test}",
      "table.yaml:2: cells.area: unknown key"
    ),
    (
      "cells: {source: a test}", "cells: {areaSquareMicrometer: 1, source: a test}",
      "table.yaml:2: cells.areaSquareMicrometer: unknown key; did you mean areaSquareMicrometers? "
    ),
    (
      ", source: a test}\ncells", "}\ncells",
      "table.yaml:1: integration.source: required key is missing"
    ),
    (
      "seconds: 1e-8", "seconds: 1e200",
      "table.yaml:1: integration.seconds: 1e200 is above 1000000"
    ),
    (
      "model: bitwise, joulesPerBit", "model: bitwise, joules",
      "2 faults\ntable.yaml:4:15: converters.conversion.joulesPerBit: required key is missing\n"
    ),
  ])
  func faultsNameTheirPlace(find: String, replacement: String, fault: String) throws {
    let text = Self.text.replacing(find, with: replacement)
    #expect(text != Self.text)
    do {
      _ = try read(text)
      Issue.record("read")
    } catch {
      #expect("\(error)".hasPrefix(fault), "\(error)")
    }
  }

  /// Converters whose cost a table cannot give are refused by layer, key and reason.
  @Test func convertersWithoutCostAreRefused() throws {
    let ideal = try EnergySample { $0.converter = .ideal }
    #expect(throws: EnergyError.converterWithoutBits(layer: "layer")) { try ideal.cost() }
    let pipeline = try EnergySample {
      $0.converter = .circuit(
        CircuitConverterSpecification(
          .pipeline(capacitorMismatch: 0, comparatorOffset: 0), bits: 8), range: .maximum)
    }
    #expect(
      throws: EnergyError.otherConverter(
        layer: "layer", architecture: "pipeline", conversion: "ramp")
    ) { try pipeline.cost() }
    var table = EnergySample.table
    table.converters?.conversion = .fixed(joules: 1e-12, seconds: 1e-9)
    #expect(
      try ideal.cost(table).joules(of: .converters) == Double(ideal.counts.conversions) * 1e-12)
    #expect(try pipeline.cost(table).joules(of: .converters) > 0)
  }

  /// A converter of full precision has as many bits as its codes take.
  @Test func fullPrecisionHasTheBitsOfItsCodes() throws {
    let sample = try EnergySample { $0.converter = .fullPrecision }
    // 8 rows of ±127 levels and one input bit: ±1016.
    let codes = 2 * 7 * 127 + 1.0
    let bits = sample.arrays.converterBits ?? 0
    #expect(bits > 10 && bits <= 11, "\(bits) bits for at least \(codes) codes")
  }
}
