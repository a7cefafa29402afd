internal import COSDI
import Netlist

/// The compact devices of a circuit, set up at one temperature, with the memory that their modules'
/// code works on.
///
/// One owner: a solver. Evaluation writes into the devices' memory.
@safe
public final class CompactDevices: @unchecked Sendable {
  /// Where a node of a device is.
  public enum Place: Hashable, Sendable {
    case ground
    /// At the device's terminal of that number.
    case terminal(Int)
    /// An unknown of its own, by its number among all devices' ones.
    case own(Int)
  }

  /// An unknown inside a device.
  public struct Unknown: Sendable {
    public var device: Int
    public var node: Int
    public var quantity: CompactModule.Node.Quantity
  }

  /// Two terminals of a device that its model makes one, or one and ground (`nil`): nothing in the
  /// model has an equation for the current between them.
  public struct Short: Sendable {
    public var device: Int
    public var terminal: Int
    public var other: Int?
  }

  /// How an evaluation ended.
  public enum Outcome: Equatable, Sendable {
    /// Whether some device was held back from where the solution is.
    case evaluated(limited: Bool)
    /// This device ended with `$fatal`, or has a value that is not finite.
    case failed(device: Int, isFatal: Bool)
  }

  private let circuit: Circuit
  private let host: CompactHost
  private let models: [CompactModelMemory]
  private let instances: [CompactInstance]
  /// By device, by node.
  public let places: [[Place]]
  /// In the order of devices.
  public let unknowns: [Unknown]
  public let shorts: [Short]
  /// By device, the rows and columns of its entries as nodes.
  private let collapsed: [[Bool]]

  // Bound to a solver.
  private var devices: [OSDIDevice] = unsafe []
  private var isBound = false
  private let slots: UnsafeMutablePointer<Int32>
  private let slotCount: Int
  private let resistive: UnsafeMutablePointer<Double>, reactive: UnsafeMutablePointer<Double>
  private var formerState: [Double], state: [Double]
  /// Flows of one device by itself.
  private var alone: [Double] = []
  /// Whether any module limits a voltage.
  private let limits: Bool
  /// What modules printed at accepted points, each text once.
  public private(set) var notes: [String] = []
  private var noted: Set<String> = []
  /// Why the last evaluation failed.
  public private(set) var failure: CompactModelError?
  /// Whether a device asked to end the analysis at the last evaluation.
  public private(set) var asksToFinish = false

  /// Loads the models of a circuit and sets up its devices.
  public init(
    _ circuit: Circuit, celsius: Double, nominalCelsius: Double, relativeTolerance: Double = 1e-3,
    absoluteVolts: Double = 1e-6, absoluteAmperes: Double = 1e-12
  ) throws(CompactModelError) {
    self.circuit = circuit
    let host = try CompactHost()
    host.nominalCelsius = nominalCelsius
    host.setTolerances(
      relative: relativeTolerance, volts: absoluteVolts, amperes: absoluteAmperes)
    self.host = host
    var models: [CompactModelMemory] = []
    for card in circuit.compactModels {
      let module = try CompactLibrary.open(card.file).module(card.module)
      guard !module.usesDelays else { throw .usesDelays(module: module.name) }
      models.append(try CompactModelMemory(module, card.parameters, host))
    }
    self.models = models
    var instances: [CompactInstance] = []
    var places: [[Place]] = []
    var unknowns: [Unknown] = []
    var shorts: [Short] = []
    var (entries, longest, states) = (0, 1, 0)
    var patterns: [[Bool]] = []
    for (number, device) in circuit.compactDevices.enumerated() {
      let instance = try CompactInstance(models[device.model], device.parameters)
      try instance.setUp(
        kelvin: celsius + 273.15, terminals: device.nodes.count, host,
        name: circuit.name(of: device.label), number: number)
      let pattern = instance.collapsed
      places.append(
        instance.model.module.placed(
          pattern, device: number, device.nodes.count, &unknowns, &shorts))
      patterns.append(pattern)
      instances.append(instance)
      let d = unsafe instance.model.module.descriptor.pointee
      unsafe entries += Int(d.entry_count)
      unsafe longest = max(longest, Int(d.entry_count))
      unsafe osdi_place_states(
        instance.model.module.descriptor, instance.pointer, UInt32(states))
      unsafe states += Int(d.state_count)
    }
    self.instances = instances
    self.places = places
    self.unknowns = unknowns
    self.shorts = shorts
    collapsed = patterns
    slotCount = max(1, entries)
    unsafe slots = .allocate(capacity: slotCount)
    unsafe slots.initialize(repeating: 0, count: slotCount)
    unsafe resistive = .allocate(capacity: longest)
    unsafe resistive.initialize(repeating: 0, count: longest)
    unsafe reactive = .allocate(capacity: longest)
    unsafe reactive.initialize(repeating: 0, count: longest)
    formerState = [Double](repeating: 0, count: states)
    state = formerState
    limits = states > 0
  }

