import AnalogCore
import Foundation

/// Energy, time and area of a network on arrays: counts of its run times the numbers of a table.
///
/// Time: the arrays of a layer work at once, its input vectors one after the other, layers one after
/// the other, each in one copy. A product takes the integration of its input slices and the
/// conversions that share a converter, one after the other; digital units and buffers keep up.
public struct EnergyModel: Sendable {
  /// The numbers of the components.
  public let table: ComponentTable
  /// The layers, in the order of execution.
  public let layers: [LayerArrays]

  /// The model of layers on hardware that the table describes.
  public init(_ table: ComponentTable, layers: [LayerArrays]) throws(EnergyError) {
    self.table = table
    self.layers = layers
    for layer in layers { try table.check(layer.hardware, layer: layer.name) }
  }

  /// Cost of one inference.
  ///
  /// - Parameters:
  ///   - activity: Counts of each layer over all images.
  ///   - images: Number of images.
  public func cost(_ activity: [ActivityCounts], images: Int) -> NetworkCost {
    precondition(activity.count == layers.count && images > 0, "counts of the model's layers")
    let seconds = zip(layers, activity).map { layer, counts in
      (applied(layer, counts) * integrationSeconds(layer)
        + Double(counts.products) * conversionSeconds(layer)) / Double(images)
    }
    let total = seconds.reduce(0, +)
    return NetworkCost(
      layers: layers.indices.map { k in
        let (layer, counts) = (layers[k], activity[k])
        return NetworkCost.Layer(
          name: layer.name, arrays: layer.count, seconds: seconds[k],
          multiplyAdds: Double(counts.vectors * layer.multiplyAdds) / Double(images),
          joules: joules(layer, counts).mapValues { $0 / Double(images) }
            .merging([.idle: idleWatts(layer) * total]) { $0 + $1 },
          areaSquareMicrometers: area(layer))
      }, missing: missing)
  }

  /// Components of the network that the table leaves out. Gains are missed only where there are some.
  private var missing: [EnergyComponent] {
    let hasGains = layers.contains { $0.gainMultiplyAdds > 0 }
    return table.missing.filter { $0 != .gains || hasGains }
  }

  /// Code vectors applied to the arrays: products, or twice as many where gates read the two signs of
  /// codes one after the other before one conversion.
  private func applied(_ layer: LayerArrays, _ counts: ActivityCounts) -> Double {
    Double(counts.wordLineBits) / (Double(layer.slices) * layer.sum { $0.inputs.count })
  }

  private static let zeros = Dictionary(
    uniqueKeysWithValues: EnergyComponent.allCases.map { ($0, 0.0) })

  // MARK: Energy

  /// Energy of the operations of a layer.
  private func joules(
    _ layer: LayerArrays, _ counts: ActivityCounts
  ) -> [EnergyComponent: Double] {
    let (own, products) = (layer.operations, Double(counts.products))
    let applied = applied(layer, counts)
    func times(_ count: Int, _ unit: ComponentTable.Unit?) -> Double {
      products * Double(count) * (unit?.joules ?? 0)
    }
    var joules = Self.zeros
    joules[.array] =
      switch table.cells.read {
      case .circuit: counts.readWatts * table.integration.seconds
      case .fixed(let joules): applied * Double(own.arrayReads) * joules
      }
    if let lines = table.wordLines {
      // Charging a capacitance C by V takes C V² from the supply, half of it lost in each direction.
      joules[.wordLineDrivers] =
        Double(counts.activatedCells) * lines.cellFarads * lines.volts * lines.volts
        + Double(counts.wordLineActivations) * lines.driverJoules
    }
    joules[.integrators] =
      applied * Double(own.lineIntegrations) * table.integration.integratorWatts
      * table.integration.seconds
    joules[.inputAccumulation] =
      applied * Double(own.inputAccumulations) * (table.inputAccumulation?.joules ?? 0)
    joules[.converters] = Double(counts.conversions) * conversion(layer).joules
    joules[.shiftAdd] = times(own.shiftAdds, table.shiftAdd)
    joules[.adders] = times(own.partialSumAdditions, table.adders)
    joules[.offsetRemoval] = times(own.offsetAdditions, table.adders)
    // Once for each vector, however many products its signs take.
    joules[.gains] =
      Double(counts.vectors * layer.gainMultiplyAdds) * (table.gains?.joules ?? 0)
    if let buffers = table.buffers {
      // Codes are stored as tightly as their bits allow; outputs are the codes of another layer.
      let bytes = Double(layer.inputBits) / 8
      joules[.buffers] =
        products * bytes
        * (Double(own.inputReads) * buffers.readJoulesPerByte
          + Double(own.outputWrites) * buffers.writeJoulesPerByte)
    }
    return joules
  }

