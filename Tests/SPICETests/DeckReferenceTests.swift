import Foundation
import Testing

@testable import SPICE

@Suite struct DeckReferenceTests {
  /// `tilespice reference deck > Sources/SPICE/Reference/DECK.md` after a change.
  @Test func thePageIsTheFileOfTheRepository() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let file = folder.appendingPathComponent("Sources/SPICE/Reference/DECK.md")
    let kept = try String(contentsOf: file, encoding: .utf8)
    #expect(kept == DeckReference.markdown)
  }

  /// Every card that a deck may hold, and every command, is on the page.
  @Test func thePageHasEverything() {
    let page = DeckReference.markdown
    for card in DeckStructure.controlNames where card != ".plot" {
      #expect(page.contains("`\(card)`") || page.contains("`\(card) "), "\(card)")
    }
    for name in ControlInterpreter.followed { #expect(page.contains("`\(name)`"), "\(name)") }
  }
}