  deinit {
    unsafe slots.deallocate()
    unsafe resistive.deallocate()
    unsafe reactive.deallocate()
  }

  public var count: Int { instances.count }

  /// The name of a device and, behind a colon, of one of its nodes.
  public func name(of device: Int, node: Int? = nil) -> String {
    let name = circuit.name(of: circuit.compactDevices[device].label)
    guard let node else { return name }
    return "\(name):\(instances[device].model.module.nodes[node].name)"
  }

  /// The pairs of nodes of a device that its Jacobian couples, in the order of its slots.
  public func entries(of device: Int) -> [(row: Int, column: Int)] {
    let d = unsafe instances[device].model.module.descriptor.pointee
    return unsafe (0..<Int(d.entry_count)).map { k in
      let nodes = unsafe d.entries[k].nodes
      return (Int(nodes.first), Int(nodes.second))
    }
  }

  /// Tells every device where its nodes are among a solver's unknowns, by device and node, and
  /// where its entries are stored in the solver's matrix, in the order of `entries`.
  public func bind(nodes: [[Int]], slots given: [Int32]) {
    precondition(nodes.count == count && given.count <= slotCount, "another circuit's places")
    unsafe devices = []
    isBound = true
    var (first, stored) = (0, 0)
    for (instance, nodes) in zip(instances, nodes) {
      let module = instance.model.module
      for (node, place) in nodes.enumerated() {
        unsafe osdi_place_node(
          module.descriptor, instance.pointer, UInt32(node), UInt32(place))
      }
      let count = unsafe Int(module.descriptor.pointee.entry_count)
      // Most entries of a transistor belong to inner nodes that its model makes one with its terminals.
      var cells: [Int32] = []
      var cellOfSlot: [Int32: Int32] = [:]
      for slot in given[first..<first + count] {
        let cell = cellOfSlot[slot, default: Int32(cellOfSlot.count)]
        if cellOfSlot.updateValue(cell, forKey: slot) == nil {
          unsafe slots[stored + Int(cell)] = slot
        }
        cells.append(cell)
      }
      unsafe osdi_bind(module.descriptor, instance.pointer, cells, resistive, reactive)
      unsafe devices.append(
        OSDIDevice(
          module: module.descriptor, model: instance.model.pointer, instance: instance.pointer,
          slots: slots + stored, slot_count: UInt32(cellOfSlot.count)))
      stored += cellOfSlot.count
      first += count
    }
  }

  /// Moves all devices to another temperature.
  public func setCelsius(_ celsius: Double) throws(CompactModelError) {
    for model in models { try model.setUp(host) }
    for (number, instance) in instances.enumerated() {
      let device = circuit.compactDevices[number]
      try instance.setUp(
        kelvin: celsius + 273.15, terminals: device.nodes.count, host,
        name: circuit.name(of: device.label), number: number)
      guard instance.collapsed == collapsed[number] else {
        throw .changedNodes(
          device: circuit.name(of: device.label), module: instance.model.module.name)
      }
    }
  }

