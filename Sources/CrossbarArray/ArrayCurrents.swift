import NumericKernels

/// Sensed currents of a batch, with how they were computed.
public struct ArrayCurrents: Sendable {
  /// Amperes out of each bit line into its virtual ground, `[batch, outputs]`; positive bit lines
  /// first, then negative ones if they are separate; both ends summed.
  public var amperes: Matrix<Double>
  /// Residual of the worst vector; `nil` if the method solves no equations.
  public var residual: SolutionResidual?
  /// Work spent on the batch.
  public var work: SolutionWork
  /// Bound on the relative error of every current: at most 1e-8, or the vector is refused. If
  /// contributions cancel, the current counts as at least 1e-5 of their sum without
  /// cancellation. `nil` if the method derives no bound from the solution itself.
  public var sensedError: Double?
  /// Whether `sensedError` is relative to the sum of the magnitudes of all word lines'
  /// contributions, because it is known for each of them.
  public var boundsContributions = false

  /// Currents `[batch, outputs]`, with the residual of their equations if any were solved.
  public init(
    amperes: Matrix<Double>, residual: SolutionResidual? = nil,
    work: SolutionWork = SolutionWork(), sensedError: Double? = nil
  ) {
    self.amperes = amperes
    self.residual = residual
    self.work = work
    self.sensedError = sensedError
  }
}

extension ArrayCurrents {
  /// The currents of one array's vectors, solved in parts, in order; there is at least one part.
  init(joining parts: [ArrayCurrents]) {
    self = parts[0]
    guard parts.count > 1 else { return }
    amperes = Matrix(
      rows: parts.reduce(0) { $0 + $1.amperes.rows }, columns: amperes.columns,
      elements: parts.flatMap(\.amperes.elements))
    for part in parts.dropFirst() {
      residual = part.residual?.worst(orKnown: residual) ?? residual
      sensedError = [sensedError, part.sensedError].compactMap { $0 }.max()
      work.iterations = [work.iterations, part.work.iterations].compactMap { $0 }.max()
      work.eliminatedVectors += part.work.eliminatedVectors
      work.factorizedVectors += part.work.factorizedVectors
    }
  }
}

/// How far a solution is from satisfying its equations, in the norm that its method controls.
public struct SolutionResidual: Sendable, Equatable {
  /// The norm of a residual.
  public enum Norm: Sendable {
    /// The largest sum of the currents at a node, relative to the currents there.
    case kirchhoff
    /// The residual `r` of the drive-line currents against the right-hand side `b` in the norm of
    /// line CG's preconditioner, `√(rᵀ T_u⁻¹ r / bᵀ T_u⁻¹ b)`.
    case preconditioner

    /// The norm in words, for reports.
    public var text: String {
      switch self {
      case .kirchhoff: "worst Kirchhoff violation, relative"
      case .preconditioner: "relative to the input"
      }
    }
  }

  /// The relative residual, 0 for an exact solution.
  public var value: Double
  /// The norm of `value`.
  public var norm: Norm

  /// A residual in its norm.
  public init(_ value: Double, _ norm: Norm) {
    self.value = value
    self.norm = norm
  }

  /// The larger of this residual and one known so far. Where a method needed another one's help,
  /// residuals come in two norms: that of Kirchhoff's law is kept.
  public func worst(orKnown known: SolutionResidual?) -> SolutionResidual {
    guard let known, known.norm != norm else { return .worst(known, self) }
    return norm == .kirchhoff ? self : known
  }

  /// The larger of two residuals of one method.
  public static func worst(_ a: SolutionResidual?, _ b: SolutionResidual) -> SolutionResidual {
    guard let a else { return b }
    precondition(a.norm == b.norm, "residuals in different norms do not compare")
    return SolutionResidual(max(a.value, b.value), a.norm)
  }
}

/// Work spent on solving a batch.
public struct SolutionWork: Sendable, Equatable {
  /// Iterations of the slowest vector; `nil` if the method does not iterate.
  public var iterations: Int?
  /// Input vectors solved by elimination without subtractions, because rounding in the
  /// factorization was too large for the bound on currents.
  public var eliminatedVectors: Int
  /// Input vectors solved by factorizing the circuit, because the method's own iteration did not
  /// reach its tolerance.
  public var factorizedVectors: Int

  /// No iterations and no second solves by default.
  public init(iterations: Int? = nil, eliminatedVectors: Int = 0, factorizedVectors: Int = 0) {
    self.iterations = iterations
    self.eliminatedVectors = eliminatedVectors
    self.factorizedVectors = factorizedVectors
  }
}
