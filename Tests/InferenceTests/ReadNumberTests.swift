import NeuralNetwork
import Testing

@testable import Inference

@Suite struct ReadNumberTests {
  /// A layer that multiplies at every step of a sequence goes on counting; others do not notice.
  @Test func readsOfLaterProductsHaveNumbersOfTheirOwn() {
    var reads = ReadNumbers(of: Tensor(shape: [1, 2], values: [1, 2]))
    let first = reads.first(0..<4, layer: 1)
    #expect(reads.first(2..<4, layer: 1) == first + 2)
    reads.pass(4, layer: 1)
    #expect(reads.first(0..<4, layer: 1) == first + 4)
    #expect(reads.first(0..<4, layer: 0) == first)
  }
}
