import CrossbarArray
import NumericKernels
import Synchronization

/// A calibrated model that knows its domain: vectors outside it are solved exactly, and a sample of
/// the others is solved exactly too, to check the promised error.
public struct CalibratedArray: ArrayModel {
  /// The calibration: promised error and domain.
  public let calibration: CalibratedModel
  /// The fast model.
  public let model: any ArrayModel
  /// The exact model, for vectors outside the domain and for audits inside it.
  public let exact: any ArrayModel
  /// Audited fraction of the vectors.
  public let auditRate: Double
  private let log: CalibrationLog

  public var description: ArrayDescription { model.description }

  /// Joins a calibration to its array; refuses any other array.
  public init(
    _ calibration: CalibratedModel, of array: HashedArray, exact: any ArrayModel,
    auditRate: Double
  ) throws(ArrayError) {
    precondition((0...1).contains(auditRate), "a rate is between 0 and 1")
    self.calibration = calibration
    model = try calibration.model(of: array)
    self.exact = exact
    self.auditRate = auditRate
    log = CalibrationLog()
  }

  public static func refusal(of array: ArrayDescription) -> String? {
    Calibrator.refusal(of: array)
  }

  public var method: ArrayMethod {
    var method = calibration.method
    let error = calibration.heldOut
    method.parameters += [
      "held-out rms \(percent(error.relativeRMS))", "worst \(percent(error.relativeWorst))",
    ]
    return method
  }

  public func estimatedWork(_ inputs: InputBatch) -> Double? { model.estimatedWork(inputs) }

  /// Observations since the model was made, over all tasks.
  public var observations: CalibrationObservations {
    log.observations(scale: calibration.heldOut.outputRMSAmperes)
  }

  /// Gate bits are answered in single precision, as in inference, voltages in double.
  public func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    let amperes: [Double]
    switch inputs {
    case .bits:
      var single: [Float] = []
      try currents(inputs, into: &single)
      amperes = single.map { Double($0) }
    case .volts:
      var answers = try model.currents(inputs).amperes.elements
      try guardAnswers(&answers, to: inputs, strain: nil) { (vectors) throws(ArrayError) in
        try exact.currents(vectors).amperes.elements
      }
      amperes = answers
    }
    return ArrayCurrents(
      amperes: Matrix(rows: inputs.count, columns: description.outputCount, elements: amperes))
  }

  public func currents(_ inputs: InputBatch, into amperes: inout [Float]) throws(ArrayError) {
    let strain = try model.strainedCurrents(inputs, into: &amperes)
    try guardAnswers(&amperes, to: inputs, strain: strain) { (vectors) throws(ArrayError) in
      var solved: [Float] = []
      try exact.currents(vectors, into: &solved)
      return solved
    }
  }

  /// Replaces the model's answers outside its domain with exact ones, and audits a sample of the
  /// rest.
  private func guardAnswers<Scalar: BinaryFloatingPoint>(
    _ amperes: inout [Scalar], to inputs: InputBatch, strain: MeshStrain?,
    solve: (InputBatch) throws(ArrayError) -> [Scalar]
  ) throws(ArrayError) {
    let n = description.outputCount
    var (outside, audited): ([Int], [Int]) = ([], [])
    var empty = 0
    let isInside = calibration.domain.contains(inputs, strain: strain)
    for vector in 0..<inputs.count {
      // No drive, no current: right in every model, and no evidence for this one.
      if inputs.activeLines(vector: vector) == 0 {
        empty += 1
      } else if !isInside[vector] {
        outside.append(vector)
      } else if auditRate > 0, isAudited(inputs, vector) {
        audited.append(vector)
      }
    }
    log.count(vectors: inputs.count, empty: empty, fallbacks: outside.count)
    guard !outside.isEmpty || !audited.isEmpty else { return }
    let solved = try solve(inputs.selecting(outside + audited))
    for (k, vector) in outside.enumerated() {
      for j in 0..<n { amperes[vector * n + j] = solved[k * n + j] }
    }
    for (k, vector) in audited.enumerated() {
      let at = (outside.count + k) * n
      log.audit(
        amperes[vector * n..<(vector + 1) * n], exact: solved[at..<at + n],
        scale: calibration.heldOut.outputRMSAmperes)
    }
  }

  /// Whether a vector is in the audit sample; depends on its own bits, not on batches or tasks.
  private func isAudited(_ inputs: InputBatch, _ vector: Int) -> Bool {
    guard auditRate < 1 else { return true }
    // FNV-1a over words, then a mixing step (Fowler, Noll, Vo; Stafford's variant 13 of
    // MurmurHash3).
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ calibration.seed
    func add(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
    switch inputs {
    case .bits(let bits):
      for index in 0..<bits.wordsPerRow { add(bits.words[vector * bits.wordsPerRow + index]) }
    case .volts(let volts): for value in volts.row(vector) { add(value.bitPattern) }
    }
    hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
    hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
    hash ^= hash >> 31
    return Double(hash >> 11) < auditRate * 9_007_199_254_740_992
  }
}

