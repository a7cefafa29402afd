import Units

extension RawFileReader {
  /// `points · width` little-endian doubles, point by point.
  mutating func binaryValues(points: Int, width: Int) throws(RawFileError) -> [Double] {
    // The header may ask for more than there is memory: count before anything is allocated.
    let (count, overflow) = points.multipliedReportingOverflow(by: width)
    let present = (bytes.count - position) / 8
    guard !overflow, count <= present else {
      throw fault(
        "the file ends after \(present / width) of \(points) points", at: bytes.count)
    }
    let start = position
    var values = [Double](repeating: 0, count: count)
    for k in 0..<count {
      var bits: UInt64 = 0
      for byte in 0..<8 { bits |= UInt64(bytes[start + 8 * k + byte]) << UInt64(8 * byte) }
      values[k] = Double(bitPattern: bits)
      guard !values[k].isNaN else {
        throw fault("value \(k % width) of point \(k / width) is not a number", at: start + 8 * k)
      }
    }
    position += 8 * count
    return values
  }

  /// Per point its index, then one number per variable, or two with a comma between.
  mutating func textValues(
    points: Int, variables: Int, isComplex: Bool
  ) throws(RawFileError) -> [Double] {
    // Every value takes two bytes or more, so that a false count cannot reserve too much.
    let (count, overflow) = points.multipliedReportingOverflow(by: variables * (isComplex ? 2 : 1))
    guard !overflow, count <= bytes.count else {
      throw fault("the file is too short for \(points) points", at: bytes.count)
    }
    var values: [Double] = []
    values.reserveCapacity(count)
    for point in 0..<points {
      skipBlanks()
      let start = position
      let index = try number(point, of: points)
      guard index == Double(point) else {
        throw fault("point \(point) does not begin with its index", at: start)
      }
      for _ in 0..<variables {
        values.append(try number(point, of: points))
        if isComplex {
          skipBlanks()
          guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else {
            throw fault("a complex value of point \(point) has no imaginary part", at: position)
          }
          position += 1
          values.append(try number(point, of: points))
        }
      }
    }
    return values
  }

  private mutating func number(_ point: Int, of points: Int) throws(RawFileError) -> Double {
    skipBlanks()
    let start = position
    while position < bytes.count, !Self.isBlank(bytes[position]),
      bytes[position] != UInt8(ascii: ",")
    { position += 1 }
    guard start < bytes.count else {
      throw fault("the file ends after \(point) of \(points) points", at: bytes.count)
    }
    // A number without an end may have lost digits.
    guard position < bytes.count else {
      throw fault("the file ends inside a value of point \(point)", at: bytes.count)
    }
    if let value = SpiceNumber.parse(bytes.span.extracting(start..<position)) { return value }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    switch text.lowercased() {
    case "inf", "+inf": return .infinity
    case "-inf": return -.infinity
    default: throw fault("a value is not a number: \(Self.excerpt(text))", at: start)
    }
  }
}
