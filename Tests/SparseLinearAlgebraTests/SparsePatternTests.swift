import NumericKernels
import SparseLinearAlgebra
import Testing

@Suite struct SparsePatternTests {
  @Test func repeatedAndMirroredCoordinatesShareASlot() {
    let pattern = SparsePattern(
      order: 3, symmetry: .symmetric, rows: [0, 2, 0, 1, 2, 1], columns: [0, 0, 2, 1, 2, 1])
    #expect(pattern.columnStarts == [0, 2, 3, 4])
    #expect(pattern.rowIndices == [0, 2, 1, 2])
    #expect(pattern.slots == [0, 1, 1, 2, 3, 2])
  }

  @Test func aGeneralPatternKeepsBothTriangles() {
    let pattern = SparsePattern(
      order: 3, symmetry: .general, rows: [2, 0, 0], columns: [0, 2, 0])
    #expect(pattern.columnStarts == [0, 2, 2, 3])
    #expect(pattern.rowIndices == [0, 2, 0])
    #expect(pattern.slots == [1, 2, 0])
  }

  @Test(arguments: [0, 1, 2, 7, 64, 257])
  func columnsAscendAndSlotsLeadBack(order: Int) {
    var random = RandomStream(seed: 3, stream: UInt64(order))
    let count = order * 5
    let rows = (0..<count).map { _ in Int32.random(in: 0..<Int32(order), using: &random) }
    let columns = (0..<count).map { _ in Int32.random(in: 0..<Int32(order), using: &random) }
    let pattern = SparsePattern(order: order, symmetry: .general, rows: rows, columns: columns)
    #expect(pattern.columnStarts.count == order + 1)
    #expect(pattern.columnStarts.last == pattern.entryCount)
    for k in 0..<count {
      let (slot, j) = (Int(pattern.slots[k]), Int(columns[k]))
      #expect(pattern.rowIndices[slot] == Int(rows[k]))
      #expect((pattern.columnStarts[j]..<pattern.columnStarts[j + 1]).contains(slot))
    }
    for j in 0..<order {
      let column = pattern.rowIndices[pattern.columnStarts[j]..<pattern.columnStarts[j + 1]]
      #expect(zip(column, column.dropFirst()).allSatisfy(<))
    }
  }

  @Test func aCoordinateOutsideTheMatrixTraps() async {
    await #expect(processExitsWith: .failure) {
      _ = SparsePattern(order: 2, symmetry: .general, rows: [2], columns: [0])
    }
  }
}
