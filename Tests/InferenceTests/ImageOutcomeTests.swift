import Datasets
import Testing

@testable import Inference

@Suite struct ImageOutcomeTests {
  private func outcome(_ logits: [Float], label: Int, keeps: Bool = true) -> ImageOutcome {
    let axes = OutputAxes([logits.count], task: .classification)
    return ImageOutcome(
      AnalogNetwork.Output(logits: logits), label: .category(label), isReference: true,
      settings: OutcomeSettings(task: .classification, axes: axes, keepsOutputs: keeps))
  }

  /// Against sorting all classes by logit, then class, for many draws of few distinct values.
  @Test(arguments: [1, 2, 4, 5, 6, 13, 1000])
  func leadersAndRanksAreThoseOfASort(classes: Int) {
    for draw in 0..<20 {
      let logits = (0..<classes).map { Float(($0 * 7919 + draw * 104_729) % 9) }
      let order = (0..<classes).sorted { (-logits[$0], $0) < (-logits[$1], $1) }
      for label in [0, classes / 2, classes - 1] {
        let found = outcome(logits, label: label)
        #expect(found.leading == Array(order.prefix(5)))
        #expect(found.prediction == order[0])
        #expect(found.labelRank.map { order[$0 - 1] } == label)
      }
    }
  }

  @Test func logitsAreKeptOnRequest() {
    #expect(outcome([1, -2, 0], label: 0).outputs == [1, -2, 0])
    #expect(outcome([1, -2, 0], label: 0, keeps: false).outputs.isEmpty)
  }
}
