extension ExperimentSpec {
  /// Bit-line segments in ohms, one repetition of the run each; a single `nil`, for the segments that
  /// the hardware of every layer has, without a study.
  public var studyPoints: [Double?] { wireStudyOhms.isEmpty ? [nil] : wireStudyOhms }

  /// The point of the study that is meant where one is needed: that of `ohms`, or the only one.
  ///
  /// Throws where several points leave the choice open, and where `ohms` is none of them.
  public func onlyPoint(_ ohms: Double?) throws(ExperimentError) -> Double? {
    if let ohms {
      guard wireStudyOhms.contains(ohms) else { throw .noSuchPoint(ohms, study: wireStudyOhms) }
      return ohms
    }
    guard Set(wireStudyOhms).count <= 1 else { throw .pointNeeded(study: wireStudyOhms) }
    return wireStudyOhms.first
  }

  /// The experiment on its first `limit` images at most, which its resolved configuration says too.
  func limited(to limit: Int?) -> ExperimentSpec {
    guard let limit, limit < selection.limit ?? .max else { return self }
    var limited = self
    limited.selection.limit = limit
    limited.resolvedValue.set(["selection", "limit"], to: .plain("\(limit)"))
    return limited
  }
}
