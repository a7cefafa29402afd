import CompactModels
import Foundation
import Netlist
import NumericKernels
import TestSupport
import Testing
import Units

@testable import CrossbarArray

/// Cells whose conductance sets several parameters of their module, by a table.
@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactStatesTests {
  /// `i = a v + b v³`: a device's parameter and one of its model.
  static let cubic = """
    module cubic(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real a = 1e-5 from [0:inf);
      parameter real b = 0 from [0:1];
      analog I(p, n) <+ a * V(p, n) + b * pow(V(p, n), 3);
    endmodule
    """
  static let siemens = [1e-6, 5e-6, 2e-5]
  static let columns = [[1e-6, 4e-6, 2.5e-5], [3e-5, 1e-5, 4e-4]]

  static func states(
    _ interpolation: CompactStates.Interpolation = .linear
  ) throws -> CompactStates {
    try CompactStates(
      ["A", "b"], siemens: siemens, values: columns, interpolation: interpolation,
      file: "states.csv")
  }

  private static func law(
    _ source: String, _ states: CompactStates, maximumVolts: Double = 0.5
  ) throws -> CompactLaw {
    var device = try CompactLawTests.device(source)
    device.states = states
    return try CompactLaw(cell: device, maximumVolts: maximumVolts)
  }

  /// The rule of a table, written anew.
  private static func parameter(_ k: Int, _ g: Double, isLogarithmic: Bool = false) -> Double {
    func x(_ value: Double) -> Double { isLogarithmic ? Foundation.log(value) : value }
    let row = g < siemens[1] ? 0 : 1
    let part = (x(g) - x(siemens[row])) / (x(siemens[row + 1]) - x(siemens[row]))
    return (1 - part) * columns[k][row] + part * columns[k][row + 1]
  }

  /// A table of the conductances themselves is the conductance's parameter, to the last bit.
  @Test(
    arguments: CompactLawTests.topologies, [VerilogA.sinhCell, CompactLawTests.shapeCell])
  func identityIsTheConductanceParameter(topology: CellTopology, source: String) throws {
    let rows = [1e-7, 3e-6, 7.7e-6, 1e-4]
    for interpolation in CompactStates.Interpolation.allCases {
      let map = try Self.law(
        source,
        CompactStates(["g"], siemens: rows, values: [rows], interpolation: interpolation))
      let plain = try CompactLaw(
        cell: CompactLawTests.device(source), conductanceParameter: "G", maximumVolts: 0.5,
        siemens: 1e-7...1e-4)
      #expect(map.tabulationError == plain.tabulationError)
      let (a, b) = (
        CompactLawTests.array(topology, .compact(map)),
        CompactLawTests.array(topology, .compact(plain))
      )
      let inputs = try CompactLawTests.inputs(a)
      #expect(
        try CircuitArray(a).currents(inputs).amperes == CircuitArray(b).currents(inputs).amperes)
      let (fast, other) = (try ExactMethod.model(of: a), try ExactMethod.model(of: b))
      #expect(fast.method == other.method && fast.method.label != "exact: Newton over KLU")
      #expect(try fast.currents(inputs).amperes == other.currents(inputs).amperes)
    }
  }

  /// Currents without wires are sums of the closed form, by circuits and by curves.
  @Test(arguments: CompactStates.Interpolation.allCases)
  func parametersFollowTheTable(interpolation: CompactStates.Interpolation) throws {
    let law = try Self.law(Self.cubic, Self.states(interpolation))
    #expect(law.siemens == 1e-6...2e-5 && law.tabulationError <= 5e-5, "\(law.tabulationError)")
    var array = CompactLawTests.array(.gateDriven(sourceLine: .parallel), .compact(law))
    array.wires = WireParasitics()
    // Rows of the table are states too, and so are their neighbors in double precision.
    array.conductances[0, 0] = 5e-6
    array.conductances[1, 0] = 1e-6
    array.conductances[2, 0] = 2e-5
    array.conductances[3, 0] = 5e-6.nextUp
    let inputs = try CompactLawTests.inputs(array)
    guard case .bits(let bits) = inputs else { return }
    let v = array.readVoltage.value
    let expected = Matrix(rows: bits.rows, columns: 5) { row, j in
      (0..<7).reduce(0.0) { sum, i in
        let g = array.conductances[i, j]
        func value(_ k: Int) -> Double {
          Self.parameter(k, g, isLogarithmic: interpolation == .logarithmic)
        }
        return sum + (bits[row, i] ? value(0) * v + value(1) * v * v * v : 0)
      }
    }
    let circuit = try CircuitArray(array).currents(inputs).amperes
    #expect(CompactLawTests.difference(circuit, expected) <= 1e-12)
    let fast = try ExactMethod.model(of: array)
    #expect(fast.method.details.contains("cells tabulated to "), "\(fast.method)")
    #expect(
      CompactLawTests.difference(try fast.currents(inputs).amperes, expected)
        <= law.tabulationError + 1e-12)
  }

  /// Curves are within their stated error between corners, where the current's slope jumps.
  @Test func curvesKeepTheCorners() throws {
    let law = try Self.law(Self.cubic, Self.states())
    for g in [1.01e-6, 2e-6, 4.99e-6, 5e-6, 5.01e-6, 1.3e-5, 1.99e-5] {
      for v in [-0.5, -0.2, 0.03, 0.3] {
        let exact = Self.parameter(0, g) * v + Self.parameter(1, g) * v * v * v
        let found = CellLaw.compact(law).amperes(v, siemens: g)
        #expect(abs(found / exact - 1) <= law.tabulationError + 1e-13, "\(g) S, \(v) V")
      }
    }
  }

  @Test(arguments: CompactLawTests.topologies, [DeckVerification.Judge.builtin, .vacask])
  func decksAgree(topology: CellTopology, judge: DeckVerification.Judge) throws {
    let law = try Self.law(Self.cubic, Self.states())
    let worst = try CompactLawTests().verify(
      CompactLawTests.array(topology, .compact(law)), judge)
    #expect(worst <= (judge == .vacask ? 1e-9 : 1e-11))
  }

  /// A state that sets the memory element and its access transistor; the closed form of a channel in
  /// its linear region before a resistor, and decks.
  @Test func accessDevicesFollowTheirTable() throws {
    var access = try CompactLawTests.device(CompactLawTests.channel)
    access.states = try CompactStates(
      ["vto", "beta"], siemens: [1e-6, 1e-4], values: [[0.3, 0.5], [1e-4, 3e-4]])
    var cell = try CompactLawTests.device(CompactLawTests.ohmic)
    cell.states = CompactStates(conductanceParameter: "G")
    let law = try CompactLaw(
      cell: cell, access: access, gateVolts: 1.5, maximumVolts: 0.4)
    #expect(law.siemensLimit == 1e-6...1e-4)
    var array = CompactLawTests.array(.gateDriven(sourceLine: .parallel), .compact(law))
    array.wires = WireParasitics()
    array.conductances = Matrix(rows: 7, columns: 5) { 1e-6 * Double(1 + 5 * $0 + $1) }
    let inputs = try CompactLawTests.inputs(array)
    guard case .bits(let bits) = inputs else { return }
    let found = try CircuitArray(array).currents(inputs).amperes
    for row in 0..<bits.rows {
      for j in 0..<5 {
        let sum = (0..<7).reduce(0.0) { sum, i in
          guard bits[row, i] else { return sum }
          let g = array.conductances[i, j]
          let part = (g - 1e-6) / (1e-4 - 1e-6)
          let (vto, beta) = (0.3 + 0.2 * part, 1e-4 + 2e-4 * part)
          // The middle node at m: β (V − m) (Vg − m − vto − (V − m) / 2) = g m, a quadratic.
          let (V, s) = (0.3, 1.5 - vto)
          // β/2 m² − (β s + g) m + β V (s − V / 2) = 0
          let p = beta * s + g
          let m = (p - (p * p - 2 * beta * beta * V * (s - V / 2)).squareRoot()) / beta
          return sum + g * m
        }
        #expect(abs(found[row, j] - sum) <= 1e-9 * sum, "\(found[row, j]), \(sum)")
      }
    }
    for judge in [DeckVerification.Judge.builtin, .vacask] {
      #expect(
        try CompactLawTests().verify(array, judge) <= (judge == .vacask ? 1e-9 : 1e-11))
    }
  }

  private static func fault(_ array: ArrayDescription) -> String {
    do {
      try array.validate()
      return ""
    } catch { return "\(error)" }
  }

  /// Neither circuits nor curves take a conductance beyond the table.
  @Test func otherStatesAreRefused() throws {
    let law = CellLaw.compact(try Self.law(Self.cubic, Self.states()))
    var array = CompactLawTests.array(.voltageDriven, law)
    array.conductances[2, 3] = 3e-5
    let reach = "law.parameterMap, states.csv, has states from 1e-06 to 2e-05 S"
    #expect(Self.fault(array).contains("conductances [2, 3] is 3e-05 S; " + reach))
    // An open cell is no state of the table.
    array.conductances[2, 3] = 0
    try array.validate()
    #expect(law.refusal(ofStatesFrom: 0, to: 2e-5) == nil)
    #expect(law.refusal(ofStatesFrom: 1e-7, to: 2e-5)?.hasSuffix("1e-07 S: " + reach) == true)
    array.unused.wordLines = UnusedLines.Group(count: 1, side: .near, state: .grounded)
    array.unused.cellConductance = 1e-7.siemens
    #expect(Self.fault(array).contains("unused.cellSiemens is 1e-07 S; " + reach))
  }

  /// Conductances that are no order of the currents are found at the read voltage.
  @Test func statesCarryMoreFromRowToRow() throws {
    let states = try CompactStates(
      ["a", "b"], siemens: Self.siemens, values: [[1e-6, 5e-6, 6e-6], [0, 0, 1e-4]])
    #expect(CellLaw.compact(try Self.law(Self.cubic, states)).refusal(ofVoltageReadAt: 0.3) == nil)
    let falling = try CompactStates(
      ["a", "b"], siemens: Self.siemens, values: [[1e-6, 5e-6, 6e-6], [0, 1e-4, 0]])
    let reason = CellLaw.compact(try Self.law(Self.cubic, falling)).refusal(ofVoltageReadAt: 0.3)
    #expect(reason?.contains("must carry more from row to row") == true, "\(reason ?? "none")")
  }

  /// The values decide the hash; the file's name and the order of columns do not.
  @Test func valuesDecideTheHash() throws {
    func hash(
      _ names: [String] = ["a", "b"], _ values: [[Double]] = Self.columns,
      _ interpolation: CompactStates.Interpolation = .linear, file: String = "x.csv"
    ) throws -> CompactLaw {
      try Self.law(
        Self.cubic,
        CompactStates(
          names, siemens: Self.siemens, values: values, interpolation: interpolation, file: file))
    }
    let law = try hash()
    #expect(try law == hash(file: "y.csv"))
    #expect(try law == hash(["B", "A"], Self.columns.reversed()))
    #expect(try law != hash(["a", "b"], Self.columns, .logarithmic))
    var other = Self.columns
    other[1][2] = other[1][2].nextUp
    #expect(try law != hash(["a", "b"], other))
  }

  @Test func faultsNameTheirLine() throws {
    func fault(
      _ names: [String], _ siemens: [Double] = [1e-6, 1e-5], _ values: [[Double]],
      _ parameters: [CompactParameter] = [], range: ClosedRange<Double>? = nil
    ) -> String {
      do {
        var device = try CompactLawTests.device(Self.cubic, parameters)
        device.states = try CompactStates(
          names, siemens: siemens, values: values, file: "s.csv",
          places: ["s.csv:1"] + siemens.indices.map { "s.csv:\($0 + 2)" })
        _ = try CompactLaw(cell: device, siemens: range)
        return ""
      } catch { return "\(error)" }
    }
    let one = [1e-6, 1e-5]
    #expect(fault(["a"], one, [one]) == "")
    #expect(
      fault(["a", "bb"], one, [one, one])
        == "law.parameterMap: s.csv:1: module cubic has no parameter bb; did you mean 'b'?; it has "
        + "a, b")
    #expect(
      fault(["a", "A"], one, [one, one]).contains("s.csv:1: A of module cubic is set twice"))
    #expect(
      fault(["a", "b"], one, [one, [0, 2]])
        == "law.parameterMap: s.csv:3: module cubic refuses the value of b: out of range")
    #expect(
      fault(["a", "b"], one, [one, one], [CompactParameter("B", 0)])
        == "law.parameters: B is a column of s.csv")
    #expect(fault(["a"], [1e-5, 1e-5], [one]).hasPrefix("s.csv:3: conductances must increase"))
    #expect(fault(["a"], [0, 1e-5], [one]).hasPrefix("s.csv:2: a conductance of 0.0 S"))
    #expect(fault(["a"], [1e-5], [[1e-5]]).contains("two conductances or more"))
    #expect(fault(["a"], one, [[1e-5, .nan]]).hasPrefix("s.csv:3: a value is not finite"))
    #expect(fault([], one, []).contains("no parameter"))
    #expect(
      fault(["a"], one, [one], range: 1e-7...1e-5)
        == "law.leastSiemens: 1e-07 S is no state: law.parameterMap, s.csv, has states from 1e-06 "
        + "to 1e-05 S")
  }
}
