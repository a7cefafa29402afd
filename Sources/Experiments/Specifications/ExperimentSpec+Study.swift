import Configuration
import Datasets
import Inference

extension ExperimentSpec {
  /// The points of the study; without one a single point that changes nothing.
  public var points: [StudyPoint] { study.isEmpty ? [StudyPoint()] : study }

  /// The quantities that the points vary, each once; without a study, those that tables show.
  public var studyAxes: [StudyAxis] {
    let axes = study.flatMap(\.settings).map(\.axis).reduce(into: [StudyAxis]()) { found, axis in
      if !found.contains(where: { $0.quantity == axis.quantity }) { found.append(axis) }
    }
    return axes.isEmpty ? StudyAxis.unstudied : axes
  }

  /// The experiment with the changes of one point, and no study.
  public func at(_ point: StudyPoint) -> ExperimentSpec {
    var spec = self
    spec.study = []
    for setting in point.settings { setting.axis.apply(setting.value, to: &spec) }
    return spec
  }

  /// The key of a setting common to all points of a run that `other` changes; `nil` if there is
  /// none.
  func sharedKeyChanged(in other: ExperimentSpec) -> String? {
    if network != other.network { return "network" }
    if data != other.data { return "data" }
    if selection != other.selection { return "selection" }
    if compared != other.compared { return Self.comparedKey }
    return auditVectors == other.auditVectors ? nil : "auditVectors"
  }

  /// The point of the study to use if one is needed: the one that `text` names, or the only one.
  ///
  /// Throws if several points leave the choice open, and if `text` names none of them.
  public func onlyPoint(_ text: String?) throws(ExperimentError) -> StudyPoint {
    if let text {
      guard let point = study.first(where: { $0.isNamed(text) }) else {
        throw .noSuchPoint(text, study: study, of: studyAxes[0].quantity)
      }
      return point
    }
    guard let first = study.first else { return StudyPoint() }
    guard study.allSatisfy({ $0 == first }) else { throw .pointNeeded(study: study) }
    return first
  }

  /// Calibration images that compensation takes; none where nothing is compensated.
  public var usedCompensationImages: Int { controlCount > 0 ? compensationImages : 0 }

  /// Changes of the arrays under which a compensated network runs again; none where nothing is
  /// compensated.
  public var variations: [ArrayVariation] {
    controlCount > 0 ? robustness.variations(seed: seed) : []
  }

  /// Networks that run beside a compensated one; none where nothing is compensated.
  public var controlCount: Int {
    let all = [compensation] + layers.values.compactMap(\.compensation)
    guard all.contains(where: { !$0.isNone }) else { return 0 }
    return all.contains(where: \.changesConductances) ? 2 : 1
  }

  /// The experiment on its first `limit` images at most, as recorded in its resolved configuration.
  func limited(to limit: Int?) -> ExperimentSpec {
    guard let limit, limit < selection.limit ?? .max else { return self }
    var limited = self
    limited.selection.limit = limit
    limited.resolvedValue.set(["selection", "limit"], to: .plain("\(limit)"))
    return limited
  }
}

extension ConfigurationSection {
  /// Reads the `study` section: a list of numbers for every axis, whose combinations are the
  /// points.
  mutating func study() throws(ConfigurationError) -> [StudyPoint] {
    var axes: [(axis: StudyAxis, values: [StudyValue])] = []
    for axis in StudyAxis.ofFiles {
      let numbers = try doubles(
        axis.quantity.key, unit: axis.quantity.unit, default: [], range: axis.range,
        meaning: axis.meaning)
      let repeated = numbers.indices.first { numbers[..<$0].contains(numbers[$0]) }
      try expect(
        repeated == nil, at: axis.quantity.key,
        "has the value \(repeated.map { axis.quantity.text(number: .number(numbers[$0])) } ?? "") "
          + "twice; every point is run once")
      axes.append((axis, numbers.map { .number($0) }))
    }
    return StudyPoint.grid(axes)
  }
}
