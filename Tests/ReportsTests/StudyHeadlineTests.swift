import Configuration
import Testing

@testable import Experiments
@testable import Inference
@testable import Reports

/// The sentence that a report opens with, for every kind of result.
@Suite struct StudyHeadlineTests {
  private func sentence(_ record: ExperimentRecord) -> String {
    StudyHeadline(ReportedStudy(record)).sentence
  }

  /// A record whose last point has a comparison with this difference.
  private func compared(
    _ difference: Double, _ halfWidth: Double, correct: Int = 1, single: Bool = false
  ) -> ExperimentRecord {
    var record = single ? SampleRecord.single() : SampleRecord.record
    let last = record.points.count - 1
    if !single { record.points[0].results[1] = SampleRecord.result("exact", correct: 4) }
    var own = SampleRecord.result("exact", correct: correct)
    var comparison = DigitalComparison(digital: [0], analog: [0], labels: [0])
    comparison.accuracyDifference = difference
    comparison.halfWidth = halfWidth
    own.classification?.comparison = comparison
    record.points[last].results[1] = own
    return record
  }

  @Test func aLossNamesItsPlaceAndItsCause() {
    #expect(
      sentence(compared(-0.6, 0.1))
        == "80 % accuracy falls to 20 % at 500 Ω: dense and conv1 lose 42 % and 2.4 % of their "
        + "current.")
  }

  /// A path that ran without the digital networks beside it.
  @Test func thePathAloneSaysWhatItReached() {
    var record = compared(-0.6, 0.1)
    (record.digitalFloat, record.digitalInteger) = (nil, nil)
    #expect(sentence(record) == "20 % accuracy at 500 Ω, the worst of 2 points.")
    var single = compared(-0.6, 0.1, single: true)
    (single.digitalFloat, single.digitalInteger) = (nil, nil)
    #expect(sentence(single) == "20 % accuracy on arrays.")
    #expect(StudyPage(ReportedStudy(single)).html.contains("accuracy on arrays."))
  }

  @Test func aLossWithOneCause() {
    var record = compared(-0.6, 0.1)
    record.points[1].layers[0].meanDrop = 0.002
    #expect(
      sentence(record)
        == "80 % accuracy falls to 20 % at 500 Ω: dense loses 42 % of its current.")
  }

  /// Where wires take nothing, the layer that errs most.
  @Test func aLossWithoutWiresNamesTheLeastExactLayer() {
    var record = compared(-0.6, 0.1)
    for layer in record.points[1].layers.indices { record.points[1].layers[layer].meanDrop = 0 }
    record.points[1].fidelity = [
      LayerFidelity(name: "conv1", signal: 1000, ownError: 1, reachedError: 1),
      LayerFidelity(name: "dense", signal: 100, ownError: 1, reachedError: 1),
    ]
    #expect(
      sentence(record)
        == "80 % accuracy falls to 20 % at 500 Ω: dense is the least exact layer, with a "
        + "signal-to-error ratio of 20.0 dB.")
    record.points[1].fidelity = []
    #expect(sentence(record) == "80 % accuracy falls to 20 % at 500 Ω.")
  }

  @Test func aDifferenceWithinItsIntervalIsNoLoss() {
    #expect(
      sentence(compared(-0.2, 0.35, correct: 3))
        == "80 % accuracy in exact integers is 60 % at 500 Ω: 5 images cannot tell a difference of "
        + "−20 ± 35 points from none.")
    #expect(
      sentence(compared(-0.02, 0.035, correct: 3))
        == "80 % accuracy in exact integers holds on arrays: 60 % at 500 Ω, a difference of "
        + "−2.0 ± 3.5 points that its 95 % interval cannot tell from none.")
  }

  /// Points of a sweep with a comparison each.
  private func swept(
    _ points: [(bits: Double, seed: UInt64, correct: Int, ideal: Int?)]
  ) -> ReportedStudy {
    ReportedStudy(
      name: "sweep",
      runs: points.map { point in
        var record = compared(
          Double(point.correct - 4) / 5, 0.1, correct: point.correct, single: true)
        record.seed = point.seed
        if let ideal = point.ideal {
          record.points[0].results[0] = SampleRecord.result("ideal", correct: ideal)
        } else {
          record.points[0].results.removeFirst()
        }
        return (
          [
            ("hardware.converter.bits", .number(point.bits)),
            ("seed", .number(Double(point.seed))),
          ], record
        )
      })
  }

  /// Currents that are lost where all is well, too, explain no loss, nor do wires where arrays without
  /// them lose as much: the step that brings it back is named.
  @Test func wiresAreNotBlamedForOtherCauses() {
    let text = "80 % accuracy falls to 20 % at ADC bits = 4: with ADC bits = 8 it is 80 %."
    #expect(
      StudyHeadline(swept([(4, 1, 1, nil), (8, 1, 4, nil)])).sentence == text)
    #expect(StudyHeadline(swept([(4, 1, 1, 1), (8, 1, 4, 4)])).sentence == text)
    #expect(
      StudyHeadline(swept([(4, 1, 1, 4), (8, 1, 1, 4)])).sentence.hasSuffix(
        "dense and conv1 lose 42 % and 2.4 % of their current."))
  }

  /// A loss that every seed shows is one, although two seeds cannot tell its size.
  @Test func fewSeedsDoNotHideALoss() {
    let study = swept([(4, 1, 2, nil), (4, 2, 1, nil)])
    #expect(study.cells.count == 1)
    #expect(StudyHeadline(study).sentence.hasPrefix("80 % accuracy falls to 30 % at "))
  }

  /// Seeds that agree have the interval of their images.
  @Test func equalSeedsHaveAnInterval() throws {
    let study = swept([(4, 1, 2, nil), (4, 2, 2, nil)])
    let own = try #require(study.estimate(study.cells[0]) { $0.own }?.interval)
    #expect(own.lowerBound < 20 && own.upperBound > 60)
    let difference = try #require(study.difference(study.cells[0])?.interval)
    #expect((difference.upperBound - difference.lowerBound - 20).magnitude < 1e-9)
  }

  @Test func noLossIsSaidOfAllPoints() {
    var record = SampleRecord.record
    for index in record.points.indices {
      record.points[index].results[1] = SampleRecord.result("exact", correct: 4)
    }
    #expect(
      sentence(record)
        == "80 % accuracy in exact integers stays 80 % at all 2 points of the study.")
    // Points whose integers differ, as those of two networks.
    let better = swept([(4, 1, 4, nil), (8, 1, 5, nil)])
    #expect(
      StudyHeadline(better).sentence
        == "80 % accuracy in exact integers stays 80 % at ADC bits = 4, the worst of 2 points.")
    record.points.removeLast()
    #expect(sentence(record) == "80 % accuracy in exact integers stays 80 % on arrays.")
  }

  @Test func aSinglePointHasNoPlace() {
    #expect(
      sentence(compared(-0.6, 0.1, single: true))
        == "80 % accuracy falls to 20 % on arrays: dense and conv1 lose 42 % and 2.4 % of their "
        + "current.")
  }

  @Test func aGainIsNoLoss() {
    #expect(
      sentence(compared(0.2, 0.1, correct: 5, single: true))
        == "80 % accuracy rises to 100 % on arrays.")
  }

  @Test func regressionGrows() {
    #expect(
      sentence(SampleRecord.regression([0.0125, 0.05], integer: 0.0125, halfWidth: 0.001))
        == "A mean square error of 0.0125 grows to 0.05 at 500 Ω: dense and conv1 lose 42 % and "
        + "2.4 % of their current.")
    #expect(
      sentence(SampleRecord.regression([0.0125, 0.0128], integer: 0.0125, halfWidth: 0.001))
        == "A mean square error of 0.0125 in exact integers holds on arrays: 0.0128 at 500 Ω, a "
        + "difference of +0.0003 ± 0.0010 that its 95 % interval cannot tell from none.")
  }

  @Test func segmentationFalls() {
    #expect(
      sentence(SampleRecord.segmentation([0.7, 0.33], integer: 0.712))
        == "A mean intersection over union of 71.2 % falls to 33 % at 500 Ω: dense and conv1 lose "
        + "42 % and 2.4 % of their current.")
  }

  @Test func withoutLabelsOutputsAreJudged() {
    #expect(
      sentence(SampleRecord.unlabelled([0.02, 0.123], integer: 0.011))
        == "An output error of 1.1 % (rms, against the float network) grows to 12.3 % at 500 Ω: "
        + "dense and conv1 lose 42 % and 2.4 % of their current.")
  }

  @Test func withoutArraysThereIsNoJudgment() {
    var record = SampleRecord.record
    record.points = []
    #expect(
      sentence(record)
        == "No path on arrays was finished: there are results of the digital networks alone.")
  }
}
