import Files
import Netlist

/// The I–V law of a cell: current, slope, emission into a circuit, and the kind of derivative that
/// decides which solvers apply.
///
/// A law is one file with one conforming type, a case of `CellLaw` and an entry in the reference of
/// array files.
protocol CurrentVoltageLaw: Sendable {
  /// The law's keyword in files.
  static var keyword: String { get }
  /// Kind of the derivative of the cell's current.
  var kind: CellLawKind { get }
  /// The law in SIMD lanes; `nil` for cells with a third terminal.
  var lanes: (any LaneLaw)? { get }
  /// Gate voltage of a selected word line in volts; `nil` without a gate.
  var gateVolts: Double? { get }
  /// Voltage of the bulk of access transistors; `nil` for the lowest voltage of the array.
  var bulkVolts: Double? { get }
  /// Largest voltage across a cell, of either sign, for which the law holds; `nil` without a limit.
  var voltLimit: Double? { get }
  /// Conductances of cells, above 0, for which the law is known; `nil` without a limit.
  var siemensLimit: ClosedRange<Double>? { get }
  /// Where that limit is from, for messages.
  var siemensReach: String { get }
  /// Curves that stand in for the law in fast methods; `nil` for laws that are formulas.
  var tabulation: CompactTable? { get }
  /// Whether circuits of its cells have devices that only the general solver knows.
  var needsGeneralSolver: Bool { get }
  /// Why SPICE's portable elements cannot express the cell; `nil` if they can.
  var circuitRefusal: String? { get }

  /// Adds the law's parameters, under their configuration keys, to the hashed encoding of an array.
  func encode(into encoding: inout CanonicalEncoding)
  /// Refuses values that no device has, naming the configuration key.
  func validate(_ topology: CellTopology) throws(ArrayError)
  /// Why cells cannot be read at that voltage; `nil` if they can.
  func refusal(ofReadAt volts: Double) -> String?
  /// See `CellLaw.amperes(_:siemens:)`.
  func amperes(_ volts: Double, siemens: Double) -> Double
  /// See `CellLaw.amperes(_:from:to:)`.
  func amperes(_ volts: Double, from off: Double, to on: Double) -> Double
  /// Whether the current is proportional to `G` at every voltage.
  var isProportional: Bool { get }
  /// Whether opposite voltages give opposite currents.
  var isOdd: Bool { get }
  /// See `CellLaw.siemens(_:amperes:)`.
  func siemens(_ volts: Double, amperes: Double) -> Double
  /// Current and slopes of a selected cell with `volts` across it, its bit line at `bitLine` volts.
  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent
  /// Adds the `.model` that all cells of a plane share; returns its index, `nil` if none is needed.
  func addModel(to circuit: inout Circuit, suffix: String) -> Int?
  /// Adds the elements of one cell.
  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements
}

/// Current of a cell and its slopes.
struct CellTangent {
  /// Current from the drive line to the bit line.
  var amperes: Double
  /// `∂i/∂v` at a fixed voltage of the bit line.
  var siemens: Double
  /// `∂i/∂w` for the voltage `w` of the bit line at a fixed voltage across the cell; zero without a
  /// third terminal.
  var bitLineSiemens = 0.0
}

/// Kind of the derivative of a cell's current, which decides the solver.
enum CellLawKind: Sendable, Equatable {
  /// Constant: one linear solve.
  case linear
  /// A positive conductance between the cell's two lines, so that every Newton step is a symmetric
  /// positive definite network and the co-content is convex.
  case monotone
  /// Also dependent on the line voltages individually, so that the Jacobian is not symmetric.
  case threeTerminal
}

/// A law of cells, for a whole group of input vectors at once.
protocol LaneLaw: CurrentVoltageLaw {
  /// Amperes from the drive line to the bit line and their derivative in siemens by the voltage across
  /// the cell, at `volts` across a cell of conductance `siemens` at 0 V whose bit line is at `bitLine`.
  /// Lanes are independent.
  func amperes<V: LineLanes>(_ volts: V, bitLine: V, siemens: V) -> (amperes: V, siemens: V)
  /// Newton steps after which a vector counts as not converged.
  static var stepLimit: Int { get }
  /// See `LineSystem.solve(_:cell:sensed:)`. A requirement, so that the compiler makes code for
  /// every law: called with an existential, the generic code would ask for types at every
  /// operation, which makes it forty times slower.
  func solve(
    _ system: LineSystem, _ inputs: LineInputs, sensed: Range<Int>
  ) throws(ArrayError) -> LineVoltages
}

