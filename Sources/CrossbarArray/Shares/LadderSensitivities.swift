import NumericKernels

/// Derivatives of the currents sensed on the columns of a gate-driven array by its conductances.
///
/// A column is reciprocal: with source and sensed end exchanged it is a ladder again, and a cell gets
/// from there the share `u` of the voltage that it delivers to there of its current. So one walk gives
/// all derivatives of a read,
///
///     ∂I_j / ∂g_ij = V x_i u_ij²
///
/// and no column depends on the conductances of another.
public struct LadderSensitivities: Sendable {
  /// Single precision holds the results, and the terms of a walk only shrink.
  private let walk: ShareWalk<SIMD16<Float>>

  /// Why conductances of an array cannot be fitted through its columns; `nil` if they can.
  public static func refusal(of array: ArrayDescription) -> String? {
    LadderArray.refusal(of: array)
  }

  /// Prepares an array that is not refused.
  public init(_ array: ArrayDescription) throws(ArrayError) {
    if let reason = Self.refusal(of: array) { throw .unsupported(reason) }
    walk = ShareWalk(array)
  }

  /// Derivatives over the read voltage, summed over the reads of each vector: `Σ w x u²`, of shape
  /// `[vectors, outputs, wordLines]`, outputs as in `ArrayCurrents`.
  ///
  /// - Parameters:
  ///   - bits: The reads of the vectors, one vector after the other, as many of each as there are
  ///     weights.
  ///   - weights: Weight of each read of a vector.
  public func squares(_ bits: BitMatrix, weights: [Double]) -> [Float] {
    precondition(bits.rows % weights.count == 0, "every vector has as many reads as weights")
    return walk.squares(bits, weights: weights)
  }

  /// Derivatives over the read voltage and the drive, means over all reads: `Σ w x u² / Σ w x`, of the
  /// positive cells, then of the negative ones, `[wordLines, bitLines]`. Cells on lines that no read
  /// drives have the mean of their column.
  ///
  /// - Parameter weights: Weight of each read.
  public func meanSquares(_ bits: BitMatrix, weights: [Double]) -> [Matrix<Double>] {
    precondition(bits.rows == weights.count, "one weight per read")
    return walk.shares(bits, weights: weights) { $0 * $0 }.averaged
  }
}
