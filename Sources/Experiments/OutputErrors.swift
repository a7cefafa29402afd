import Foundation
import Inference

/// Errors of the outputs of a path against those of a digital network, over all images.
public struct OutputErrors: Sendable, Codable, Equatable {
  /// The digital network: `float` or `int8`.
  public var reference: String
  /// Root mean square of the errors over that of the network's outputs; `nil` if those are zero.
  public var relativeRMS: Double?
  /// The same as a ratio of powers in decibels; `nil` without error or without outputs.
  public var signalToErrorDecibels: Double?
  /// Largest error, in the unit of the outputs.
  public var worst: Double
  /// Share of the positions at which the largest output is the same; `nil` where none has a meaning.
  public var agreement: Double?
  /// The same output by output; `nil` for a single one and for more than
  /// `OutputMagnitudes.limit`.
  public var outputs: ByOutput?

  /// Lists by the index of the output.
  public struct ByOutput: Sendable, Codable, Equatable {
    /// Root mean square of the network's output, of its error, and the largest error.
    public var signalRMS: [Double], errorRMS: [Double], worst: [Double]
  }

  /// Sums over images, in their order.
  init(
    _ reference: String, _ deviations: [OutputDeviation], signals: [OutputMagnitudes],
    axes: OutputAxes
  ) {
    self.reference = reference
    let errors = deviations.map(\.errors)
    let signal = signals.reduce(0) { $0 + $1.squareSum }
    let error = errors.reduce(0) { $0 + $1.squareSum }
    relativeRMS = signal > 0 ? (error / signal).squareRoot() : nil
    signalToErrorDecibels = signal > 0 && error > 0 ? 10 * log10(signal / error) : nil
    worst = Double(errors.reduce(0) { max($0, $1.largest) })
    let agreeing = deviations.compactMap(\.agreeing)
    agreement =
      agreeing.isEmpty
      ? nil : Double(agreeing.reduce(0, +)) / Double(agreeing.count * axes.positions)
    guard let first = errors.first, !first.norms.isEmpty else { return }
    let values = Double(errors.count * axes.positions)
    func rms(_ all: [OutputMagnitudes]) -> [Double] {
      var sums = [Double](repeating: 0, count: axes.count)
      for own in all {
        for k in sums.indices { sums[k] += Double(own.norms[k]) * Double(own.norms[k]) }
      }
      return sums.map { ($0 / values).squareRoot() }
    }
    var peaks = [Float](repeating: 0, count: axes.count)
    for own in errors { for k in peaks.indices { peaks[k] = max(peaks[k], own.largests[k]) } }
    outputs = ByOutput(
      signalRMS: rms(signals), errorRMS: rms(errors), worst: peaks.map(Double.init))
  }
}
