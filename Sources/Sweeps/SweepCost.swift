import Experiments
import Inference

/// Estimated seconds of experiments in one task, from the multiply-adds of a network, the bits of its
/// codes and the paths of its layers.
///
/// The seconds per multiply-add are those of one core of 2024; `correction` brings them to the machine
/// at hand.
public struct SweepCost: Sendable, Equatable {
  /// Measured over estimated seconds of points that are finished.
  public var correction = 1.0

  /// The estimate as it stands.
  public init() {}

  /// The estimate corrected by points that are finished: seconds that they took in so many tasks, and
  /// seconds estimated.
  public init(finished: [(seconds: Double, tasks: Int, estimate: Double)]) {
    let estimate = finished.reduce(0) { $0 + $1.estimate }
    guard estimate > 0 else { return }
    correction = finished.reduce(0) { $0 + $1.seconds * Double($1.tasks) } / estimate
  }

  /// Seconds per multiply-add of the digital networks.
  private static let float = 0.36e-9, integer = 0.45e-9
  /// Seconds that a run takes beside its images: loading, programming, writing.
  static let fixed = 0.05

  /// Seconds per multiply-add and slice on arrays.
  static func rate(_ path: SolutionPath) -> Double {
    switch path {
    case .ideal: 0.19e-9
    case .exact: 0.27e-9
    case .auto, .calibrated: 1.2e-9
    case .cholmod: 1.5e-6
    case .klu: 3e-6
    }
  }

  /// Runs of an image that compensation takes: the gains of every layer, what it delivers, and the
  /// shares of its cells.
  private static let compensationRuns = 5

  /// Seconds of the path itself, with its compensation and the controls of that.
  public func path(_ spec: ExperimentSpec, _ work: NetworkWork) -> Double {
    let runs = 1 + spec.controlCount + spec.variations.count
    let images = Double(
      runs * (work.imageCount + spec.converterImages)
        + spec.controlCount * Self.compensationRuns * spec.usedCompensationImages)
    return correction * (Self.fixed + images * arrays(spec, work) { $0 ?? spec.path })
  }

  /// Seconds of the arrays without wires.
  public func ideal(_ spec: ExperimentSpec, _ work: NetworkWork) -> Double {
    correction * Double(work.imageCount) * arrays(spec, work) { _ in .ideal }
  }

  /// Seconds of the float network.
  public func float(_ work: NetworkWork) -> Double {
    correction * Double(work.imageCount) * Self.float * multiplyAdds(work)
  }

  /// Seconds of the network in integers, with the images on which it is calibrated.
  public func integer(_ spec: ExperimentSpec, _ work: NetworkWork) -> Double {
    correction
      * (Double(work.imageCount) * Self.integer + Double(spec.quantization.calibrationImages)
        * Self.float) * multiplyAdds(work)
  }

  private func multiplyAdds(_ work: NetworkWork) -> Double {
    work.layers.reduce(0) { $0 + Double($1.multiplyAdds) }
  }

  private func arrays(
    _ spec: ExperimentSpec, _ work: NetworkWork, _ path: (SolutionPath?) -> SolutionPath
  ) -> Double {
    work.layers.reduce(0) { sum, layer in
      let own = spec.layers[layer.name]
      let slices = spec.sliceProducts(of: layer.name)
      return sum + Double(layer.multiplyAdds) * Double(slices) * Self.rate(path(own?.path))
    }
  }
}
