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
}
