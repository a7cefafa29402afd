internal import COSDI
import Files
import Netlist

/// A module of compiled Verilog-A: what its descriptor says.
@safe
public struct CompactModule: @unchecked Sendable {
  /// A parameter, or a variable that is computed at an operating point.
  public struct Parameter: Sendable {
    public enum Kind: Sendable { case model, instance, variable }
    public enum ValueType: Sendable { case real, integer, text }

    /// The primary name, then aliases.
    public var names: [String]
    public var description: String
    public var units: String
    public var kind: Kind
    public var type: ValueType
    /// Whether it is an array, which cannot be set.
    public var isArray: Bool

    public var name: String { names[0] }
  }

  /// A terminal, an inner node, or an unknown of an equation of its own.
  public struct Node: Sendable {
    public enum Quantity: Sendable {
      /// A potential in volts whose equation is a sum of currents.
      case voltage
      /// A current whose equation is a sum of voltages.
      case current
      /// Anything else: a temperature, a position, a charge; of any size.
      case other
      /// The rate of a charge of other unknowns, which its equation does nothing but define: the
      /// compiler's way to write `ddt` that goes through a condition. It follows from the rest.
      case rate
    }

    public var name: String
    public var quantity: Quantity
  }

  /// A source of noise between two nodes.
  public struct NoiseSource: Sendable {
    public var name: String
    /// Numbers of nodes; `nil` is ground.
    public var from: Int?, to: Int?
  }

  /// Stays valid: libraries are never unloaded.
  let descriptor: UnsafePointer<OSDIDescriptor>
  /// Path of its file.
  public let file: String
  public let name: String
  /// The first `terminalCount` are terminals.
  public let nodes: [Node]
  public let terminalCount: Int
  /// Instance parameters, model parameters, then variables.
  public let parameters: [Parameter]
  public let noiseSources: [NoiseSource]
  private let idsByName: [String: Int]

  init(_ descriptor: UnsafePointer<OSDIDescriptor>, file: String) {
    let d = unsafe descriptor.pointee
    unsafe self.descriptor = descriptor
    self.file = file
    name = unsafe String(cString: d.name)
    terminalCount = unsafe Int(d.terminal_count)
    nodes = unsafe (0..<Int(d.node_count)).map { k in
      let node = unsafe d.nodes[k]
      let units = unsafe Self.text(node.units)
      let residual = unsafe Self.text(node.residual_units)
      let quantity: Node.Quantity =
        switch (units, residual) {
        case ("V", "A"): .voltage
        case ("A", "V"), ("A", "A"): .current
        default: unsafe k >= d.terminal_count && Self.isRate(k, d) ? .rate : .other
        }
      return unsafe Node(name: String(cString: node.name), quantity: quantity)
    }
    let count = unsafe Int(d.parameter_count + d.variable_count)
    var parameters: [Parameter] = []
    var ids: [String: Int] = [:]
    for k in 0..<count {
      let entry = unsafe d.parameters[k]
      let names = unsafe (0...Int(entry.alias_count)).compactMap { alias in
        unsafe entry.names[alias].map { unsafe String(cString: $0) }
      }
      for name in names where ids[name.lowercased()] == nil { ids[name.lowercased()] = k }
      let (flags, length) = unsafe (entry.flags, entry.length)
      unsafe parameters.append(
        Parameter(
          names: names, description: Self.text(entry.description), units: Self.text(entry.units),
          kind: flags >> 30 == 1 ? .instance : flags >> 30 == 2 ? .variable : .model,
          type: flags & 3 == 1 ? .integer : flags & 3 == 2 ? .text : .real, isArray: length > 0))
    }
    self.parameters = parameters
    // SPICE's multiplier.
    if ids["m"] == nil, let factor = ids["$mfactor"] { ids["m"] = factor }
    idsByName = ids
    noiseSources = unsafe (0..<Int(d.noise_source_count)).map { k in
      let source = unsafe d.noise_sources[k]
      func node(_ number: UInt32) -> Int? { number == .max ? nil : Int(number) }
      return unsafe NoiseSource(
        name: Self.text(source.name), from: node(source.nodes.first),
        to: node(source.nodes.second))
    }
  }

