/// The nonzero structure of a square matrix in compressed columns, and where each coordinate that
/// it was made from is stored.
///
/// Assembly resolves its slots here once; afterwards loading a value is `values[slot] += value`.
public struct SparsePattern: Sendable {
  /// Which coordinates are stored.
  public enum Symmetry: Sendable {
    /// Only the lower triangle; `(i, j)` and `(j, i)` are one entry.
    case symmetric
    /// Every coordinate for itself.
    case general
  }

  /// Number of rows and of columns.
  public let order: Int
  /// Which triangle the entries describe.
  public let symmetry: Symmetry
  /// Where each column starts among the entries; count `order + 1`.
  public let columnStarts: [Int]
  /// Row of each stored entry, ascending within a column.
  public let rowIndices: [Int]
  /// Stored entry of each coordinate given to the initializer, in the order given.
  public let slots: [Int32]

  /// Number of stored entries.
  public var entryCount: Int { rowIndices.count }

  /// The pattern that holds the coordinates `(rows[k], columns[k])`; repeated ones share a slot.
  public init(order: Int, symmetry: Symmetry, rows: [Int32], columns: [Int32]) {
    precondition(rows.count == columns.count, "coordinates differ in count")
    precondition(rows.count < Int(Int32.max), "more coordinates than slots can number")
    self.order = order
    self.symmetry = symmetry
    let lowerOnly = symmetry == .symmetric
    func row(_ k: Int) -> Int { Int(lowerOnly ? max(rows[k], columns[k]) : rows[k]) }
    func column(_ k: Int) -> Int { Int(lowerOnly ? min(rows[k], columns[k]) : columns[k]) }

    // Two stable counting sorts, by row and then by column, leave rows ascending in each column.
    let all = (0..<Int32(rows.count)).map { $0 }
    let byRow = Self.sorted(all, buckets: order, key: row)
    let byColumn = Self.sorted(byRow, buckets: order, key: column)

    var starts = [0]
    starts.reserveCapacity(order + 1)
    var stored: [Int] = []
    stored.reserveCapacity(rows.count)
    var slots = [Int32](repeating: 0, count: rows.count)
    for k in byColumn {
      let (i, j) = (row(Int(k)), column(Int(k)))
      while starts.count <= j { starts.append(stored.count) }
      if stored.count == starts[j] || stored[stored.count - 1] != i { stored.append(i) }
      slots[Int(k)] = Int32(stored.count - 1)
    }
    while starts.count <= order { starts.append(stored.count) }
    columnStarts = starts
    rowIndices = stored
    self.slots = slots
  }

  private static func sorted(
    _ items: [Int32], buckets: Int, key: (Int) -> Int
  ) -> [Int32] {
    var next = [Int](repeating: 0, count: buckets + 1)
    for item in items {
      let bucket = key(Int(item))
      precondition(bucket >= 0 && bucket < buckets, "coordinate outside the matrix")
      next[bucket + 1] += 1
    }
    for bucket in 0..<buckets { next[bucket + 1] += next[bucket] }
    var result = [Int32](repeating: 0, count: items.count)
    for item in items {
      let bucket = key(Int(item))
      result[next[bucket]] = item
      next[bucket] += 1
    }
    return result
  }

  /// Refuses values that are infinite or not numbers, which neither library tests for.
  func requireFinite(_ values: Span<Double>) throws(SparseError) {
    precondition(values.count == entryCount, "values do not match the pattern")
    var poison = 0.0
    // Zero times a finite number is zero; anything else stays NaN.
    for entry in values.indices { poison += values[entry] * 0 }
    guard poison != 0 else { return }
    for j in 0..<order {
      for entry in columnStarts[j]..<columnStarts[j + 1] where !values[entry].isFinite {
        throw SparseError.notFinite(unknown: j)
      }
    }
  }

  /// `y = A x` for the matrix with these entries; reference for residuals.
  public func product(_ values: Span<Double>, _ x: Span<Double>, into y: inout MutableSpan<Double>)
  {
    precondition(values.count == entryCount, "values do not match the pattern")
    precondition(x.count == order && y.count == order, "vector does not match the matrix order")
    for i in y.indices { y[i] = 0 }
    for j in 0..<order {
      for entry in columnStarts[j]..<columnStarts[j + 1] {
        let i = rowIndices[entry]
        y[i] += values[entry] * x[j]
        if symmetry == .symmetric, i != j { y[j] += values[entry] * x[i] }
      }
    }
  }
}
