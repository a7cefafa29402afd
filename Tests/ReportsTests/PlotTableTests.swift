import Netlist
import Testing

@testable import Reports

@Suite struct PlotTableTests {
  /// Decibels and radians are numbers among phasors.
  @Test func realVectorsArePrintedAsNumbers() {
    var plot = Plot(
      title: "t", name: "AC Analysis",
      variables: [
        .init(name: "frequency", kind: "frequency"), .init(name: "v(a)", kind: "voltage"),
        .init(name: "vdb(a)", kind: "decibel"), .init(name: "vp(a)", kind: "phase"),
        .init(name: "vr(a)", kind: "voltage", isReal: true),
      ], isComplex: true)
    plot.values = [10, 0, 0, 2, -1.4, 0, 1.5, 0, -0.25, 0]
    #expect(
      plot.table(showing: []).text == """
        frequency (Hz)          v(a) (V)  vdb(a) (dB)  vp(a) (rad)  vr(a) (V)
        ──────────────  ────────────────  ───────────  ───────────  ─────────
               10.0000  2.00000 ∠ 90.00°     -1.40000      1.50000  -0.250000

        """)
  }

  /// A single point of many vectors shows the first and the last of them, and how many it leaves out;
  /// those that were asked for by name are shown.
  @Test func manyVectorsAreCutInTheMiddle() {
    var plot = Plot(
      title: "t", name: "Operating Point",
      variables: (0..<9).map { .init(name: "v(\($0))", kind: "voltage") }, isComplex: false)
    plot.values = (0..<9).map(Double.init)
    let cut = plot.table(showing: [], vectorLimit: 5)
    #expect(cut.rows.map { $0[0] } == ["v(0)", "v(1)", "v(2)", "… 4 more", "v(7)", "v(8)"])
    #expect(plot.table(showing: [], vectorLimit: 9).rows.count == 9)
    let names = plot.variables.map(\.name)
    #expect(plot.table(showing: names, vectorLimit: 5).rows.count == 9)
  }
}
