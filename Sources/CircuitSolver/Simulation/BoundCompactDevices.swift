import CompactModels
import Netlist

/// The compact devices of a circuit, bound to a solver's unknowns and entries.
struct BoundCompactDevices: Sendable {
  private let devices: CompactDevices
  private let coordinates: [Int32]
  private let places: [[Int]]
  /// Why the last evaluation failed.
  private(set) var failure: CompactModelError?
  /// Why the last change of temperature failed.
  private var temperatureFault: CompactModelError?

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    devices = layout.compact
    places = layout.compactPlaces
    var coordinates: [Int32] = []
    for (device, places) in layout.compactPlaces.enumerated() {
      for entry in layout.compact.entries(of: device) {
        coordinates.append(footprint.coordinate(places[entry.row], places[entry.column]))
      }
    }
    self.coordinates = coordinates
  }

  var count: Int { devices.count }
  /// What modules printed at accepted points.
  var notes: [String] { devices.notes }
  /// Whether a device asked to end the analysis.
  var asksToFinish: Bool { devices.asksToFinish }
  /// The longest next step that a device asks for, in seconds.
  var stepBound: Double { devices.count == 0 ? .infinity : devices.stepBound }

  /// Tells the devices where their values go.
  func bind(_ matrix: SimulationMatrix) {
    guard count > 0 else { return }
    devices.bind(nodes: places, slots: coordinates.map { Int32(matrix.slot($0)) })
  }

  mutating func setCelsius(_ celsius: Double) {
    guard count > 0 else { return }
    temperatureFault = nil
    do throws(CompactModelError) {
      try devices.setCelsius(celsius)
    } catch {
      temperatureFault = error
    }
  }

  /// The current into the first terminal of each device at `x`, devices taken at their word.
  func firstTerminalAmperes(
    at x: [Double], _ conditions: SimulationConditions
  ) throws(CircuitError) -> [Double] {
    var conditions = conditions
    conditions.isAtRest = true
    var amperes: [Double] = []
    for device in 0..<count {
      guard
        let current = devices.firstTerminalAmperes(
          of: device, at: x, conditions.compact(limiting: false, isDynamic: false))
      else {
        throw .compactModel(
          .notFinite(device: devices.name(of: device), module: devices.moduleName(of: device)))
      }
      amperes.append(current)
    }
    return amperes
  }

  /// Returns whether some device was held back. An evaluation that fails leaves its reason.
  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, limiting: Bool, isDynamic: Bool,
    into matrix: inout SimulationMatrix
  ) -> Int {
    guard count > 0 else { return 0 }
    failure = temperatureFault
    guard failure == nil else { return 0 }
    let outcome = devices.load(
      x, conditions.compact(limiting: limiting, isDynamic: isDynamic), flow: &matrix.flow,
      charge: &matrix.charge, conductances: &matrix.conductances,
      capacitances: &matrix.capacitances)
    switch outcome {
    case .evaluated(let limited): return limited ? 1 : 0
    case .failed:
      failure = devices.failure
      return 0
    }
  }
}

extension SimulationConditions {
  /// The same for compact devices.
  func compact(limiting: Bool, isDynamic: Bool) -> CompactConditions {
    let analysis: CompactConditions.Analysis =
      switch (time != nil, isDynamic) {
      case (false, false): .operatingPoint
      case (false, true): .smallSignal
      case (true, false): .transientStart
      case (true, true): .transient
      }
    var conditions = CompactConditions(
      analysis, junctionSiemens: junctionSiemens, limiting: limiting)
    conditions.seconds = time ?? 0
    conditions.sourceScale = sourceScale
    conditions.iteration = iteration
    conditions.isFirst = isFirst
    return conditions
  }
}
