import Foundation
import Netlist
import NumericKernels
import SPICE
import TestSupport
import Testing

@Suite struct RawFileTests {
  @Test(arguments: RawFileWriter.Encoding.allCases)
  func plotsSurviveTheRoundTrip(encoding: RawFileWriter.Encoding) throws {
    let plots = SamplePlots.all()
    let bytes = RawFileWriter.encode(plots, as: encoding, date: "today")
    #expect(try RawFileReader.parse([UInt8](bytes), file: "x.raw") == plots)
  }

  @Test func namesOfOtherProgramsAreNormalized() throws {
    let text = """
      Title: Xyce
      Date: now
      Plotname: DC transfer characteristic
      Flags: real padded
      No. Variables: 8\u{20}\u{20}\u{20}\u{20}
      No. Points: 1\u{20}\u{20}\u{20}\u{20}
      Version: Xyce 7.8
      Variables:
      \t0\tsweep\tvoltage\tdims=1
      \t1\tOUT\tvoltage
      \t2\tV1#branch\tcurrent
      \t3\tV2_BRANCH\tcurrent
      \t4\tV(X1:A)\tvoltage
      \t5\t{V(1) + V(2)}\tvoltage
      \t6\tv(v-sweep)\tvoltage
      \t7\ti(i-sweep)\tcurrent
      Values:
      0 1 2 3
      4 5 6 7 8

      """
    let plots = try RawFileReader.parse(
      Array(text.replacing("\n", with: "\r\n").utf8), file: "x.raw")
    #expect(
      plots[0].variables.map(\.name) == [
        "sweep", "v(out)", "i(v1)", "i(v2)", "v(x1:a)", "{v(1) + v(2)}", "v-sweep",
        "i-sweep",
      ])
    #expect(plots[0].values(of: "V(OUT)") == [2])
  }

  @Test func csvHasOneColumnPerNumber() {
    var plot = Plot(
      title: "t", name: "AC Analysis",
      variables: [
        Plot.Variable(name: "frequency", kind: "frequency"),
        Plot.Variable(name: "v(a,b)", kind: "voltage"),
      ], isComplex: true)
    plot.values = [10, 0, 0.5, -0.25]
    #expect(plot.csv == "frequency,\"re(v(a,b))\",\"im(v(a,b))\"\n10.0,0.5,-0.25\n")
    let plots = SamplePlots.all()
    #expect(plots[1].csv.split(separator: "\n").count == 8)
    #expect(Plot.csvPaths(for: [plot], path: "a/out.csv") == ["a/out.csv"])
    #expect(
      Plot.csvPaths(for: plots, path: "a.b/out.csv") == [
        "a.b/out.op.csv", "a.b/out.dc.csv", "a.b/out.ac.csv", "a.b/out.tran.csv",
        "a.b/out.tran2.csv",
      ])
    #expect(Plot.csvPaths(for: [plot, plot], path: "out") == ["out.ac", "out.ac2"])
  }

  /// An edit of a small sound file, the reason that must be given, and where.
  static let faults: [(String, String, String, String)] = [
    ("real", "imaginary", "the flags say neither real nor complex: 'imaginary'", "Values:"),
    ("real", "real unpadded", "values stored as 'unpadded' are not read", "Values:"),
    ("real", "real fastaccess", "values stored as 'fastaccess' are not read", "Values:"),
    ("Variables: 2", "Variables: two", "number of variables is no number: 'two'", "No. Variables"),
    ("Points: 2", "Points: -2", "number of points is no number: '-2'", "No. Points"),
    ("Points: 2", "Points: 9223372036854775807", "too short for 9223372036854775807 points", ""),
    ("Points: 2", "Points: 3", "the file ends after 2 of 3 points", ""),
    ("No. Points: 2\n", "", "no number of points precedes the values", "Values:"),
    ("No. Variables: 2\n", "", "no number of variables precedes their list", "Variables:"),
    (
      "\t1\ti(v1)\tcurrent\n", "", "a line is not variable 1 with a name and a kind: 'Values:'",
      "Values:"
    ),
    ("\t1\ti(v1)", "\t2\ti(v1)", "a line is not variable 1", "\t2\ti(v1)"),
    ("Flags: ", "Flags ", "a header line has no colon: 'Flags real'", "Flags real"),
    (" 1\t3.0", " 7\t3.0", "point 1 does not begin with its index", "7\t3"),
    ("2.5", "2..5", "a value is not a number: '2..5'", "2..5"),
    ("\t4.0\n\n", "\t4.0", "the file ends inside a value of point 1", ""),
    ("2.5", "nan", "a value is not a number: 'nan'", "nan"),
    ("Values:", "Value:", "a header line has no colon", " 0\t0.0"),
  ]

  @Test(arguments: faults)
  func faultsAreLocated(old: String, new: String, reason: String, place: String) throws {
    var plot = Plot(
      title: "sound", name: "Transient Analysis",
      variables: [
        Plot.Variable(name: "time", kind: "time"), Plot.Variable(name: "i(v1)", kind: "current"),
      ])
    plot.values = [0, 2.5, 3, 4]
    let sound = String(
      decoding: RawFileWriter.encode([plot], as: .ascii, date: ""), as: UTF8.self)
    #expect(try RawFileReader.parse(Array(sound.utf8), file: "s") == [plot])
    let text = sound.replacing(old, with: new)
    #expect(text != sound)
    let error = #expect(throws: RawFileError.self) {
      try RawFileReader.parse(Array(text.utf8), file: "bad.raw")
    }
    #expect(error?.description.hasPrefix("bad.raw: at byte ") == true)
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
    let byte = try #require(error?.byte)
    if place.isEmpty {
      #expect(byte == text.utf8.count)
    } else {
      #expect(String(decoding: Array(text.utf8)[byte...], as: UTF8.self).hasPrefix(place))
    }
  }

  @Test func aMissingImaginaryPartIsLocated() throws {
    let plots = [SamplePlots.all()[2]]
    let sound = String(
      decoding: RawFileWriter.encode(plots, as: .ascii, date: ""), as: UTF8.self)
    let comma = try #require(sound.lastIndex(of: ","))
    let bad = sound[..<comma] + " " + sound[sound.index(after: comma)...]
    let error = #expect(throws: RawFileError.self) {
      try RawFileReader.parse(Array(bad.utf8), file: "bad.raw")
    }
    #expect(error?.reason == "a complex value of point 4 has no imaginary part")
    #expect(error?.byte == sound.utf8.distance(from: sound.startIndex, to: comma) + 1)
  }

  @Test func otherFormatsAreRefusedByName() {
    let files: [([UInt8], String)] = [
      ([0x1f, 0x8b, 8, 0], "gzip"), (Array("BZh9".utf8), "bzip2"),
      (Array("T\0i\0t\0l\0e\0".utf8), "LTspice"), ([0x28, 0xb5, 0x2f, 0xfd], "zstd"),
      (Array("".utf8), "empty"),
      (
        Array(
          """
          Title: x
          Flags: real
          Command: Linear Technology Corporation LTspice
          No. Variables: 1
          No. Points: 0
          Variables:
          \t0\ttime\ttime
          Binary:

          """.utf8), "single precision"
      ),
    ]
    for (bytes, word) in files {
      let error = #expect(throws: RawFileError.self) {
        try RawFileReader.parse(bytes, file: "x.raw")
      }
      #expect(error?.reason.contains(word) == true, "\(String(describing: error))")
    }
    let error = #expect(throws: RawFileError.self) { try RawFileReader.read("/no/such.raw") }
    #expect(error?.description == "/no/such.raw: no such file")
  }

  /// No prefix and no mutilation of a file may trap or take much memory.
  @Test(arguments: RawFileWriter.Encoding.allCases)
  func mutilatedFilesNeverTrap(encoding: RawFileWriter.Encoding) {
    let plots = Array(SamplePlots.all()[0..<3])
    let sound = [UInt8](RawFileWriter.encode(plots, as: encoding, date: "d"))
    for count in 0..<sound.count {
      let read = try? RawFileReader.parse(Array(sound[..<count]), file: "cut")
      // A cut at the end of a plot is no fault; nothing else may pass for the whole.
      #expect(read?.count != plots.count || sound[count...].allSatisfy { $0 == 10 })
    }
    var random = RandomStream(seed: 6)
    for _ in 0..<2000 {
      var bad = sound
      for _ in 0..<Int.random(in: 1...5, using: &random) {
        bad[Int.random(in: 0..<bad.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      _ = try? RawFileReader.parse(bad, file: "noise")
    }
  }
}
