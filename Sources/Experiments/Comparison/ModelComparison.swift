import BehavioralModels
import CrossbarArray
import Inference
import NumericKernels
import Units

/// Models of one array compared with its circuit, on vectors outside the fit or on the user's.
public struct ModelComparison: Sendable {
  /// One model.
  public struct Entry: Sendable {
    /// Name for tables and legends, and the model's own description.
    public var name: String, method: String
    /// Error on the test vectors.
    public var error: ModelError
    /// Mean and rms error over the output rms, by increasing drop.
    public var byDrop: [DropBin]
    /// Pairs of the circuit's and the model's current in amperes, at most 400, spread evenly.
    public var scatter: [(exact: Double, model: Double)]
    /// Median seconds per input vector of enough repetitions; `nil` for a model that is a file.
    public var secondsPerVector: Double?
  }

  /// Currents with about the same relative IR drop.
  public struct DropBin: Sendable {
    /// Mean drop, 0 … 1.
    public var drop: Double
    /// Mean and rms error over the output rms.
    public var bias: Double, rms: Double
    /// Currents in the bin.
    public var count: Int
  }

  /// Layer and tile, or the array's file.
  public let name: String
  /// The array.
  public let array: ArrayDescription
  /// How the circuit was solved, and its median seconds per vector of enough repetitions.
  public let exactMethod: String, exactSecondsPerVector: Double
  /// Test vectors and the circuit's currents for them, `[vectors, outputs]`: positive bit lines
  /// first, then negative ones if pairs are separate.
  public let inputs: InputBatch, exact: Matrix<Double>
  /// Vectors for fitting the models and the circuit's currents for them, in the same order.
  public let fittingInputs: InputBatch, fittingExact: Matrix<Double>
  /// Whether the test vectors are the user's.
  public let isJudgedOnGivenVectors: Bool
  /// The drive of the cells, in words: the read voltage, or the range of word-line voltages.
  public let drive: String
  /// One LSB of the ADC behind the array; `nil` if unknown.
  public let lsbAmperes: Double?
  /// Fraction of the ideal current lost to IR drop, over all test currents.
  public let meanDrop: Double
  /// The models.
  public private(set) var entries: [Entry] = []
  private let ideal: Matrix<Double>

  /// Fits and tests every model that covers an array.
  ///
  /// - Parameters:
  ///   - recorded: Input vectors that the array sees; structured ones are added.
  ///   - judging: Test vectors; `nil` for every third of those drawn, held out from the fit.
  ///   - fullScaleVolts: Largest voltage of the vectors drawn for a voltage-driven array; `nil` for
  ///     its read voltage.
  ///   - lsbAmperes: One LSB of the ADC behind it; `nil` if unknown.
  public init(
    _ array: ArrayDescription, name: String, recorded: InputBatch?, judging: InputBatch? = nil,
    fullScaleVolts: Double? = nil, lsbAmperes: Double? = nil, seed: UInt64
  ) throws {
    self.lsbAmperes = lsbAmperes
    let volts = fullScaleVolts ?? array.readVoltage.value
    drive =
      array.topology == .voltageDriven
      ? "drawn vectors drive word lines with 0 to \(volts) V"
      : "cells are read at \(array.readVoltage.value) V"
    let set = try CalibrationSet(
      for: array, recorded: recorded, fullScaleVolts: volts, seed: seed)
    let fitting = set.fitting
    let judged = judging ?? set.heldOut
    inputs = judged
    isJudgedOnGivenVectors = judging != nil
    let circuit = try SolutionPath.exact.model(of: array, vectors: fitting.count + judged.count)
    let fitted = try circuit.currents(fitting)
    (fittingInputs, fittingExact) = (fitting, fitted.amperes)
    var solved = fitted.amperes
    let timing = try RepeatedTiming { solved = try circuit.currents(judged).amperes }
    exact = solved
    exactSecondsPerVector = timing.medianSeconds / Double(max(judged.count, 1))
    exactMethod = "\(circuit.method)"
    self.array = array
    self.name = name
    let unwired = try CandidateModel.all(for: array, inputs: fitting, exact: fitted)
    ideal = try unwired[0].model.currents(inputs).amperes
    let total = ideal.elements.reduce(0) { $0 + $1.magnitude }
    let sensed = exact.elements.reduce(0) { $0 + $1.magnitude }
    meanDrop = total > 0 ? 1 - sensed / total : 0
    for candidate in unwired {
      var amperes: [Double] = []
      let timing: RepeatedTiming
      // Time the computation that inference uses: single precision for gate bits.
      if case .bits = inputs {
        var single: [Float] = []
        timing = try RepeatedTiming { try candidate.model.currents(judged, into: &single) }
        amperes = single.map { Double($0) }
      } else {
        timing = try RepeatedTiming {
          amperes = try candidate.model.currents(judged).amperes.elements
        }
      }
      add(
        candidate.name, method: "\(candidate.model.method)", amperes,
        seconds: timing.medianSeconds / Double(max(judged.count, 1)))
    }
  }

  /// Tests currents from an external model for `inputs`, `[vectors, outputs]`.
  public mutating func add(predicted: Matrix<Double>, name: String) {
    precondition(
      predicted.rows == exact.rows && predicted.columns == exact.columns,
      "one prediction per vector and output")
    add(name, method: "predicted currents", predicted.elements, seconds: nil)
  }

  private mutating func add(
    _ name: String, method: String, _ amperes: [Double], seconds: Double?
  ) {
    let error = ModelError(amperes, exact: exact.elements)
    // One of each of 400 equal parts: a whole-number step would leave out the end of most counts.
    let shown = min(amperes.count, 400)
    let scatter = (0..<shown).map { k in
      let index = k * amperes.count / shown
      return (exact: exact.elements[index], model: amperes[index])
    }
    entries.append(
      Entry(
        name: name, method: method, error: error,
        byDrop: bins(amperes, scale: error.outputRMSAmperes), scatter: scatter,
        secondsPerVector: seconds))
  }

  /// Ten bins of equal width over the drops that occur; currents without an ideal part have none.
  private func bins(_ amperes: [Double], scale: Double) -> [DropBin] {
    guard scale > 0 else { return [] }
    let drops = amperes.indices.map { k in
      ideal.elements[k] != 0 ? 1 - exact.elements[k] / ideal.elements[k] : Double.nan
    }
    let largest = drops.reduce(0) { $1.isFinite && $1 <= 1 ? max($0, $1) : $0 }
    guard largest > 0 else { return [] }
    var sums = [(drop: Double, error: Double, square: Double, count: Int)](
      repeating: (0, 0, 0, 0), count: 10)
    for k in amperes.indices where drops[k].isFinite && (0...1).contains(drops[k]) {
      let bin = min(9, Int(10 * drops[k] / largest))
      let error = (amperes[k] - exact.elements[k]) / scale
      sums[bin].drop += drops[k]
      sums[bin].error += error
      sums[bin].square += error * error
      sums[bin].count += 1
    }
    return sums.filter { $0.count > 0 }.map {
      let n = Double($0.count)
      return DropBin(
        drop: $0.drop / n, bias: $0.error / n, rms: ($0.square / n).squareRoot(), count: $0.count)
    }
  }
}
