import ExternalSimulators
import Files
import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

/// Whether ngspice is in the search path.
private let hasNgspice = (try? NgspiceRunner()) != nil

/// Raw files that ngspice writes, and raw files that ngspice reads.
@Suite(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
struct RawFileSimulatorTests {
  private static let deck = """
    low pass: every kind of plot
    v1 in 0 dc 2 ac 1 pulse(0 2 0 1u 1u 1m 2m)
    r1 in out 1k
    r2 out 0 1k
    c1 out 0 1u
    """

  /// Runs ngspice on the low pass with these lines of `.control` and reads what it wrote.
  private func run(
    _ commands: String, file: String, in folder: String
  ) throws -> [Plot] {
    let text = "\(Self.deck)\n.control\nset numdgt=16\n\(commands)\nquit\n.endc\n.end\n"
    try FileContents.write(text, to: "\(folder)/deck.sp")
    _ = try NgspiceRunner(timeLimitSeconds: 60).run(
      arguments: ["-b", "deck.sp"], inFolder: folder, logPath: "\(folder)/log")
    let log = String(decoding: try FileContents.read("\(folder)/log"), as: UTF8.self)
    #expect(FileManager.default.fileExists(atPath: "\(folder)/\(file)"), "\(log)")
    return try RawFileReader.read("\(folder)/\(file)")
  }

  private static let analyses = """
    op
    write out.raw
    set appendwrite
    dc v1 0 2 0.5
    write out.raw
    ac dec 4 1 1meg
    write out.raw
    tran 10u 3m
    write out.raw
    """

  @Test func bothEncodingsOfNgspiceAreRead() throws {
    try withTemporaryFolder { folder in
      let binary = try run(Self.analyses, file: "out.raw", in: folder)
      try FileManager.default.removeItem(atPath: "\(folder)/out.raw")
      let ascii = try run("set filetype=ascii\n\(Self.analyses)", file: "out.raw", in: folder)
      #expect(
        binary.map(\.analysisKind) == [.operatingPoint, .dcSweep, .smallSignal, .transient])
      #expect(binary.map(\.pointCount).prefix(3) == [1, 5, 25])
      for (binary, ascii) in matched(binary, ascii) {
        #expect(binary.name == ascii.name && binary.variables == ascii.variables)
        #expect(binary.title == "low pass: every kind of plot")
        // ngspice prints 16 digits: half a unit of the last is 5e-16 of the value.
        #expect(binary.values.count == ascii.values.count)
        for (a, b) in matched(binary.values, ascii.values) {
          #expect((a - b).magnitude <= 5e-16 * a.magnitude)
        }
      }
      // Closed forms: half the source, and a pole at 1 / (2π · 500 Ω · 1 µF).
      let sweep = try #require(binary[1].values(of: "v-sweep"))
      let halves = try #require(binary[1].values(of: "v(out)"))
      for (volts, half) in matched(sweep, halves) { #expect((half - volts / 2).magnitude <= 1e-14) }
      #expect(sweep.last == 2)
      let frequencies = try #require(binary[2].values(of: "frequency"))
      let real = try #require(binary[2].values(of: "v(out)"))
      for (hertz, part) in matched(frequencies, real) {
        let ratio = 2 * Double.pi * hertz * 500e-6
        #expect((part - 0.5 / (1 + ratio * ratio)).magnitude <= 1e-13)
      }
    }
  }

  @Test(arguments: RawFileWriter.Encoding.allCases)
  func ngspiceLoadsWhatIsWritten(encoding: RawFileWriter.Encoding) throws {
    // One sample of each kind; ngspice has no plots without points.
    let plots = Array(SamplePlots.all().dropLast())
    let writes = plots.indices.map { "load in\($0).raw\nwrite again.raw\nset appendwrite" }
    let read = try withTemporaryFolder { folder in
      for (index, plot) in plots.enumerated() {
        try RawFileWriter.write(
          [plot], as: encoding, to: "\(folder)/in\(index).raw")
      }
      return try run(writes.joined(separator: "\n"), file: "again.raw", in: folder)
    }
    #expect(read.count == plots.count)
    for (ours, theirs) in matched(plots, read) {
      #expect(theirs.name == ours.name && theirs.isComplex == ours.isComplex)
      for variable in ours.variables {
        // ngspice's reader of decimals may be off by the last bit.
        let (a, b) = (ours.values(of: variable.name), theirs.values(of: variable.name))
        #expect(a?.count == b?.count && a != nil, "\(variable.name)")
        for (a, b) in zip(a ?? [], b ?? []) {
          #expect((a - b).magnitude <= (encoding == .binary ? 0 : 2 * a.ulp), "\(variable.name)")
        }
      }
    }
  }
}
