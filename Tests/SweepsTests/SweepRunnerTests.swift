import Configuration
import Experiments
import Files
import Foundation
import Inference
import TestSupport
import Testing

@testable import Sweeps

/// Points run, kept and joined.
@Suite struct SweepRunnerTests {
  private static let bits = "axes: [{key: hardware.converter.bits, values: [4, 6, 8]}]"
  private static let noisy =
    SweepSample.base
    + "\nhardware: {errors: {programming: {model: stateProportional, alpha: 0.1}}, "
    + "converter: {model: uniform, bits: 6, range: calibrated}}"

  /// A point is the run of its experiment, to the bit, whatever it took from other points: in one
  /// process, or in another one that finds the files.
  @Test(arguments: ["[float, integer, ideal]", "[]"])
  func pointsAreRunsOfTheirExperiments(compare: String) async throws {
    let sample = try SweepSample(base: Self.noisy.replacing("path: ideal", with: "path: exact"))
    let plan = try await sample.write(
      "axes: [{key: hardware.wires.bitLineOhms, values: [1, 300]}, "
        + "{key: hardware.converter.bits, values: [4, 8]}]\ncompare: \(compare)")
    #expect(try await sample.run(shard: "1/2").finished == 2)
    // A second process shares only what is stored.
    #expect(try await sample.run().finished == 2)
    for point in plan.points {
      let spec = try ExperimentSpec(contentsOf: sample.folder.file("E.yaml", of: point))
      let alone = try await ExperimentRunner(spec, limit: nil, width: 1).run()
      let record = try ExperimentRecord(contentsOf: sample.folder.results(of: point))
      #expect(try record.timeless.json() == alone.timeless.json())
    }
  }

  /// Reads are an axis, for gates and for voltages: none leave the programmed cells as they are, more
  /// move outputs further.
  @Test(arguments: ["gateBits", "{model: voltages, sliceBits: 4}"])
  func readsAreAnAxis(inputs: String) async throws {
    func base(_ disturb: String) -> String {
      SweepSample.base.replacing("path: ideal", with: "path: exact")
        + "\nhardware: {inputs: \(inputs), cell: {onOffRatio: 20}, wires: {bitLineOhms: 20}, errors: "
        + "{programming: {model: stateProportional, alpha: 0.05}\(disturb)}}"
    }
    let sample = try SweepSample(
      base: base(", readDisturb: {model: table, file: disturb.csv, reads: 5}"))
    try sample.files.write(
      "stateSiemens,readVolts,shiftSiemensPerRead,deviationSiemensPerRead\n"
        + "0,0.01,1e-11,1e-9\n2e-5,0.01,2e-11,1e-9\n0,1,1e-11,1e-9\n2e-5,1,2e-11,1e-9\n",
      to: "disturb.csv")
    let plan = try await sample.write(
      "axes: [{key: hardware.errors.readDisturb.reads, values: [0, 1000, 20000]}]")
    #expect(try await sample.run().finished == 3)
    let plain = try sample.files.write(base("") + "\n", to: "plain.yaml")
    let alone = try await ExperimentRunner(
      ExperimentSpec(contentsOf: plain), limit: nil, width: 1
    ).run()
    let own = alone.points[0].fidelity
    let disturbed = try plan.points.map {
      try ExperimentRecord(contentsOf: sample.folder.results(of: $0)).points[0].fidelity
    }
    #expect(disturbed[0] == own)
    func error(_ fidelity: [LayerFidelity]) -> Double {
      fidelity.last.map { ($0.reachedError / $0.signal).squareRoot() } ?? .nan
    }
    #expect(error(disturbed[1]) != error(own))
    #expect(error(disturbed[2]) > error(disturbed[1]) && error(disturbed[2]) > error(own))
  }

