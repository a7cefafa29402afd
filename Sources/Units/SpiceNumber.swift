/// Numbers as SPICE decks spell them.
///
/// Reading takes the common suffixes; writing never uses one, because simulators disagree on them
/// (`a` is atto in HSPICE and an ignored unit letter in ngspice; `1F` is a femto-unit, not a
/// farad).
public enum SpiceNumber {
  /// The value of a literal such as `1.5k`, `10meg`, `3u`, `2.2kohm` or `1e-6`, correctly rounded
  /// (`mil` rounds once more); `nil` for anything else, for a value beyond `Double`, and for `a`,
  /// whose meaning is disputed.
  public static func parse(_ text: some StringProtocol) -> Double? {
    var text = String(text)
    return text.withUTF8 { unsafe parse($0.span) }
  }

  /// The value of a literal in UTF-8; see the other form.
  public static func parse(_ bytes: Span<UInt8>) -> Double? {
    guard let literal = Literal(bytes) else { return nil }
    guard let scale = scale(of: bytes.extracting(literal.end..<bytes.count)) else { return nil }
    let value: Double? =
      literal.fastValue(decimalShift: scale.exponent)
      ?? literal.wideValue(decimalShift: scale.exponent)
      ?? literal.exactValue(bytes, scale.exponent)
    guard let value, value.isFinite else { return nil }
    return value * scale.factor
  }

  /// LTspice's `4k7` for 4.7k: a number whose suffix stands in place of the point; `nil` for anything
  /// else.
  public static func parseWithLetterAsPoint(_ bytes: Span<UInt8>) -> Double? {
    var place = 0
    while place < bytes.count, isDigit(bytes[place]) { place += 1 }
    let first = place
    while place < bytes.count, isLetter(bytes[place]) || bytes[place] >= 0x80 { place += 1 }
    guard first > 0, place > first, place < bytes.count else { return nil }
    let letters = bytes.extracting(first..<place)
    for index in place..<bytes.count where !isDigit(bytes[index]) { return nil }
    var text: [UInt8] = []
    for index in 0..<first { text.append(bytes[index]) }
    text.append(UInt8(ascii: "."))
    for index in place..<bytes.count { text.append(bytes[index]) }
    for index in letters.indices { text.append(letters[index]) }
    return parse(text.span)
  }

  /// The shortest decimal text that reads back as exactly `value`, which must be finite.
  public static func format(_ value: Double) -> String {
    precondition(value.isFinite, "a SPICE literal is a finite number")
    return value.description
  }

  /// Power of ten and remaining factor of a suffix; unit letters after it mean nothing.
  private static func scale(of suffix: Span<UInt8>) -> (exponent: Int, factor: Double)? {
    guard suffix.count > 0 else { return (0, 1) }
    if suffix[0] >= 0x80 {
      guard let length = lengthOfMicro(suffix) else { return nil }
      for index in length..<suffix.count where !isLetter(suffix[index]) { return nil }
      return (-6, 1)
    }
    for index in suffix.indices where !isLetter(suffix[index]) { return nil }
    if suffix.count >= 3, suffix[0] | 0x20 == UInt8(ascii: "m") {
      let (second, third) = (suffix[1] | 0x20, suffix[2] | 0x20)
      if second == UInt8(ascii: "e"), third == UInt8(ascii: "g") { return (6, 1) }
      if second == UInt8(ascii: "i"), third == UInt8(ascii: "l") { return (-6, 25.4) }
    }
    switch suffix[0] | 0x20 {
    case UInt8(ascii: "t"): return (12, 1)
    case UInt8(ascii: "g"): return (9, 1)
    case UInt8(ascii: "k"): return (3, 1)
    case UInt8(ascii: "m"): return (-3, 1)
    case UInt8(ascii: "u"): return (-6, 1)
    case UInt8(ascii: "n"): return (-9, 1)
    case UInt8(ascii: "p"): return (-12, 1)
    case UInt8(ascii: "f"): return (-15, 1)
    case UInt8(ascii: "a"): return nil
    default: return (0, 1)
    }
  }

  /// Bytes of a micro sign or a Greek mu at the start, in UTF-8 or in Latin-1; `nil` without one.
  private static func lengthOfMicro(_ text: Span<UInt8>) -> Int? {
    if text.count > 1, text[0] == 0xC2 && text[1] == 0xB5 || text[0] == 0xCE && text[1] == 0xBC {
      return 2
    }
    return text[0] == 0xB5 ? 1 : nil
  }

  fileprivate static func isDigit(_ byte: UInt8) -> Bool { byte &- 48 < 10 }
  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 97 < 26 }
}

