import Foundation

/// SHA-256 (FIPS 180-4), for the identity of inputs and circuits in stored results.
public struct ContentHash: Sendable {
  // Fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
  private static let roundConstants: [UInt32] = primes(64).map { fraction(of: cbrt(Double($0))) }
  // Fractional parts of the square roots of the first 8 primes (FIPS 180-4, section 5.3.3).
  private static let initialState: [UInt32] = primes(8).map {
    fraction(of: Double($0).squareRoot())
  }

  /// 64 lower-case hexadecimal digits.
  public let hexadecimal: String

  /// The hash of `bytes`.
  public init(_ bytes: Data) {
    var message = [UInt8](bytes)
    let bitCount = UInt64(message.count) * 8
    message.append(0x80)
    while message.count % 64 != 56 { message.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      message.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
    }
    var state = Self.initialState
    var schedule = [UInt32](repeating: 0, count: 64)
    let k = Self.roundConstants
    for block in stride(from: 0, to: message.count, by: 64) {
      for t in 0..<16 {
        let at = block + 4 * t
        schedule[t] =
          UInt32(message[at]) << 24 | UInt32(message[at + 1]) << 16
          | UInt32(message[at + 2]) << 8 | UInt32(message[at + 3])
      }
      for t in 16..<64 {
        let x = schedule[t - 15]
        let y = schedule[t - 2]
        let s0 = rotate(x, 7) ^ rotate(x, 18) ^ x >> 3
        let s1 = rotate(y, 17) ^ rotate(y, 19) ^ y >> 10
        schedule[t] = schedule[t - 16] &+ s0 &+ schedule[t - 7] &+ s1
      }
      compress(&state, schedule, k)
    }
    hexadecimal = state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The hash of the UTF-8 bytes of `text`.
  public init(_ text: String) { self.init(Data(text.utf8)) }

  private static func primes(_ count: Int) -> [Int] {
    var found: [Int] = []
    var candidate = 2
    while found.count < count {
      if found.allSatisfy({ candidate % $0 != 0 }) { found.append(candidate) }
      candidate += 1
    }
    return found
  }

  private static func fraction(of root: Double) -> UInt32 {
    UInt32((root - root.rounded(.down)) * 4_294_967_296)
  }
}

private func rotate(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }

/// One application of the compression function (FIPS 180-4, section 6.2.2).
private func compress(_ state: inout [UInt32], _ w: [UInt32], _ k: [UInt32]) {
  var (a, b, c, d) = (state[0], state[1], state[2], state[3])
  var (e, f, g, h) = (state[4], state[5], state[6], state[7])
  for t in 0..<64 {
    let s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    let choice = (e & f) ^ (~e & g)
    let t1 = h &+ s1 &+ choice &+ k[t] &+ w[t]
    let s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    let majority = (a & b) ^ (a & c) ^ (b & c)
    let t2 = s0 &+ majority
    (h, g, f, e, d, c, b, a) = (g, f, e, d &+ t1, c, b, a, t1 &+ t2)
  }
  for (i, x) in [a, b, c, d, e, f, g, h].enumerated() { state[i] = state[i] &+ x }
}
