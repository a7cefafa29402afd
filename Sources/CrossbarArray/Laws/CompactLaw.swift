import CompactModels
import Files
import Netlist

/// A cell whose current is that of a module of compiled Verilog-A, by itself or behind an access
/// device that is a module too; the cell's conductance sets parameters of the module, and of the
/// access device's where that has a table of its own (`CompactStates`).
///
/// Circuits hold the modules themselves and are solved by Newton's method over KLU. The fast methods
/// for two-terminal cells take curves of the current, tabulated from the module (`CompactTable`),
/// whose error is stated, and so do those for cells with a gate in columns whose lines carry the same
/// current. Other arrays of cells with a gate are solved as circuits.
public struct CompactLaw: Sendable {
  /// A module with values of its parameters.
  public struct Device: Sendable {
    public var module: CompactModule
    public var parameters: [CompactParameter]
    /// Hash of the module's source, or of the compiled file.
    public var contents: String
    /// Parameters that follow the cell's conductance; `nil` if none does.
    public var states: CompactStates?

    public init(
      module: CompactModule, parameters: [CompactParameter], contents: String,
      states: CompactStates? = nil
    ) {
      self.module = module
      self.parameters = parameters
      self.contents = contents
      self.states = states
    }
  }

  /// The memory element, or the whole cell: terminals on the drive line and the bit line, or on the
  /// drive line, the gate and the bit line.
  public let cell: Device
  /// In series at the drive line: drain, gate, source and, where there is a fourth, bulk.
  public let access: Device?
  /// Gate voltage of a selected word line; `nil` without a gate.
  public let gate: Double?
  /// Conductances that tables of parameters know; `nil` without a table.
  let siemensLimit: ClosedRange<Double>?
  private(set) var table: CompactTable
  /// Curves for the columns of arrays, made when they are needed.
  private(set) var columns = ColumnCurves()

  /// Refused parameters, by configuration key below `law`.
  public struct Fault: Error, CustomStringConvertible, Sendable {
    public var key: String
    public var reason: String
    public var description: String { "law.\(key): \(reason)" }
  }

  /// A law whose cells have their conductance as one of the module's parameters.
  public init(
    cell: Device, conductanceParameter: String, access: Device? = nil, gateVolts: Double? = nil,
    maximumVolts: Double = 1, siemens: ClosedRange<Double>? = nil
  ) throws(Fault) {
    var cell = cell
    cell.states = CompactStates(conductanceParameter: conductanceParameter)
    try self.init(
      cell: cell, access: access, gateVolts: gateVolts, maximumVolts: maximumVolts,
      siemens: siemens)
  }

  /// A law whose curves are tabulated from `-maximumVolts` to `maximumVolts` for conductances
  /// within `siemens`; evaluates the module to do so.
  ///
  /// - Parameters:
  ///   - cell: With parameters that follow the conductance.
  ///   - siemens: By default the conductances of tables, or 1 nS to 1 mS without one.
  public init(
    cell: Device, access: Device? = nil, gateVolts: Double? = nil,
    maximumVolts: Double = 1, siemens: ClosedRange<Double>? = nil
  ) throws(Fault) {
    precondition(cell.states != nil, "the conductance sets a parameter of the cell")
    try Self.checkTerminals(cell.module, access?.module, hasGate: gateVolts != nil)
    self.cell = try Self.bound(cell, "")
    self.access = try access.map { (device) throws(Fault) in try Self.bound(device, "access.") }
    gate = gateVolts
    let maps = [self.cell.states, self.access?.states].compactMap { $0?.range }
    guard maps.count < 2 || maps[0].overlaps(maps[1]) else {
      throw Fault(
        key: "access.parameterMap", reason: "has no conductance that parameterMap has too")
    }
    let known = Self.knownSiemens(cell, access)
    let siemens = siemens ?? known
    siemensLimit = maps.isEmpty ? nil : known
    if !maps.isEmpty {
      for (key, value) in [
        ("leastSiemens", siemens.lowerBound), ("mostSiemens", siemens.upperBound),
      ] where !known.contains(value) {
        throw Fault(
          key: key,
          reason: "\(value) S is no state: \(Self.reach(known, [cell.states, access?.states]))")
      }
    }
    table = CompactTable.none
    do throws(ArrayError) {
      var identity = CanonicalEncoding()
      encodeCells(into: &identity)
      identity.add("maximumVolts", maximumVolts)
      identity.add("siemens", [siemens.lowerBound, siemens.upperBound])
      (table, columns) = try TabulatedLaws.shared.curves(identity.hash.hexadecimal) {
        () throws(ArrayError) in
        (
          try CompactTable(of: self, maximumVolts: maximumVolts, siemens: siemens), ColumnCurves()
        )
      }
    } catch {
      throw Fault(
        key: "file",
        reason: "\(error), while curves were tabulated to maximumVolts \(maximumVolts) and "
          + "conductances of \(siemens.lowerBound) to \(siemens.upperBound) S")
    }
  }

