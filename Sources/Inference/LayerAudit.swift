import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// Accuracy of a layer's path and IR drop of its wires, measured against circuit solves of sampled
/// vectors.
public struct LayerAudit: Sendable, Equatable, Codable {
  /// Name of the layer.
  public var name: String
  /// Operator, as in the network.
  public var operatorName: String
  /// Inputs of one output (rows of the unrolled kernel of a group) and outputs.
  public var inputs: Int, outputs: Int
  /// Arrays that hold it and the fraction of their cells that store weights.
  public var tiles: Int, utilization: Double
  /// How its currents are computed: `exact: ladder`, …
  public var method: String
  /// Units of the integer dot product per ADC code; zero for an ideal ADC.
  public var converterStepUnits: Double
  /// The converters of each weight slice, from the least significant one, as its first array has
  /// them; `nil` for ideal ones and in results written before they were listed.
  public var converters: [ConverterSpan]?
  /// Input vectors solved per tile for this audit.
  public var vectorsPerTile: Int
  /// Sum of the changes of line currents by IR drop in wires and terminals, without their signs,
  /// over the sum of the ideal currents; `nil`, like the next values, if no vector was solved.
  public var meanDrop: Double?
  /// Fraction of the ideal current lost by the line and vector with the largest loss.
  public var worstDrop: Double?
  /// Largest difference between the path's line current and the circuit's, over the largest line
  /// current of the tile.
  public var worstRelativeError: Double?
  /// Worst Kirchhoff residual of the circuit solves, relative to the currents at the node.
  public var circuitResidual: Double?
  /// The chosen models with their expected and observed errors; `nil` for paths that are not
  /// fitted.
  public var calibration: LayerCalibration?
  /// Histograms of what it stores and what its converters see; `nil` in results written before
  /// there were any.
  public var distributions: LayerDistributions?

  /// The range of a converter in units of the integer dot product of a weight slice and an input
  /// slice.
  public struct ConverterSpan: Sendable, Equatable, Codable {
    /// Values of the lowest and the highest code.
    public var lowestUnits: Double, highestUnits: Double
    /// Distance of neighboring codes.
    public var stepUnits: Double

    init(_ converter: Converter) {
      stepUnits = Double(converter.step)
      lowestUnits = converter.minimumCode * stepUnits
      highestUnits = converter.maximumCode * stepUnits
    }
  }

  private enum CodingKeys: String, CodingKey {
    case name, operatorName, inputs, outputs, tiles
    // The key has had this name since the first version of the format.
    case utilization = "utilisation"
    case method, converterStepUnits, converters, vectorsPerTile, meanDrop, worstDrop,
      worstRelativeError
    case circuitResidual, calibration, distributions
  }
}

extension AnalogNetwork {
  /// Solves the circuits of every tile for input vectors taken from `image` and compares.
  ///
  /// - Parameter vectorsPerTile: Input vectors of each tile that are solved; see `inputVectors`.
  ///   With zero, layers only report the expected and observed errors of their calibration.
  public func audit(_ image: Tensor, vectorsPerTile: Int, width: Int) async throws -> [LayerAudit] {
    let codes = vectorsPerTile > 0 ? try drivenCodes(image) : layers.map { _ in DrivenCodes() }
    return try await concurrentMap(layers.count, width: width) { index in
      let layer = layers[index]
      do throws(ArrayError) {
        return try Self.audit(layer, codes: codes[index], vectorsPerTile: vectorsPerTile)
      } catch {
        throw InferenceError.array(layer: layer.name, error)
      }
    }
  }

  /// The converters of the slices; `nil` for ideal ones.
  private static func converters(of matrix: AnalogMatrix) -> [LayerAudit.ConverterSpan]? {
    let slices = (0..<matrix.coding.sliceCount).compactMap { slice in
      matrix.tiles.first { $0.weightSlice == slice }?.converter
    }
    return slices.contains(where: \.isIdeal) ? nil : slices.map { LayerAudit.ConverterSpan($0) }
  }

  private static func audit(
    _ layer: Layer, codes: DrivenCodes, vectorsPerTile: Int
  ) throws(ArrayError) -> LayerAudit {
    let matrix = layer.matrix
    // No circuit has negative conductances.
    let vectorsPerTile = matrix.hardware.mayHaveNegativeCells ? 0 : vectorsPerTile
    // Before the audit adds its own vectors to what was observed.
    let calibration = LayerCalibration(layer)
    var drop = 0.0
    var ideal = 0.0
    var worstDrop = 0.0
    var worst = 0.0
    var residual = 0.0
    for tile in matrix.tiles where vectorsPerTile > 0 {
      let batch = inputVectors(of: tile, layer, codes: codes, count: vectorsPerTile)
      let array = tile.model.description
      let circuit = try ExactMethod.judge(of: array).currents(batch)
      let unwired = try SolutionPath.ideal.model(of: array).currents(batch).amperes
      var path: [Float] = []
      try tile.model.currents(batch, into: &path)
      residual = max(residual, circuit.residual?.value ?? 0)
      let peak = circuit.amperes.elements.reduce(0) { max($0, $1.magnitude) }
      for k in path.indices {
        let (exact, noWire) = (circuit.amperes.elements[k], unwired.elements[k])
        // Lines of interleaved pairs carry currents of both signs, which must not cancel.
        drop += (noWire - exact).magnitude
        ideal += noWire.magnitude
        if noWire != 0 { worstDrop = max(worstDrop, 1 - exact / noWire) }
        if peak > 0 { worst = max(worst, (Double(path[k]) - exact).magnitude / peak) }
      }
    }
    func measured(_ value: Double) -> Double? { vectorsPerTile > 0 ? value : nil }
    return LayerAudit(
      name: layer.name, operatorName: layer.integer.operatorName, inputs: matrix.groupInputCount,
      outputs: matrix.outputCount, tiles: matrix.tiles.count,
      utilization: matrix.geometry.utilization,
      method: LayerCalibration.methods(of: matrix.tiles.map(\.model.method)),
      converterStepUnits: Double(matrix.tiles[0].converter.step),
      converters: converters(of: matrix),
      vectorsPerTile: vectorsPerTile,
      meanDrop: measured(ideal > 0 ? drop / ideal : 0), worstDrop: measured(worstDrop),
      worstRelativeError: measured(worst), circuitResidual: measured(residual),
      calibration: calibration)
  }
}
