extension StringProtocol {
  /// The text as part of one line: line ends and other controls become spaces, none of them at the
  /// ends.
  package var onOneLine: String {
    var scalars = unicodeScalars.map { scalar in
      scalar.value < 32 || (127...159).contains(scalar.value)
        || scalar.value == 0x2028 || scalar.value == 0x2029 ? " " : scalar
    }[...]
    while scalars.first == " " { scalars.removeFirst() }
    while scalars.last == " " { scalars.removeLast() }
    var line = ""
    line.unicodeScalars.append(contentsOf: scalars)
    return line
  }
}
