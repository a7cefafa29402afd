/// Why a sparse matrix could not be analyzed or factorized.
public enum SparseError: Error, Equatable, CustomStringConvertible, Sendable {
  /// An entry in the column of this unknown is infinite or not a number.
  case notFinite(unknown: Int)
  /// Elimination met a pivot that is not positive in the column of this unknown.
  case notPositiveDefinite(unknown: Int)
  /// Elimination found no pivot in the column of this unknown.
  case singular(unknown: Int)
  /// The library could not allocate memory.
  case outOfMemory
  /// The factor has more entries than the library can index.
  case tooLarge
  /// The library reported something that a valid pattern does not cause.
  case library(name: String, status: Int)

  /// Whether a pivot vanished, which rounding may have done.
  package var isSingularity: Bool {
    switch self {
    case .notPositiveDefinite, .singular: true
    case .notFinite, .outOfMemory, .tooLarge, .library: false
    }
  }

  public var description: String {
    switch self {
    case .notFinite(let unknown): "matrix has an entry that is no number at unknown \(unknown)"
    case .notPositiveDefinite(let unknown):
      "matrix is not positive definite at unknown \(unknown)"
    case .singular(let unknown): "matrix is singular at unknown \(unknown)"
    case .outOfMemory: "not enough memory to factorize the matrix"
    case .tooLarge: "the factor of the matrix is too large"
    case .library(let name, let status): "\(name) failed with status \(status)"
    }
  }
}
