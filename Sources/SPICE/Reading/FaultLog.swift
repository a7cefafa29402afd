import Netlist

/// Faults and warnings as a deck is read.
struct FaultLog {
  /// The place and reason of a fault, to order and distinguish faults.
  private struct Key: Hashable {
    var source: Int
    var position: Int
    var reason: DeckFault.Reason
  }

  private var faults: [(key: Key, fault: DeckFault)] = []
  private var warned: [(key: Key, fault: DeckFault)] = []
  private var seen: Set<Key> = []
  private var furtherCount = 0
  /// Whether a file is missing, so that further faults would only be noise.
  var isHopeless = false

  /// Whether there are too many faults for reading on to be useful.
  var isFull: Bool { furtherCount > 1000 }
  var isEmpty: Bool { faults.isEmpty }

  /// Notes a fault of a card in `source`, once per place however often the card is expanded.
  mutating func add(_ fault: CardFault, in source: DeckSource, number: Int, instance: String = "") {
    let key = Key(source: number, position: fault.place.lowerBound, reason: fault.reason)
    guard seen.insert(key).inserted else { return }
    guard faults.count < DeckError.limit else {
      furtherCount += 1
      return
    }
    faults.append((key, Self.told(fault, in: source, instance: instance)))
  }

  /// Notes something suspicious but usable.
  mutating func warn(_ fault: CardFault, in source: DeckSource, number: Int, instance: String = "")
  {
    let key = Key(source: number, position: fault.place.lowerBound, reason: fault.reason)
    guard warned.count < 100, seen.insert(key).inserted else { return }
    warned.append((key, Self.told(fault, in: source, instance: instance)))
  }

  private static func told(
    _ fault: CardFault, in source: DeckSource, instance: String
  ) -> DeckFault {
    let (line, column) = source.location(of: fault.place.lowerBound)
    var told = DeckFault(
      fault.reason, file: source.name, line: line, column: column,
      subject: fault.subject ?? source.text(fault.place), suggestion: fault.suggestion,
      instance: instance)
    told.other = fault.other
    told.chain = fault.chain
    return told
  }

  /// Everything wrong, in the order of the text.
  var error: DeckError? {
    guard !faults.isEmpty else { return nil }
    return DeckError(Self.ordered(faults), furtherCount: furtherCount)
  }

  var warnings: [DeckFault] { Self.ordered(warned) }

  private static func ordered(_ faults: [(key: Key, fault: DeckFault)]) -> [DeckFault] {
    faults.sorted { ($0.key.source, $0.key.position) < ($1.key.source, $1.key.position) }
      .map(\.fault)
  }
}
