import Configuration
import Experiments
import Inference
import TestSupport
import Testing

@testable import Sweeps

/// Points resolved to experiments, and their cost.
@Suite struct SweepPlanTests {
  private static let bits = "axes: [{key: hardware.converter.bits, values: [4, 6, 8]}]"

  private func faults(_ body: String, base: String = SweepSample.base) async throws -> String? {
    let sample = try SweepSample(base: base)
    do {
      _ = try await sample.plan(body)
      return nil
    } catch {
      return "\(error)".replacing(sample.files.path + "/", with: "")
    }
  }

  @Test func everyPointIsAnExperimentOfItsOwn() async throws {
    let sample = try SweepSample()
    let plan = try await sample.plan(Self.bits + "\nseeds: 2")
    #expect(plan.points.count == 6 && plan.name == "small")
    #expect(plan.axes.map(\.key) == ["hardware.converter.bits", "seed"])
    #expect(plan.points.map { plan.text(of: $0) }.first == "hardware.converter.bits=4 seed=1")
    #expect(Set(plan.points.map(\.hash)).count == 6)
    for point in plan.points {
      let spec = try ExperimentSpec(yaml: point.experiment, file: "E.yaml")
      #expect(.whole(Int(spec.seed)) == point.settings["seed"])
      #expect(spec.resolvedTexts.absolute == point.experiment)
      #expect(spec.outputFolder == nil)
    }
    // The same file gives the same hashes, in any folder.
    let again = try await SweepSample().plan(Self.bits + "\nseeds: 2")
    #expect(again.hash == plan.hash)
    #expect(try await sample.plan(Self.bits + "\nseeds: 3").hash != plan.hash)
  }

  /// Points that share cells are run together: here those of one seed.
  @Test func orderKeepsSharedCellsTogether() async throws {
    let plan = try await SweepSample().plan(Self.bits + "\nseeds: 2")
    let seeds = plan.order.map { plan.points[$0].settings["seed"] }
    #expect(seeds == [.whole(1), .whole(1), .whole(1), .whole(2), .whole(2), .whole(2)])
  }

