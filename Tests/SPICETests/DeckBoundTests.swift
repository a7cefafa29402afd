import Foundation
import Netlist
import TestSupport
import Testing

@testable import SPICE

/// Decks that would never end, fill the memory or exhaust the stack.
@Suite struct DeckBoundTests {
  /// Ten levels of ten instances each would be ten thousand million resistors.
  @Test func subcircuitBombsAreDefused() {
    var text = ".subckt s0 a\nr1 a 0 1\n.ends\n"
    for level in 1...10 {
      text += ".subckt s\(level) a\n"
      for k in 0..<10 { text += "x\(k) a s\(level - 1)\n" }
      text += ".ends\n"
    }
    var reader = DeckReader()
    reader.instanceLimit = 10_000
    let error = #expect(throws: DeckError.self) {
      try reader.read("t\n\(text)xbomb 1 s10\n", name: "bomb")
    }
    #expect(error?.faults.map(\.reason) == [.expansionTooLarge])
  }

  @Test func expressionBombsAreDefused() {
    let parentheses = String(repeating: "(", count: 100_000)
    let signs = String(repeating: "-", count: 100_000)
    let sum = String(repeating: "v(a)+", count: 100_000) + "1"
    var functions = ".func f0(x) {x+x}\n"
    for k in 1...30 { functions += ".func f\(k)(x) {f\(k - 1)(x)+f\(k - 1)(x)}\n" }
    for card in [
      "r1 a 0 {\(parentheses)1}", "r1 a 0 {\(signs)1}", "r1 a 0 1\nb1 a 0 v={\(sum)}",
      functions + "r1 a 0 {f30(1)}", functions + "r1 a 0 1\nb1 a 0 v={f30(v(a))}",
    ] {
      let error = #expect(throws: DeckError.self) { try deck(card) }
      #expect(error?.faults.map(\.reason) == [.expressionTooDeep])
    }
  }

  /// What leads back to itself is told with the way that it takes.
  @Test func recursionIsToldWithItsChain() throws {
    let functions = #expect(throws: DeckError.self) {
      try deck(".func g(x) {h(x)+1}\n.func h(x) {g(x)}\nr1 a 0 {g(1)}")
    }
    #expect(
      functions?.description
        == "t.sp:3:13: 'g(x)': function calls itself: g → h → g")
    let circuits = #expect(throws: DeckError.self) {
      try deck("x1 a p\n.subckt p a\nx1 a q\n.ends\n.subckt q a\nx2 a p\n.ends")
    }
    #expect(
      circuits?.description
        == "t.sp:7:6: 'p': subcircuit contains itself: p → q → p (in x1.x1)")
    var text = "x1 a s1\n"
    for k in 1...70 { text += ".subckt s\(k) a\nx1 a s\(k + 1)\n.ends\n" }
    let deep = #expect(throws: DeckError.self) { try deck(text + ".subckt s71 a\nr1 a 0 1\n.ends") }
    #expect(deep?.faults.map(\.reason) == [.nestedTooDeep])
    let folder = try TemporaryFolder()
    let main = try folder.write("t\n.include a.inc\n", to: "main.sp")
    try folder.write(".include b.inc\n", to: "a.inc")
    try folder.write(".include a.inc\n", to: "b.inc")
    let files = #expect(throws: DeckError.self) {
      try DeckReader().read(URL(fileURLWithPath: main))
    }
    #expect(files?.faults.first?.chain == ["a.inc", "b.inc", "a.inc"])
  }

  /// A chain of parameters as deep as the deck is long must not exhaust the stack.
  @Test func longChainsOfParametersAreBounded() {
    var text = ".param p0=1\n"
    for k in 1...20_000 { text += ".param p\(k)={p\(k - 1)+1}\n" }
    #expect(throws: Never.self) { try deck(text + "r1 a 0 {p20000}") }
    let reversed = text.split(separator: "\n").reversed().joined(separator: "\n")
    _ = try? deck(reversed + "\nr1 a 0 {p20000}")
  }

  /// A slice of `make fuzz`.
  @Test(.tags(.validation)) func damagedDecksNeverTrap() {
    var readable = 0
    for index in 0..<4500 where DeckFuzzing.reads(seed: 1, index: UInt64(index)) { readable += 1 }
    // Damage that nothing survives would test little.
    #expect(readable > 100)
    var reader = DeckReader(passingOver: .elements)
    reader.load = { _ in Array(".lib tt\n.model dl d\n.endl\n".utf8) }
    let error = { () -> DeckError? in
      do throws(DeckError) {
        _ = try reader.read(DeckMutation.original, name: "corpus")
        return nil
      } catch { return error }
    }()
    #expect(error == nil, "\(error?.description ?? "")")
  }
}
