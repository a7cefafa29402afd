import Netlist
import Units

/// Bytes of a deck on their way to a sink; the writer's inner loop makes no strings.
struct DeckBuffer {
  private(set) var bytes: [UInt8] = []
  private let prefixes: [[UInt8]]
  /// Most resistors of an array have one of a few values, whose digits are remembered.
  private var knownValues = [UInt64](repeating: .max, count: 64)
  private var knownDigits = [[UInt8]](repeating: [], count: 64)

  static let chunk = 1 << 18

  init(prefixes: PrefixTable) {
    self.prefixes = prefixes.texts
    bytes.reserveCapacity(Self.chunk + 4096)
  }

  /// Whether it is time to hand the bytes on.
  var isFull: Bool { bytes.count >= Self.chunk }

  mutating func append(_ text: some StringProtocol) { bytes.append(contentsOf: text.utf8) }
  mutating func append(byte: UInt8) { bytes.append(byte) }
  mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

  mutating func append(_ label: Label) {
    bytes.append(contentsOf: prefixes[Int(label.prefix)])
    if label.i >= 0 { append(index: label.i) }
    if label.j >= 0 { append(index: label.j) }
  }

  private mutating func append(index: Int32) {
    bytes.append(UInt8(ascii: "_"))
    var divisor: Int32 = 1
    while index / divisor >= 10 { divisor *= 10 }
    var rest = index
    while divisor > 0 {
      bytes.append(48 + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  mutating func append(value: Double) {
    let bits = value.bitPattern
    let place = Int(truncatingIfNeeded: (bits &* 0x9E37_79B9_7F4A_7C15) >> 58)
    // All ones is a NaN, which no element has.
    if knownValues[place] != bits {
      knownValues[place] = bits
      knownDigits[place] = Array(SpiceNumber.format(value).utf8)
    }
    bytes.append(contentsOf: knownDigits[place])
  }

  /// `name` as it is, such as ` IC=`, then the number.
  mutating func append(_ name: String, _ value: Double) {
    append(name)
    append(value: value)
  }

  /// Two nodes of `circuit`, a blank before each.
  mutating func append(_ circuit: Circuit, _ a: Node, _ b: Node) {
    append(byte: UInt8(ascii: " "))
    append(circuit.nodeLabels[Int(a.index)])
    append(byte: UInt8(ascii: " "))
    append(circuit.nodeLabels[Int(b.index)])
  }
}