  @Test func faultsNameFileAndKeyBeforeAnythingRuns() async throws {
    #expect(
      try await faults("axes:\n  - {key: hardware.converter.bit, values: [4, 5]}")?
        .hasPrefix("S.yaml:4: hardware.converter.bit: unknown key; did you mean bits?") == true)
    #expect(
      try await faults("axes:\n  - {key: seed, values: [1, -1]}")
        == "S.yaml:4: seed: -1 is below 0")
    #expect(
      try await faults("axes: [{key: layers.conv9.path, values: [ideal]}]")
        == "layers.conv9: no mapped layer is called 'conv9'; mapped layers: conv1, conv2, conv3, "
        + "dense\n"
        + "  at the point layers.conv9.path=ideal")
    // What does not go together is told with its point.
    let noisy = "hardware: {errors: {readNoise: {model: stateProportional, alpha: 0.01}}}"
    #expect(
      try await faults(
        "axes: [{key: path, values: [exact, calibrated]}]", base: "version: 1\n\(noisy)\n")
        == "layer conv1: errors.readNoise on arrays with wires takes the voltages of every cell, which "
        + "no fitted model has: take path exact, or ideal for arrays without wires\n"
        + "  at the point path=calibrated")
    #expect(
      try await faults(Self.bits, base: SweepSample.base + "\nstudy: {bitLineOhms: [1]}")
        == "E.yaml: study: a sweep takes an experiment without a study; make it an axis: "
        + "{key: hardware.wires.bitLineOhms, values: […]}")
  }

  @Test func equalPointsAreNamedAndRunOnce() async throws {
    let plan = try await SweepSample().plan(
      "sampling: {model: random, count: 12}\n"
        + "axes: [{key: hardware.converter.bits, range: {from: 4, to: 6, whole: true}}]")
    #expect(plan.points.count == 3 && plan.repeated.count == 9)
    #expect(plan.repeated.allSatisfy { $0.contains("hardware.converter.bits=") })
  }

  /// Keys that every layer has of its own, wires beside ideal paths, fits that no path takes.
  @Test func keysWithoutEffectAreNamed() async throws {
    func idle(_ axes: String, _ base: String = "") async throws -> [String] {
      try await SweepSample(base: SweepSample.base + base).plan("axes: [\(axes)]").idle
    }
    let bits = "{key: hardware.converter.bits, values: [4, 6]}"
    let wires = "{key: hardware.wires.bitLineOhms, values: [1, 2]}"
    #expect(try await idle("\(bits), \(wires)") == ["hardware.wires.bitLineOhms"])
    #expect(try await idle(wires, "\nlayers: {dense: {path: exact}}") == [])
    let own = "{hardware: {converter: {model: uniform, bits: 8}}}"
    let layers = { (names: [String]) in
      "\nlayers: {" + names.map { "\($0): \(own)" }.joined(separator: ", ") + "}"
    }
    #expect(
      try await idle(bits, layers(["conv1", "conv2", "conv3", "dense"])) == [
        "hardware.converter.bits"
      ])
    #expect(try await idle(bits, layers(["conv1", "conv2", "conv3"])) == [])
    #expect(
      try await idle("{key: calibration.recordedVectors, values: [8, 16]}, \(bits)") == [
        "calibration.recordedVectors"
      ])
    #expect(try await idle("{key: name, values: [a, b]}") == ["name"])
    #expect(try await idle("{key: seed, values: [1, 2]}") == [])
    let plan = try await SweepSample().plan("axes: [\(wires)]")
    #expect(
      plan.warnings == [
        "hardware.wires.bitLineOhms changes nothing: layers have their own value, or their path "
          + "does not use it"
      ])
  }

  /// What runs beside the path is what points share, unless a file says otherwise.
  @Test func idealArraysRunBesideWhereTheyAreShared() async throws {
    func compared(_ body: String, _ base: String = "") async throws -> Set<Set<ComparedNetwork>> {
      let sample = try SweepSample(base: SweepSample.base + base)
      return try await Set(
        sample.plan(body).points.map {
          try ExperimentSpec(yaml: $0.experiment, file: "E.yaml").compared
        })
    }
    let wires = "axes: [{key: hardware.wires.bitLineOhms, values: [1, 2]}]"
    #expect(try await compared(wires) == [[.float, .integer, .ideal]])
    #expect(try await compared(Self.bits) == [[.float, .integer]])
    #expect(try await compared(Self.bits, "\ncompare: [ideal]") == [[.ideal]])
    #expect(try await compared(Self.bits + "\ncompare: []") == [[]])
  }

  @Test func presetsNetworksAndSeveralKeysAreValues() async throws {
    let sample = try SweepSample()
    let plan = try await sample.plan(
      """
      axes:
        - {key: hardware, values: [isaac, prime]}
        - {key: hardware.converter.bits, values: [5, 6]}
        - points:
            - {path: exact, auditVectors: 1}
            - {path: {model: ideal}, auditVectors: 0}
        - {key: network, values: [digits]}
      """)
    #expect(plan.points.count == 8)
    let spec = try ExperimentSpec(yaml: plan.points[0].experiment, file: "E.yaml")
    #expect(spec.path == .exact && spec.auditVectors == 1)
    #expect(plan.points[0].settings["hardware"] == .text("isaac"))
    #expect(plan.points[1].settings["path"] == .mapping(["model": .text("ideal")]))
  }

  /// More images, multiply-adds or bits never cost less; a slower path costs more.
  @Test func costGrowsWithTheWork() throws {
    func spec(_ body: String) throws -> ExperimentSpec {
      try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
    }
    let cost = SweepCost()
    func work(_ images: Int, _ adds: Int) -> NetworkWork {
      NetworkWork(layers: [.init(name: "a", multiplyAdds: adds)], imageCount: images)
    }
    let base = try spec("")
    #expect(cost.path(base, work(10, 1000)) < cost.path(base, work(20, 1000)))
    #expect(cost.path(base, work(10, 1000)) < cost.path(base, work(10, 2000)))
    var last = 0.0
    for bits in 2...16 {
      let own = cost.path(try spec("quantization: {activationBits: \(bits)}"), work(10, 1_000_000))
      #expect(own > last)
      last = own
    }
    last = 0
    for path in ["ideal", "exact", "calibrated", "cholmod", "klu"] {
      let own = cost.path(try spec("path: \(path)"), work(10, 1_000_000))
      #expect(own > last)
      last = own
    }
    let sliced = try spec("hardware: {weightSlices: {model: bits, bits: 2}}")
    #expect(cost.path(sliced, work(10, 1000)) > cost.path(base, work(10, 1000)))
    // Finished points correct the estimate.
    let corrected = SweepCost(finished: [(6, 2, 4), (0, 1, 2)])
    #expect(corrected.correction == 2)
    #expect(corrected.path(base, work(10, 1000)) == 2 * cost.path(base, work(10, 1000)))
  }

  /// Shards are disjoint, cover the plan, and are of about equal time.
  @Test(arguments: [1, 2, 3, 7])
  func shardsShareThePoints(count: Int) async throws {
    let plan = try await SweepSample().plan(Self.bits + "\nseeds: 8")
    let shards = try (1...count).map { try SweepShard("\($0)/\(count)").points(of: plan) }
    #expect(shards.flatMap { $0 } == plan.order)
    #expect(shards.allSatisfy { abs($0.count - 24 / count) <= 1 })
  }

  @Test(arguments: ["0/2", "3/2", "1", "1/0", "a/b", "1/2/3", "-1/2"])
  func shardsThatThereAreNotAreRefused(text: String) {
    #expect(throws: SweepError.shard(text)) { try SweepShard(text) }
  }
}
