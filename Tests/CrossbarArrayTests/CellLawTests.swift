import Foundation
import NumericKernels
import Testing
import Units

@testable import CrossbarArray

@Suite struct CellLawTests {
  private static let laws = NonlinearLadderTests.laws

  /// The conductance that carries a current is the one whose current it is.
  @Test(arguments: laws.keys.sorted())
  func conductancesInvertCurrents(name: String) throws {
    let law = try #require(Self.laws[name])
    for k in 0...60 {
      let siemens = 1e-8 * pow(1e4, Double(k) / 60)
      let amperes = law.amperes(0.2, siemens: siemens)
      #expect((law.siemens(0.2, amperes: amperes) / siemens - 1).magnitude < 1e-11, "\(siemens)")
    }
    #expect(law.siemens(0.2, amperes: 0) == 0)
    if !law.isProportional { #expect(law.siemens(0.2, amperes: 1) == .infinity) }
  }

  /// Slopes are the differences of currents, across the cell and of the bit line.
  @Test(arguments: laws.keys.sorted())
  func slopesAreDifferences(name: String) throws {
    let law = try #require(Self.laws[name]).law
    for siemens in [1e-7, 1e-5] {
      for (v, w) in [(0.2, 0.0), (0.13, 0.05), (-0.2, 0.03), (-0.35, -0.1)] {
        let h = 1e-5
        func amperes(_ v: Double, _ w: Double) -> Double {
          law.tangent(v, bitLine: w, siemens: siemens).amperes
        }
        let found = law.tangent(v, bitLine: w, siemens: siemens)
        let across = (amperes(v + h, w) - amperes(v - h, w)) / (2 * h)
        let along = (amperes(v, w + h) - amperes(v, w - h)) / (2 * h)
        #expect((found.siemens - across).magnitude < 1e-6 * siemens)
        #expect((found.bitLineSiemens - along).magnitude < 1e-6 * siemens)
      }
      #expect(
        law.tangent(0.2, bitLine: 0, siemens: siemens).amperes
          == law.amperes(0.2, siemens: siemens))
    }
  }
}
