import AnalogCore

/// The result of one path for one image.
public struct ImageOutcome: Sendable, Equatable {
  /// The five classes with the largest logits (all if there are fewer), largest first; ties go to
  /// the lower class.
  public var leading: [Int]
  /// Rank of the label in that order, from 1: 1 is a correct prediction.
  public var labelRank: Int
  /// Logits in the order of classes; empty if they are not kept.
  public var logits: [Float]
  /// Activity per layer; empty for digital paths.
  public var activity: [ActivityCounts]

  /// The predicted class.
  public var prediction: Int { leading[0] }

  /// A stored outcome; there is at least one leading class.
  public init(
    leading: [Int], labelRank: Int, logits: [Float], activity: [ActivityCounts]
  ) {
    precondition(!leading.isEmpty && labelRank > 0, "an outcome predicts a class")
    self.leading = leading
    self.labelRank = labelRank
    self.logits = logits
    self.activity = activity
  }

  /// The result of `output` for an image of class `label`.
  public init(_ output: AnalogNetwork.Output, label: Int, keepsLogits: Bool) {
    let logits = output.logits
    precondition(logits.indices.contains(label), "the network has no class of that label")
    var leading: [Int] = []
    while leading.count < min(5, logits.count) {
      var next: Int?
      for k in logits.indices where !leading.contains(k) {
        if let best = next, logits[k] <= logits[best] { continue }
        next = k
      }
      // Every class is either leading or next.
      if let next { leading.append(next) }
    }
    self.leading = leading
    let own = logits[label]
    labelRank =
      1 + logits.indices.count { logits[$0] > own || (logits[$0] == own && $0 < label) }
    self.logits = keepsLogits ? logits : []
    activity = output.activity
  }
}
