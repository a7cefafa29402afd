import NumericKernels
import Units

/// Voltages and currents throughout an array for one input vector, at the places of used lines.
public struct ArraySolution: Sendable {
  /// Cells of one polarity, `[wordLines, bitLines]`.
  public struct Cells: Sendable {
    /// Voltages in volts of the nodes on the line that feeds the cells: word line (voltage-driven)
    /// or source line.
    public var driveVolts: Matrix<Double>
    /// Voltages in volts of the nodes on the bit line.
    public var bitLineVolts: Matrix<Double>
    /// Currents in amperes from the driven line through the cell to the bit line; zero if the gate
    /// is off.
    public var amperes: Matrix<Double>

    /// Voltage across each cell, access device included, in volts; for a cell whose gate is off,
    /// the voltage across its open switch.
    public var volts: Matrix<Double> {
      Matrix(rows: driveVolts.rows, columns: driveVolts.columns) {
        driveVolts[$0, $1] - bitLineVolts[$0, $1]
      }
    }
  }

  /// Currents along the lines of one kind in amperes towards their far ends, before each place and
  /// after the last: along bit lines `[wordLines + 1, bitLines]`, along word lines
  /// `[wordLines, bitLines + 1]`, along source lines as along the lines they are parallel to.
  public struct LineCurrents: Sendable {
    /// The lines that feed the cells, by polarity.
    public var driveAmperes: [Matrix<Double>]
    /// The bit lines, by polarity; one matrix if interleaved pairs share them.
    public var bitLineAmperes: [Matrix<Double>]
  }

  /// Positive cells, then negative ones.
  public var cells: [Cells]
  /// Currents along the lines.
  public var lines: LineCurrents
  /// Sensed currents in amperes, by output as in `ArrayCurrents`.
  public var outputAmperes: [Double]
  /// Power in watts dissipated in all resistances and devices.
  public var dissipatedWatts: Double
  /// Power in watts delivered by the sources; equal to `dissipatedWatts` up to rounding.
  public var sourceWatts: Double
  /// How well the solution satisfies its equations.
  public var residual: SolutionResidual
  /// Newton iterations; 1 if the array is linear.
  public var iterations: Int
  /// Bound on the error of every sensed current; see `ArrayCurrents.sensedError`.
  public var sensedError: Double?
  /// Whether elimination without subtractions gave it; see `SolutionWork.eliminatedVectors`.
  public var isEliminated: Bool
  /// Whether the factorized circuit gave it; see `SolutionWork.factorizedVectors`.
  public var isFactorized = false

  /// `|sourceWatts − dissipatedWatts|` relative to the larger one.
  public var powerImbalance: Double {
    let scale = max(sourceWatts.magnitude, dissipatedWatts.magnitude)
    return scale == 0 ? 0 : (sourceWatts - dissipatedWatts).magnitude / scale
  }
}
