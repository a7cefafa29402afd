import Foundation
import Netlist
import SPICE
import TestSupport
import Testing

@testable import ExternalSimulators

/// Whether simulators are in the search path.
private let hasNgspice = (try? NgspiceRunner()) != nil
private let hasGnucap = (try? GnucapRunner()) != nil

@Suite struct SimulatorTests {
  /// 3 V over 1 Ω beside 0.5 Ω.
  private static func divider() -> (circuit: Circuit, sense: Int) {
    var circuit = Circuit(title: "divider")
    let (a, b) = (circuit.addNode(circuit.label("a")), circuit.addNode(circuit.label("b")))
    circuit.addVoltageSource(circuit.label("vin"), plus: a, minus: .ground, volts: 3)
    circuit.addResistor(circuit.label("r", 0), a, b, ohms: 1)
    circuit.addResistor(circuit.label("r", 1), a, b, ohms: 0.5)
    let sense = circuit.addVoltageSource(circuit.label("vo"), plus: b, minus: .ground, volts: 0)
    return (circuit, sense)
  }

  @Test(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
  func ngspiceRunsItsWrapperUnchanged() throws {
    let (circuit, sense) = Self.divider()
    let currents = try withTemporaryFolder { folder in
      try SPICEWriter.write(circuit, header: DeckHeader(), sensing: [sense, 0], toFolder: folder)
      return try NgspiceRunner(timeLimitSeconds: 60).currents(
        of: ["VO", "vin"], inFolder: folder)
    }
    // ngspice stops iterating at its tolerances, but a linear circuit is solved in one step.
    #expect(abs(currents[0] - 9) <= 1e-11)
    #expect(abs(currents[1] + 9) <= 1e-11)
  }

  /// gnucap's sources have 1 pΩ, as its wrapper asks, where by themselves they have 100 nΩ.
  @Test(.tags(.validation), .enabled(if: hasGnucap, "gnucap is not installed"))
  func gnucapRunsItsWrapperUnchanged() throws {
    let (circuit, sense) = Self.divider()
    let currents = try withTemporaryFolder { folder in
      try SPICEWriter.write(circuit, header: DeckHeader(), sensing: [sense, 0], toFolder: folder)
      return try GnucapRunner(timeLimitSeconds: 60).currents(of: ["VO", "vin"], inFolder: folder)
    }
    #expect(abs(currents[0] - 9) <= 1e-10)
    #expect(abs(currents[1] + 9) <= 1e-10)
  }

  @Test(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
  func aSingularDeckGivesAnErrorWithTheLog() throws {
    var circuit = Circuit(title: "loop")
    let a = circuit.addNode(circuit.label("a"))
    circuit.addVoltageSource(circuit.label("v", 0), plus: a, minus: .ground, volts: 3)
    circuit.addVoltageSource(circuit.label("v", 1), plus: a, minus: .ground, volts: 2)
    let error = #expect(throws: SimulatorError.self) {
      try withTemporaryFolder { folder in
        try SPICEWriter.write(circuit, header: DeckHeader(), sensing: [0], toFolder: folder)
        return try NgspiceRunner(timeLimitSeconds: 60).currents(of: ["v_0"], inFolder: folder)
      }
    }
    #expect(
      error?.description.contains("DC solution failed") == true, "\(String(describing: error))")
  }

  @Test func aMissingProgramIsNamedWithItsPackage() {
    let error = SimulatorError.notInstalled(program: "ngspice", package: "ngspice")
    #expect(throws: error) { try NgspiceRunner(searchPath: "/nowhere:/no/where") }
    #expect(error.description.contains("Debian has it in the package ngspice"))
  }

  /// Programs that hang, fail, and print nothing.
  @Test func programsThatMisbehaveAreReported() throws {
    func run(_ script: String, limit: Double = 30) throws -> SimulatorError? {
      try withTemporaryFolder { folder -> SimulatorError? in
        // The shell under ngspice's name: it takes `-b` and runs the wrapper as its script.
        try FileManager.default.createSymbolicLink(
          atPath: "\(folder)/ngspice", withDestinationPath: "/bin/sh")
        let wrapper = "\(folder)/\(Simulator.ngspice.wrapperFileName)"
        try Data("\(script)\n".utf8).write(to: URL(fileURLWithPath: wrapper))
        // What an earlier run left behind must not be taken for a result.
        try Data("i(vo) = 1\n".utf8).write(
          to: URL(fileURLWithPath: "\(folder)/\(Simulator.ngspiceResultFileName)"))
        do {
          let runner = try NgspiceRunner(searchPath: folder, timeLimitSeconds: limit)
          _ = try runner.currents(of: ["vo"], inFolder: folder)
          return nil
        } catch let error as SimulatorError {
          return error
        }
      }
    }
    #expect(
      try run("exec sleep 60", limit: 0.2) == .timedOut(program: "ngspice", seconds: 0.2))
    #expect(
      try run("echo out of luck; exit 3")
        == .failed(program: "ngspice", status: 3, log: "out of luck"))
    #expect(try run("echo quiet") == .missingCurrent(source: "vo", log: "quiet"))
  }

  /// A stand-in under Xyce's name that prints what the real one is documented to print.
  @Test func xyceIsRunOnItsWrapper() throws {
    let csv = "Index,I(VO_0), I(VIN_0)\n0,1.25e-03,-2.50e-03\n"
    func run(_ script: String) throws -> [Double] {
      try withTemporaryFolder { folder in
        let program = "\(folder)/Xyce"
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: program))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
        // What an earlier run left behind.
        try Data("I(VO_0)\n9\n".utf8).write(
          to: URL(fileURLWithPath: "\(folder)/run.xyce.sp.csv"))
        return try XyceRunner(searchPath: folder, timeLimitSeconds: 30).currents(
          of: ["vo_0", "VIN_0"], inFolder: folder)
      }
    }
    #expect(try run("printf '\(csv)' > $1.csv") == [1.25e-3, -2.5e-3])
    #expect(throws: SimulatorError.missingCurrent(source: "vo_0", log: "quiet")) {
      try run("echo quiet")
    }
    #expect(throws: SimulatorError.failed(program: "Xyce", status: 2, log: "Error: no")) {
      try run("echo 'Error: no'; exit 2")
    }
    let error = SimulatorError.notPackaged(program: "Xyce", source: "xyce.sandia.gov")
    #expect(throws: error) { try XyceRunner(searchPath: "/nowhere") }
    #expect(error.description.contains("Xyce is not installed"))
  }

  @Test(arguments: Simulator.allCases)
  func wrappersIncludeTheCoreAndAskForEveryCurrent(simulator: Simulator) {
    let (circuit, senses) = randomGrid(side: 20, seed: 1)
    let text = simulator.wrapper(for: circuit, sensing: senses)
    #expect(text.contains("core.sp"))
    for x in 0..<20 { #expect(text.contains(simulator == .spectre ? "vo_\(x):p" : "i(vo_\(x))")) }
    #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count < 200 })
  }

  @Test func printedLinesAreRead() {
    let text =
      "* 2 currents\ni(vo_0) = 7.5000000000000000e-01\nI(VO_1) = -1e-3\nv(x) = 1\ni(y) = ?\n"
    #expect(NgspiceRunner.printedCurrents(text) == ["vo_0": 0.75, "vo_1": -1e-3])
    let table = "#           i(vo_0)       I(Vo_1)\n 27.00858   35.58E-6      -1.5      \n"
    #expect(GnucapRunner.printedCurrents(table) == ["vo_0": 35.58e-6, "vo_1": -1.5])
    #expect(GnucapRunner.printedCurrents("") == [:])
  }
}
