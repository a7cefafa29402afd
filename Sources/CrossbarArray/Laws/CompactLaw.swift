import CompactModels
import Files
import Netlist

/// A cell whose current is that of a module of compiled Verilog-A, by itself or behind an access
/// device that is a module too; the cell's conductance is one of the module's parameters.
///
/// Circuits hold the modules themselves and are solved by Newton's method over KLU. The fast methods
/// for two-terminal cells take curves of the current, tabulated from the module (`CompactTable`),
/// whose error is stated. Cells with a gate are solved as circuits.
public struct CompactLaw: Sendable {
  /// A module with values of its parameters.
  public struct Device: Sendable {
    public var module: CompactModule
    public var parameters: [CompactParameter]
    /// Hash of the module's source, or of the compiled file.
    public var contents: String

    public init(module: CompactModule, parameters: [CompactParameter], contents: String) {
      self.module = module
      self.parameters = parameters
      self.contents = contents
    }
  }

  /// The memory element, or the whole cell: terminals on the drive line and the bit line, or on the
  /// drive line, the gate and the bit line.
  public let cell: Device
  /// Name of the parameter that takes a cell's entry of the conductance matrix.
  public let conductanceParameter: String
  /// In series at the drive line: drain, gate, source and, where there is a fourth, bulk.
  public let access: Device?
  /// Gate voltage of a selected word line; `nil` without a gate.
  public let gate: Double?
  private(set) var table: CompactTable

  /// Refused parameters, by configuration key below `law`.
  public struct Fault: Error, CustomStringConvertible, Sendable {
    public var key: String
    public var reason: String
    public var description: String { "law.\(key): \(reason)" }
  }

  /// A law whose curves are tabulated from `-maximumVolts` to `maximumVolts` for conductances
  /// within `siemens`; evaluates the module to do so.
  public init(
    cell: Device, conductanceParameter: String, access: Device? = nil, gateVolts: Double? = nil,
    maximumVolts: Double = 1, siemens: ClosedRange<Double> = 1e-9...1e-3
  ) throws(Fault) {
    (self.cell, self.access, gate) = (cell, access, gateVolts)
    guard let id = cell.module.id(of: conductanceParameter) else {
      let names = cell.module.parameters.filter { $0.kind != .variable }.map(\.name)
      throw Fault(
        key: "conductanceParameter",
        reason: CompactModelError.unknownParameter(
          conductanceParameter, module: cell.module.name,
          suggestion: NearestWord.find(conductanceParameter, among: names)
        ).description)
    }
    let parameter = cell.module.parameters[id]
    guard parameter.kind != .variable, parameter.type == .real, !parameter.isArray else {
      throw Fault(
        key: "conductanceParameter",
        reason: "\(conductanceParameter) of module \(cell.module.name) takes no real number")
    }
    guard
      !cell.parameters.contains(where: {
        $0.name.lowercased() == conductanceParameter.lowercased()
      })
    else {
      throw Fault(
        key: "parameters", reason: "\(conductanceParameter) is the cell's entry of conductances")
    }
    self.conductanceParameter = conductanceParameter
    try Self.checkTerminals(cell.module, access?.module, hasGate: gateVolts != nil)
    for (key, device) in [("parameters", cell), ("access.parameters", access)] {
      guard let device else { continue }
      do throws(CompactModelError) {
        try device.module.check(device.parameters)
      } catch {
        throw Fault(key: key, reason: "\(error)")
      }
    }
    table = CompactTable.none
    do throws(ArrayError) {
      table = try CompactTable(of: self, maximumVolts: maximumVolts, siemens: siemens)
    } catch {
      throw Fault(
        key: "file",
        reason: "\(error), while curves were tabulated to maximumVolts \(maximumVolts) and "
          + "conductances of \(siemens.lowerBound) to \(siemens.upperBound) S")
    }
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
    cell.encode("cell", into: &encoding)
    access?.encode("access", into: &encoding)
    encoding.add("conductanceParameter", conductanceParameter.lowercased())
    if let gate { encoding.add("gateVolts", gate) }
    encoding.add("maximumVolts", table.maximumVolts)
    encoding.add("siemens", [table.siemens.lowerBound, table.siemens.upperBound])
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

  /// Whether devices of one model differ in the conductance; otherwise each has a model of its own.
  private var isOfDevice: Bool {
    cell.module.id(of: conductanceParameter).map {
      cell.module.parameters[$0].kind == .instance
    } ?? false
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
        elements.compact = circuit.addCompactDevice(label, Array(terminals), model: model - 1)
        nodes[0] = inner
      } else {
        nodes = [site.from, gate, site.to]
      }
    }
    let conductance = CompactParameter(conductanceParameter, site.siemens)
    let label = site.label("nc", &circuit)
    let device: Int
    if isOfDevice {
      device = circuit.addCompactDevice(label, nodes, model: model, parameters: [conductance])
    } else {
      let own = circuit.addCompactModel(
        cell.module.model(site.label("mcell", &circuit), cell.parameters + [conductance]))
      device = circuit.addCompactDevice(label, nodes, model: own)
    }
    elements.compact = elements.compact ?? device
    return elements
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