  /// Digital networks, integers and cells are computed once; converters are measured once for all
  /// numbers of bits.
  @Test func workInCommonIsDoneOnce() async throws {
    let sample = try SweepSample(base: Self.noisy)
    try await sample.write(Self.bits + "\nseeds: 2")
    let shared = SharedWork(folder: sample.folder.storeFolder)
    #expect(try await sample.run(shared).finished == 6)
    let counts = shared.counts
    #expect(counts.loaded == 1 && counts.quantized == 1 && counts.activations == 1)
    #expect(counts.programmedLayers == 2 * 4 && counts.recordings == 2)
    #expect(counts.digital == 2 && counts.ideal == 0)
    // Another process finds the digital results and the activations.
    let other = try SweepSample(base: Self.noisy)
    try await other.write(Self.bits + "\nseeds: [7]")
    let stored = SharedWork(folder: sample.folder.storeFolder)
    #expect(try await other.run(stored).finished == 3)
    #expect(stored.counts.digital == 0 && stored.counts.loaded == 1)
    #expect(stored.counts.activations == 0)
  }

  /// Arrays without wires run once for all wires.
  @Test func idealArraysRunOnce() async throws {
    let sample = try SweepSample(
      base: SweepSample.base.replacing("path: ideal", with: "path: exact"))
    try await sample.write("axes: [{key: hardware.wires.bitLineOhms, values: [1, 2, 3]}]")
    let shared = SharedWork(folder: sample.folder.storeFolder)
    #expect(try await sample.run(shared).finished == 3)
    #expect(shared.counts.ideal == 1 && shared.counts.programmedLayers == 4)
    let again = SharedWork(folder: sample.folder.storeFolder)
    let other = try SweepSample(
      base: SweepSample.base.replacing("path: ideal", with: "path: exact"))
    try await other.write("axes: [{key: hardware.wires.bitLineOhms, values: [9, 10]}]")
    #expect(try await other.run(again).finished == 2)
    #expect(again.counts.ideal == 0 && again.counts.digital == 0)
  }

