import Netlist
import Testing

@Suite struct CircuitTests {
  @Test func labelsAreMadeOfPrefixAndIndices() {
    var circuit = Circuit(title: "names")
    let labels = [circuit.label("vdd"), circuit.label("vin", 7), circuit.label("rw", 3, 1023)]
    #expect(labels.map { circuit.name(of: $0) } == ["vdd", "vin_7", "rw_3_1023"])
    #expect(circuit.label("RW", 0, 0).at(3, 1023) == labels[2])
    #expect(circuit.name(of: .ground) == "0")
    #expect(circuit.nodeCount == 1)
  }

  @Test func elementsAreNumberedByKind() {
    var circuit = Circuit(title: "kinds")
    let a = circuit.addNode(circuit.label("a"))
    #expect(circuit.addResistor(circuit.label("r", 1), a, .ground, ohms: 1) == 0)
    #expect(
      circuit.addVoltageSource(circuit.label("v"), plus: a, minus: .ground, volts: 2) == 0)
    #expect(circuit.addResistor(circuit.label("r", 2), a, .ground, ohms: 1) == 1)
    #expect(circuit.addCurrentSource(circuit.label("i"), from: a, to: .ground, amperes: 3) == 0)
    circuit.setVolts(-4, ofSource: 0)
    #expect(circuit.voltageSources[0].volts == -4)
    #expect(circuit.nodeCount == 2)
  }

  @Test func repeatedNamesAreFound() throws {
    var circuit = Circuit(title: "twice")
    let a = circuit.addNode(circuit.label("a", 1))
    circuit.addResistor(circuit.label("r"), a, .ground, ohms: 1)
    try circuit.checkNames()
    var nodeTwice = circuit
    _ = nodeTwice.addNode(nodeTwice.label("A", 1))
    #expect(throws: NetlistError(.duplicateName, file: "twice", line: 0, subject: "a_1")) {
      try nodeTwice.checkNames()
    }
    var elementTwice = circuit
    elementTwice.addResistor(elementTwice.label("R"), a, .ground, ohms: 1)
    #expect(throws: NetlistError(.duplicateName, file: "twice", line: 0, subject: "r")) {
      try elementTwice.checkNames()
    }
    for ground in ["gnd", "0"] {
      var alias = circuit
      _ = alias.addNode(alias.label(ground))
      #expect(throws: NetlistError(.duplicateName, file: "twice", line: 0, subject: ground)) {
        try alias.checkNames()
      }
    }
  }

  @Test func digitsOfIndicesAreWritten() {
    for number in [0, 7, 9, 10, 99, 100, 101, 999, 1000, 1001, 12_345, 999_999, Int(Int32.max)] {
      var bytes = Array("a".utf8)
      bytes.append(decimal: number)
      #expect(String(decoding: bytes, as: UTF8.self) == "a\(number)")
    }
  }

  @Test func zeroOhmsTrap() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "zero")
      circuit.addResistor(circuit.label("r"), .ground, .ground, ohms: 0)
    }
  }

  @Test func aNameOfAnotherKindTraps() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "letter")
      circuit.addResistor(circuit.label("v"), .ground, .ground, ohms: 1)
    }
  }

  /// `r_1` with index 2 and `r` with indices 1 and 2 would both read `r_1_2`.
  @Test func anAmbiguousPrefixTraps() async {
    await #expect(processExitsWith: .failure) {
      var circuit = Circuit(title: "ambiguous")
      _ = circuit.label("r_1", 2)
    }
  }
}