  /// Whether the equation of a node is `x = dq/dt` with a charge of other unknowns alone.
  private static func isRate(_ node: Int, _ d: OSDIDescriptor) -> Bool {
    var hasCharge = false
    for k in unsafe 0..<Int(d.entry_count) {
      let entry = unsafe d.entries[k]
      guard entry.nodes.first == node else { continue }
      let isOwn = entry.nodes.second == node
      let isReactive = entry.flags & UInt32(OSDI_ENTRY_REACTIVE) != 0
      let isResistive = entry.flags & UInt32(OSDI_ENTRY_RESISTIVE) != 0
      guard isOwn == isResistive, isOwn != isReactive else { return false }
      hasCharge = hasCharge || isReactive
    }
    return hasCharge
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String {
    unsafe pointer.map { unsafe String(cString: $0) } ?? ""
  }

  /// Names of the terminals.
  public var terminals: [String] { nodes.prefix(terminalCount).map(\.name) }

  /// Number of a parameter or variable by any of its names, in any case; `m` is the multiplier
  /// unless the module has an own parameter of that name.
  public func id(of name: String) -> Int? { idsByName[name.lowercased()] }

  /// Whether a parameter has that name, rather than a variable or nothing.
  public func isSettable(_ name: String) -> Bool {
    id(of: name).map { parameters[$0].kind != .variable } ?? false
  }

  /// Number of a settable parameter.
  func settable(_ name: String, ofDevice: Bool) throws(CompactModelError) -> Int {
    guard let id = id(of: name) else {
      let names = parameters.filter { $0.kind != .variable }.flatMap(\.names)
      throw .unknownParameter(
        name, module: self.name, suggestion: NearestWord.find(name, among: names))
    }
    let parameter = parameters[id]
    guard parameter.kind != .variable else {
      throw .notSettable(name, module: self.name, reason: "it is a result")
    }
    guard !parameter.isArray else {
      throw .notSettable(name, module: self.name, reason: "it is an array")
    }
    guard !ofDevice || parameter.kind == .instance else {
      throw .notSettable(
        name, module: self.name, reason: "it belongs to the model, not to a device")
    }
    return id
  }

  /// By terminal, the lowest terminal that direct current may reach from it: through entries of the
  /// resistive Jacobian and through nodes that may be one.
  public var directPaths: [Int] {
    var root = Array(nodes.indices)
    func find(_ k: Int) -> Int {
      var k = k
      while root[k] != k { k = root[k] }
      return k
    }
    func join(_ a: Int, _ b: Int) {
      let (a, b) = (find(a), find(b))
      root[max(a, b)] = min(a, b)
    }
    let d = unsafe descriptor.pointee
    for k in unsafe 0..<Int(d.entry_count) {
      let entry = unsafe d.entries[k]
      guard entry.flags & UInt32(OSDI_ENTRY_RESISTIVE) != 0 else { continue }
      join(Int(entry.nodes.first), Int(entry.nodes.second))
    }
    for k in unsafe 0..<Int(d.collapsible_count) {
      let pair = unsafe d.collapsible[k]
      guard pair.second != .max else { continue }
      join(Int(pair.first), Int(pair.second))
    }
    return (0..<terminalCount).map(find)
  }

  /// Whether it reads the time but stores nothing: variables of Verilog-A do not persist, so that a
  /// model of a memory that is written so forgets its state at every step.
  public var forgetsState: Bool {
    let d = unsafe descriptor.pointee
    guard unsafe d.module_flags & 1 != 0 else { return false }
    return unsafe (0..<Int(d.entry_count)).allSatisfy { k in
      unsafe d.entries[k].flags & UInt32(OSDI_ENTRY_REACTIVE) == 0
    }
  }

  /// Whether it asks for values of the past.
  public var usesDelays: Bool { unsafe descriptor.pointee.delay_count > 0 }

  /// A model card of this module.
  public func model(_ label: Label, _ parameters: [CompactParameter]) -> CompactModel {
    CompactModel(
      label: label, file: file, module: name, terminals: terminals, directPaths: directPaths,
      parameters: parameters)
  }

  /// Throws unless the parameters of a model, and of a device of it, are settable and in range.
  public func check(
    _ model: [CompactParameter], device: [CompactParameter] = [], terminals: Int? = nil,
    celsius: Double = 27
  ) throws(CompactModelError) {
    guard !usesDelays else { throw .usesDelays(module: name) }
    let host = try CompactHost()
    host.nominalCelsius = 27
    let memory = try CompactModelMemory(self, model, host)
    let instance = try CompactInstance(memory, device)
    try instance.setUp(
      kelvin: celsius + 273.15, terminals: terminals ?? terminalCount, host, name: nil, number: 0)
  }
}