/// Percent with three digits.
func percent(_ fraction: Double) -> String {
  let value = 100 * fraction
  guard value != 0, value.isFinite else { return "\(value) %" }
  var unit = 1.0
  while value.magnitude * unit < 100, unit < 1e12 { unit *= 10 }
  return "\((value * unit).rounded() / unit) %"
}

/// Observations of calibrated arrays: fallbacks and audited errors.
public struct CalibrationObservations: Sendable, Equatable, Codable {
  /// Input vectors answered, those that select nothing, those outside the domain, and those inside
  /// it that were audited.
  public var vectors = 0, empty = 0, fallbacks = 0, audited = 0
  /// Audited currents.
  public var auditedCurrents = 0
  /// Sum of squares of the audited errors in square amperes.
  public var squareSum = 0.0
  /// Largest audited error in amperes.
  public var worstAmperes = 0.0

  /// No observations.
  public init() {}

  /// Root mean square of the audited errors in amperes; `nil` without audits.
  public var rmsAmperes: Double? {
    auditedCurrents > 0 ? (squareSum / Double(auditedCurrents)).squareRoot() : nil
  }

  /// Adds the observations of another array.
  public mutating func merge(_ other: CalibrationObservations) {
    vectors += other.vectors
    empty += other.empty
    fallbacks += other.fallbacks
    audited += other.audited
    auditedCurrents += other.auditedCurrents
    squareSum += other.squareSum
    worstAmperes = max(worstAmperes, other.worstAmperes)
  }
}

/// Counters shared by the tasks that use one array. Sums are of integers, so order does not matter.
private final class CalibrationLog: Sendable {
  private struct Counts {
    var vectors = 0, empty = 0, fallbacks = 0, audited = 0, currents = 0
    /// Squares of errors relative to the output rms, in units of 2⁻⁵⁰.
    var squares: UInt64 = 0
    var worst = 0.0
  }
  private static let unit = 1_125_899_906_842_624.0
  private let counts = Mutex(Counts())

  func count(vectors: Int, empty: Int, fallbacks: Int) {
    counts.withLock {
      $0.vectors += vectors
      $0.empty += empty
      $0.fallbacks += fallbacks
    }
  }

  func audit<Scalar: BinaryFloatingPoint>(
    _ model: ArraySlice<Scalar>, exact: ArraySlice<Scalar>, scale: Double
  ) {
    var (square, worst) = (0.0, 0.0)
    for (a, b) in zip(model, exact) {
      let error = Double(a) - Double(b)
      worst = max(worst, error.magnitude)
      square += error * error
    }
    let units = scale > 0 ? min(square / (scale * scale) * Self.unit, 1e19) : 0
    counts.withLock {
      $0.audited += 1
      $0.currents += model.count
      let (sum, overflow) = $0.squares.addingReportingOverflow(UInt64(units.rounded()))
      $0.squares = overflow ? .max : sum
      $0.worst = max($0.worst, worst)
    }
  }

  func observations(scale: Double) -> CalibrationObservations {
    counts.withLock {
      var seen = CalibrationObservations()
      seen.vectors = $0.vectors
      seen.empty = $0.empty
      seen.fallbacks = $0.fallbacks
      seen.audited = $0.audited
      seen.auditedCurrents = $0.currents
      seen.squareSum = Double($0.squares) / Self.unit * scale * scale
      seen.worstAmperes = $0.worst
      return seen
    }
  }
}
