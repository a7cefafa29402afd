import SPICE
import Testing

/// Records an issue unless a deck of these cards is refused, with a message that contains `message`.
public func expectFault(_ cards: String, _ message: String) {
  do {
    _ = try DeckReader().read("t\n\(cards)\n.op\n.end\n", name: "t.sp")
    Issue.record("read without an error: \(cards)")
  } catch {
    #expect("\(error)".contains(message), "\(error)")
  }
}
