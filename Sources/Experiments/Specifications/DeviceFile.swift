import AnalogCore
import Configuration
import Foundation
import Units

/// Measured data of a device: tables of its conductance errors. The bundled files are generated in
/// `validation/devices`.
struct DeviceFile: Equatable {
  /// Where the numbers are from.
  var source: String
  /// Error of a programmed conductance, by the time since programming in seconds.
  var programming: [(seconds: Double, table: StateTable)]
  /// Read noise, if known.
  var readNoise: StateTable?
  /// Drift exponents, if known.
  var drift: StateTable?

  static func == (a: DeviceFile, b: DeviceFile) -> Bool {
    a.source == b.source && a.readNoise == b.readNoise && a.drift == b.drift
      && a.programming.map(\.seconds) == b.programming.map(\.seconds)
      && a.programming.map(\.table) == b.programming.map(\.table)
  }

  private static var folder: String { ProgramFiles.path("devices/") }

  /// Names of the devices that come with the program and of which something is known.
  static func names(
    with isKnown: (DeviceFile) -> Bool
  ) throws(ConfigurationError) -> [String] {
    var found: [String] = []
    for name in names() {
      if let device = try bundled(name), isKnown(device) { found.append(name) }
    }
    return found
  }

  /// Names of the devices that come with the program.
  static func names() -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }

  /// The device called `name`; `nil` if there is none.
  static func bundled(_ name: String) throws(ConfigurationError) -> DeviceFile? {
    guard names().contains(name) else { return nil }
    return try ConfigurationSection.read(file: folder + name + ".yaml", DeviceFile.init)
  }

  init(_ section: inout ConfigurationSection) throws(ConfigurationError) {
    _ = try section.version(1...1, meaning: "Version of this format")
    source = try section.string("source", meaning: "Where the numbers are from")
    let state = try section.choice(
      "state", meaning: "What the state of a cell is",
      options: StateTable.State.allCases.map { .option($0.rawValue, $0, meaning: $0.rawValue) })
    programming = try section.list(
      "programming", minimumCount: 1, meaning: "Error of programmed conductances, by time"
    ) { (inner) throws(ConfigurationError) in
      let seconds = try inner.double(
        "seconds", unit: "s", range: 0..., meaning: "Time since programming")
      return (seconds, try StateTable(reading: &inner, state: state, means: "shifts"))
    }
    readNoise = try section.section("readNoise", default: nil, meaning: "Noise of a read") {
      (inner) throws(ConfigurationError) in
      try StateTable(reading: &inner, state: state, means: nil)
    }
    drift = try section.section("drift", default: nil, meaning: "Exponents of the drift") {
      (inner) throws(ConfigurationError) in
      try StateTable(reading: &inner, state: state, means: "exponents", isDimensionless: true)
    }
  }
}

extension StateTable.State {
  /// How keys and column names end.
  var suffix: String {
    switch self {
    case .siemens: "Siemens"
    case .amperes: "Amperes"
    case .relative: "Relative"
    }
  }

  /// Its unit as messages print it.
  var unit: String {
    switch self {
    case .siemens: " S"
    case .amperes: " A"
    case .relative: " of the largest conductance"
    }
  }
}

extension StateTable {
  /// Reads the columns of a table: `statesSiemens`, and so on.
  fileprivate init(
    reading section: inout ConfigurationSection, state: State, means name: String?,
    isDimensionless: Bool = false
  ) throws(ConfigurationError) {
    let suffix = isDimensionless ? "" : state.suffix
    let states = try section.doubles("states" + state.suffix, range: 0..., meaning: "The points")
    var means = [Double](repeating: 0, count: states.count)
    if let name { means = try section.doubles(name + suffix, meaning: "Mean at each point") }
    let deviations = try section.doubles(
      "deviations" + suffix, range: 0..., meaning: "Standard deviation at each point")
    try section.expect(
      means.count == states.count && deviations.count == states.count, at: "states" + state.suffix,
      "has \(states.count) points, the other columns \(means.count) and \(deviations.count)")
    do throws(Fault) {
      try self.init(state: state, states: states, means: means, deviations: deviations)
    } catch {
      throw section.error(
        at: "states" + state.suffix, "point \(error.point + 1): \(error.reason)")
    }
  }

  /// Why the table does not describe cells of this kind; `nil` if it does.
  func coverageFault(_ cell: CellSpecification) -> String? {
    guard !covers(cell) else { return nil }
    let scale = scale(for: cell)
    func text(_ x: Double) -> String { String(format: "%.4g", x) }
    let needed =
      "\(text(cell.offConductance.value * scale)) … \(text(cell.onConductance.value * scale))"
    return "the table covers \(text(states[0])) … \(text(states[states.count - 1]))\(state.unit), "
      + "the cells reach \(needed)\(state.unit)"
  }
}
