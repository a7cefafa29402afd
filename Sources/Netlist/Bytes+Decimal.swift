extension [UInt8] {
  /// Appends the decimal digits of a number that is not negative. Names and numbers of the vectors of a
  /// large array as strings would take longer than its solution.
  package mutating func append(decimal number: Int) {
    var unit = 1
    // Divisions by constants, as indices of arrays are short.
    if number >= 1000 {
      unit = 1000
      while number / unit >= 10 { unit *= 10 }
      while unit >= 1000 {
        append(UInt8(ascii: "0") + UInt8(number / unit % 10))
        unit /= 10
      }
    }
    if number >= 100 { append(UInt8(ascii: "0") + UInt8(number / 100 % 10)) }
    if number >= 10 { append(UInt8(ascii: "0") + UInt8(number / 10 % 10)) }
    append(UInt8(ascii: "0") + UInt8(number % 10))
  }
}
