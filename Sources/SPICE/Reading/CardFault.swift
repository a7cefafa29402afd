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
  /// What leads back to itself.
  var chain: [String] = []

  init(
    _ reason: DeckFault.Reason, _ place: Range<Int>, subject: String? = nil,
    suggestion: String? = nil
  ) {
    self.reason = reason
    self.place = place
    self.subject = subject
    self.suggestion = suggestion
  }

  /// A fault of something that leads back to itself, by the names on the way.
  init(_ reason: DeckFault.Reason, _ place: Range<Int>, chain: [String]) {
    self.init(reason, place)
    self.chain = chain
  }
}

extension DeckFault.Reason {
  /// From which leniency on a fault is only a warning, where a feature is not followed.
  var leastLeniency: DeckReader.Leniency { changesCircuit ? .elements : .outputs }
}
