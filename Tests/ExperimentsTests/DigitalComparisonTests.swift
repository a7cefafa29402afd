import Testing

@testable import Experiments

@Suite struct DigitalComparisonTests {
  private let made = DigitalComparison(
    digital: [0, 0, 1, 2, 2, 2, 1], analog: [0, 1, 1, 0, 0, 2, 0], labels: [0, 0, 1, 2, 0, 2, 2])

  @Test func imagesAreCountedByPairOfPredictions() {
    #expect(made.flips == 4)
    let cells = made.confusion.map { [$0.digital, $0.analog, $0.images] }
    #expect(cells == [[0, 0, 1], [0, 1, 1], [1, 0, 1], [1, 1, 1], [2, 0, 2], [2, 2, 1]])
    #expect(made.confusion.reduce(0) { $0 + $1.images } == 7)
    let changes = made.changes.map { [$0.digital, $0.analog, $0.images] }
    #expect(changes == [[2, 0, 2], [0, 1, 1], [1, 0, 1]])
  }

  /// Images 1 and 3 are lost, image 4 is gained; of three, two on one side is no evidence.
  @Test func statisticsArePaired() {
    let cells = [
      made.paired.both, made.paired.onlyFirst, made.paired.onlySecond, made.paired.neither,
    ]
    #expect(cells == [3, 2, 1, 1])
    #expect(made.mcNemarPValue == 1)
    #expect(abs(made.accuracyDifference + 1.0 / 7) < 1e-15)
    #expect(made.halfWidth == made.paired.difference.halfWidth)
  }
}
