/// Everything that turns a target into the conductance of a cell: programming error, limits, drift,
/// disturb by reads and stuck cells, in this order.
public struct CellErrors: Sendable, Equatable {
  /// Error of the conductances when they are written.
  public var programming = ConductanceError.none
  /// Distribution of that error.
  public var distribution = ErrorDistribution.normal
  /// Limits on conductances with that error.
  public var limits = ConductanceLimits.cellRange
  /// Change between programming and use.
  public var drift = Drift.none
  /// Change by reads before use; `nil` for none.
  public var readDisturb: ReadDisturb?
  /// Cells stuck at a fixed conductance, without programming error, drift or disturb.
  public var stuckCells = StuckCells()

  /// No errors.
  public init() {}

  /// The conductance in siemens of the cell at `address` programmed to `target`: the reference for
  /// `CellProgrammer`.
  public func held(
    _ target: Double, cell: CellSpecification, seed: UInt64, address: CellAddress
  ) -> Double {
    func draws(_ purpose: DrawPurpose) -> CellDraws {
      CellDraws(
        seed: seed, purpose: purpose, layer: address.layer, weightSlice: address.weightSlice)
    }
    let (input, output, lane) = (address.input, address.output, address.isNegative ? 1 : 0)
    let uniform = draws(.stuckCells).uniforms(input: input, output: output)[lane]
    if let stuck = stuckCells.conductance(cell: cell, uniform: uniform) { return stuck }
    let written = programming.disturbed(
      target, cell: cell,
      variate: variates(draws(.programming), input: input, output: output, write: 0)[lane])
    let drifted = drift.drifted(
      limited(written, cell), cell: cell,
      normal: draws(.drift).normals(input: input, output: output)[lane])
    guard let readDisturb else { return drifted }
    return readDisturb.resolved(for: cell).disturbed(
      drifted, cell: cell, limits: limits,
      normal: draws(.readDisturb).normals(input: input, output: output)[lane])
  }

  /// Draws of the programming error of a pair's cells, of zero mean and unit deviation.
  func variates(_ draws: CellDraws, input: Int, output: Int, write: UInt64) -> SIMD2<Double> {
    switch distribution {
    case .normal: return draws.normals(input: input, output: output, read: write)
    case .uniform:
      let uniforms = draws.uniforms(input: input, output: output, read: write)
      return 3.0.squareRoot() * (2 * uniforms - 1)
    }
  }

  /// Whether cells may hold a negative conductance, which no circuit has.
  public var mayBeNegative: Bool {
    (programming != .none || readDisturb != nil) && limits == .unlimited
  }

  /// Cells without a programming error keep their targets, whatever the limits.
  func limited(_ written: Double, _ cell: CellSpecification) -> Double {
    if case .none = programming { written } else { limits.limited(written, cell: cell) }
  }
}

/// Programs the cells of one weight slice of a layer, pair by pair; draws only the numbers it
/// needs.
public struct CellProgrammer: Sendable {
  private let errors: CellErrors
  private let cell: CellSpecification
  private let programming: CellDraws?
  private let stuckCells: CellDraws?
  private let drift: CellDraws?
  private let readDisturb: (draws: CellDraws, shifts: ReadDisturb)?
  private let write: UInt64

  /// A programmer for slice `weightSlice` of layer `layer`.
  ///
  /// - Parameter write: Number of earlier writes of the matrix. Every write draws new errors; stuck
  ///   cells stay.
  public init(
    errors: CellErrors, cell: CellSpecification, seed: UInt64, layer: Int, weightSlice: Int = 0,
    write: UInt64 = 0
  ) {
    self.write = write
    self.errors = errors
    self.cell = cell
    func draws(_ purpose: DrawPurpose, unless isUnused: Bool) -> CellDraws? {
      isUnused
        ? nil : CellDraws(seed: seed, purpose: purpose, layer: layer, weightSlice: weightSlice)
    }
    programming = draws(.programming, unless: errors.programming == .none)
    stuckCells = draws(.stuckCells, unless: errors.stuckCells.isNone)
    drift = draws(.drift, unless: errors.drift == .none)
    readDisturb = errors.readDisturb.map {
      (
        CellDraws(seed: seed, purpose: .readDisturb, layer: layer, weightSlice: weightSlice),
        $0.resolved(for: cell)
      )
    }
  }

  /// Conductances in siemens of the positive (lane 0) and negative (lane 1) cell of a weight
  /// programmed to `targets`.
  public func held(_ targets: SIMD2<Double>, input: Int, output: Int) -> SIMD2<Double> {
    var (positive, negative) = (targets[0], targets[1])
    if let programming {
      let variates = errors.variates(programming, input: input, output: output, write: write)
      let (p, n) = (variates[0], variates[1])
      positive = errors.limited(
        errors.programming.disturbed(positive, cell: cell, variate: p), cell)
      negative = errors.limited(
        errors.programming.disturbed(negative, cell: cell, variate: n), cell)
    }
    if let drift {
      let normals = drift.normals(input: input, output: output, read: write)
      positive = errors.drift.drifted(positive, cell: cell, normal: normals[0])
      negative = errors.drift.drifted(negative, cell: cell, normal: normals[1])
    }
    if let (draws, shifts) = readDisturb {
      // A cell that shifts more than others does so after every write.
      let normals = draws.normals(
        input: input, output: output, read: shifts.spread == .betweenCells ? 0 : write)
      positive = shifts.disturbed(
        positive, cell: cell, limits: errors.limits, normal: normals[0])
      negative = shifts.disturbed(
        negative, cell: cell, limits: errors.limits, normal: normals[1])
    }
    if let stuckCells {
      let uniforms = stuckCells.uniforms(input: input, output: output)
      positive = errors.stuckCells.conductance(cell: cell, uniform: uniforms[0]) ?? positive
      negative = errors.stuckCells.conductance(cell: cell, uniform: uniforms[1]) ?? negative
    }
    return SIMD2(positive, negative)
  }
}
