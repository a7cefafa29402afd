/// What is due when, the earliest first; of one time in the order of posting.
struct EventQueue: Sendable {
  enum Subject: Sendable {
    /// A change of this output.
    case output(Int)
    /// A call of this element.
    case wake(element: Int)
  }

  struct Entry: Sendable {
    var time: Double
    /// Grows from posting to posting.
    var number: Int
    var subject: Subject

    func isBefore(_ other: Entry) -> Bool {
      time != other.time ? time < other.time : number < other.number
    }
  }

  /// A heap: no entry is before the one at half its place.
  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var place = entries.count - 1
    while place > 0, entries[place].isBefore(entries[(place - 1) / 2]) {
      entries.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func popFirst() -> Entry? {
    guard let first = entries.first else { return nil }
    let last = entries.removeLast()
    guard !entries.isEmpty else { return first }
    entries[0] = last
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < entries.count && entries[child].isBefore(entries[least]) {
        least = child
      }
      guard least != place else { return first }
      entries.swapAt(place, least)
      place = least
    }
  }
}
