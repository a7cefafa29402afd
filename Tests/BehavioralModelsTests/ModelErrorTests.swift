import NumericKernels
import Testing

@testable import BehavioralModels

@Suite struct ModelErrorTests {
  private static func currents(_ count: Int) -> (model: [Double], exact: [Double]) {
    var random = RandomStream(seed: 17, stream: UInt64(count))
    let exact = (0..<count).map { _ in Double.random(in: -1e-6...3e-6, using: &random) }
    // Errors of distinct magnitudes and both signs, in no order.
    let model = exact.map { $0 + Double.random(in: -2e-8...1e-8, using: &random) }
    return (model, exact)
  }

  /// Every figure against its definition, at counts that are no multiple of 1000 and around those
  /// that are: the 99.9 % error is the smallest that at least 999 of 1000 do not exceed.
  @Test(arguments: [1, 2, 7, 501, 998, 999, 1000, 1001, 1003, 1999, 2000, 2001, 4321])
  func figuresAreThoseOfTheirDefinitions(count: Int) {
    let (model, exact) = Self.currents(count)
    let found = ModelError(model, exact: exact)
    let errors = zip(model, exact).map { $0 - $1 }
    let n = Double(count)
    #expect(found.count == count)
    let rms = (errors.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
    #expect((found.rmsAmperes / rms - 1).magnitude < 1e-12)
    let power = (exact.reduce(0) { $0 + $1 * $1 } / n).squareRoot()
    #expect((found.outputRMSAmperes / power - 1).magnitude < 1e-12)
    #expect((found.biasAmperes - errors.reduce(0, +) / n).magnitude < 1e-12 * rms)
    let magnitudes = errors.map(\.magnitude).sorted()
    #expect(found.worstAmperes == magnitudes.last)
    let smallest = magnitudes.first { bound in
      1000 * errors.count { $0.magnitude <= bound } >= 999 * count
    }
    #expect(found.percentile999Amperes == smallest)
  }

  /// Nothing compared has no error, and relative errors of silent circuits are infinite unless zero.
  @Test func emptyAndSilentCircuits() {
    #expect(ModelError([], exact: []) == ModelError([], exact: []))
    #expect(ModelError([], exact: []).count == 0)
    #expect(ModelError([0], exact: [0]).relativeRMS == 0)
    #expect(ModelError([1], exact: [0]).relativeRMS == .infinity)
  }

  /// The upper end of the 99 % interval of the mean square per vector, vector by vector, at numbers of
  /// vectors and of outputs that share no factor.
  @Test(arguments: [(1, 3), (2, 1), (7, 5), (13, 11)])
  func upperErrorsAreThoseOfTheirDefinition(vectors: Int, outputs: Int) {
    let (model, exact) = Self.currents(vectors * outputs)
    let found = ModelError.upperRMSAmperes(model, exact: exact, perVector: outputs)
    guard vectors > 1 else {
      #expect(found == ModelError(model, exact: exact).rmsAmperes)
      return
    }
    var squares: [Double] = []
    for vector in 0..<vectors {
      var sum = 0.0
      for output in 0..<outputs {
        let error = model[vector * outputs + output] - exact[vector * outputs + output]
        sum += error * error
      }
      squares.append(sum / Double(outputs))
    }
    let n = Double(vectors)
    let mean = squares.reduce(0, +) / n
    let variance = squares.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n - 1)
    let expected = (mean + 2.326347874 * (variance / n).squareRoot()).squareRoot()
    #expect((found / expected - 1).magnitude < 1e-9)
  }
}
