import CrossbarArray
import NumericKernels

/// A model in a comparison, fitted to the same vectors as every other.
public struct CandidateModel: Sendable {
  /// Short name for tables and legends.
  public let name: String
  /// The model.
  public let model: any ArrayModel

  /// Every model that covers an array, plain ones first.
  ///
  /// - Parameters:
  ///   - inputs: Vectors for fitting the models.
  ///   - exact: The circuit's currents for them.
  public static func all(
    for array: ArrayDescription, inputs: InputBatch, exact: ArrayCurrents
  ) throws(ArrayError) -> [CandidateModel] {
    var found = [
      CandidateModel(
        name: "no wires", model: try ResidualModel(array, base: .noWires, columns: nil)),
      CandidateModel(
        name: "series sum", model: try ResidualModel(array, base: .seriesSum, columns: nil)),
      CandidateModel(
        name: "separable attenuation",
        model: try ResidualModel(array, base: .separableAttenuation, columns: nil)),
      CandidateModel(
        name: "column gain",
        model: try ResidualModel(
          array, base: .noWires, terms: .gain, inputs: inputs, exact: exact.amperes)),
      CandidateModel(
        name: "moment polynomial",
        model: try ResidualModel(
          array, base: .noWires, terms: .moments, inputs: inputs, exact: exact.amperes)),
      CandidateModel(
        name: "residual",
        model: try ResidualModel.best(array, inputs: inputs, exact: exact.amperes)),
    ]
    guard case .bits(let bits) = inputs else { return found }
    if CrossingLadder.covers(array) {
      for mesh in CoarseMesh.candidates(wordLines: array.wordLineCount) {
        let name = "crossing ladder/\(mesh.segmentCount)"
        guard let unfitted = try? CrossingLadder(array, mesh: mesh) else { continue }
        found.append(CandidateModel(name: "\(name) unfitted", model: unfitted))
        found.append(
          CandidateModel(
            name: "\(name) fitted",
            model: try CrossingLadder(array, mesh: mesh, fittedTo: bits, exact: exact.amperes)))
      }
    }
    guard ReducedLadder.covers(array) else { return found }
    for length in [32, 8] where length < array.wordLineCount {
      let unfitted = try? ReducedLadder(array, segmentLength: length)
      guard let unfitted else { continue }
      found.append(CandidateModel(name: "ladder/\(length) unfitted", model: unfitted))
      found.append(
        CandidateModel(
          name: "ladder/\(length) fitted",
          model: try ReducedLadder(array, segmentLength: length, fittedTo: bits)))
    }
    return found
  }
}

extension ResidualModel {
  /// The operator and terms with the least error on the third of the vectors left out of their fit,
  /// then fitted to all.
  public static func best(
    _ array: ArrayDescription, inputs: InputBatch, exact: Matrix<Double>
  ) throws(ArrayError) -> ResidualModel {
    let kept = (0..<inputs.count).filter { $0 % 3 != 2 }
    let judging = (0..<inputs.count).filter { $0 % 3 == 2 }
    guard !kept.isEmpty, !judging.isEmpty else {
      return try ResidualModel(array, base: .noWires, columns: nil)
    }
    var best: (base: Operator, terms: FittedColumns.Terms, rms: Double)?
    let target = exact.selecting(judging).elements
    for base in Operator.allCases {
      for terms in FittedColumns.Terms.allCases {
        let model = try ResidualModel(
          array, base: base, terms: terms, inputs: inputs.selecting(kept),
          exact: exact.selecting(kept))
        let error = ModelError(
          try model.currents(inputs.selecting(judging)).amperes.elements, exact: target)
        if error.rmsAmperes < best?.rms ?? .infinity { best = (base, terms, error.rmsAmperes) }
      }
    }
    guard let best else { return try ResidualModel(array, base: .noWires, columns: nil) }
    return try ResidualModel(
      array, base: best.base, terms: best.terms, inputs: inputs, exact: exact)
  }
}
