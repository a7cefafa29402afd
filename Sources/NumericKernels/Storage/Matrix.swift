/// A dense matrix in row-major order.
public struct Matrix<Element: Sendable>: Sendable {
  /// Number of rows.
  public let rows: Int
  /// Number of columns; also the distance between the starts of neighboring rows.
  public let columns: Int
  /// Entries, row by row; count `rows * columns`.
  public var elements: [Element]

  /// A matrix over existing entries in row-major order; their count must be `rows * columns`.
  public init(rows: Int, columns: Int, elements: [Element]) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative extent")
    precondition(elements.count == rows * columns, "entries do not fill the matrix")
    self.rows = rows
    self.columns = columns
    self.elements = elements
  }

  /// A matrix with every entry equal to `value`.
  public init(rows: Int, columns: Int, repeating value: Element) {
    self.init(
      rows: rows, columns: columns, elements: Array(repeating: value, count: rows * columns))
  }

  /// A matrix whose entry in row `i`, column `j` is `entry(i, j)`.
  @inlinable
  public init(rows: Int, columns: Int, entry: (Int, Int) -> Element) {
    var elements: [Element] = []
    elements.reserveCapacity(rows * columns)
    for i in 0..<rows { for j in 0..<columns { elements.append(entry(i, j)) } }
    self.init(rows: rows, columns: columns, elements: elements)
  }

  /// The entry in `row`, `column`.
  @inlinable
  public subscript(row: Int, column: Int) -> Element {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The entries of one row.
  public func row(_ row: Int) -> ArraySlice<Element> {
    elements[row * columns..<(row + 1) * columns]
  }

  /// The matrix with rows and columns exchanged.
  public func transposed() -> Matrix {
    Matrix(rows: columns, columns: rows) { self[$1, $0] }
  }

  /// The entries in the given ranges of rows and columns.
  public func block(rows rowRange: Range<Int>, columns columnRange: Range<Int>) -> Matrix {
    Matrix(rows: rowRange.count, columns: columnRange.count) {
      self[rowRange.lowerBound + $0, columnRange.lowerBound + $1]
    }
  }

  /// The matrix with `transform` applied to every entry.
  @inlinable
  public func map<Result: Sendable>(_ transform: (Element) -> Result) -> Matrix<Result> {
    Matrix<Result>(rows: rows, columns: columns, elements: elements.map(transform))
  }
}

extension Matrix: Equatable where Element: Equatable {}
