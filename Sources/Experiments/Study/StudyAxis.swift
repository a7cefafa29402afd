import AnalogCore
import CrossbarArray
import Units

/// One axis of a study: a quantity of an experiment that can be read and changed.
public struct StudyAxis: Sendable {
  /// Its names and units in tables, pages and results.
  public let quantity: StudyQuantity
  /// Its description as a key of the experiment file, and the range of values allowed there.
  let meaning: String
  let range: ClosedRange<Double>
  private let reading: @Sendable (ExperimentSpec, _ layer: String?) -> StudyReading
  private let change: @Sendable (inout ExperimentSpec, StudyValue) -> Void

  /// An axis over any part of an experiment.
  ///
  /// - Parameters:
  ///   - reading: The value that an experiment has, in the layer of that name or, without one,
  ///     outside of its layers.
  ///   - change: Gives an experiment a value.
  public init(
    _ quantity: StudyQuantity, meaning: String = "", range: ClosedRange<Double> = -1e300...1e300,
    reading: @escaping @Sendable (ExperimentSpec, _ layer: String?) -> StudyReading,
    change: @escaping @Sendable (inout ExperimentSpec, StudyValue) -> Void
  ) {
    self.quantity = quantity
    self.meaning = meaning
    self.range = range
    self.reading = reading
    self.change = change
  }

  /// An axis over a number of the hardware, which every layer gets, those with their own hardware
  /// too.
  public init(
    _ quantity: StudyQuantity, meaning: String = "", range: ClosedRange<Double> = -1e300...1e300,
    hardware reading: @escaping @Sendable (HardwareConfiguration) -> StudyReading,
    change: @escaping @Sendable (inout HardwareConfiguration, Double) -> Void
  ) {
    self.init(quantity, meaning: meaning, range: range) { spec, layer in
      reading(layer.flatMap { spec.layers[$0]?.hardware } ?? spec.hardware)
    } change: { spec, value in
      guard let number = value.number else { return }
      change(&spec.hardware, number)
      for name in spec.layers.keys {
        if var own = spec.layers[name]?.hardware {
          change(&own, number)
          spec.layers[name]?.hardware = own
        }
      }
    }
  }

  /// The value that `spec` has, in one of its layers or outside of them.
  public func reading(of spec: ExperimentSpec, layer: String? = nil) -> StudyReading {
    reading(spec, layer)
  }

  /// The setting of this axis to a number.
  public func at(_ number: Double) -> StudyPoint.Setting { at(.number(number)) }

  /// The setting of this axis to a value.
  public func at(_ value: StudyValue) -> StudyPoint.Setting {
    StudyPoint.Setting(axis: self, value: value)
  }

  func apply(_ value: StudyValue, to spec: inout ExperimentSpec) { change(&spec, value) }
}

extension StudyAxis {
  /// The axes that `study` of an experiment file has, in the order of their keys there. A further
  /// one is an entry here.
  static let ofFiles: [StudyAxis] = [.bitLineOhms]

  /// Quantities that tables show for an experiment without a study.
  static let unstudied: [StudyAxis] = [.bitLineOhms]

  /// Resistance of one bit-line segment.
  public static let bitLineOhms = StudyAxis(
    StudyQuantity(
      key: "bitLineOhms", symbol: "R_segment", unit: "Ω", unitName: "ohms",
      title: "wire resistance",
      definition: "R_segment is one bit-line segment between neighboring cells, R_min the "
        + "resistance of a fully on cell.",
      normalizedSymbol: "R_segment / R_min", isLogarithmic: true),
    meaning: "Bit-line segments, one repetition each; empty for one run as it stands",
    range: 0...1e30
  ) { (hardware: HardwareConfiguration) in
    let segment = hardware.wires.bitLineSegment.value
    return StudyReading(
      .number(segment), normalized: segment * hardware.cell.onConductance.value)
  } change: { hardware, value in
    hardware.wires.bitLineSegment = value.ohms
  }
}
