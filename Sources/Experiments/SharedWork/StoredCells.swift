import AnalogCore
import Files
import Foundation
import NumericKernels

/// Programmed cells of a layer as a file: the bits of their conductances.
///
/// Only cells that are drawn at random are stored. A normal draw takes 93 ns for a pair, reading it
/// from a file of this machine 26 ns, writing it 70 ns; without draws, programming is a table
/// look-up and reading gains nothing. A file takes 16 bytes for a pair.
enum StoredCells {
  /// Bytes of the cells of a layer that is stored; larger ones, of 8 million cells and more, are
  /// programmed again.
  static let mostBytesOfLayer = 64 << 20

  /// The key of the cells of `origin`, from everything that they depend on; `nil` if they are not
  /// stored.
  static func key(_ origin: ProgrammedCells.Origin) -> String? {
    guard origin.drawsCells, 8 * origin.cellCount <= mostBytesOfLayer else { return nil }
    var encoding = CanonicalEncoding()
    encoding.add("software", SoftwareVersion.line)
    encoding.add("outputs", origin.codes.codes.rows)
    encoding.add("groups", origin.codes.groups)
    encoding.add("bits", origin.codes.bits)
    encoding.add("codes", Data(origin.codes.codes.elements.map { UInt8(bitPattern: $0) }))
    encoding.add("hardware", propertiesOf: origin.hardware)
    encoding.add("layer", origin.layer)
    encoding.add("seed", propertiesOf: origin.seed)
    return "cells-" + encoding.hash.hexadecimal
  }

  static func bytes(of cells: ProgrammedCells) -> Data {
    var numbers = NumberEncoder()
    numbers.add(cells.siemens)
    return numbers.bytes
  }

  /// The cells of `origin` that `bytes` hold; `nil` if they are others.
  static func cells(_ origin: ProgrammedCells.Origin, _ bytes: Data) -> ProgrammedCells? {
    var numbers = NumberDecoder(bytes)
    guard let siemens = numbers.doubles(), numbers.isAtEnd else { return nil }
    return ProgrammedCells(origin, siemens: siemens)
  }
}
