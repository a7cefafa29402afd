import Files
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

/// Curves of the laws that were read last. The points of a sweep read a file each, and tabulating its
/// cells may take longer than their images.
final class TabulatedLaws: Sendable {
  static let shared = TabulatedLaws()
  private struct Entry {
    var identity: String
    var curves: MadeOnce<SharedCurves>
  }

  private struct SharedCurves: Sendable {
    var table: CompactTable
    var columns: ColumnCurves
  }

  /// Latest last.
  private let kept = Mutex<[Entry]>([])
  private static let most = 16

  /// The curves of the cells with this identity; made if they are not among the latest.
  func curves(
    _ identity: String,
    _ make: () throws(ArrayError) -> (CompactTable, ColumnCurves)
  ) throws(ArrayError) -> (CompactTable, ColumnCurves) {
    let own = kept.withLock { kept in
      let known = kept.firstIndex { $0.identity == identity }.map { kept.remove(at: $0) }
      let entry = known ?? Entry(identity: identity, curves: MadeOnce())
      kept.append(entry)
      if kept.count > Self.most { kept.removeFirst() }
      return entry.curves
    }
    let curves = try own.value { () throws(ArrayError) in
      let (table, columns) = try make()
      return SharedCurves(table: table, columns: columns)
    }
    return (curves.table, curves.columns)
  }
}
