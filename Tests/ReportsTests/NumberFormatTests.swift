import Foundation
import NumericKernels
import Reports
import Testing

@Suite struct NumberFormatTests {
  /// The digits that printf rounds to, whichever way the exponent was found: values beside powers of ten
  /// and beside what rounds up to them, and any others.
  @Test(arguments: 1...7)
  func digitsAreThoseOfTheCLibrary(digits: Int) {
    var random = RandomStream(seed: UInt64(digits))
    var values = (0..<2000).map { _ in
      pow(10, Double.random(in: -300...300, using: &random))
        * (Bool.random(using: &random) ? 1 : -1)
    }
    for exponent in stride(from: -12, through: 12, by: 1) {
      let power = pow(10, Double(exponent))
      for value in [power, 10 * power - 5 * power * pow(10, Double(-digits))] {
        values += [value, value.nextUp, value.nextDown, value * (1 + 2e-9), value * (1 - 2e-9)]
      }
    }
    for value in values {
      let scientific = String(format: "%.*e", digits - 1, value)
      let exponent = Int(scientific.split(separator: "e")[1])!
      let shown = NumberFormat.significant(value, digits: digits)
      if exponent < -3 || exponent > 4 {
        #expect(shown.hasSuffix("e\(exponent)"), "\(value) is shown as \(shown)")
      } else {
        let decimals = max(0, digits - 1 - exponent)
        #expect(shown == String(format: "%.*f", decimals, value))
      }
    }
  }
}