extension LaneLaw {
  static var stepLimit: Int { 100 }

  func solve(
    _ system: LineSystem, _ inputs: LineInputs, sensed: Range<Int>
  ) throws(ArrayError) -> LineVoltages {
    try system.solve(inputs, cell: self, sensed: sensed)
  }
}

/// Where a cell is emitted.
struct CellSite {
  /// Physical position.
  var wordLine: Int, bitLine: Int
  /// Nodes on the drive line and on the bit line.
  var from: Node, to: Node
  /// Conductance of the memory element.
  var siemens: Double
  /// Node of the gate line, `nil` without one, and of the transistors' bulk.
  var gate: Node?, bulk: Node
  /// `n` for the second array or line of pairs, empty for the first.
  var suffix: String
}

/// The elements of an emitted cell; `nil` for kinds that it does not have.
struct CellElements {
  /// The memory element.
  var resistor: Int?
  /// The first of two antiparallel diodes; the other follows it.
  var diode: Int?
  var transistor: Int?
  /// The device of compiled Verilog-A at the drive line.
  var compact: Int?
}

extension CurrentVoltageLaw {
  var gateVolts: Double? { nil }
  var bulkVolts: Double? { nil }
  var voltLimit: Double? { nil }
  var siemensLimit: ClosedRange<Double>? { nil }
  var siemensReach: String {
    "the curves of law: \(Self.keyword) reach to \(siemensLimit?.upperBound ?? .infinity) S"
  }
  var tabulation: CompactTable? { nil }
  var needsGeneralSolver: Bool { false }
  var circuitRefusal: String? { nil }
  var isProportional: Bool { true }
  var isOdd: Bool { true }

  func refusal(ofReadAt volts: Double) -> String? { refusal(beyondLimit: volts) }

  /// Why the law does not hold at that voltage; `nil` if it does.
  func refusal(beyondLimit volts: Double) -> String? {
    guard let limit = voltLimit, volts > limit else { return nil }
    return "cells see \(volts) V, but the curve of law: \(Self.keyword) is known to \(limit) V only"
  }

  func siemens(_ volts: Double, amperes: Double) -> Double {
    amperes / self.amperes(volts, siemens: 1)
  }

  func amperes(_ volts: Double, from off: Double, to on: Double) -> Double {
    amperes(volts, siemens: on) - amperes(volts, siemens: off)
  }

  func addModel(to circuit: inout Circuit, suffix: String) -> Int? { nil }

  /// Refuses a parameter that is not positive or outside the physical range.
  func requirePositive(_ name: String, _ value: Double) throws(ArrayError) {
    guard value > 0, ArrayDescription.physical.contains(value) else {
      throw .invalidValue(name: "law.\(name)", value: value, allowed: "between 1e-30 and 1e30")
    }
  }
}

extension CurrentVoltageLaw where Self: LaneLaw {
  var kind: CellLawKind { .monotone }
  var lanes: (any LaneLaw)? { self }

  func tangent(_ volts: Double, bitLine: Double, siemens: Double) -> CellTangent {
    let cell: (amperes: Double, siemens: Double) = amperes(
      volts, bitLine: bitLine, siemens: siemens)
    return CellTangent(amperes: cell.amperes, siemens: cell.siemens)
  }
}

extension CellSite {
  /// The label of an element or node of this cell.
  func label(_ prefix: String, _ circuit: inout Circuit) -> Label {
    circuit.label(prefix + suffix, wordLine, bitLine)
  }

  /// Adds the memory element between two nodes.
  func addResistor(_ a: Node, _ b: Node, to circuit: inout Circuit) -> Int {
    let label = label("rc", &circuit)
    return circuit.addResistor(label, a, b, ohms: 1 / siemens)
  }

  /// Adds two antiparallel diodes between two nodes; returns the first.
  func addDiodes(_ a: Node, _ b: Node, model: Int, area: Double, to circuit: inout Circuit) -> Int {
    let forward = label("da", &circuit)
    let first = circuit.addDiode(forward, anode: a, cathode: b, model: model, area: area)
    let backward = label("db", &circuit)
    circuit.addDiode(backward, anode: b, cathode: a, model: model, area: area)
    return first
  }

  /// Adds the node between a memory element and its access device.
  func addMiddle(to circuit: inout Circuit) -> Node {
    let label = label("m", &circuit)
    return circuit.addNode(label)
  }
}
