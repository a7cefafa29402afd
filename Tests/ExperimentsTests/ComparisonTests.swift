import BehavioralModels
import CrossbarArray
import Files
import Inference
import NumericKernels
import TestSupport
import Testing
import Units

@testable import Experiments

@Suite struct ComparisonTests {
  private var array: ArrayDescription {
    var random = RandomStream(seed: 91)
    return ArrayDescription(
      topology: .gateDriven(sourceLine: .parallel),
      conductances: Matrix(rows: 96, columns: 5) { _, _ in
        Double.random(in: 0...1e-5, using: &random)
      },
      wires: WireParasitics(bitLineSegment: 20.ohms),
      ends: LineEnds(bitLineSense: .far, sourceLineDrive: .far), readVoltage: 0.2.volts)
  }

  /// Every model is judged on vectors that it was not fitted to; fitted ladders win, and the truth
  /// handed in as a prediction has no error.
  @Test func modelsAreRanked() throws {
    var comparison = try ModelComparison(array, name: "a", recorded: nil, seed: 1)
    comparison.add(predicted: comparison.exact, name: "truth")
    let error = Dictionary(
      uniqueKeysWithValues: comparison.entries.map { ($0.name, $0.error.relativeRMS) })
    let best = try #require(error["ladder/8 fitted"])
    for name in ["no wires", "series sum", "separable attenuation", "column gain"] {
      #expect(try #require(error[name]) > 20 * best)
    }
    #expect(error["truth"] == 0)
    #expect(comparison.meanDrop > 0.05 && comparison.meanDrop < 0.9)
    for entry in comparison.entries {
      #expect(!entry.byDrop.isEmpty && entry.scatter.count <= 400)
    }
    // Wires only take: the model without them is biased upwards in every bin.
    let ideal = try #require(comparison.entries.first { $0.name == "no wires" })
    #expect(ideal.byDrop.allSatisfy { $0.bias >= 0 })
  }

  /// What a file describes is told by its keys, however they are written, not by the look of a line.
  @Test(arguments: [
    ("topology: gateDriven\n", true), ("{version: 1, topology: gateDriven}\n", true),
    ("\"topology\" : gateDriven\n", true), ("version: 1\n", false), ("", false),
    ("hardware:\n  topology: gateDriven\n", false),
    ("note: \"a name with\ntopology: in it\"\n", false), ("# topology: gateDriven\n", false),
  ])
  func arraysAreToldFromExperiments(yaml: String, isArray: Bool) throws {
    let folder = try TemporaryFolder()
    #expect(try ArrayFile.isDescribed(by: folder.write(yaml, to: "F.yaml")) == isArray)
  }

