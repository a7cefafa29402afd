import NumericKernels

/// Sensed currents of a batch, with how they were computed.
public struct ArrayCurrents: Sendable {
  /// Amperes flowing out of each bit line into its virtual ground, `[batch, outputs]`; positive bit
  /// lines first, then negative ones where they are separate; both ends summed.
  public var amperes: Matrix<Double>
  /// How well the worst vector fulfills its equations; `nil` if the method solves none.
  public var residual: SolutionResidual?
  /// What the batch took.
  public var work: SolutionWork
  /// Bound of the error of every current, relative to it: at most 1e-8, or the vector is refused. A
  /// current that others cancel counts as 1e-5 of what it would be if they added up. Nil where
  /// nothing is bounded from the solution itself.
  public var sensedError: Double?
  /// Whether `sensedError` is relative to what the contributions of all word lines would add up to
  /// without their signs, because it is known for each of them.
  public var boundsContributions = false

  /// Currents `[batch, outputs]`; with the residual of their equations, if any were solved.
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

/// How far a solution is from fulfilling its equations, in the norm that its method keeps small.
public struct SolutionResidual: Sendable, Equatable {
  /// What a residual is measured in.
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
  /// What it is measured in.
  public var norm: Norm

  /// A residual in its norm.
  public init(_ value: Double, _ norm: Norm) {
    self.value = value
    self.norm = norm
  }

  /// The larger of two residuals of one method.
  public static func worst(_ a: SolutionResidual?, _ b: SolutionResidual) -> SolutionResidual {
    guard let a else { return b }
    precondition(a.norm == b.norm, "residuals in different norms do not compare")
    return SolutionResidual(max(a.value, b.value), a.norm)
  }
}

/// What solving a batch took.
public struct SolutionWork: Sendable, Equatable {
  /// Iterations of the slowest vector; `nil` if the method does not iterate.
  public var iterations: Int?
  /// Input vectors that were solved by elimination without subtractions, because the factorization
  /// rounded too much for the bound on currents.
  public var eliminatedVectors: Int

  /// No iterations and no second solves, unless told otherwise.
  public init(iterations: Int? = nil, eliminatedVectors: Int = 0) {
    self.iterations = iterations
    self.eliminatedVectors = eliminatedVectors
  }
}
