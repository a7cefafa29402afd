import CrossbarArray
import NumericKernels
import Units

/// Input vectors of kinds that calibration never draws, to test a model on unfamiliar patterns.
public struct StressPatterns: Sendable {
  /// Pattern of the selected word lines.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// Two runs of neighboring word lines.
    case twoBlocks
    /// All but one run.
    case gap
    /// Runs of one length, 2 … 64, alternately on and off.
    case squareWave
    /// A density that rises or falls along the line.
    case ramp
    /// Runs of one length, 4 … 64, each with its own density.
    case patches
    /// One run with its own density, nothing outside it.
    case sparseBlock
  }

  /// The vectors, gate bits or voltages as the array takes them.
  public let inputs: InputBatch
  /// Their kinds.
  public let kinds: [Kind]

  /// Draws `countPerKind` vectors of every kind.
  ///
  /// - Parameter fullScaleVolts: As for calibration; see `CalibrationSet`.
  public init(
    for array: ArrayDescription, countPerKind: Int = 16, fullScaleVolts: Double? = nil, seed: UInt64
  ) {
    let m = array.wordLineCount
    precondition(m > 0 && countPerKind >= 0, "an array has word lines")
    // Streams that calibration does not use.
    let stream: UInt64 = 0x5374_7265_7373
    var random = RandomStream(seed: seed, stream: stream)
    func run() -> Range<Int> {
      let length = Int.random(in: 1...m, using: &random)
      let start = Int.random(in: 0...m - length, using: &random)
      return start..<start + length
    }
    func draw(_ density: Double) -> Bool { Double.random(in: 0..<1, using: &random) < density }
    func runs(_ lengths: ClosedRange<Int>) -> (length: Int, phase: Int) {
      let length = Int.random(in: lengths, using: &random)
      return (length, Int.random(in: 0..<2 * length, using: &random))
    }
    var vectors: [[Bool]] = []
    var kinds: [Kind] = []
    for kind in Kind.allCases {
      for _ in 0..<countPerKind {
        kinds.append(kind)
        switch kind {
        case .twoBlocks:
          let (a, b) = (run(), run())
          vectors.append((0..<m).map { a.contains($0) || b.contains($0) })
        case .gap:
          let a = run()
          vectors.append((0..<m).map { !a.contains($0) })
        case .squareWave:
          let (length, phase) = runs(2...64)
          vectors.append((0..<m).map { ($0 + phase) / length % 2 == 0 })
        case .ramp:
          let (a, b) = (
            Double.random(in: 0...1, using: &random), Double.random(in: 0...1, using: &random)
          )
          vectors.append((0..<m).map { draw(a + (b - a) * Double($0) / Double(m)) })
        case .patches:
          let (length, phase) = runs(4...64)
          let densities = (0...m / length + 2).map { _ in Double.random(in: 0...1, using: &random) }
          vectors.append((0..<m).map { draw(densities[($0 + phase) / length]) })
        case .sparseBlock:
          let (a, density) = (run(), Double.random(in: 0...1, using: &random))
          vectors.append((0..<m).map { draw(density) && a.contains($0) })
        }
      }
    }
    let all = vectors
    inputs = InputBatch(
      selecting: BitMatrix(rows: all.count, columns: m) { all[$0][$1] }, of: array.topology,
      fullScaleVolts: fullScaleVolts ?? array.readVoltage.value, seed: seed, stream: stream + 1)
    self.kinds = kinds
  }
}

/// Errors of a calibrated array on vectors of kinds that its calibration never drew.
public struct StressError: Sendable, Equatable, Codable {
  /// Vectors, and those outside the model's domain, which are solved exactly.
  public var vectors: Int, outside: Int
  /// Error of the vectors inside the domain, as a run sees it.
  public var answered: ModelError
  /// Error of the model alone on all vectors, and by kind: without the protection of the domain.
  public var unguarded: ModelError
  public var byKind: [StressPatterns.Kind: ModelError]
}

extension CalibratedArray {
  /// Judges the fast model on `patterns`, in the precision of a run, against the exact path in
  /// double precision.
  public func error(on patterns: StressPatterns) throws(ArrayError) -> StressError {
    var single: [Float] = []
    var strain: MeshStrain?
    let found: [Double]
    switch patterns.inputs {
    case .bits:
      strain = try model.strainedCurrents(patterns.inputs, into: &single)
      found = single.map { Double($0) }
    case .volts: found = try model.inferredCurrents(patterns.inputs)
    }
    let circuit = try exact.currents(patterns.inputs).amperes.elements
    let n = description.outputCount
    func error(_ rows: [Int]) -> ModelError {
      ModelError(
        rows.flatMap { found[$0 * n..<($0 + 1) * n] },
        exact: rows.flatMap { circuit[$0 * n..<($0 + 1) * n] })
    }
    let rows = Array(0..<patterns.inputs.count)
    let isInside = calibration.domain.contains(patterns.inputs, strain: strain)
    let inside = rows.filter { isInside[$0] }
    var byKind: [StressPatterns.Kind: ModelError] = [:]
    for kind in StressPatterns.Kind.allCases {
      let own = rows.filter { patterns.kinds[$0] == kind }
      if !own.isEmpty { byKind[kind] = error(own) }
    }
    return StressError(
      vectors: rows.count, outside: rows.count - inside.count, answered: error(inside),
      unguarded: error(rows), byKind: byKind)
  }
}
