import Foundation
import Netlist
import NumericKernels

/// Random numbers of decks, addressed: the same seed gives the same number at the same place of the
/// same instance, in whatever order values are found.
struct RandomValue: Sendable {
  /// `.options seed=`.
  var seed: UInt64 = 1
  /// How often commands have asked for new numbers.
  var round: UInt64 = 0
  /// How many numbers each place has had.
  private var drawn: [UInt64: UInt64] = [:]

  static let names = [
    "agauss", "gauss", "aunif", "unif", "flat", "mc", "rand",
  ]

  /// ngspice's functions, with Xyce's `rand()` and LTspice's `gauss(x)`, `flat(x)` and `mc(x, y)`;
  /// `limit` of two arguments is HSPICE's. `nil` for other functions.
  ///
  /// - Parameter address: Hash of the place.
  mutating func value(_ name: String, _ x: [Double], address: UInt64) -> Double?? {
    func normal() -> Double {
      var random = stream(address)
      // Box and Muller (Ann. Math. Stat. 29, 1958).
      let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &random))).squareRoot()
      return radius * cos(2 * .pi * Double.random(in: 0..<1, using: &random))
    }
    func even() -> Double {
      var random = stream(address)
      return Double.random(in: -1...1, using: &random)
    }
    switch (name, x.count) {
    case ("agauss", 3): return x[0] + x[1] / x[2] * normal()
    case ("agauss", 2): return x[0] + x[1] * normal()
    case ("gauss", 3): return x[0] + x[0] * x[1] / x[2] * normal()
    case ("gauss", 2): return x[0] + x[0] * x[1] * normal()
    case ("gauss", 1): return x[0] * normal()
    case ("aunif", 2): return x[0] + x[1] * even()
    case ("unif", 2), ("mc", 2): return x[0] + x[0] * x[1] * even()
    case ("flat", 1): return x[0] * even()
    case ("rand", 0): return 0.5 + 0.5 * even()
    case ("limit", 2): return x[0] + (even() < 0 ? -x[1] : x[1])
    case _ where Self.names.contains(name): return .some(nil)
    default: return nil
    }
  }

  private mutating func stream(_ address: UInt64) -> RandomStream {
    let count = drawn[address, default: 0]
    drawn[address] = count + 1
    var hash = AddressHash()
    hash.add(address)
    hash.add(count)
    hash.add(round)
    return RandomStream(seed: seed, stream: hash.value)
  }
}

/// FNV-1a of 64 bits (Fowler, Noll and Vo 1991).
struct AddressHash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
  mutating func add(_ number: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      add(byte: UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}

extension DeckElaborator {
  mutating func random(
    _ name: String, of arguments: [BoundedExpression], at place: Range<Int>
  ) throws(CardFault) -> BoundedExpression? {
    guard RandomValue.names.contains(name) || name == "limit" && arguments.count == 2 else {
      return nil
    }
    var values: [Double] = []
    for argument in arguments {
      guard let value = argument.value else { throw CardFault(.notConstant, place) }
      values.append(value)
    }
    var hash = AddressHash()
    hash.add(UInt64(site.source))
    hash.add(UInt64(place.lowerBound))
    for byte in site.instance.path { hash.add(byte: byte) }
    for byte in (evaluating.last ?? "").utf8 { hash.add(byte: byte) }
    guard let value = randomValues.value(name, values, address: hash.value) else { return nil }
    guard let value else { throw CardFault(.wrongArgumentCount, place) }
    return BoundedExpression(value)
  }
}
