import Foundation
import Netlist

/// A vector of a command's expression: real or complex values, one for a scalar.
struct ControlVector: Sendable {
  /// At most this many values: a bound on what `vector(n)` may ask for.
  static let lengthLimit = 10_000_000

  var real: [Double]
  /// As many as `real`; `nil` for a real vector.
  var imaginary: [Double]?
  /// Of a plot's variable: `voltage`, `current`, `time`, `notype`, …
  var kind = "notype"
  /// Sizes whose product is `count`, the last of which goes fastest; `nil` for a plain vector.
  var dimensions: [Int]?
  /// The scale of the plot that it is of, where that is not the present one.
  var plotScale: [Double]?

  init(_ value: Double) { real = [value] }

  init(_ real: [Double], _ imaginary: [Double]? = nil, kind: String = "notype") {
    self.real = real
    self.imaginary = imaginary
    self.kind = kind
  }

  var count: Int { real.count }
  var isComplex: Bool { imaginary != nil }

  /// One value; a shorter operand goes on with its last one, as in ngspice.
  subscript(index: Int) -> Complex {
    guard !real.isEmpty else { return Complex(real: .nan, imaginary: 0) }
    let place = Swift.min(index, real.count - 1)
    return Complex(real: real[place], imaginary: imaginary?[place] ?? 0)
  }

  /// The first value that is not finite.
  var firstUndefined: Int? {
    real.indices.first { !real[$0].isFinite || !(imaginary?[$0].isFinite ?? true) }
  }

  /// The values in a range of points.
  func slice(_ range: Range<Int>) -> ControlVector {
    ControlVector(Array(real[range]), imaginary.map { Array($0[range]) }, kind: kind)
  }

  /// The values that these indices choose, one for each of the first dimensions; `nil` beyond them.
  func range(of indices: [Int]) -> Range<Int>? {
    let sizes = dimensions ?? [count]
    guard indices.count <= sizes.count else { return nil }
    var (start, length) = (0, count)
    for (index, size) in zip(indices, sizes) {
      guard index < size else { return nil }
      length /= size
      start += index * length
    }
    return start..<start + length
  }

  /// Sets the values of a range: to one number, or to as many as it has.
  mutating func set(_ place: Range<Int>, to value: ControlVector) {
    if value.isComplex, imaginary == nil { imaginary = [Double](repeating: 0, count: count) }
    for (k, index) in place.enumerated() {
      real[index] = value[k].real
      imaginary?[index] = value[k].imaginary
    }
  }

  /// With the last two dimensions turned; `nil` without two.
  var transposed: ControlVector? {
    guard let dimensions, dimensions.count >= 2 else { return nil }
    let (rows, columns) = (dimensions[dimensions.count - 2], dimensions[dimensions.count - 1])
    var turned = self
    for k in 0..<count {
      let (block, inside) = (k / (rows * columns), k % (rows * columns))
      let place = block * rows * columns + inside % columns * rows + inside / columns
      turned.real[place] = real[k]
      turned.imaginary?[place] = imaginary?[k] ?? 0
    }
    turned.dimensions = dimensions.dropLast(2) + [columns, rows]
    return turned
  }

  /// Another value for each.
  func map(_ body: (Complex) -> Complex) -> ControlVector {
    ControlVector(count: count, isComplex: isComplex) { body(self[$0]) }
  }

  /// A real value for each.
  func reals(kind: String = "notype", _ body: (Complex) -> Double) -> ControlVector {
    ControlVector(real.indices.map { body(self[$0]) }, kind: kind)
  }

  init(count: Int, isComplex: Bool, _ value: (Int) -> Complex) {
    var (real, imaginary): ([Double], [Double]) = ([], [])
    real.reserveCapacity(count)
    for k in 0..<count {
      let one = value(k)
      real.append(one.real)
      if isComplex { imaginary.append(one.imaginary) }
    }
    self.init(real, isComplex ? imaginary : nil)
  }

  /// A complex number.
  struct Complex {
    var real: Double, imaginary: Double

    var magnitude: Double { hypot(real, imaginary) }
    var phase: Double { atan2(imaginary, real) }

    static func + (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static func - (a: Complex, b: Complex) -> Complex {
      Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
    }
    static func * (a: Complex, b: Complex) -> Complex {
      Complex(
        real: a.real * b.real - a.imaginary * b.imaginary,
        imaginary: a.real * b.imaginary + a.imaginary * b.real)
    }
    static func / (a: Complex, b: Complex) -> Complex {
      guard a.imaginary != 0 || b.imaginary != 0 else {
        return Complex(real: a.real / b.real, imaginary: 0)
      }
      let square = b.real * b.real + b.imaginary * b.imaginary
      let product = a * Complex(real: b.real, imaginary: -b.imaginary)
      return Complex(real: product.real / square, imaginary: product.imaginary / square)
    }
    static func polar(_ magnitude: Double, _ phase: Double) -> Complex {
      Complex(real: magnitude * cos(phase), imaginary: magnitude * sin(phase))
    }
  }
}
