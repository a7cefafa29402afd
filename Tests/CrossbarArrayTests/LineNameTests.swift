import Netlist
import NumericKernels
import Testing
import Units

@testable import CrossbarArray

/// What the lines of an array are called in its circuit.
@Suite struct LineNameTests {
  /// Sources that hold a line which an input or an output would use have names of their own.
  @Test func heldLinesAreNamedApart() throws {
    var array = ReferenceArray.voltageDriven(interleaved: true)
    array.unused.wordLines = .init(count: 1, side: .far, state: .grounded)
    array.unused.bitLines = .init(count: 1, side: .near, state: .held(0.1.volts))
    array.unused.cellConductance = 0.05.siemens
    let circuit = try ArrayBuilder.circuit(of: array).circuit
    let names = Set(circuit.voltageSources.map { circuit.name(of: $0.label) })
    #expect(names.isSuperset(of: ["vin_0", "vinn_5", "vxin_6", "vxinn_6", "vxo_0", "vo_1"]))
    #expect(names.count == 2 * 7 + 6)
    var gates = ReferenceArray.gateDriven
    gates.ends.sourceLineDrive = .both
    let driven = try ArrayBuilder.circuit(of: gates).circuit
    let held = Set(driven.voltageSources.map { driven.name(of: $0.label) })
    #expect(held.isSuperset(of: ["vs_0", "vsf_4", "vo_4"]))
  }
}
