import NumericKernels
import Testing

@testable import Inference

/// Least squares of outputs against those of the float network.
@Suite struct GainFitTests {
  private func pairs(_ count: Int, seed: UInt64) -> [(y: Double, t: Double)] {
    var random = RandomStream(seed: seed)
    return (0..<count).map { _ in
      let y = Double.random(in: -1...3, using: &random)
      return (y, 1.7 * y - 0.4 + Double.random(in: -0.3...0.3, using: &random))
    }
  }

  private func moments(_ pairs: [(y: Double, t: Double)]) -> PairedMoments {
    pairs.reduce(into: PairedMoments()) { $0.add($1.y, $1.t) }
  }

  /// Moments added one by one, and merged part by part, are those of the definitions.
  @Test(arguments: [1, 2, 3, 17, 200]) func momentsAreThoseOfTheDefinition(count: Int) {
    let pairs = pairs(count, seed: 3)
    let n = Double(count)
    let (y, t) = (pairs.reduce(0) { $0 + $1.y } / n, pairs.reduce(0) { $0 + $1.t } / n)
    let squares = pairs.reduce(0) { $0 + ($1.y - y) * ($1.y - y) }
    let products = pairs.reduce(0) { $0 + ($1.y - y) * ($1.t - t) }
    let whole = moments(pairs)
    var merged = moments(Array(pairs[..<(count / 3)]))
    merged.merge(moments(Array(pairs[(count / 3)...])))
    merged.merge(PairedMoments())
    for found in [whole, merged] {
      #expect(found.count == count)
      for (value, expected) in [
        (found.meanX, y), (found.meanY, t), (found.squares, squares), (found.products, products),
        (found.rawSquares, pairs.reduce(0) { $0 + $1.y * $1.y }),
        (found.rawProducts, pairs.reduce(0) { $0 + $1.y * $1.t }),
      ] {
        #expect((value - expected).magnitude <= 1e-12 * max(1, n))
      }
    }
  }

  /// Squared errors of a layer of two outputs with factors and addends.
  private func error(
    _ outputs: [[(y: Double, t: Double)]], _ gains: [Double], _ biases: [Double]
  ) -> Double {
    zip(outputs, zip(gains, biases)).reduce(0) { sum, output in
      output.0.reduce(sum) {
        let error = output.1.0 * $1.y + output.1.1 - $1.t
        return $0 + error * error
      }
    }
  }

  /// No step in any factor or addend lowers the error: its differences vanish to second order.
  @Test func fitIsTheLeastOfTheSquares() {
    let outputs = [pairs(50, seed: 1), pairs(50, seed: 2)]
    let all = outputs.map(moments)
    let column = GainFit(.column, all, biases: [0.5, -2])
    let (gains, biases) = (column.gains, column.biases)
    #expect(gains.allSatisfy { ($0 - 1.7).magnitude < 0.1 } && column.constantOutputs.isEmpty)
    let best = error(outputs, gains, biases)
    let step = 1e-4
    for k in 0..<2 {
      for changesGain in [true, false] {
        func moved(_ by: Double) -> Double {
          var (g, b) = (gains, biases)
          if changesGain { g[k] += by } else { b[k] += by }
          return error(outputs, g, b)
        }
        let slope = (moved(step) - moved(-step)) / (2 * step)
        #expect(slope.magnitude <= 1e-8 && moved(step) > best && moved(-step) > best)
      }
    }
    // One factor for both, with the addends of the layer.
    let layer = GainFit(.layer, all, biases: [0.5, -2])
    #expect(layer.biases == [0.5, -2] && layer.gains[0] == layer.gains[1])
    func moved(_ by: Double) -> Double {
      error(outputs, layer.gains.map { $0 + by }, layer.biases)
    }
    #expect(((moved(step) - moved(-step)) / (2 * step)).magnitude <= 1e-8)
    #expect(moved(step) > moved(0) && moved(-step) > moved(0))
  }

  /// An output that does not vary keeps factor 1 and takes the mean of its targets; one that varies by
  /// roundings alone counts as such.
  @Test func constantOutputsKeepTheirFactor() {
    let constant = (0..<9).map { (y: 2.5, t: Double($0)) }
    let rounding = (0..<9).map { (y: 1 + 1e-8 * Double($0 % 2), t: Double($0)) }
    let fit = GainFit(
      .column, [moments(constant), moments(pairs(9, seed: 5)), moments(rounding)],
      biases: [1, 1, 1])
    #expect(fit.constantOutputs == [0, 2])
    #expect(fit.gains[0] == 1 && fit.gains[2] == 1 && fit.gains[1] != 1)
    #expect((fit.biases[0] - 1.5).magnitude <= 1e-12)
    let silent = GainFit(.layer, [moments([(0, 1), (0, 2)])], biases: [0.25])
    #expect(silent.gains == [1] && silent.biases == [0.25] && silent.constantOutputs == [0])
  }
}
