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
      "conductanceParameter", default: nil,
      meaning: "Parameter of the module that takes G, in siemens; G if there is no parameterMap")
    let volts = try inner.double(
      "maximumVolts", unit: "V", default: 1, range: .above(0, through: 1e3),
      meaning: "Largest voltage across a cell for which curves are tabulated, for fast methods")
    let low = try inner.double(
      "leastSiemens", unit: "S", default: nil, range: 1e-15...1,
      meaning: "Smallest conductance above 0 for which curves are tabulated; null for the first of "
        + "parameterMap, or 1 nS")
    let high = try inner.double(
      "mostSiemens", unit: "S", default: nil, range: 1e-15...1,
      meaning: "Largest conductance for which curves are tabulated; null for the last of "
        + "parameterMap, or 1 mS")
    let gate = try inner.double(
      "gateVolts", unit: "V", default: nil, range: -1e6...1e6,
      meaning: "Gate of a selected word line, for cells with a gate (gateDriven)")
    let access = try inner.section(
      "access", default: nil,
      meaning:
        "A module in series at the drive line with drain, gate, source and, where it has one, "
        + "bulk: the access transistor of a two-terminal cell"
    ) { (section) throws(ConfigurationError) in try device(&section, "access transistors") }
    guard var cell, inner.has("file") else { return .linear }
    if cell.states == nil {
      cell.states = CompactStates(conductanceParameter: conductance ?? "G")
    } else if conductance != nil {
      throw inner.error(
        at: "conductanceParameter", "has no effect beside parameterMap; take one of both")
    }
    let range = CompactLaw.knownSiemens(cell, access ?? nil)
    let (least, most) = (low ?? range.lowerBound, high ?? range.upperBound)
    guard least <= most else {
      throw inner.error(
        at: low == nil ? "mostSiemens" : "leastSiemens",
        "leastSiemens, \(least), is above mostSiemens, \(most)")
    }
    do throws(CompactLaw.Fault) {
      return .compact(
        try CompactLaw(
          cell: cell, access: access ?? nil, gateVolts: gate, maximumVolts: volts,
          siemens: least...most))
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
    let map = try section.path("parameterMap", default: nil, meaning: ParameterMapFile.meaning)
    let isLogarithmic = try section.boolean(
      "logarithmicMap", default: false,
      meaning: "Whether parameters between two rows of parameterMap lie on straight lines against "
        + "the logarithm of G, instead of G")
    guard section.has("file") else { return nil }
    try section.expect(
      map != nil || !isLogarithmic, at: "logarithmicMap", "has no effect without parameterMap")
    var states: CompactStates?
    if let map {
      do throws(FileError) {
        states = try ParameterMapFile.read(map, isLogarithmic ? .logarithmic : .linear)
      } catch {
        throw section.error(at: "parameterMap", "\(error)")
      }
    }
    do throws(CompactModelError) {
      let module = try CompactLibrary.openOrCompile(path).module(name)
      return Device(
        module: module, parameters: values.map { CompactParameter($0.key, $0.value) },
        contents: try VerilogACompiler.contents(of: path).hexadecimal, states: states)
    } catch {
      throw section.error(at: "file", "\(error)")
    }
  }
}
