import Foundation
import NumericKernels
import Synchronization

/// Curves of cells with a gate in the columns of arrays, tabulated once for all arrays of a law that
/// share read voltage, wires and range of conductances.
final class ColumnCurves: Sendable {
  struct Key: Hashable {
    var column: CompactTable.Column
    var least: Double, most: Double
  }

  /// The curves, and the largest current of a cell whose gate is off.
  struct Curves: Sendable {
    var table: CompactTable
    var offAmperes: Double
  }

  private let made = Mutex<[Key: MadeOnce<Curves>]>([:])

  /// Number of keys.
  var count: Int { made.withLock { $0.count } }

  /// The curves for a key; tabulated if this is its first use.
  func curves(_ key: Key, of law: CompactLaw) throws(ArrayError) -> Curves {
    let own = made.withLock { made in
      let own = made[key] ?? MadeOnce()
      made[key] = own
      return own
    }
    return try own.value { () throws(ArrayError) in
      let volts = key.column.readVolts
      let table = try CompactTable(
        of: law, maximumVolts: volts, siemens: key.least...key.most, in: key.column)
      var off = 0.0
      for k in 0...4 {
        let g = key.least * pow(key.most / key.least, Double(k) / 4)
        let current = try CompactTable.curve(law, g, [volts], in: key.column, gate: 0)[0] * g
        off = max(off, current.magnitude)
      }
      return Curves(table: table, offAmperes: off)
    }
  }
}

extension CompactLaw {
  func columnCurves(_ key: ColumnCurves.Key) throws(ArrayError) -> ColumnCurves.Curves {
    try columns.curves(key, of: self)
  }
}
