import Foundation
import TestSupport
import Testing

/// Decks of compiled Verilog-A on the command line.
@Suite struct CompactCommandTests {
  private static let deck = """
    A cell of Verilog-A
    .hdl "cell.va"
    v1 a 0 0.2
    n1 a 0 cell g=1e-5
    .model cell sinh_cell v0=0.05
    .op
    .end

    """
  private static let cell =
    "`include \"disciplines.vams\"\n`include \"constants.vams\"\n" + VerilogA.sinhCell + "\n"

  @Test func nativeCodeIsRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let outcome = try Program.run(["solve", "cell.sp", "--no-native"], in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cell.sp:2:6: "))
    #expect(outcome.errors.contains("native code"))
    let missing = try Program.run(["solve", "cell.sp", "--models", "none"], in: folder)
    #expect(missing.status == 64 && missing.errors.contains("none is no folder"))
  }

  @Test func withoutCompilerItIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let outcome = try Program.shell(
      "OPENVAF= PATH=/none $TILESPICE solve cell.sp", in: folder)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("openvaf-r"))
  }

  @Test(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
  func verilogIsCompiledAndSolved() throws {
    let folder = try TemporaryFolder()
    try folder.write(Self.deck, to: "cell.sp")
    try folder.write(Self.cell, to: "cell.va")
    let compiler = try #require(VerilogA.compilerPath)
    for _ in 0..<2 {
      let outcome = try Program.shell(
        "$TILESPICE solve cell.sp --csv cell.csv", in: folder,
        environment: ["OPENVAF": compiler, "XDG_CACHE_HOME": folder.file("cache")])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try String(contentsOfFile: folder.file("cell.csv"), encoding: .utf8)
        .split(separator: "\n")
      let values = lines.last?.split(separator: ",").compactMap { Double($0) } ?? []
      #expect(abs((values.last ?? 0) + 1.3644958598563876e-05) < 1e-17, "\(lines)")
    }
    #expect(folder.contents.filter { $0.hasSuffix(".osdi") }.count == 1)
  }
}
