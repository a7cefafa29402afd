import CrossbarArray
import NumericKernels

extension AnalogMatrix {
  /// Makes products count the power of their reads (`ActivityCounts.readWatts`), with the models that
  /// tiles have now; a tile whose model is replaced counts none.
  public mutating func measurePower() throws(ArrayError) {
    for k in tiles.indices {
      let model = tiles[k].model
      tiles[k].power = try ArrayPower(
        model.description, isUnwired: model.method.kind == .ideal)
    }
  }
}

extension AnalogMatrix.Tile {
  /// Power of the reads of a batch, summed, in watts; zero unless it is measured.
  ///
  /// - Parameter amperes: Sensed currents `[batch, lines]`.
  func readWatts<T: BinaryFloatingPoint>(
    _ inputs: InputBatch, amperes: Span<T>
  ) throws(ArrayError) -> Double {
    guard let power else { return 0 }
    return try power.watts(inputs, sensedAmperes: amperes.doubleSum)
  }

  /// The same where currents are not known: they are solved if the power follows from them.
  func readWatts(_ inputs: InputBatch) throws(ArrayError) -> Double {
    guard let power else { return 0 }
    guard power.needsCurrents else { return try power.watts(inputs, sensedAmperes: 0) }
    let amperes = try model.currents(inputs).amperes.elements
    return try power.watts(inputs, sensedAmperes: amperes.span.doubleSum)
  }
}

extension Span where Element: BinaryFloatingPoint {
  fileprivate var doubleSum: Double {
    var sum = 0.0
    for k in indices { sum += Double(self[k]) }
    return sum
  }
}