  /// A process that is killed when its point is done leaves a lock that locks nothing, and what an
  /// earlier one wrote aside; a lock that is held stays.
  @Test func pointsThatAreDoneAreTidied() async throws {
    let sample = try SweepSample()
    let plan = try await sample.write(Self.bits)
    #expect(try await sample.run().finished == 3)
    func names(_ point: SweepPlan.Point) throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: sample.folder.folder(of: point)))
    }
    let before = try names(plan.points[0])
    for name in [FolderLock.fileName, ".results.json.left"] {
      try Data().write(
        to: URL(fileURLWithPath: sample.folder.file(name, of: plan.points[0])))
    }
    let held = try FolderLock(
      folder: sample.folder.folder(of: plan.points[1]), started: Date())
    #expect(try await sample.run().known == 3)
    #expect(try names(plan.points[0]) == before)
    #expect(try names(plan.points[1]).contains(FolderLock.fileName))
    held.release()
  }

  /// Files that killed processes wrote aside in the store go when nobody is at work; others stay.
  @Test func storesAreTidiedWhenNobodyWorks() async throws {
    let sample = try SweepSample()
    let plan = try await sample.write(Self.bits)
    #expect(try await sample.run().finished == 3)
    let store = sample.folder.storeFolder
    func names() throws -> Set<String> {
      Set(try FileManager.default.subpathsOfDirectory(atPath: store))
    }
    let whole = try names()
    let aside = ["\(store)/.cells-0.left", "\(store)/models/.left"]
    for path in aside { try FileContents.write(Data([1]), to: path) }
    let held = try FolderLock(
      folder: sample.folder.folder(of: plan.points[1]), started: Date())
    _ = try await sample.run()
    #expect(try names().count == whole.union(["models"]).count + 2)
    held.release()
    _ = try await sample.run()
    #expect(try names() == whole.union(["models"]))
  }

  /// Two runners on one folder run every point once, and give what one runner gives.
  @Test func runnersShareTheWork() async throws {
    let (one, two) = (try SweepSample(), try SweepSample())
    let body = Self.bits + "\nseeds: 4"
    let plan = try await one.write(body)
    try await two.write(body)
    #expect(try await one.run().finished == 12)
    async let first = two.run()
    async let second = two.run()
    let found = try await (first, second)
    #expect(found.0.finished + found.1.finished == 12)
    for point in plan.points {
      #expect(
        try ExperimentRecord(contentsOf: one.folder.results(of: point)).timeless
          == ExperimentRecord(contentsOf: two.folder.results(of: point)).timeless)
    }
    #expect(try SweepMerge(one.folder).record == SweepMerge(two.folder).record)
    #expect(try await two.run().known == 12)
  }

  /// A point that fails is recorded, the others run; failures are repeated on request only.
  @Test func failuresAreRecordedAndRepeatedOnRequest() async throws {
    let sample = try SweepSample(
      base: SweepSample.base + "\nhardware: {converter: {model: uniform, bits: 8, range: "
        + "{model: calibrated, percent: 50}}}")
    // The converter of one point covers no activation at all: found only while it runs.
    let plan = try await sample.write(
      "axes: [{key: hardware.converter.range.percent, values: [1e-9, 99]}]")
    let summary = try await sample.run()
    #expect(summary.finished == 1 && summary.failed == 1)
    let status = SweepStatus(sample.folder, plan)
    guard case .failed(let text) = status.states[0] else {
      Issue.record("the first point did not fail: \(status.states)")
      return
    }
    #expect(text.contains("percent"))
    #expect(status.states[1] == .done && status.failed == 1 && status.done == 1)
    let merge = try SweepMerge(sample.folder)
    #expect(merge.missing == 1 && merge.record.points[0].error == text)
    #expect(merge.failed == 1)
    #expect(try await sample.run() == .init(known: 1, failedBefore: 1))
    #expect(try await sample.run(rerunsFailed: true).failed == 1)
  }

  @Test func anotherSweepDoesNotMixWithOldResults() async throws {
    let sample = try SweepSample()
    try await sample.write(Self.bits)
    _ = try await sample.run()
    func refusal(_ body: String) async throws -> String? {
      let plan = try await sample.plan(body)
      do {
        _ = try sample.folder.write(plan)
        return nil
      } catch {
        return "\(error)".replacing(sample.folder.path, with: "F")
      }
    }
    #expect(try await refusal(Self.bits) == nil)
    // Written with other paths to the same files, points have other hashes.
    var rewritten = try await sample.plan(Self.bits)
    for k in rewritten.points.indices { rewritten.points[k].hash = "\(k)" }
    #expect(try sample.folder.write(rewritten) == false)
    #expect(
      try await refusal(Self.bits + "\nseeds: 2")
        == "F: holds another sweep: it varies hardware.converter.bits, this one "
        + "hardware.converter.bits, seed; name another folder")
    #expect(
      try await refusal(Self.bits.replacing("8]", with: "8, 9]"))
        == "F: holds another sweep: it has 3 points, this one 4; name another folder")
    #expect(
      try await refusal(Self.bits.replacing("8]", with: "9]"))
        == "F: holds another sweep: its point 3 is hardware.converter.bits=8, here "
        + "hardware.converter.bits=9; name another folder")
    try sample.files.write(SweepSample.base + "\nhardware: {tile: {wordLines: 8}}\n", to: "E.yaml")
    #expect(
      try await refusal(Self.bits)
        == "F: holds another sweep: the base experiment has changed: 'wordLines: 64' then, "
        + "'wordLines: 8' now; name another folder")
    // Nothing was touched.
    #expect(try SweepMerge(sample.folder).missing == 0)
  }

  @Test func joinedResultsHaveARowForEachPoint() async throws {
    let sample = try SweepSample()
    let plan = try await sample.write(Self.bits)
    let early = try SweepMerge(sample.folder)
    #expect(early.missing == 3 && early.strangers.isEmpty)
    _ = try await sample.run()
    let merge = try SweepMerge(sample.folder)
    let files = try merge.write(to: sample.folder)
    let lines = merge.table.split(separator: "\n")
    #expect(lines.count == 4 && lines[0].hasPrefix("hardware.converter.bits,status,images,path,"))
    #expect(lines[1].hasPrefix("4,done,2,ideal,"))
    #expect(
      files.map { URL(fileURLWithPath: $0).lastPathComponent } == ["sweep.json", "sweep.csv"])
    let record = try SweepRecord.read(folder: sample.folder.path)
    #expect(record == merge.record)
    let records = try record.records(folder: sample.folder.path)
    #expect(
      records.map { $0.settings["hardware.converter.bits"] } == [.whole(4), .whole(6), .whole(8)])
    #expect(records.allSatisfy { $0.record.imageCount == 2 })
    // The cells of a row, as numbers and texts.
    let summary = try #require(record.points[0].summary)
    #expect(summary["images"] == .number(2) && summary["path"] == .text("ideal"))
    #expect(summary["pointSeconds"] == nil && record.points[0].summary?.count ?? 0 > 8)
    // Results that end before their last bracket are none.
    let cut = sample.folder.results(of: plan.points[2])
    let whole = try FileContents.read(cut)
    try FileContents.write(whole.dropLast(20), to: cut)
    #expect(SweepStatus(sample.folder, plan).done == 2)
    #expect(try await sample.run().finished == 1)
    #expect(try SweepMerge(sample.folder).missing == 0)
    // Results of another experiment, and folders of no point.
    try FileManager.default.createDirectory(
      atPath: sample.folder.path + "/points/stranger", withIntermediateDirectories: true)
    #expect(try SweepMerge(sample.folder).strangers == ["stranger"])
    let (a, b) = (
      sample.folder.results(of: plan.points[0]), sample.folder.results(of: plan.points[1])
    )
    try FileContents.write(FileContents.read(a), to: b)
    #expect(
      throws: SweepError.damaged(
        path: b, "holds results of another experiment than E.yaml beside it; remove it")
    ) { try SweepMerge(sample.folder) }
  }

  /// What is stored and damaged is computed again.
  @Test func damagedStoresAreNotUsed() async throws {
    let sample = try SweepSample()
    let plan = try await sample.write(Self.bits)
    _ = try await sample.run(shard: "1/3")
    let store = sample.folder.storeFolder
    let names = try FileManager.default.contentsOfDirectory(atPath: store).sorted()
    #expect(
      names.map { String($0.prefix { $0 != "-" }) } == [
        "activations", "float", "integer", "ranges",
      ])
    for name in names {
      var bytes = try FileContents.read("\(store)/\(name)")
      bytes[bytes.count - 1] ^= 1
      try FileContents.write(bytes, to: "\(store)/\(name)")
    }
    let shared = SharedWork(folder: store)
    #expect(try await sample.run(shared).finished == 2)
    #expect(shared.counts.digital == 2 && shared.counts.activations == 1)
    #expect(shared.counts.recordings == 1)
    let records = try plan.points.map {
      try ExperimentRecord(contentsOf: sample.folder.results(of: $0))
    }
    #expect(Set(records.map { $0.digitalFloat?.predictions }).count == 1)
  }

  /// An axis with the name of a column keeps its own; what is left after failures says how to repeat
  /// them.
  @Test func namesOfColumnsAreKeptApart() {
    let point = SweepRecord.Point(hash: "a", settings: ["path": .text("exact")], status: .missing)
    let table = SweepRow.table(
      [SweepRow(point, nil, timing: nil)], axes: ["path", "hardware.tile.wordLines"])
    #expect(table.hasPrefix("axis.path,hardware.tile.wordLines,status,images,path,"))
    #expect(
      "\(SweepError.incomplete(folder: "F", missing: 3, failed: 2, count: 9))"
        == "F: 3 of 9 points have no results, 2 of them ended with an error; run them (tilespice "
        + "sweep run F --rerun-failed), or join what there is with --incomplete")
    #expect(
      "\(SweepError.incomplete(folder: "F", missing: 3, failed: 0, count: 9))"
        == "F: 3 of 9 points have no results; run them (tilespice sweep run F), or join what there "
        + "is with --incomplete")
  }
}
