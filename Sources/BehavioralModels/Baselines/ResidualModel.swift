import CrossbarArray
import NumericKernels

/// The best cheap operator of an array plus fitted columns, for arrays that no ladder covers.
///
/// Operators are dot products: without wires, with each cell's own path in series, and with
/// separable attenuation. Every operator is fitted in every set of terms; the one with the least
/// error on vectors outside the fit is kept.
public struct ResidualModel: ArrayModel {
  /// The dot product that columns correct.
  public enum Operator: String, Sendable, Codable, CaseIterable {
    case noWires, seriesSum, separableAttenuation
  }

  public let description: ArrayDescription
  /// The operator to be corrected.
  public let base: Operator
  /// The correction; `nil` for the operator alone.
  public let columns: FittedColumns?
  private let operation: LineSignals

  /// An operator with given columns.
  public init(
    _ description: ArrayDescription, base: Operator, columns: FittedColumns?
  ) throws(ArrayError) {
    if let columns, columns.outputCount != description.outputCount {
      throw .shapesDiffer(
        "the model has \(columns.outputCount) outputs, the array \(description.outputCount)")
    }
    self.description = description
    self.base = base
    self.columns = columns
    let array =
      switch base {
      case .noWires: description.withoutWires { siemens, _, _ in siemens }
      case .seriesSum: WireBaselines.seriesSum(description)
      case .separableAttenuation: WireBaselines.separableAttenuation(description)
      }
    operation = try LineSignals(array, sensedEnd: description.ends.bitLineSense)
  }

  /// The operator with columns fitted to exact currents in the given terms.
  public init(
    _ description: ArrayDescription, base: Operator, terms: FittedColumns.Terms,
    inputs: InputBatch, exact: Matrix<Double>
  ) throws(ArrayError) {
    let bare = try ResidualModel(description, base: base, columns: nil)
    let columns = FittedColumns(terms, try bare.operation.signals(inputs), exact: exact)
    self = try ResidualModel(description, base: base, columns: columns)
  }

  /// Covers every array: columns correct what operators leave out, such as wire defects.
  public static func refusal(of array: ArrayDescription) -> String? { nil }

  public var method: ArrayMethod {
    ArrayMethod(
      .calibrated,
      "columns fitted on \(base.rawValue)"
        + (columns.map { " in \($0.terms.rawValue) terms" } ?? ""))
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    guard let columns else {
      try operation.ideal.currents(inputs, into: &amperes)
      return
    }
    let signals =
      if case .bits(let bits) = inputs {
        try operation.signals(bits)
      } else {
        try operation.signals(inputs)
      }
    amperes = columns.currents(signals).elements.map { Float($0) }
  }

  public func estimatedWork(_ inputs: InputBatch) -> Double? {
    guard case .bits(let bits) = inputs else { return nil }
    return QuadSelections.estimatedWork(bits, columns: description.outputCount)
  }

  /// Weights of the word lines in the domain's imbalance: share of the conductance times position
  /// along the bit line, from its middle.
  var placeWeights: [Double] {
    let (m, planes) = (description.wordLineCount, description.effectiveConductances)
    var weights = (0..<m).map { i in
      planes.reduce(0.0) { $0 + $1.row(i).reduce(0, +) }
    }
    let total = weights.reduce(0, +)
    guard total > 0 else { return weights }
    for i in weights.indices { weights[i] *= ((Double(i) + 0.5) / Double(m) - 0.5) / total }
    return weights
  }

  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    guard let columns else {
      return ArrayCurrents(
        amperes: try operation.ideal.currents(inputs).amperes)
    }
    return ArrayCurrents(amperes: columns.currents(try operation.signals(inputs)))
  }
}
