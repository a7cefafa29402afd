import CircuitSolver
import ExternalSimulators
import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

/// Digital models with random inputs against ngspice, event by event.
@Suite struct EventAgreementTests {
  /// Models with random delays: cards, names of the inputs, and of the outputs.
  private static let kinds: [(name: String, inputs: Int, outputs: [String])] = [
    ("d_buffer", 1, ["q"]), ("d_inverter", 1, ["q"]), ("d_and", 3, ["q"]), ("d_nand", 3, ["q"]),
    ("d_or", 3, ["q"]), ("d_nor", 3, ["q"]), ("d_xor", 3, ["q"]), ("d_xnor", 3, ["q"]),
    ("d_tristate", 2, ["q"]), ("d_open_c", 1, ["q"]), ("d_open_e", 1, ["q"]),
    ("d_dff", 4, ["q", "nq"]), ("d_jkff", 5, ["q", "nq"]), ("d_tff", 4, ["q", "nq"]),
    ("d_srff", 5, ["q", "nq"]), ("d_dlatch", 4, ["q", "nq"]), ("d_srlatch", 5, ["q", "nq"]),
    ("d_fdiv", 1, ["q"]), ("d_lut", 3, ["q"]), ("d_ram", 6, ["q", "r"]),
  ]

  private struct Sample {
    var stimulus = ""
    var cards = ""
    var stop = 0.0
    var shown: [String] = []

    init(_ kind: (name: String, inputs: Int, outputs: [String]), _ random: inout RandomStream) {
      let delays = [0.5, 1, 1.5, 2, 3, 7]
      func delay() -> String { "\(delays.randomElement(using: &random) ?? 1)n" }
      let inputs = (0..<kind.inputs).map { "i\($0)" }
      let isRegister = kind.outputs.count == 2 && kind.inputs < 6
      var states = inputs.map { _ in false }
      var time = 0.0
      for _ in 0..<60 {
        stimulus += "\(time)n " + states.map { $0 ? "1s" : "0s" }.joined(separator: " ") + "\n"
        time += [0.3, 1, 2, 4, 10, 20].randomElement(using: &random) ?? 1
        for k in states.indices {
          // Set and reset are rare.
          let isRare = isRegister && k >= kind.inputs - 2
          if Double.random(in: 0..<1, using: &random) < (isRare ? 0.15 : 0.5) {
            states[k] = Bool.random(using: &random)
          }
        }
      }
      stop = time + 60
      shown = inputs + kind.outputs
      let edges = "rise_delay=\(delay()) fall_delay=\(delay())"
      let open = "open_delay=\(delay())"
      let register =
        "set_delay=\(delay()) reset_delay=\(delay()) ic=\(Int.random(in: 0...2, using: &random))"
      let (all, outs) = (inputs.joined(separator: " "), kind.outputs.joined(separator: " "))
      var ports = kind.inputs == 1 || isRegister ? "\(all) \(outs)" : "[\(all)] \(outs)"
      var parameters = edges
      switch kind.name {
      case "d_tristate": (ports, parameters) = ("\(all) \(outs)", "delay=\(delay())")
      case "d_open_c": parameters = "\(open) fall_delay=\(delay())"
      case "d_open_e": parameters = "\(open) rise_delay=\(delay())"
      case "d_dff", "d_jkff", "d_tff", "d_srff": parameters += " clk_delay=\(delay()) \(register)"
      case "d_dlatch": parameters += " data_delay=\(delay()) enable_delay=\(delay()) \(register)"
      case "d_srlatch": parameters += " sr_delay=\(delay()) enable_delay=\(delay()) \(register)"
      case "d_fdiv": parameters += " div_factor=5 high_cycles=2 i_count=1"
      case "d_lut":
        let table = (0..<8).map { _ in Bool.random(using: &random) ? "1" : "0" }.joined()
        parameters += " table_values=\"\(table)\""
      case "d_ram":
        ports = "[i0 i1] [q r] [i2 i3] i4 [i5]"
        parameters = "select_value=1 ic=2 read_delay=\(delay())"
      default: break
      }
      cards = """
        a0 [\(all)] src
        .model src d_source(input_file="s.txt")
        a1 \(ports) m
        .model m \(kind.name)(\(parameters))
        """
    }
  }

  /// Rows of a time and values, each the last of its time, without those that change nothing.
  private func merged(_ rows: [(time: Double, values: [Double])]) -> [(
    time: Double, values: [Double]
  )] {
    var last: [(time: Double, values: [Double])] = []
    for row in rows {
      if let former = last.last, abs(former.time - row.time) < 2e-13 { last.removeLast() }
      last.append(row)
    }
    return last.enumerated().filter { $0 == 0 || last[$0 - 1].values != $1.values }.map(\.element)
  }

  @Test(
    .tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"),
    arguments: 0..<kinds.count)
  func eventsAgree(kind: Int) throws {
    for stream in 0..<3 {
      var random = RandomStream(seed: 0xE7, stream: UInt64(100 * kind + stream))
      let sample = Sample(Self.kinds[kind], &random)
      try withTemporaryFolder { folder in
        try sample.stimulus.write(toFile: "\(folder)/s.txt", atomically: true, encoding: .utf8)
        try "t\n\(sample.cards)\n.tran 1n \(sample.stop)n\n.end\n".write(
          toFile: "\(folder)/ours.sp", atomically: true, encoding: .utf8)
        let shown = sample.shown.joined(separator: " ")
        try """
        t
        v1 z 0 0
        r1 z 0 1
        \(sample.cards)
        .control
        tran 1n \(sample.stop)n
        eprint \(shown) > events.txt
        quit
        .endc
        .end

        """.write(toFile: "\(folder)/theirs.sp", atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try NgspiceRunner().executable)
        process.arguments = ["-b", "theirs.sp"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        (process.standardOutput, process.standardError) = (
          FileHandle.nullDevice, FileHandle.nullDevice
        )
        try process.run()
        process.waitUntilExit()
        let printed = try String(contentsOfFile: "\(folder)/events.txt", encoding: .utf8)
        let theirs = printed.split(separator: "\n").compactMap {
          line -> (time: Double, values: [Double])? in
          let words = line.split(separator: " ")
          guard words.count == sample.shown.count + 1, let time = Double(words[0]) else {
            return nil
          }
          return (
            time,
            words.dropFirst().map { DigitalValue($0).map { EventValue.digital($0).number } ?? .nan }
          )
        }
        let deck = try DeckReader().open(URL(fileURLWithPath: "\(folder)/ours.sp")).deck
        let plot = try #require(try CircuitSimulation(deck).run().plots.last)
        let times = try #require(plot.values(of: "time"))
        let columns = try sample.shown.map { try #require(plot.values(of: "v(\($0))")) }
        let ours = times.indices.map { k in (time: times[k], values: columns.map { $0[k] }) }
        let (a, b) = (merged(ours), merged(theirs))
        #expect(b.count > 10)
        #expect(a.count == b.count, "\(sample.cards)")
        for (x, y) in zip(a, b) where abs(x.time - y.time) > 2e-13 || x.values != y.values {
          Issue.record("\(sample.cards): \(x) here, \(y) there")
          break
        }
      }
    }
  }
}
