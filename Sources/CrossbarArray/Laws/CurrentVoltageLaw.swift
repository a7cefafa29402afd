import Files
import Netlist

/// What a cell's I–V law does: current, slope, emission into a circuit, and which solvers its
/// derivative suits.
///
/// A law is one file with one conforming type, a case of `CellLaw` and its entry in the reference of
/// array files.
protocol CurrentVoltageLaw: Sendable {
  /// Its word in files.
  static var keyword: String { get }
  /// What the cell's derivative is to solvers.
  var kind: CellLawKind { get }
  /// The law in SIMD lanes; `nil` for cells with a third terminal.
  var lanes: (any LaneLaw)? { get }
  /// Gate voltage of a selected word line in volts; `nil` without a gate.
  var gateVolts: Double? { get }
  /// The largest voltage across a cell, of either sign, for which the law holds; `nil` without a
  /// limit.
  var voltLimit: Double? { get }
  /// Why SPICE's portable elements cannot express the cell; `nil` if they can.
  var circuitRefusal: String? { get }

  /// Adds the law's parameters to the bytes of an array's hash, under their configuration keys.
  func encode(into encoding: inout CanonicalEncoding)
  /// Refuses values that no device has, by configuration key.
  func validate(_ topology: CellTopology) throws(ArrayError)
  /// See `CellLaw.amperes(_:siemens:)`.
  func amperes(_ volts: Double, siemens: Double) -> Double
  /// See `CellLaw.amperes(_:from:to:)`.
  func amperes(_ volts: Double, from off: Double, to on: Double) -> Double
  /// Adds the `.model` that all cells of a plane share; returns its index, `nil` if cells need none.
  func addModel(to circuit: inout Circuit, suffix: String) -> Int?
  /// Adds the elements of one cell.
  func emit(_ site: CellSite, model: Int?, to circuit: inout Circuit) -> CellElements
}

/// What the derivative of a cell's current is to solvers.
enum CellLawKind: Sendable, Equatable {
  /// Constant: one linear solve.
  case linear
  /// A positive conductance between the cell's two lines, so that every Newton step is a symmetric
  /// positive definite network and the co-content is convex.
  case monotone
  /// It also depends on the line voltages one by one, so that the Jacobian is not symmetric.
  case threeTerminal
}

/// A law of two-terminal cells, for a whole group of input vectors at once.
protocol LaneLaw: Sendable {
  /// Amperes from the drive line to the bit line and their derivative in siemens, at `volts` across
  /// a cell of conductance `siemens` at 0 V. Lanes do not mix.
  func amperes<V: LineLanes>(_ volts: V, siemens: V) -> (amperes: V, siemens: V)
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

/// The elements of an emitted cell; `nil` where it has none of the kind.
struct CellElements {
  /// The memory element.
  var resistor: Int?
  /// The first of two antiparallel diodes; the other follows it.
  var diode: Int?
  var transistor: Int?
}

extension CurrentVoltageLaw {
  var gateVolts: Double? { nil }
  var voltLimit: Double? { nil }
  var circuitRefusal: String? { nil }

  func amperes(_ volts: Double, from off: Double, to on: Double) -> Double {
    amperes(volts, siemens: on) - amperes(volts, siemens: off)
  }

  func addModel(to circuit: inout Circuit, suffix: String) -> Int? { nil }

  /// Refuses a parameter that is not positive or beyond what is physical.
  func requirePositive(_ name: String, _ value: Double) throws(ArrayError) {
    guard value > 0, ArrayDescription.physical.contains(value) else {
      throw .invalidValue(name: "law.\(name)", value: value, allowed: "between 1e-30 and 1e30")
    }
  }
}

extension CurrentVoltageLaw where Self: LaneLaw {
  var kind: CellLawKind { .monotone }
  var lanes: (any LaneLaw)? { self }
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