  /// A user's currents come back as they were written; faults are named with line and column.
  @Test func predictedCurrentsAreRead() throws {
    let folder = try TemporaryFolder()
    func read(_ text: String) throws -> Matrix<Double> {
      try PredictedCurrents.read(folder.write(text, to: "p.csv"), rows: 2, columns: 3)
    }
    let plain = try read("1,2,3\n4e-9, 5 ,6\n")
    #expect(plain.elements == [1, 2, 3, 4e-9, 5, 6])
    let headed = try read("a,b,c\n1,2,3\n4,5,6")
    #expect(headed.elements == [1, 2, 3, 4, 5, 6])
    for (text, part) in [
      ("1,2,3\n", "has 1 vectors; 2 were dumped"), ("1,2\n3,4\n", "line 1 has 2 values"),
      ("1,2,3\n4,x,6\n", "line 2, column 2: 'x'"),
      ("\na,b,c\r\n\r\n1,2,3\n\n4,x,6\n", "line 6, column 2: 'x'"),
      ("1,2,3\n4,nan,6\n", "'nan' is not a finite"),
    ] {
      #expect {
        _ = try read(text)
      } throws: {
        "\($0)".contains(part)
      }
    }
  }

  /// Text may have blanks in place of commas, and `.npy` holds `[vectors, outputs]` or what `mvm` writes
  /// for separate pairs: positive lines, then negative ones.
  @Test func predictedCurrentsComeInEveryForm() throws {
    let folder = try TemporaryFolder()
    func read(_ name: String, columns: Int = 4) throws -> [Double] {
      try PredictedCurrents.read(folder.file(name), rows: 3, columns: columns).elements
    }
    let values = (0..<12).map { Double($0) - 0.5 }
    let text = (0..<3).map { (row: Int) -> String in
      let words = values[4 * row..<4 * row + 4].map { "\($0)" }
      return words.joined(separator: row == 1 ? "\t" : "   ")
    }
    try folder.write("  a b c d\n" + text.joined(separator: " \n\n"), to: "p.txt")
    #expect(try read("p.txt") == values)
    try folder.write(values, shape: [3, 4], to: "p.npy")
    #expect(try read("p.npy") == values)
    let planes = [0, 1].flatMap { (plane: Int) -> [Double] in
      (0..<3).flatMap { (row: Int) -> ArraySlice<Double> in
        let start = 4 * row + 2 * plane
        return values[start..<start + 2]
      }
    }
    try folder.write(planes, shape: [2, 3, 2], to: "pairs.npy")
    #expect(try read("pairs.npy") == values)
    for (shape, part) in [
      ([4, 3], "p.npy: has shape [4, 3]; [3, 4] (vectors, outputs) is expected"),
      ([12], "p.npy: has shape [12]; [3, 4] (vectors, outputs) is expected"),
    ] {
      try folder.write(values, shape: shape, to: "p.npy")
      #expect {
        _ = try read("p.npy")
      } throws: {
        "\($0)".hasSuffix(part)
      }
    }
    try folder.write(values.map { $0 == 5.5 ? .nan : $0 }, shape: [3, 4], to: "p.npy")
    #expect {
      _ = try read("p.npy")
    } throws: {
      "\($0)".hasSuffix("p.npy: vector 1, output 2: 'nan' is not a finite number")
    }
    try folder.write("1 2 3\n", to: "p.txt")
    #expect {
      _ = try read("p.txt")
    } throws: {
      "\($0)".hasSuffix("line 1 has 3 values; the array has 4 outputs")
    }
  }

  /// Bias and rms by drop against their definitions, for errors of both signs that do not cancel.
  @Test func binsAreThoseOfTheDefinition() throws {
    var comparison = try ModelComparison(array, name: "a", recorded: nil, seed: 1)
    let exact = comparison.exact.elements
    let errors = exact.indices.map { [3e-9, -1e-9, -4e-9, 1e-9, 0, 2e-9, -5e-9][$0 % 7] }
    comparison.add(
      predicted: Matrix(
        rows: comparison.exact.rows, columns: comparison.exact.columns,
        elements: zip(exact, errors).map { $0 + $1 }), name: "both signs")
    let entry = try #require(comparison.entries.last)
    let ideal = try IdealArray(array).currents(comparison.inputs).amperes.elements
    let drops = zip(ideal, exact).map { $0 > 0 ? 1 - $1 / $0 : .nan }
    let largest = try #require(drops.filter { $0.isFinite }.max())
    let square = exact.reduce(0) { $0 + $1 * $1 } / Double(exact.count)
    let scale = square.squareRoot()
    var bins: [(drop: Double, bias: Double, rms: Double, count: Int)] = []
    for bin in 0..<10 {
      let (low, high) = (Double(bin) / 10, bin == 9 ? 2 : Double(bin + 1) / 10)
      let own = drops.indices.filter {
        drops[$0].isFinite && drops[$0] / largest >= low && drops[$0] / largest < high
      }
      guard !own.isEmpty else { continue }
      let n = Double(own.count)
      bins.append(
        (
          own.reduce(0) { $0 + drops[$1] } / n, own.reduce(0) { $0 + errors[$1] } / scale / n,
          (own.reduce(0) { $0 + errors[$1] * errors[$1] } / n).squareRoot() / scale, own.count
        ))
    }
    #expect(entry.byDrop.map(\.count) == bins.map(\.count))
    for (a, b) in matched(entry.byDrop, bins) {
      // Sums of at most 1000 terms no larger than 1.
      #expect((a.drop - b.drop).magnitude < 1e-9)
      #expect((a.bias - b.bias).magnitude < 1e-9 && (a.rms - b.rms).magnitude < 1e-9)
    }
    #expect(bins.contains { $0.bias < 0 } && bins.contains { $0.bias > 0 })
    #expect(entry.error.biasAmperes != 0)
  }

  /// Scattered points are one of each of 400 equal parts: the last currents are among them at counts
  /// that are no multiple of 400.
  @Test(arguments: [1, 37, 80, 133]) func scatterReachesTheEnd(vectors: Int) throws {
    let bits = BitMatrix(rows: vectors, columns: 96) { ($0 + $1) % 5 != 0 }
    let comparison = try ModelComparison(
      array, name: "a", recorded: nil, judging: .bits(bits), seed: 1)
    let exact = comparison.exact.elements
    for entry in comparison.entries {
      #expect(entry.scatter.count == min(exact.count, 400))
      let shown = entry.scatter.count
      for k in [0, shown / 2, shown - 1] {
        #expect(entry.scatter[k].exact == exact[k * exact.count / shown])
      }
    }
  }

  /// Models are judged on given vectors and fitted to the same ones as without them; the files hold
  /// both.
  @Test func givenVectorsJudge() throws {
    let plain = try ModelComparison(array, name: "a", recorded: nil, seed: 1)
    let bits = BitMatrix(rows: 7, columns: 96) { ($0 * 5 + $1) % 3 == 0 }
    let given = try ModelComparison(
      array, name: "a", recorded: nil, judging: .bits(bits), seed: 1)
    #expect(given.isJudgedOnGivenVectors && !plain.isJudgedOnGivenVectors)
    #expect(given.inputs == .bits(bits) && given.fittingInputs == plain.fittingInputs)
    let exact = try LadderArray(array).currents(.bits(bits)).amperes
    #expect(given.exact.elements == exact.elements)
    let fitted = try LadderArray(array).currents(plain.fittingInputs).amperes
    #expect(plain.fittingExact.elements == fitted.elements)
    let files = Dictionary(uniqueKeysWithValues: given.dumpedFiles.map { ($0.name, $0.bytes) })
    let folder = try TemporaryFolder()
    for (name, numbers, shape) in [
      ("vectors.npy", given.inputs.numbers, [7, 96]),
      ("circuit.npy", exact.elements, [7, 5]),
      ("fitting-vectors.npy", plain.fittingInputs.numbers, [plain.fittingInputs.count, 96]),
      ("fitting-circuit.npy", fitted.elements, [plain.fittingInputs.count, 5]),
    ] {
      try FileContents.write(try #require(files[name]), to: folder.file(name))
      let file = try NPYFile(contentsOf: folder.file(name))
      #expect(file.doubles == numbers && file.shape == shape)
    }
    #expect(given.outputOrder == "columns of currents are bit lines 0 to 4")
  }

  /// Vectors drawn for a voltage-driven array stay within the full-scale voltage and reach half of it,
  /// and the comparison says what drives the cells.
  @Test(arguments: [nil, 0.3]) func voltagesHaveTheirFullScale(volts: Double?) throws {
    var driven = array
    driven.topology = .voltageDriven
    let comparison = try ModelComparison(
      driven, name: "v", recorded: nil, fullScaleVolts: volts, seed: 1)
    let scale = volts ?? 0.2
    for batch in [comparison.inputs, comparison.fittingInputs] {
      let largest = batch.numbers.max() ?? 0
      #expect(largest <= scale && largest > scale / 2)
    }
    #expect(comparison.drive == "drawn vectors drive word lines with 0 to \(scale) V")
    #expect(
      try ModelComparison(array, name: "g", recorded: nil, seed: 1).drive
        == "cells are read at 0.2 V")
  }

  /// Work is repeated until it took a tenth of a second and three times; one long run is enough.
  @Test(arguments: [(0.2, 3, 0.2), (0.04, 3, 0.04), (0.011, 10, 0.011), (3, 1, 3)])
  func workIsRepeatedUntilItIsLongEnough(each: Double, count: Int, median: Double) {
    var now = 0.0
    let timing = RepeatedTiming(now: { now }, { now += each })
    #expect(timing.count == count)
    #expect((timing.medianSeconds - median).magnitude < 1e-9)
  }

  /// One slow run among many does not move the median, at odd and even counts.
  @Test func oneSlowRunDoesNotCount() {
    var (now, run) = (0.0, 0)
    func work() {
      run += 1
      now += run == 1 ? 0.07 : run % 2 == 0 ? 0.01 : 0.012
    }
    let timing = RepeatedTiming(now: { now }, work)
    // 0.07, 0.01, 0.012, 0.01: the mean of the middle two.
    #expect(timing.count == 4)
    #expect((timing.medianSeconds - 0.011).magnitude < 1e-9)
  }

  /// Slow reads are announced with the layers, the reasons and the time, in the largest unit.
  @Test func slowReadsAreAnnounced() {
    let layers = [
      SampledLayer(name: "a", reason: "why", readsPerImage: 30, secondsPerImage: 1),
      SampledLayer(name: "b", reason: "why", readsPerImage: 4, secondsPerImage: 2),
    ]
    #expect(
      ExperimentRunner.sampledReadsWarning(layers, images: 12, seconds: 7300)
        == "errors.readNoise: every read of 2 layers (a, b) is solved as a circuit of its own, because "
        + "why: 34 reads per image, about 2.0 hours for 12 images, calibration and audit included")
    for (seconds, text) in [
      (0.04, "0.0 seconds"), (9.94, "9.9 seconds"), (9.96, "10 seconds"), (119, "119 seconds"),
      (120, "2.0 minutes"), (7199, "120 minutes"), (172_800, "2.0 days"), (5e6, "58 days"),
    ] {
      #expect(ExperimentRunner.duration(seconds) == text)
    }
  }

  /// Wilson's interval ends where the score is the quantile, `|p̂ − p| = z √(p (1 − p) / n)`, at odd
  /// and prime counts and at the ends.
  @Test(arguments: [1, 2, 7, 13, 101, 997]) func wilsonIntervalsSolveTheScore(count: Int) {
    for correct in Set([0, 1, count / 3, count / 2, count - 1, count]) {
      let interval = PairedComparison.wilsonInterval(correct: correct, count: count)
      let part = Double(correct) / Double(count)
      for end in [interval.lowerBound, interval.upperBound] {
        let score = (part - end).magnitude
        let width =
          PairedComparison.normalQuantile * (end * (1 - end) / Double(count)).squareRoot()
        // At 0 and 1 the end is the fraction itself.
        #expect(end == part || (score - width).magnitude < 1e-12)
      }
      #expect(interval.contains(part))
    }
  }
}
