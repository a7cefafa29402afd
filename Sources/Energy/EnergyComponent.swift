/// A part of the hardware that takes energy and area, in the order of reports.
public enum EnergyComponent: String, Sendable, Codable, CodingKeyRepresentable, CaseIterable {
  /// Cells and wires of the arrays, with their terminals.
  case array
  /// Drivers of the word lines, which charge the lines' capacitance.
  case wordLineDrivers
  /// Current conveyors and integrators of the sensed bit lines.
  case integrators
  /// Switched capacitors that add up input slices.
  case inputAccumulation
  /// Analog-to-digital converters.
  case converters
  /// Shift-and-add units behind the converters.
  case shiftAdd
  /// Adders of the sums of several arrays.
  case adders
  /// Adders that remove the offset of weights.
  case offsetRemoval
  /// Multiply-adds of the digital gains of outputs.
  case gains
  /// Buffers of inputs and outputs.
  case buffers
  /// What arrays take whether they work or not: control, bias, leakage.
  case idle

  /// Its name in reports.
  public var name: String {
    switch self {
    case .array: "arrays"
    case .wordLineDrivers: "word-line drivers"
    case .integrators: "integrators"
    case .inputAccumulation: "input accumulation"
    case .converters: "converters"
    case .shiftAdd: "shift and add"
    case .adders: "adders"
    case .offsetRemoval: "offset removal"
    case .gains: "digital gains"
    case .buffers: "buffers"
    case .idle: "control and idle"
    }
  }
}

extension EnergyComponent {
  /// What it is, in a few words.
  public var meaning: String {
    switch self {
    case .array: "Cells and wires of the arrays"
    case .wordLineDrivers: "Drivers of word lines"
    case .integrators: "Integrators of bit lines"
    case .inputAccumulation: "Addition of input slices on capacitors"
    case .converters: "Analog-to-digital converters"
    case .shiftAdd: "Shift-and-add units"
    case .adders: "Adders of partial sums"
    case .offsetRemoval: "Digital removal of offsets"
    case .gains: "Multiply-adds of digital gains"
    case .buffers: "Buffers of inputs and outputs"
    case .idle: "Control, bias and leakage"
    }
  }
}
