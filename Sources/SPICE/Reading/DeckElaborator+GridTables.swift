import Netlist

extension DeckElaborator {
  /// The table of a `table2d` or `table3d`: a text file with the numbers of columns, rows and, of three
  /// axes, sheets, then the points of each axis, then the values, columns fastest. Comments begin
  /// with `*`.
  mutating func gridTable(
    _ model: CodeModel, axes count: Int, _ instance: DeckInstance
  ) throws(CardFault) -> GridTable {
    let file = try modelFile(of: model, instance)
    if let known = gridTables[file.path], known.axes.count == count { return known }
    var numbers: [(value: Double, line: Int)] = []
    let lines = try lines(of: file)
    for (number, line) in lines.enumerated() {
      guard let first = line.drop(while: \.isWhitespace).first, first != "*" else { continue }
      for field in line.split(whereSeparator: { $0.isWhitespace || $0 == "," }) {
        guard let value = Double(field), value.isFinite else {
          throw file.fault(.malformedNumber, line: number + 1, field)
        }
        numbers.append((value, number + 1))
      }
    }
    var sizes: [Int] = []
    for entry in numbers.prefix(count) {
      guard entry.value >= 2, entry.value <= 1e6, entry.value == entry.value.rounded() else {
        throw file.fault(.parameterOutOfRange, line: entry.line, entry.value)
      }
      sizes.append(Int(entry.value))
    }
    let points = sizes.reduce(0, +)
    guard sizes.count == count,
      numbers.count == count + points + sizes.reduce(1, { $0 * $1 })
    else { throw file.fault(.raggedTable, "\(file.name): \(numbers.count) numbers") }
    var (axes, start): ([[Double]], Int) = ([], count)
    for size in sizes {
      let axis = numbers[start..<start + size]
      for (before, after) in zip(axis, axis.dropFirst()) where !(before.value < after.value) {
        throw file.fault(.parameterOutOfRange, line: after.line, after.value)
      }
      axes.append(axis.map(\.value))
      start += size
    }
    let table = GridTable(axes: axes, values: numbers[start...].map(\.value))
    gridTables[file.path] = table
    return table
  }
}
