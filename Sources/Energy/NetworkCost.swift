/// Energy, time and area of one inference of a network, by layer and component.
public struct NetworkCost: Sendable, Equatable, Codable {
  /// Cost of a layer.
  public struct Layer: Sendable, Equatable, Codable {
    /// Name of the layer.
    public var name: String
    /// Arrays that hold it.
    public var arrays: Int
    /// Time of the layer in one inference.
    public var seconds: Double
    /// Multiply-adds of the layer in one inference.
    public var multiplyAdds: Double
    /// Energy of one inference by component.
    public var joules: [EnergyComponent: Double]
    /// Area by component.
    public var areaSquareMicrometers: [EnergyComponent: Double]

    /// Energy of all components.
    public var totalJoules: Double { NetworkCost.sum(joules) }
    /// Area of all components.
    public var totalArea: Double { NetworkCost.sum(areaSquareMicrometers) }
  }

  /// The layers, in the order of execution.
  public var layers: [Layer]
  /// Components that the table leaves out.
  public var missing: [EnergyComponent]

  /// Energy of one inference.
  public var joules: Double { layers.reduce(0) { $0 + $1.totalJoules } }
  /// Time of one inference, layers one after the other.
  public var seconds: Double { layers.reduce(0) { $0 + $1.seconds } }
  /// Time between inferences when every layer works on an image of its own: that of the slowest one.
  public var intervalSeconds: Double { layers.map(\.seconds).max() ?? 0 }
  /// Area of all arrays with their periphery.
  public var areaSquareMicrometers: Double { layers.reduce(0) { $0 + $1.totalArea } }
  /// Number of arrays.
  public var arrays: Int { layers.reduce(0) { $0 + $1.arrays } }
  /// Operations of one inference, two per multiply-add.
  public var operations: Double { 2 * layers.reduce(0) { $0 + $1.multiplyAdds } }
  /// Energy of one operation; `nil` if there are none.
  public var joulesPerOperation: Double? { operations > 0 ? joules / operations : nil }
  /// Operations per second and watt over 10¹²; `nil` if no energy is spent.
  public var teraOperationsPerJoule: Double? { joules > 0 ? operations / joules / 1e12 : nil }

  /// Energy of a component in all layers.
  public func joules(of component: EnergyComponent) -> Double {
    layers.reduce(0) { $0 + ($1.joules[component] ?? 0) }
  }

  /// Area of a component in all layers.
  public func area(of component: EnergyComponent) -> Double {
    layers.reduce(0) { $0 + ($1.areaSquareMicrometers[component] ?? 0) }
  }

  /// Summed in the order of components, so that equal costs have equal sums.
  private static func sum(_ values: [EnergyComponent: Double]) -> Double {
    EnergyComponent.allCases.reduce(0) { $0 + (values[$1] ?? 0) }
  }
}
