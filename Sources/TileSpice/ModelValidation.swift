import BehavioralModels
import CrossbarArray
import Experiments
import Inference
import NumericKernels

/// Models of wire resistance against the circuit of one array: those that come with TileSpice, and
/// your own.
///
/// All models are tested on the same input vectors, which none of them was fitted to.
public struct ModelValidation: Sendable {
  /// How far a model is from the circuit, over all vectors and outputs.
  public struct Verdict: Sendable, Equatable {
    /// Name of the model.
    public var name: String
    /// Root mean square error, over the root mean square of the circuit's currents.
    public var rms: Double
    /// Error that 99.9 % of the currents stay within, over the same.
    public var percentile999: Double
    /// Largest error, over the same.
    public var worst: Double
    /// Mean error, model less circuit, over the same.
    public var bias: Double
    /// Largest error in amperes.
    public var worstAmperes: Double

    init(_ entry: ModelComparison.Entry) {
      name = entry.name
      rms = entry.error.relativeRMS
      percentile999 = entry.error.relativePercentile999
      worst = entry.error.relativeWorst
      bias = entry.error.relativeBias
      worstAmperes = entry.error.worstAmperes
    }
  }

  private var comparison: ModelComparison

  /// Solves the circuit, and fits and tests the models that come with TileSpice.
  ///
  /// - Parameters:
  ///   - inputs: Test vectors: volts, or 0 and 1 if word lines drive gates; `nil` for a third of
  ///     the vectors that are drawn, which the fits do not see.
  ///   - seed: Seed of the vectors that are drawn.
  public init(_ crossbar: Crossbar, inputs: [[Double]]? = nil, seed: UInt64 = 1) throws {
    comparison = try ModelComparison(
      crossbar.description, name: crossbar.name, recorded: nil,
      judging: inputs.map { try crossbar.batch($0) }, seed: seed)
  }

  /// The test vectors, one row each.
  public var inputs: [[Double]] { comparison.inputs.rows }
  /// The circuit's currents for them in amperes, one row each.
  public var circuitAmperes: [[Double]] { comparison.exact.nested }
  /// Vectors to fit a model of your own to, one row each.
  public var fittingInputs: [[Double]] { comparison.fittingInputs.rows }
  /// The circuit's currents for those, in amperes.
  public var fittingAmperes: [[Double]] { comparison.fittingExact.nested }

  /// Every model tested so far; those that come with TileSpice first.
  public var verdicts: [Verdict] { comparison.entries.map(Verdict.init) }

  /// Judges a model of your own.
  ///
  /// - Parameters:
  ///   - name: What the verdict calls it.
  ///   - model: Amperes of every output for one input vector.
  /// - Throws: `CrossbarShapeError` if the model returns another number of currents; what it
  ///   throws.
  @discardableResult
  public mutating func judge(
    _ name: String, _ model: ([Double]) throws -> [Double]
  ) throws -> Verdict {
    let predicted = try Matrix(
      rows: inputs.map(model), of: comparison.exact.columns, what: "currents of \(name)")
    comparison.add(predicted: predicted, name: name)
    return Verdict(comparison.entries[comparison.entries.count - 1])
  }
}

extension InputBatch {
  /// The vectors as numbers, one row each.
  var rows: [[Double]] {
    switch self {
    case .volts(let volts): volts.nested
    case .bits(let bits):
      (0..<bits.rows).map { row in (0..<bits.columns).map { bits[row, $0] ? 1 : 0 } }
    }
  }
}
