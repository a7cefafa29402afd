import NumericKernels

extension ArrayDescription {
  /// Throws if a method that keeps `bytesPerCell` for every cell of the physical array, unused
  /// lines included, does not fit into memory.
  func requireMemory(
    bytesPerCell: Int, within budget: MemoryBudget = .machine
  ) throws(ArrayError) {
    let isParallel = self.topology == .gateDriven(sourceLine: .parallel)
    // Columns with source lines of their own share no wire with unused ones.
    let extra = (self.unused.wordLines.count, isParallel ? 0 : self.unused.bitLines.count)
    let (rows, columns) = (wordLineCount + extra.0, bitLineCount + extra.1)
    do throws(MemoryError) {
      try budget.require(
        "an array of \(rows) × \(columns) cells"
          + (extra == (0, 0)
            ? "" : " (unused.wordLines \(extra.0), unused.bitLines \(extra.1))"),
        extents: [rows, columns, negativeConductances == nil ? 1 : 2], bytesEach: bytesPerCell)
    } catch {
      throw .tooLarge(error)
    }
  }

  /// Throws if the currents of `count` input vectors, or with `voltages` their node voltages at
  /// every cell, do not fit into memory.
  public func requireMemory(
    forVectors count: Int, voltages: Bool, within budget: MemoryBudget = .machine
  ) throws(ArrayError) {
    let planes = negativeConductances == nil ? 1 : 2
    do throws(MemoryError) {
      try budget.require(
        "the currents of \(count) input vectors on \(outputCount) outputs",
        extents: [count, outputCount], bytesEach: 8)
      guard voltages else { return }
      try budget.require(
        "the node voltages of \(count) input vectors at \(wordLineCount) × \(bitLineCount) cells",
        extents: [count, 2, planes, wordLineCount, bitLineCount], bytesEach: 8)
    } catch {
      throw .tooLarge(error)
    }
  }
}