  /// Adds residuals, charges and slopes of all devices at `x`, whose last value is ground's zero.
  public func load(
    _ x: [Double], _ conditions: CompactConditions, flow: inout [Double], charge: inout [Double],
    conductances: inout [Double], capacitances: inout [Double]
  ) -> Outcome {
    guard count > 0 else { return .evaluated(limited: false) }
    host.begin(conditions)
    let outcome = unsafe flow.withUnsafeMutableBufferPointer { flow in
      unsafe charge.withUnsafeMutableBufferPointer { charge in
        unsafe conductances.withUnsafeMutableBufferPointer { conductances in
          unsafe capacitances.withUnsafeMutableBufferPointer { capacitances in
            let targets = unsafe OSDITargets(
              flow: flow.baseAddress, charge: charge.baseAddress,
              conductances: conductances.baseAddress, capacitances: capacitances.baseAddress)
            return unsafe evaluate(x, conditions, conditions.flags, targets)
          }
        }
      }
    }
    return take(outcome, conditions)
  }

  private func evaluate(
    _ x: [Double], _ conditions: CompactConditions, _ flags: UInt32, _ targets: OSDITargets
  ) -> OSDIOutcome {
    unsafe devices.withUnsafeBufferPointer { devices in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe formerState.withUnsafeBufferPointer { former in
          unsafe state.withUnsafeMutableBufferPointer { state in
            unsafe osdi_load(
              devices.baseAddress, devices.count, host.pointer, x.baseAddress,
              conditions.seconds, former.baseAddress, state.baseAddress, flags, resistive,
              reactive, targets)
          }
        }
      }
    }
  }

  private func take(_ outcome: OSDIOutcome, _ conditions: CompactConditions) -> Outcome {
    let result = Int32(bitPattern: outcome.result)
    if outcome.failed < count {
      let (name, module) = (
        name(of: outcome.failed), instances[outcome.failed].model.module.name
      )
      failure =
        outcome.is_fatal
        ? .fatal(device: name, module: module, message: host.takeComplaint())
        : .notFinite(device: name, module: module)
      _ = host.takeMessages()
      return .failed(device: outcome.failed, isFatal: outcome.is_fatal)
    }
    failure = nil
    if conditions.limiting {
      // Texts of iterations are no results.
      _ = host.takeMessages()
      if limits { swap(&formerState, &state) }
    } else {
      asksToFinish = result & Int32(OSDI_FINISH | OSDI_STOP) != 0
      note()
    }
    return .evaluated(limited: conditions.limiting && result & Int32(OSDI_LIMITED) != 0)
  }

  private func note() {
    for message in host.takeMessages() where message.level > 0 && notes.count < 100 {
      let text = message.device.map { "\(name(of: $0)): \(message.text)" } ?? message.text
      if noted.insert(text).inserted { notes.append(text) }
    }
  }

  /// The longest next step that a device asks for after an evaluation, in seconds.
  public var stepBound: Double {
    instances.reduce(.infinity) { bound, instance in
      unsafe min(bound, osdi_step_bound(instance.model.module.descriptor, instance.pointer))
    }
  }

  /// The value of a variable of a device at `x`; `nil` for texts and arrays.
  public func variable(
    _ id: Int, of device: Int, at x: [Double], _ conditions: CompactConditions
  ) -> Double? {
    guard instances.indices.contains(device), isBound else { return nil }
    host.begin(conditions)
    var flags = conditions.analysisFlags
    if conditions.isDynamic { flags |= UInt32(OSDI_REACTIVE | OSDI_REACTIVE_SLOPES) }
    let failed = unsafe x.withUnsafeBufferPointer { x in
      unsafe formerState.withUnsafeBufferPointer { former in
        unsafe state.withUnsafeMutableBufferPointer { state in
          var one = unsafe devices[device]
          return unsafe osdi_evaluate_variables(
            &one, host.pointer, x.baseAddress, conditions.seconds, former.baseAddress,
            state.baseAddress, flags)
        }
      }
    }
    _ = host.takeMessages()
    guard !failed else { return nil }
    return instances[device].value(id)
  }

  /// The current into the first terminal of a device at `x`, at rest; `nil` if it has none.
  public func firstTerminalAmperes(
    of device: Int, at x: [Double], _ conditions: CompactConditions
  ) -> Double? {
    guard isBound else { return nil }
    host.begin(conditions)
    let place = Int(
      unsafe osdi_place(
        instances[device].model.module.descriptor, instances[device].pointer, 0))
    if alone.count < x.count { alone = [Double](repeating: 0, count: x.count) }
    for node in 0..<instances[device].model.module.nodes.count {
      alone[
        Int(
          unsafe osdi_place(
            instances[device].model.module.descriptor, instances[device].pointer,
            UInt32(node)))] = 0
    }
    let failed = unsafe alone.withUnsafeMutableBufferPointer { alone in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe formerState.withUnsafeBufferPointer { former in
          unsafe state.withUnsafeMutableBufferPointer { state in
            let targets = unsafe OSDITargets(
              flow: alone.baseAddress, charge: nil, conductances: nil, capacitances: nil)
            var one = unsafe devices[device]
            return unsafe osdi_load(
              &one, 1, host.pointer, x.baseAddress, conditions.seconds, former.baseAddress,
              state.baseAddress, UInt32(OSDI_RESISTIVE) | conditions.analysisFlags, resistive,
              reactive, targets
            ).failed == 0
          }
        }
      }
    }
    _ = host.takeMessages()
    return failed ? nil : alone[place]
  }

  /// The name of a device's module.
  public func moduleName(of device: Int) -> String { instances[device].model.module.name }

  /// The sources of noise of a device.
  public func noiseSources(of device: Int) -> [CompactModule.NoiseSource] {
    instances[device].model.module.noiseSources
  }

  /// The power spectral densities of a device's sources of noise at `x`, in the order of its
  /// module's sources, in A²/Hz for sources of currents; `nil` if it cannot be evaluated.
  public func noise(of device: Int, at x: [Double], hertz: Double) -> [Double]? {
    guard instances.indices.contains(device), isBound else { return nil }
    let count = instances[device].model.module.noiseSources.count
    guard count > 0 else { return [] }
    var densities = [Double](repeating: 0, count: count)
    let failed = unsafe densities.withUnsafeMutableBufferPointer { densities in
      unsafe x.withUnsafeBufferPointer { x in
        unsafe formerState.withUnsafeBufferPointer { former in
          unsafe state.withUnsafeMutableBufferPointer { state in
            var one = unsafe devices[device]
            return unsafe osdi_evaluate_noise(
              &one, host.pointer, x.baseAddress, former.baseAddress, state.baseAddress, hertz,
              densities.baseAddress)
          }
        }
      }
    }
    _ = host.takeMessages()
    return failed ? nil : densities
  }
}

extension CompactConditions {
  /// Which analysis it is, for the module.
  var analysisFlags: UInt32 {
    let flags: Int =
      switch analysis {
      case .operatingPoint: OSDI_IN_DC | OSDI_IN_STATIC
      case .transientStart: OSDI_IN_TRANSIENT | OSDI_IN_INITIAL | OSDI_IN_STATIC
      case .smallSignal: OSDI_IN_AC
      case .transient: OSDI_IN_TRANSIENT
      }
    return UInt32(flags)
  }

  fileprivate var flags: UInt32 {
    // Slopes of charges make states free to move: an operating point must not ask for them.
    var flags = OSDI_RESISTIVE | OSDI_RESISTIVE_SLOPES
    if isDynamic { flags |= OSDI_REACTIVE | OSDI_REACTIVE_SLOPES }
    if limiting {
      flags |= OSDI_LIMITING | OSDI_RESISTIVE_LIMIT
      if isDynamic { flags |= OSDI_REACTIVE_LIMIT }
      if isFirst { flags |= OSDI_FIRST_LIMIT }
    }
    return UInt32(flags) | analysisFlags
  }
}