  /// The device with its parameters found and checked; `prefix` leads its keys.
  private static func bound(_ device: Device, _ prefix: String) throws(Fault) -> Device {
    var device = device
    do throws(CompactModelError) {
      try device.module.check(device.parameters)
    } catch {
      throw Fault(key: prefix + "parameters", reason: "\(error)")
    }
    guard var states = device.states else { return device }
    let key = prefix + (states.range == nil ? "conductanceParameter" : "parameterMap")
    do throws(CompactStates.Fault) {
      try states.bind(to: device.module, shared: device.parameters)
    } catch {
      throw Fault(key: key, reason: "\(error)")
    }
    let ids = states.parameters.map { device.module.id(of: $0) }
    if let twice = device.parameters.first(where: { ids.contains(device.module.id(of: $0.name)) }) {
      throw Fault(
        key: prefix + "parameters",
        reason: "\(twice.name) "
          + (states.range == nil
            ? "is the cell's entry of conductances" : "is a column of \(states.file)"))
    }
    device.states = states
    return device
  }

  /// Conductances for which curves are tabulated unless others are named: those of tables of
  /// parameters, or 1 nS to 1 mS without one.
  public static func knownSiemens(_ cell: Device, _ access: Device?) -> ClosedRange<Double> {
    [cell.states, access?.states].compactMap { $0?.range }.reduce(nil) {
      (known: ClosedRange<Double>?, range) in known.map { range.clamped(to: $0) } ?? range
    } ?? 1e-9...1e-3
  }

  /// What the tables know, with their files.
  private static func reach(
    _ known: ClosedRange<Double>, _ states: [CompactStates?]
  ) -> String {
    let files = states.compactMap { $0 }.filter { $0.range != nil }.map(\.file)
    return "law.parameterMap, \(files.joined(separator: " and ")), has states from "
      + "\(known.lowerBound) to \(known.upperBound) S"
  }

  private static func checkTerminals(
    _ cell: CompactModule, _ access: CompactModule?, hasGate: Bool
  ) throws(Fault) {
    func wrong(_ key: String, _ module: CompactModule, _ wanted: String) -> Fault {
      Fault(
        key: key,
        reason:
          "module \(module.name) has the terminals \(module.terminals.joined(separator: " ")); "
          + wanted)
    }
    if let access {
      guard cell.terminalCount == 2 else {
        throw wrong("file", cell, "behind an access device, a cell has two")
      }
      guard (3...4).contains(access.terminalCount) else {
        throw wrong("access.file", access, "an access device has drain, gate, source or bulk too")
      }
    } else {
      guard (2...3).contains(cell.terminalCount) else {
        throw wrong(
          "file", cell, "a cell has two, on its lines, or three, with its gate in the middle")
      }
    }
    let needsGate = access != nil || cell.terminalCount == 3
    guard needsGate == hasGate else {
      throw Fault(
        key: "gateVolts",
        reason: needsGate
          ? "is missing: module \((access ?? cell).name) has a gate" : "the cell has no gate")
    }
  }

  /// Largest error of a tabulated current over the current itself.
  public var tabulationError: Double { table.relativeError }

  /// Largest voltage across a cell, and conductances, to which curves reach.
  public var maximumVolts: Double { table.maximumVolts }
  public var siemens: ClosedRange<Double> { table.siemens }
}

extension CompactLaw: Equatable, CanonicallyEncoded {
  public func addIdentity(to encoding: inout CanonicalEncoding) { encode(into: &encoding) }

  public static func == (a: CompactLaw, b: CompactLaw) -> Bool {
    a.encoding == b.encoding
  }

  private var encoding: [UInt8] {
    var encoding = CanonicalEncoding()
    encode(into: &encoding)
    return Array(encoding.bytes)
  }
}

extension CompactLaw.Device {
  fileprivate func encode(_ key: String, into encoding: inout CanonicalEncoding) {
    encoding.add(key) { part in
      part.add("module", module.name)
      part.add("contents", contents)
      for parameter in parameters.sorted(by: { $0.name.lowercased() < $1.name.lowercased() }) {
        switch parameter.value {
        case .number(let number): part.add(parameter.name.lowercased(), number)
        case .text(let text): part.add(parameter.name.lowercased(), text)
        }
      }
      if let states, states.range != nil { states.encode(into: &part) }
    }
  }
}