  private func idleWatts(_ layer: LayerArrays) -> Double {
    Double(layer.count) * (table.idle?.wattsPerArray ?? 0)
  }

  /// Energy and time of a conversion in a layer.
  private func conversion(_ layer: LayerArrays) -> (joules: Double, seconds: Double) {
    let bits = layer.converterBits ?? 0
    switch table.converters?.conversion {
    case nil: return (0, 0)
    case .fixed(let joules, let seconds): return (joules, seconds)
    case .ramp(let watts, let hertz): return (watts * exp2(bits) / hertz, exp2(bits) / hertz)
    case .bitwise(let joulesPerBit, let hertz):
      return (joulesPerBit * bits.rounded(.up), bits.rounded(.up) / hertz)
    }
  }

  // MARK: Time

  private func integrationSeconds(_ layer: LayerArrays) -> Double {
    Double(layer.slices) * table.integration.seconds
  }

  private func conversionSeconds(_ layer: LayerArrays) -> Double {
    let lines = layer.geometry.tiles.map { layer.convertedLines($0) }.max() ?? 0
    let turns = min(table.converters?.linesPerConverter ?? 1, lines)
    return Double(layer.rounds * turns) * conversion(layer).seconds
  }

  // MARK: Area

  private func area(_ layer: LayerArrays) -> [EnergyComponent: Double] {
    let geometry = layer.geometry
    var area = Self.zeros
    area[.array] =
      table.cells.areaSquareMicrometers
      * layer.sum { layer.wordLines($0) * geometry.cells(ofWordLineOf: $0) }
    area[.wordLineDrivers] =
      (table.wordLines?.areaSquareMicrometers ?? 0) * layer.sum { layer.wordLines($0) }
    area[.integrators] =
      table.integration.areaSquareMicrometers * layer.sum { geometry.bitLines(of: $0) }
    if layer.hardware.inputs.accumulation == .analog {
      area[.inputAccumulation] =
        (table.inputAccumulation?.areaSquareMicrometers ?? 0)
        * layer.sum { layer.convertedLines($0) }
    }
    let shared = table.converters?.linesPerConverter ?? 1
    let converters = layer.sum { (layer.convertedLines($0) + shared - 1) / shared }
    area[.converters] = (table.converters?.areaSquareMicrometers ?? 0) * converters
    if layer.operations.shiftAdds > 0 {
      area[.shiftAdd] = (table.shiftAdd?.areaSquareMicrometers ?? 0) * converters
    }
    let adder = table.adders?.areaSquareMicrometers ?? 0
    area[.adders] = adder * Double(layer.operations.partialSumAdditions)
    if layer.operations.offsetAdditions > 0 {
      // An accumulator of the inputs of each block, and a subtraction per output.
      area[.offsetRemoval] =
        adder * Double(geometry.inputBlocks.count + layer.operations.outputWrites)
    }
    area[.gains] =
      (table.gains?.areaSquareMicrometers ?? 0) * Double(layer.gainMultiplyAdds)
    let arrays = Double(layer.count)
    area[.buffers] =
      arrays * (table.buffers.map { $0.bytesPerArray * $0.areaSquareMicrometersPerByte } ?? 0)
    area[.idle] = arrays * (table.idle?.areaSquareMicrometers ?? 0)
    return area
  }
}
