import NumericKernels
import Testing
import Units

@Suite struct SpiceNumberTests {
  static let literals: [(String, Double)] = [
    ("1", 1.0), ("-2.5", -2.5), ("+.5", 0.5), ("3.", 3), ("1e-6", 1e-6), ("1E+3", 1e3),
    ("1.5k", 1500), ("10meg", 10e6), ("10MEGohm", 10e6), ("3u", 3e-6), ("3uA", 3e-6),
    ("2.2kohm", 2200), ("4m", 4e-3), ("5n", 5e-9), ("6p", 6e-12), ("7f", 7e-15), ("8g", 8e9),
    ("9t", 9e12), ("1mil", 1e-6 * 25.4), ("12V", 12), ("1e", 1), ("1e3k", 1e6), ("0.1u", 0.1e-6),
    ("0.33333333333333331", 1.0 / 3),
    ("18446744073709551616", 0x1p64),
    ("9007199254740993u", 9007199254740993e-6), ("1e-400", 0),
  ]

  @Test(arguments: literals)
  func readsWhatSPICEReads(text: String, value: Double) {
    #expect(SpiceNumber.parse(text) == value)
  }

  @Test(arguments: [
    "", "k", "-", ".", "1k5", "1.2.3", "nan", "inf", "0x10", "1e999", "1 ", " 1", "1_0", "{r}",
    "1a", "1e99999999999999999999",
  ])
  func refusesWhatIsNoNumberOrDisputed(text: String) { #expect(SpiceNumber.parse(text) == nil) }

  /// Up to 19 digits and any power that 128 bits hold must round as the system's reader does.
  @Test func longLiteralsAreRoundedCorrectly() {
    var random = RandomStream(seed: 12)
    for round in 0..<200_000 {
      let digits = UInt64.random(in: 1...UInt64.max, using: &random) >> UInt64(round % 60)
      let power = Int.random(in: -40...40, using: &random)
      let text = "\(digits)e\(power)"
      #expect(SpiceNumber.parse(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    // Halfway between two doubles, and one unit in the nineteenth digit to either side.
    for digits in ["9007199254740993", "9007199254740992999", "9007199254740993001"] {
      for power in -27...27 {
        let text = "\(digits)e\(power)"
        #expect(SpiceNumber.parse(text)?.bitPattern == Double(text)?.bitPattern, "\(text)")
      }
    }
  }

  /// Every bit pattern that is a finite number, drawn at random, survives writing and reading.
  @Test func writtenNumbersReadBackExactly() {
    var random = RandomStream(seed: 11)
    var values = [0.0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 1e16, 0.1, 1e-5]
    while values.count < 20_000 {
      let value = Double(bitPattern: random.next())
      if value.isFinite { values.append(value) }
      values.append(Double.random(in: 0...1, using: &random))
    }
    for value in values {
      let text = SpiceNumber.format(value)
      #expect(SpiceNumber.parse(text)?.bitPattern == value.bitPattern, "\(text)")
      #expect(text.allSatisfy { $0.isNumber || "+-.e".contains($0) })
    }
  }
}

@Suite struct QuantityTests {
  @Test func resistanceAndConductanceAreReciprocal() {
    #expect(4.0.ohms.conductance == 0.25.siemens)
    #expect(0.25.siemens.resistance == 4.0.ohms)
    #expect(0.0.siemens.resistance.value == .infinity)
  }

  @Test func arithmeticKeepsTheUnit() {
    #expect(1.5.volts + 2 * 0.25.volts == 2.0.volts)
    #expect(3.0.volts / 2.0.volts == 1.5)
    #expect(-1.0.amperes < 1.0.amperes)
    #expect("\(2.5.ohms)" == "2.5 ohm")
  }
}
