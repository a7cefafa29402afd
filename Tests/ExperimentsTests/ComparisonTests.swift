import BehavioralModels
import CrossbarArray
import Experiments
import NumericKernels
import TestSupport
import Testing
import Units

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
}
