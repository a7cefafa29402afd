import CrossbarArray
import Foundation
import NumericKernels

/// Finds the cheapest model of an array whose held-out error meets a target.
public struct Calibrator: Sendable, Equatable, Codable {
  /// What the model must reach.
  public var target = CalibrationTarget.standard
  /// Seed of the structured vectors.
  public var seed: UInt64
  /// Numbers of vectors.
  public var sizes = CalibrationSet.Sizes()
  /// Whether leaving out the wires is a model that may be chosen.
  public var mayIgnoreWires = false
  /// Word lines per step of reduced ladders that are tried, cheapest first.
  public var segmentLengths = [96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2]

  /// A calibration with that target and seed.
  public init(target: CalibrationTarget = .standard, seed: UInt64) {
    self.target = target
    self.seed = seed
  }

  /// Whether an array has a calibrated model; where not, its exact path is what there is.
  public static func covers(_ array: ArrayDescription) -> Bool {
    array.topology != .voltageDriven && array.wiringExclusion(from: "calibration") == nil
  }

  /// SHA-256 of everything but the circuit that decides the model.
  public func requestHash(recorded: BitMatrix?, lsbAmperes: Double?) throws(ArrayError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var bytes: Data
    do {
      bytes = try encoder.encode(self)
    } catch {
      throw .unsupported("the calibration settings cannot be encoded: \(error)")
    }
    bytes.append(Data("|\(CalibratedModel.recipeVersion)|\(lsbAmperes ?? 0)|".utf8))
    if let recorded {
      bytes.append(Data("\(recorded.rows)×\(recorded.columns)|".utf8))
      unsafe recorded.words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return ContentHash(bytes).hexadecimal
  }

  /// Calibrates an array that `covers` accepts.
  ///
  /// - Parameters:
  ///   - exactModel: What the array is calibrated against.
  ///   - recorded: Input vectors that the array sees, `[vectors, wordLines]`.
  ///   - lsbAmperes: One step of its converter; nil where it is ideal.
  public func calibrate(
    _ array: ArrayDescription, against exactModel: any ArrayModel, recorded: BitMatrix?,
    lsbAmperes: Double?
  ) throws(ArrayError) -> CalibratedModel {
    let vectors = CalibrationSet(
      wordLineCount: array.wordLineCount, recorded: recorded, sizes: sizes, seed: seed)
    let heldOutRows = vectors.heldOutRows
    let fitting = vectors.vectors(vectors.fittingRows)
    let judging = vectors.vectors(heldOutRows)
    let exact = try exactModel.currents(.bits(judging)).amperes.elements
    let requestHash = try requestHash(recorded: recorded, lsbAmperes: lsbAmperes)
    func judged(
      _ form: CalibratedModel.Form, _ model: any ArrayModel, _ weights: [Double]
    ) throws(ArrayError) -> CalibratedModel {
      var single: [Float] = []
      try model.currents(judging, into: &single)
      let found = single.map { Double($0) }
      let error = ModelError(found, exact: exact)
      var byKind: [CalibrationSet.Kind: ModelError] = [:]
      let n = array.outputCount
      var promised = ModelError.upperRMSAmperes(found, exact: exact, perVector: n)
      for kind in CalibrationSet.Kind.allCases {
        let rows = heldOutRows.indices.filter { vectors.kinds[heldOutRows[$0]] == kind }
        guard !rows.isEmpty else { continue }
        let (own, wanted) = (
          rows.flatMap { found[$0 * n..<($0 + 1) * n] },
          rows.flatMap { exact[$0 * n..<($0 + 1) * n] }
        )
        let kindError = ModelError(own, exact: wanted)
        byKind[kind] = kindError
        promised = max(promised, kindError.rmsAmperes)
        if kind == .recorded {
          promised = max(promised, ModelError.upperRMSAmperes(own, exact: wanted, perVector: n))
        }
      }
      return CalibratedModel(
        recipe: CalibratedModel.recipeVersion, circuitHash: array.contentHash.hexadecimal,
        requestHash: requestHash, seed: seed, form: form, heldOut: error, heldOutByKind: byKind,
        promisedRMSAmperes: promised, lsbAmperes: lsbAmperes,
        domain: InputDomain(weights, inputs: vectors.bits),
        fittedCount: fitting.rows, heldOutCount: judging.rows,
        meetsTarget: target.accepts(error, lsbAmperes: lsbAmperes))
    }
    var best: CalibratedModel?
    if mayIgnoreWires {
      let none = [Double](repeating: 0, count: array.wordLineCount)
      let found = try judged(.ideal, IdealArray(array), none)
      if found.meetsTarget { return found }
    }
    guard LadderArray.covers(array) else {
      let model = try ResidualModel.best(
        array, inputs: .bits(fitting),
        exact: try exactModel.currents(.bits(fitting)).amperes)
      guard let columns = model.columns else {
        throw .unsupported("there are no vectors to fit columns to")
      }
      return try judged(.columns(model.base, columns), model, model.placeWeights)
    }
    for length in segmentLengths where length < array.wordLineCount || best == nil {
      let model: ReducedLadder
      do throws(ArrayError) {
        model = try ReducedLadder(array, segmentLength: length, fittedTo: fitting)
      } catch {
        // Too much drop for segments of this length: shorter ones may do.
        guard length != segmentLengths.last else { throw error }
        continue
      }
      let found = try judged(.reducedLadder(model.moments), model, model.imbalanceWeights)
      if found.meetsTarget { return found }
      if best.map({ found.heldOut.rmsAmperes < $0.heldOut.rmsAmperes }) ?? true { best = found }
    }
    guard let best else { throw .unsupported("there are no segment lengths to calibrate with") }
    return best
  }
}