extension CompactLaw: CurrentVoltageLaw {
  static let keyword = "compact"
  var kind: CellLawKind { gate == nil ? .monotone : .threeTerminal }
  var lanes: (any LaneLaw)? { gate == nil ? self : nil }
  var gateVolts: Double? { gate }
  var voltLimit: Double? { table.maximumVolts }
  var tabulation: CompactTable? { table }
  var needsGeneralSolver: Bool { true }
  var isProportional: Bool { table.isProportional }
  var isOdd: Bool { table.isOdd && gate == nil }

  func encode(into encoding: inout CanonicalEncoding) {
    encodeCells(into: &encoding)
    encoding.add("maximumVolts", table.maximumVolts)
    encoding.add("siemens", [table.siemens.lowerBound, table.siemens.upperBound])
  }

  /// All that currents depend on.
  private func encodeCells(into encoding: inout CanonicalEncoding) {
    cell.encode("cell", into: &encoding)
    access?.encode("access", into: &encoding)
    if let states = cell.states, states.range == nil { states.encode(into: &encoding) }
    if let gate { encoding.add("gateVolts", gate) }
  }

  func validate(_ topology: CellTopology) throws(ArrayError) {
    guard gate == nil || topology != .voltageDriven else {
      throw .unsupported(
        "law: compact with gateVolts needs topology: gateDriven, because its gate is the word line")
    }
  }

  func amperes(_ volts: Double, siemens: Double) -> Double {
    table.value(at: volts, siemens: siemens).amperes
  }

  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent {
    let value = table.value(at: volts, siemens: siemens)
    return CellTangent(amperes: value.amperes, siemens: value.siemens)
  }

  func siemens(_ volts: Double, amperes: Double) -> Double {
    table.siemens(at: volts, amperes: amperes)
  }

  var siemensReach: String {
    siemensLimit.map { Self.reach($0, [cell.states, access?.states]) } ?? ""
  }

  func refusal(ofReadAt volts: Double) -> String? {
    refusal(beyondLimit: volts) ?? (siemensLimit == nil ? nil : table.disorder(at: volts))
  }

  /// The access device's model, if any, and behind it the cell's.
  func addModel(to circuit: inout Circuit, suffix: String) -> Int? {
    if let access {
      circuit.addCompactModel(
        access.module.model(circuit.label("maccess" + suffix), access.parameters))
    }
    return circuit.addCompactModel(
      cell.module.model(circuit.label("mcell" + suffix), cell.parameters))
  }

  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements {
    guard let model else { preconditionFailure("compact devices have a model") }
    var nodes = [site.from, site.to]
    var elements = CellElements()
    if gate != nil {
      // Unused word lines have no gate, so their cells do not conduct.
      guard let gate = site.gate else { return elements }
      if let access {
        let inner = site.addMiddle(to: &circuit)
        let label = site.label("na", &circuit)
        let terminals = [site.from, gate, inner, site.bulk].prefix(access.module.terminalCount)
        elements.compact = access.add(
          label, Array(terminals), model: model - 1, ownModel: "maccess", site, to: &circuit)
        nodes[0] = inner
      } else {
        nodes = [site.from, gate, site.to]
      }
    }
    let label = site.label("nc", &circuit)
    let device = cell.add(label, nodes, model: model, ownModel: "mcell", site, to: &circuit)
    elements.compact = elements.compact ?? device
    return elements
  }
}

extension CompactLaw.Device {
  /// Adds the device of a cell, with a model of its own where the cell's conductance sets parameters
  /// that devices of one model share.
  fileprivate func add(
    _ label: Label, _ nodes: [Node], model: Int, ownModel: String, _ site: CellSite,
    to circuit: inout Circuit
  ) -> Int {
    guard let states else { return circuit.addCompactDevice(label, nodes, model: model) }
    let (ofDevice, ofModel) = states.split(at: site.siemens)
    var model = model
    if !ofModel.isEmpty {
      model = circuit.addCompactModel(
        module.model(site.label(ownModel, &circuit), parameters + ofModel))
    }
    return circuit.addCompactDevice(label, nodes, model: model, parameters: ofDevice)
  }
}

extension CompactLaw: LaneLaw {
  @inline(__always)
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V) {
    var (current, slope) = (V.none, V.none)
    for lane in 0..<V.width {
      let point = table.value(at: volts[lane: lane], siemens: siemens[lane: lane])
      current[lane: lane] = point.amperes
      slope[lane: lane] = point.siemens
    }
    return (current, slope)
  }
}
