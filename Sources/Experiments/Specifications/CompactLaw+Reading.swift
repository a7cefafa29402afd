import CompactModels
import Configuration
import CrossbarArray
import Files
import Netlist

extension CompactLaw {
  /// The keys of `law: {model: compact}`.
  static func read(_ inner: inout ConfigurationSection) throws(ConfigurationError) -> CellLaw {
    let cell = try device(&inner, "compact cells")
    let conductance = try inner.string(
      "conductanceParameter", default: "G",
      meaning: "Parameter of the module that takes G, in siemens")
    let volts = try inner.double(
      "maximumVolts", unit: "V", default: 1, range: .above(0, through: 1e3),
      meaning: "Largest voltage across a cell for which curves are tabulated, for fast methods")
    let low = try inner.double(
      "leastSiemens", unit: "S", default: 1e-9, range: 1e-15...1,
      meaning: "Smallest conductance above 0 for which curves are tabulated")
    let high = try inner.double(
      "mostSiemens", unit: "S", default: 1e-3, range: 1e-15...1,
      meaning: "Largest conductance for which curves are tabulated")
    let gate = try inner.double(
      "gateVolts", unit: "V", default: nil, range: -1e6...1e6,
      meaning: "Gate of a selected word line, for cells with a gate (gateDriven)")
    let access = try inner.section(
      "access", default: nil,
      meaning:
        "A module in series at the drive line with drain, gate, source and, where it has one, "
        + "bulk: the access transistor of a two-terminal cell"
    ) { (section) throws(ConfigurationError) in try device(&section, "access transistors") }
    guard let cell, inner.has("file") else { return .linear }
    guard low <= high else {
      throw inner.error(at: "leastSiemens", "is above mostSiemens, \(high)")
    }
    do throws(CompactLaw.Fault) {
      return .compact(
        try CompactLaw(
          cell: cell, conductanceParameter: conductance, access: access ?? nil, gateVolts: gate,
          maximumVolts: volts, siemens: low...high))
    } catch {
      throw inner.error(at: error.key, error.reason)
    }
  }

  /// A module and its parameters; `nil` in a reference page.
  private static func device(
    _ section: inout ConfigurationSection, _ what: String
  ) throws(ConfigurationError) -> Device? {
    let path = try section.path(
      "file",
      meaning: "Verilog-A of \(what), .va, compiled where the compiler openvaf-r is found, or "
        + "compiled, .osdi. Its code is run: name only files that you trust")
    let name = try section.string(
      "module", default: nil, meaning: "Name of the module, of a file with several")
    let values = try section.map(
      "parameters", of: "parameter", meaning: "Values of the module's parameters"
    ) { (inner, key) throws(ConfigurationError) in
      try inner.double(
        key, unit: "", range: -1e300...1e300, meaning: "Value in the module's own unit")
    }
    guard section.has("file") else { return nil }
    do throws(CompactModelError) {
      let module = try CompactLibrary.openOrCompile(path).module(name)
      return Device(
        module: module, parameters: values.map { CompactParameter($0.key, $0.value) },
        contents: try VerilogACompiler.contents(of: path).hexadecimal)
    } catch {
      throw section.error(at: "file", "\(error)")
    }
  }
}
