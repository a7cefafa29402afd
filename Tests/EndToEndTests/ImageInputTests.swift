import Files
import Foundation
import TestSupport
import Testing

/// Folders of image files as users have them, with everything that may be wrong.
@Suite struct ImageInputTests {
  /// A JPEG of the tests of data sets.
  private static let picture: String = {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("DatasetsTests/Resources/pattern.jpg").path
  }()

  /// Four images and their labels for the digits network.
  private static func workspace() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let bytes = try FileContents.read(picture)
    for name in ["a.jpg", "b.jpg", "c.jpg", "d.jpg"] {
      try FileContents.write(bytes, to: folder.file("val/\(name)"))
    }
    try folder.write("a.jpg 0\nb.jpg 1\nc.jpg 2\nd.jpg 9\n", to: "labels.txt")
    try folder.write(
      """
      version: 1
      auditVectors: 0
      path: ideal
      data:
        model: images
        test: val
        testLabels: labels.txt
        calibration: val
        calibrationLabels: labels.txt
        resize: 8
        crop: {model: centre, height: 8, width: 8}
        channels: grey
        normalization: {model: affine, scale: 0.00392}
      """, to: "E.yaml")
    return folder
  }

  private static let infer = ["infer", "E.yaml", "--quiet", "--out", "o"]

  private static func cut(_ folder: TemporaryFolder) throws {
    let bytes = try FileContents.read(picture)
    try FileContents.write(bytes.prefix(bytes.count / 2), to: folder.file("val/b.jpg"))
  }

  @Test func damagedImageStopsOrIsSkippedByName() throws {
    let folder = try Self.workspace()
    #expect(try Program.run(Self.infer, in: folder).status == 0)
    try Self.cut(folder)
    try FileManager.default.removeItem(atPath: folder.file("o"))
    let before = folder.contents
    for more in [[], ["--on-bad-image", "stop"]] {
      let stopped = try Program.run(Self.infer + more, in: folder)
      #expect(stopped.status == 1 && stopped.output == "")
      #expect(stopped.errors.contains("val/b.jpg: is a damaged JPEG"), "\(stopped.errors)")
    }
    #expect(folder.contents == before)
    let skipped = try Program.run(Self.infer + ["--on-bad-image", "skip"], in: folder)
    #expect(skipped.status == 0, "\(skipped.errors)")
    #expect(skipped.output.contains("experiment: 3 images"))
    // Once as evaluated, once as calibrated on.
    #expect(skipped.output.contains("Left out: 2 images"))
    #expect(skipped.output.contains("val/b.jpg: is a damaged JPEG"))
    for file in ["o/results.json", "o/report.html"] {
      let text = try String(contentsOfFile: folder.file(file), encoding: .utf8)
      #expect(text.contains("b.jpg: is a damaged JPEG"), "\(file)")
    }
    let json = try JSONSerialization.jsonObject(
      with: FileContents.read(folder.file("o/results.json")))
    let configuration = "\((json as? [String: Any])?["configuration"] ?? "")"
    #expect(configuration.contains(/onBadImage.*skip/), "\(configuration)")
    let images = try String(contentsOfFile: folder.file("o/images.csv"), encoding: .utf8)
    #expect(
      images.split(separator: "\n").map { $0.split(separator: ",")[1] }.dropFirst()
        == ["a.jpg", "c.jpg", "d.jpg"])
  }

  struct Fault: CustomTestStringConvertible, Sendable {
    var name: String
    var arguments: [String] = []
    var status: Int32 = 1
    var message: String
    var prepare: @Sendable (TemporaryFolder) throws -> Void = { _ in }
    var testDescription: String { name }
  }

  static let faults: [Fault] = [
    Fault(
      name: "label beyond the classes",
      message: "labels.txt:3: image c.jpg has the label 10; the network has classes 0 to 9"
    ) { try $0.write("a.jpg 0\nb.jpg 1\nc.jpg 10\nd.jpg 9\n", to: "labels.txt") },
    Fault(name: "image without a label", message: "labels.txt: has no line for c.jpg") {
      try $0.write("a.jpg 0\nb.jpg 1\nd.jpg 9\n", to: "labels.txt")
    },
    Fault(name: "label that is no number", message: "labels.txt:2: 'dog' is no class index") {
      try $0.write("a.jpg 0\nb.jpg dog\nc.jpg 2\nd.jpg 9\n", to: "labels.txt")
    },
    Fault(name: "no labels file", message: "data.testLabels: no such file") {
      try FileManager.default.removeItem(atPath: $0.file("labels.txt"))
    },
    Fault(
      name: "wrong size", message: "takes images of shape [1, 8, 8], the data set holds [1, 8, 7]"
    ) {
      let yaml = try String(contentsOfFile: $0.file("E.yaml"), encoding: .utf8)
      try $0.write(yaml.replacingOccurrences(of: "width: 8", with: "width: 7"), to: "E.yaml")
    },
    Fault(name: "every image damaged", arguments: ["--on-bad-image", "skip"], message: "a.jpg: is")
    {
      for name in ["a", "b", "c", "d"] { try $0.write("no image", to: "val/\(name).jpg") }
    },
    Fault(
      name: "word that is no choice", arguments: ["--on-bad-image", "ignore"], status: 64,
      message: "'ignore'"),
    Fault(
      name: "choice for data that are no files", arguments: ["--on-bad-image", "skip"],
      message: "--on-bad-image"
    ) { try $0.write("version: 1\n", to: "E.yaml") },
  ]

  @Test(arguments: faults) func faultIsNamedAndNothingIsWritten(_ fault: Fault) throws {
    let folder = try Self.workspace()
    try fault.prepare(folder)
    let before = folder.contents
    let outcome = try Program.run(Self.infer + fault.arguments, in: folder)
    #expect(outcome.status == fault.status, "\(outcome.errors)")
    #expect(outcome.errors.contains(fault.message), "\(outcome.errors)")
    #expect(outcome.output == "" && folder.contents == before)
  }

  /// A file that is damaged while the run goes on: what was finished before is kept.
  @Test func imageLostOnTheWayKeepsWhatIsFinished() throws {
    let folder = try Self.workspace()
    // Circuits of all layers take half a second per image.
    let arguments = Self.infer + ["--path", "cholmod", "--threads", "1"]
    let running = try Program.start(arguments, in: folder)
    let deadline = Date(timeIntervalSinceNow: 60)
    while running.process.isRunning, Date() < deadline {
      let text = try? String(contentsOfFile: folder.file("o/partial.jsonl"), encoding: .utf8)
      if text?.contains("ideal") == true { break }
      usleep(1000)
    }
    try FileManager.default.removeItem(atPath: folder.file("val/d.jpg"))
    let outcome = try running.outcome()
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("val/d.jpg: no such file"), "\(outcome.errors)")
    #expect(outcome.errors.contains("o/partial.jsonl holds the finished images"))
    try FileContents.write(try FileContents.read(Self.picture), to: folder.file("val/d.jpg"))
    let resumed = try Program.run(arguments + ["--resume"], in: folder)
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(resumed.output.contains("experiment: 4 images"))
  }
}
