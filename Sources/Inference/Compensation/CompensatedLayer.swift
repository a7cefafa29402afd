import AnalogCore
import Units

/// What compensation found for a layer and what it changed.
public struct CompensatedLayer: Sendable, Equatable, Codable {
  /// Name of the layer.
  public var name: String
  /// Digital factors on its outputs.
  public var gains: LayerCompensation.Gains
  /// Output vectors that they are fitted on, of all images together; 0 without gains.
  public var fittedVectors: Int
  /// The smallest and the largest factor, and their mean; `nil` without gains.
  public var lowestGain: Double?, highestGain: Double?, meanGain: Double?
  /// Outputs that do not vary on the calibration images: their factor is 1.
  public var constantOutputs: [Int]
  /// Passes of compensated programming; 0 for weights as they are.
  public var passes: Int
  /// Part of its ideal current that a cell delivers, mean over the weights as they are; `nil`
  /// without compensated programming.
  public var meanShare: Double?
  /// Steps of reconstruction that were tried, and input vectors on which it was made; `nil`, like the
  /// next two, without.
  public var reconstructionSteps: Int?, reconstructionVectors: Int?
  /// Root mean square differences of outputs to those of the float network, over the spread of the
  /// latter, before reconstruction and after, on images that it does not know.
  public var reconstructionErrorBefore: Double?
  public var reconstructionErrorAfter: Double?
  /// Weights whose conductances lie beyond the range of the cells, which end at it; `nil`, like the
  /// next, where conductances are as they are.
  public var cellsBeyondRange: Int?
  /// How far the farthest of them lies beyond it, over the end of the range.
  public var farthestBeyondRange: Double?
  /// Mean conductance of all cells in siemens, as targets: of the weights as they are, and
  /// compensated.
  public var siemensBefore: Double, siemensAfter: Double
  /// Real value of one input code: from the float network, and from what the compensated layers
  /// before deliver.
  public var inputScaleBefore: Double, inputScaleAfter: Double
}

extension AnalogNetwork.Layer {
  /// The part of the range of conductances that gives the weights as they are the mean conductance of
  /// the compensated ones, at most 1; `nil` if conductances are not compensated.
  public var rangeShare: Double? {
    let off = matrix.hardware.cell.offConductance.value
    guard let compensation, compensation.passes > 0 || compensation.reconstructionSteps != nil,
      compensation.siemensBefore > off
    else { return nil }
    return min(1, (compensation.siemensAfter - off) / (compensation.siemensBefore - off))
  }
}