/// The numeric part of a literal: sign, digits, point and exponent, split without rounding.
private struct Literal {
  var negative = false
  /// All digits as one integer, while they fit.
  var digits: UInt64 = 0
  var digitsFit = true
  /// Power of ten that belongs to `digits`.
  var exponent = 0
  /// Where the mantissa ends, and where the exponent ends: the suffix starts there.
  var mantissaEnd = 0
  var end = 0
  private var writtenExponent = 0

  init?(_ bytes: Span<UInt8>) {
    var position = 0
    if position < bytes.count, bytes[position] == 43 || bytes[position] == 45 {
      negative = bytes[position] == 45
      position += 1
    }
    var (digitCount, afterPoint, seenPoint) = (0, 0, false)
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "."), !seenPoint {
        seenPoint = true
      } else if SpiceNumber.isDigit(byte) {
        digitCount += 1
        if seenPoint { afterPoint += 1 }
        if digits < 1_000_000_000_000_000_000 {
          digits = digits * 10 + UInt64(byte - 48)
        } else {
          digitsFit = false
        }
      } else {
        break
      }
      position += 1
    }
    guard digitCount > 0 else { return nil }
    mantissaEnd = position
    end = position
    readExponent(bytes)
    exponent = writtenExponent - afterPoint
  }

  /// An `e` without digits behind it is a unit letter, as in SPICE.
  private mutating func readExponent(_ bytes: Span<UInt8>) {
    var position = mantissaEnd
    guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return }
    position += 1
    var negativeExponent = false
    if position < bytes.count, bytes[position] == 43 || bytes[position] == 45 {
      negativeExponent = bytes[position] == 45
      position += 1
    }
    guard position < bytes.count, SpiceNumber.isDigit(bytes[position]) else { return }
    var magnitude = 0
    while position < bytes.count, SpiceNumber.isDigit(bytes[position]) {
      // Beyond any double already; a larger number must not overflow the integer.
      if magnitude < 100_000 { magnitude = magnitude * 10 + Int(bytes[position] - 48) }
      position += 1
    }
    writtenExponent = negativeExponent ? -magnitude : magnitude
    end = position
  }

  /// Exact where digits and power of ten are both exact doubles: one rounding (Clinger 1990).
  func fastValue(decimalShift: Int) -> Double? {
    let power = exponent + decimalShift
    guard digitsFit, digits <= 1 << 53, abs(power) <= 22 else { return nil }
    let magnitude = Double(digits)
    let scale = Self.powersOfTen[abs(power)]
    let value = power < 0 ? magnitude / scale : magnitude * scale
    return negative ? -value : value
  }

  /// Exact digits times or over an exact power of five in 128 bits, rounded once: what 17 digits
  /// need. Powers of two change only the exponent.
  func wideValue(decimalShift: Int) -> Double? {
    let power = exponent + decimalShift
    guard digitsFit, digits > 0, abs(power) <= 27 else { return nil }
    let shift = digits.leadingZeroBitCount
    let left = digits << shift
    // 64 bits of the result, of which the first or the second is set, and whether more follow.
    var bits: UInt64
    var isInexact: Bool
    var binary = power - shift
    let five = Self.powersOfFive[abs(power)]
    let fiveShift = five.leadingZeroBitCount
    let right = five << fiveShift
    if power >= 0 {
      let product = left.multipliedFullWidth(by: right)
      (bits, isInexact) = (product.high, product.low != 0)
      if bits >> 63 == 0 {
        bits = bits << 1 | product.low >> 63
        isInexact = product.low << 1 != 0
        binary -= 1
      }
      binary += 64 - fiveShift
    } else {
      // The quotient has 64 bits where the dividend's high word is below the divisor.
      let isHalved = left >= right
      let high = isHalved ? left >> 1 : left
      let (quotient, remainder) = right.dividingFullWidth((high, isHalved ? left << 63 : 0))
      (bits, isInexact) = (quotient, remainder != 0)
      binary += fiveShift - 64 + (isHalved ? 1 : 0)
    }
    // 11 bits too many: to the nearest, halves to even.
    let rest = bits & 0x7FF
    bits >>= 11
    if rest > 0x400 || (rest == 0x400 && (isInexact || bits & 1 == 1)) { bits += 1 }
    let magnitude = Double(sign: .plus, exponent: binary + 11, significand: Double(bits))
    return negative ? -magnitude : magnitude
  }

  /// Up to 5²⁷, the last below 2⁶⁴.
  private static let powersOfFive: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 1...27 { powers.append(powers[powers.count - 1] * 5) }
    return powers
  }()

  /// The general case, with the suffix folded into the exponent so that it rounds once.
  func exactValue(_ bytes: Span<UInt8>, _ decimalShift: Int) -> Double? {
    var text = ""
    text.reserveCapacity(mantissaEnd + 8)
    for index in 0..<mantissaEnd { text.unicodeScalars.append(Unicode.Scalar(bytes[index])) }
    return Double(text + "e\(writtenExponent + decimalShift)")
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
}
