/// Energy, time and area of the hardware's components, each with the source of its numbers.
///
/// A component that is not in the table costs nothing, and reports say that it is left out.
public struct ComponentTable: Sendable, Equatable {
  /// Reads of an array.
  public struct Integration: Sendable, Equatable {
    /// Time for which the currents of one input slice are integrated.
    public var seconds: Double
    /// Power of the integrator of one bit line while it integrates.
    public var integratorWatts: Double
    /// Area of the integrator of one bit line.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// Energy of the read of an array.
  public enum ReadEnergy: Sendable, Equatable {
    /// `Σ V I t` at the terminals of the array, as its circuit is solved.
    case circuit
    /// The same for every read.
    case fixed(joules: Double)
  }

  /// Cells with their access devices.
  public struct Cells: Sendable, Equatable {
    /// Energy of a read.
    public var read: ReadEnergy
    /// Area of one cell.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// Word lines and their drivers.
  public struct WordLines: Sendable, Equatable {
    /// Voltage by which a line swings when it is activated.
    public var volts: Double
    /// Capacitance of a line per cell on it.
    public var cellFarads: Double
    /// Energy of an activation besides that of the line's capacitance.
    public var driverJoules: Double
    /// Area of a driver.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// An operation with an energy of its own, and the unit that does it.
  public struct Unit: Sendable, Equatable {
    /// Energy of one operation.
    public var joules: Double
    /// Area of one unit.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// Energy and time of a conversion.
  public enum Conversion: Sendable, Equatable {
    /// The same for any resolution.
    case fixed(joules: Double, seconds: Double)
    /// A staircase of `2^bits` steps, one per period of the clock, at constant power.
    case ramp(watts: Double, hertz: Double)
    /// A decision per bit, one per period of the clock.
    case bitwise(joulesPerBit: Double, hertz: Double)
  }

  /// Analog-to-digital converters.
  public struct Converters: Sendable, Equatable {
    /// Energy and time of a conversion.
    public var conversion: Conversion
    /// Lines of an array that take turns at one converter.
    public var linesPerConverter: Int
    /// Area of one converter.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// Buffers of inputs and outputs.
  public struct Buffers: Sendable, Equatable {
    /// Energy of reading a byte.
    public var readJoulesPerByte: Double
    /// Energy of writing a byte.
    public var writeJoulesPerByte: Double
    /// Bytes beside each array, and their area.
    public var bytesPerArray: Double, areaSquareMicrometersPerByte: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// What an array takes whether it works or not.
  public struct Idle: Sendable, Equatable {
    /// Power of control, bias and leakage of one array, through the whole inference.
    public var wattsPerArray: Double
    /// Area of the control of one array.
    public var areaSquareMicrometers: Double
    /// Where the numbers are from.
    public var source: String
  }

  /// One line about the table.
  public var about: String
  public var integration: Integration
  public var cells: Cells
  public var wordLines: WordLines?
  /// Addition of the signal of one input slice on capacitors.
  public var inputAccumulation: Unit?
  public var converters: Converters?
  /// Addition of a shifted code.
  public var shiftAdd: Unit?
  /// Addition of partial sums, and of inputs for the removal of an offset.
  public var adders: Unit?
  /// Multiply-add of a digital gain.
  public var gains: Unit?
  public var buffers: Buffers?
  public var idle: Idle?

  /// Components that the table leaves out.
  public var missing: [EnergyComponent] {
    [
      (EnergyComponent.wordLineDrivers, wordLines == nil),
      (.inputAccumulation, inputAccumulation == nil), (.converters, converters == nil),
      (.shiftAdd, shiftAdd == nil), (.adders, adders == nil), (.offsetRemoval, adders == nil),
      (.gains, gains == nil), (.buffers, buffers == nil), (.idle, idle == nil),
    ].filter(\.1).map(\.0)
  }
}
