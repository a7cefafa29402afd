import CompactModels
import Foundation
import NumericKernels
import SparseLinearAlgebra

/// A circuit that has no unique operating point, or whose equations could not be solved.
public enum CircuitError: Error, Equatable, CustomStringConvertible, Sendable {
  /// No resistor or voltage source path leads from this node to ground.
  case floatingNode(String)
  /// Both terminals of this voltage source are one node.
  case shortedSource(String)
  /// This voltage source closes a loop of voltage sources.
  case sourceLoop(String)
  /// Two grounded sources ask for different voltages of one node.
  case conflictingSources(node: String, first: String, second: String)
  /// The voltage given for this source, or its circuit value, is infinite or not a number.
  case sourceNotFinite(String)
  /// Elimination found no pivot at this node or voltage source.
  case singular(String)
  /// The solution at this node overflowed or is not a number.
  case solutionNotFinite(String)
  /// This element is nonlinear, and the solver takes none.
  case nonlinearElement(String)
  /// The solver of resistive networks does not take this element or model.
  case beyondResistive(String)
  /// Iteration found no operating point: the device whose current or limited step was farthest off,
  /// all iterations spent, and the relative residual of the last one.
  case notConverged(device: String, iterations: Int, relativeResidual: Double)
  /// Neither iteration nor any way of driving the circuit found an operating point: the unknown
  /// that moved farthest from its tolerance in the first attempt, and all iterations spent.
  case noOperatingPoint(farthest: String, iterations: Int)
  /// The formula of this source has no finite value at the solution.
  case formulaUndefined(String)
  /// At DC this switch opens what closes it: in neither state does its control keep it there.
  case unsettledSwitch(String)
  /// At DC these bridges between voltages and digital nodes change each other without end.
  case unsettledBridges([String])
  /// These nodes of events change each other without end: at DC, or at a time.
  case unsettledEvents(nodes: [String], seconds: Double?)
  /// A transient has come to more events than this program follows at this time.
  case tooManyEvents(Int, seconds: Double)
  /// This diode would carry more than its exponential can say.
  case beyondExponential(String)
  /// A transient could not go on after this time: even the smallest step fails, and this unknown
  /// changes fastest.
  case stepTooSmall(seconds: Double, node: String)
  /// A transient would take at least this many time steps.
  case tooManySteps(Double)
  /// The characteristics of this transmission line cannot be followed over so long a transient: the
  /// error of the best fit, relative to them.
  case lineNotFitted(String, error: Double)
  /// The results of an analysis do not fit into memory.
  case tooLarge(MemoryError)
  /// A circuit of ground alone.
  case nothingToSolve
  /// A transfer function without poles and zeros: it is not rational, or too many unknowns have a part
  /// in it.
  case noPoles(String)
  /// This output has no meaning in a small-signal analysis.
  case unsupportedOutput(String)
  /// The transient is shorter than a period of this frequency, which an output is analyzed for.
  case shorterThanPeriod(String, hertz: Double)
  /// An error at one point of a sweep or of a `.step`, with the values there.
  indirect case at(String, CircuitError)
  /// The current of this source cannot be computed to the accuracy that is promised: its error may
  /// be this large, relative to it.
  case currentNotAccurate(source: String, relativeError: Double)
  /// A compiled model could not be loaded, set up or evaluated.
  case compactModel(CompactModelError)
  /// The factorization failed for a reason that is not the circuit's.
  case factorization(SparseError)

  public var description: String {
    switch self {
    case .floatingNode(let node): "node \(node) has no DC path to ground"
    case .shortedSource(let source): "voltage source \(source) has both ends on one node"
    case .sourceLoop(let source): "voltage source \(source) closes a loop of voltage sources"
    case .conflictingSources(let node, let first, let second):
      "voltage sources \(first) and \(second) ask for different voltages of node \(node)"
    case .sourceNotFinite(let source): "voltage of source \(source) is not a finite number"
    case .singular(let name): "the circuit's equations are singular at \(name)"
    case .solutionNotFinite(let node): "the solution at \(node) is not a finite number"
    case .nonlinearElement(let element): "element \(element) is nonlinear"
    case .beyondResistive(let element):
      "\(element) is beyond resistors, sources, ideal diodes and MOSFETs"
    case .notConverged(let device, let iterations, let residual):
      "no operating point after \(iterations) iterations: device \(device) is farthest from it, "
        + "relative residual \(residual)"
    case .noOperatingPoint(let name, let iterations):
      "no operating point after \(iterations) iterations; \(name) is farthest from one. A .nodeset "
        + "near the solution, a larger itl1 or a resistor to ground may help"
    case .formulaUndefined(let source): "the formula of \(source) has no finite value here"
    case .unsettledSwitch(let element):
      "switch \(element) has no state at DC: its control opens it when closed and closes it when open"
    case .unsettledBridges(let bridges):
      "no operating point: bridges \(bridges.joined(separator: ", ")) change each other without end"
    case .unsettledEvents(let nodes, let seconds):
      "digital nodes \(nodes.prefix(10).joined(separator: ", ")) change each other without end "
        + (seconds.map { "and without delay at \($0) s" } ?? "at DC")
    case .tooManyEvents(let count, let seconds):
      "the transient has come to \(count) events at \(seconds) s, more than this program follows"
    case .beyondExponential(let diode):
      "the voltage across \(diode) is beyond the range of its exponential; it may lack a series "
        + "resistance (RS)"
    case .stepTooSmall(let seconds, let node):
      "the transient stops at \(seconds) s: no step is short enough; \(node) changes fastest"
    case .tooManySteps(let count):
      "the transient takes at least \(String(format: "%.1g", count)) time steps; .tran's stop is too "
        + "long for its longest step or for the waveforms of the sources"
    case .lineNotFitted(let line, let error):
      "the losses of line \(line) are fitted to \(String(format: "%.1g", error)) only: its values and "
        + "the length of the transient are too far apart"
    case .tooLarge(let error): error.description
    case .nothingToSolve: "the circuit has no node but ground"
    case .noPoles(let reason): ".pz: \(reason)"
    case .unsupportedOutput(let name):
      "output \(name) is no sum, product or quotient of phasors, as .ac needs"
    case .shorterThanPeriod(let name, let hertz):
      "the transient of \(name) is shorter than a period of \(hertz) Hz, which .four asks for"
    case .at(let values, let error): "at \(values): \(error)"
    case .currentNotAccurate(let source, let error):
      "the current of \(source) may be off by \(String(format: "%.1g", error)) of itself: its "
        + "conductances are too far apart for double precision"
    case .compactModel(let error): error.description
    case .factorization(let error): error.description
    }
  }
}
