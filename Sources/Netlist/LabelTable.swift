/// Labels in the order of their arrival, each once, found by hash.
///
/// Readers look up three names per element; this takes a tenth of the time of a dictionary of
/// labels, whose hash resists attackers that can at most slow down their own deck.
package struct LabelTable: Sendable {
  package private(set) var labels: [Label] = []
  /// Positions of labels without indices, by prefix; -1 if there is none.
  private var plain: [Int32] = []
  /// Positions of the others by hash, -1 where free; a power of two at least twice their number.
  private var slots = [Int32](repeating: -1, count: 64)
  private var hashedCount = 0

  /// No labels.
  package init() {}

  /// The position of a label, which is added at the end if it is new.
  package mutating func insert(_ label: Label) -> (position: Int, isNew: Bool) {
    if label.i < 0 { return insert(plain: label) }
    var slot = slot(of: label)
    while slots[slot] >= 0 {
      let position = Int(slots[slot])
      if labels[position] == label { return (position, false) }
      slot = next(slot)
    }
    slots[slot] = Int32(labels.count)
    labels.append(label)
    hashedCount += 1
    if hashedCount * 2 > slots.count { grow(to: slots.count * 2) }
    return (labels.count - 1, true)
  }

  private mutating func insert(plain label: Label) -> (position: Int, isNew: Bool) {
    let prefix = Int(label.prefix)
    if prefix >= plain.count {
      plain.append(
        contentsOf: repeatElement(-1, count: max(prefix + 1, plain.count * 2) - plain.count))
    }
    guard plain[prefix] < 0 else { return (Int(plain[prefix]), false) }
    plain[prefix] = Int32(labels.count)
    labels.append(label)
    return (labels.count - 1, true)
  }

  /// The position of a label, or `nil` if it has not been inserted.
  package func position(of label: Label) -> Int? {
    if label.i < 0 {
      let prefix = Int(label.prefix)
      return prefix < plain.count && plain[prefix] >= 0 ? Int(plain[prefix]) : nil
    }
    var slot = slot(of: label)
    while slots[slot] >= 0 {
      if labels[Int(slots[slot])] == label { return Int(slots[slot]) }
      slot = next(slot)
    }
    return nil
  }

  /// Names that count up share a line of the cache: the last index picks the place in a block of
  /// slots that the rest of the name picks. Large decks then read memory in order.
  private func slot(of label: Label) -> Int {
    var (block, place) = (UInt64(UInt32(bitPattern: label.prefix)), UInt64(0))
    if label.j >= 0 {
      block |= UInt64(UInt32(bitPattern: label.i)) << 32
      (block, place) = Self.split(block, UInt64(label.j))
    } else {
      (block, place) = Self.split(block, UInt64(label.i))
    }
    block = (block ^ (block >> 32)) &* 0x9E37_79B9_7F4A_7C15
    block = (block ^ (block >> 29)) &* 0xBF58_476D_1CE4_E5B9
    let start = (block >> 32) << 4 | place
    return Int(truncatingIfNeeded: start) & (slots.count - 1)
  }

  private static func split(_ rest: UInt64, _ index: UInt64) -> (UInt64, UInt64) {
    (rest ^ ((index >> 4) &* 0xD6E8_FEB8_6659_FD93), index & 15)
  }

  /// The next block, one place on: odd, so that it comes by every slot.
  private func next(_ slot: Int) -> Int { (slot + 17) & (slots.count - 1) }

  /// Makes room for `count` labels.
  package mutating func reserveCapacity(_ count: Int) {
    labels.reserveCapacity(count)
    var capacity = slots.count
    while capacity < 2 * count { capacity *= 2 }
    if capacity > slots.count { grow(to: capacity) }
  }

  private mutating func grow(to capacity: Int) {
    slots = [Int32](repeating: -1, count: capacity)
    for (position, label) in labels.enumerated() where label.i >= 0 {
      var slot = slot(of: label)
      while slots[slot] >= 0 { slot = next(slot) }
      slots[slot] = Int32(position)
    }
  }
}
