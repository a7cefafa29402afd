import CrossbarArray
import ExternalSimulators
import TestSupport
import Testing

private let hasNgspice = (try? NgspiceRunner()) != nil

/// Random arrays over all options as decks that ngspice runs unchanged.
@Suite(.tags(.validation), .enabled(if: hasNgspice, "ngspice is not installed"))
struct NgspiceArrayTests {
  /// What the arrays of one run have that a plain linear array has not.
  struct Variety: Sendable, CustomTestStringConvertible {
    var hasDefects: Bool
    var isNonlinear: Bool

    var testDescription: String {
      (hasDefects ? "defects" : "whole") + (isNonlinear ? ", nonlinear" : ", linear")
    }
  }

  private static let varieties = [false, true].flatMap { defects in
    [false, true].map { Variety(hasDefects: defects, isNonlinear: $0) }
  }

  /// Two thirds of the arrays have unused lines. A deck carries the currents that we expect and the
  /// agreement that it asks for: 1e-6 of its largest current, 1e-4 where devices are nonlinear.
  @Test(arguments: varieties)
  func ngspiceAgrees(_ variety: Variety) throws {
    var checked = 0
    for index in 0..<27 {
      var drawn = RandomArray(index, seed: 5)
      if variety.hasDefects { drawn.addDefects() }
      if variety.isNonlinear { drawn.makeNonlinear(index) }
      // Lines that an open wire cuts off from every source are refused; ngspice would not.
      guard (try? CircuitArray(drawn.array)) != nil else { continue }
      let folder = try TemporaryFolder()
      _ = try ArrayDeck.write(drawn.array, input: drawn.input, title: "array", to: folder.path)
      let verification = try DeckVerification(folder: folder.path, with: .ngspice)
      #expect(
        verification.passes,
        "array \(index): \(verification.worstRelativeDifference) of \(verification.tolerance)\n\(drawn.array)"
      )
      checked += 1
    }
    #expect(checked > 15)
  }
}
