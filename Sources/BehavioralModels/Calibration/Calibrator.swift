import CrossbarArray
import Files
import Foundation
import NumericKernels

/// Finds the cheapest model of an array whose held-out error meets a target.
public struct Calibrator: Sendable, Equatable, Codable {
  /// Required accuracy of the model.
  public var target = CalibrationTarget.standard
  /// Seed of the structured vectors.
  public var seed: UInt64
  /// Numbers of vectors.
  public var sizes = CalibrationSet.Sizes()
  /// Largest voltage of structured vectors of voltage-driven arrays; `nil` for their read voltage.
  public var fullScaleVolts: Double?
  /// Whether a model without wires may be chosen.
  public var mayIgnoreWires = false
  /// Word lines per step of the reduced ladders tried, cheapest first.
  public var segmentLengths = [96, 64, 48, 32, 24, 16, 12, 8, 6, 4, 3, 2]

  /// A calibration with that target and seed.
  public init(target: CalibrationTarget = .standard, seed: UInt64) {
    self.target = target
    self.seed = seed
  }

  /// Why no model can be fitted to an array; `nil` if one can.
  public static func refusal(of array: ArrayDescription) -> String? {
    array.wiringExclusion(from: "calibration")
  }

  /// SHA-256 of everything except the circuit that decides the model.
  public func requestHash(recorded: InputBatch?, lsbAmperes: Double?) throws(ArrayError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    var bytes: Data
    do {
      bytes = try encoder.encode(self)
    } catch {
      throw .unsupported("the calibration settings cannot be encoded: \(error)")
    }
    bytes.append(Data("|\(CalibratedModel.recipeVersion)|\(lsbAmperes ?? 0)|".utf8))
    switch recorded {
    case nil: break
    case .bits(let bits):
      bytes.append(Data("\(bits.rows)×\(bits.columns)|".utf8))
      unsafe bits.words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    case .volts(let volts):
      bytes.append(Data("\(volts.rows)×\(volts.columns) V|".utf8))
      let words = volts.elements.map { $0.bitPattern.littleEndian }
      unsafe words.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    return ContentHash(bytes).hexadecimal
  }

  /// Calibrates an array that `refusal(of:)` does not refuse.
  ///
  /// - Parameters:
  ///   - exactModel: Reference for the calibration.
  ///   - recorded: Input vectors seen by the array.
  ///   - lsbAmperes: One LSB of its ADC; `nil` for an ideal ADC.
  public func calibrate(
    _ hashed: HashedArray, against exactModel: any ArrayModel, recorded: InputBatch?,
    lsbAmperes: Double?
  ) throws(ArrayError) -> CalibratedModel {
    let array = hashed.array
    if let reason = Self.refusal(of: array) { throw .unsupported(reason) }
    let vectors = try CalibrationSet(
      for: array, recorded: recorded, sizes: sizes, fullScaleVolts: fullScaleVolts, seed: seed)
    let heldOutRows = vectors.heldOutRows
    let (fitting, judging) = (vectors.fitting, vectors.heldOut)
    let exact = try exactModel.currents(judging).amperes.elements
    let requestHash = try requestHash(recorded: recorded, lsbAmperes: lsbAmperes)
    func judged(
      _ form: CalibratedModel.Form, _ model: any ArrayModel, _ weights: [Double]
    ) throws(ArrayError) -> CalibratedModel {
      let found = try model.inferredCurrents(judging)
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
      // Voltages strain no mesh.
      var strain: MeshStrain?
      if case .bits = vectors.inputs {
        var amperes: [Float] = []
        strain = try model.strainedCurrents(vectors.inputs, into: &amperes)
      }
      return CalibratedModel(
        recipe: CalibratedModel.recipeVersion, circuitHash: hashed.hash.hexadecimal,
        requestHash: requestHash, seed: seed, form: form, heldOut: error, heldOutByKind: byKind,
        promisedRMSAmperes: promised, lsbAmperes: lsbAmperes,
        domain: InputDomain(weights, inputs: vectors.inputs, strain: strain),
        fittedCount: fitting.count, heldOutCount: judging.count,
        meetsTarget: target.accepts(error, lsbAmperes: lsbAmperes))
    }
    var best: CalibratedModel?
    if mayIgnoreWires {
      let none = [Double](repeating: 0, count: array.wordLineCount)
      let found = try judged(.ideal, IdealArray(array), none)
      if found.meetsTarget { return found }
    }
    // Ladders are for gate-driven arrays: bits select the cells of their segments.
    if CrossingLadder.covers(array), case .bits(let bits) = fitting {
      let wanted = try exactModel.currents(fitting).amperes
      let coarse = CoarseMesh.coarse(wordLines: array.wordLineCount)
      let meshes = coarse + CoarseMesh.candidates(wordLines: array.wordLineCount)
      for (k, mesh) in meshes.enumerated() {
        let model: CrossingLadder
        do throws(ArrayError) {
          model = try CrossingLadder(array, mesh: mesh, fittedTo: bits, exact: wanted)
        } catch {
          // Too much IR drop for any mesh; columns can be fitted to anything.
          break
        }
        let found = try judged(.crossingLadder(model.mesh), model, model.imbalanceWeights)
        let margin = k < coarse.count ? CoarseMesh.margin : 1
        if target.accepts(found.heldOut.enlarged(by: margin), lsbAmperes: lsbAmperes) {
          return found
        }
        if best.map({ found.heldOut.rmsAmperes < $0.heldOut.rmsAmperes }) ?? true { best = found }
      }
      if let best { return best }
    }
    guard ReducedLadder.covers(array), case .bits(let bits) = fitting else {
      let model = try ResidualModel.best(
        array, inputs: fitting, exact: try exactModel.currents(fitting).amperes)
      guard let columns = model.columns else {
        throw .unsupported("there are no vectors to fit columns to")
      }
      return try judged(.columns(model.base, columns), model, model.placeWeights)
    }
    for length in segmentLengths where length < array.wordLineCount || best == nil {
      let model: ReducedLadder
      do throws(ArrayError) {
        model = try ReducedLadder(array, segmentLength: length, fittedTo: bits)
      } catch {
        // Too much IR drop for segments of this length; shorter ones may do.
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
