import Netlist

/// A fault on its way to a caller that knows the card's file.
struct CardFault: Error {
  var reason: DeckFault.Reason
  /// Where in the bytes of the card's file.
  var place: Range<Int>
  /// The faulty text, if it is not that at `place`.
  var subject: String?
  var suggestion: String?
  /// Number of the file, where it is not the card's.
  var source: Int?
  /// `file:line` of the other card, where two contradict each other.
  var other: String?

  init(
    _ reason: DeckFault.Reason, _ place: Range<Int>, subject: String? = nil,
    suggestion: String? = nil
  ) {
    self.reason = reason
    self.place = place
    self.subject = subject
    self.suggestion = suggestion
  }
}
