import Files
import Foundation
import TestSupport
import Testing

@testable import Experiments

/// Runs that are repeated from the configuration that is stored with their results.
@Suite struct RepeatedRunTests {
  /// A network and images in files of their own, named by paths from the experiment's folder.
  private func workspace() throws -> TemporaryFolder {
    let folder = try Workspace.make()
    try FileContents.write(Workspace.network(), to: folder.file("work/nets/n.onnx"))
    for (name, file) in [
      ("x", "test_images"), ("y", "test_labels"), ("cx", "calibration_images"),
      ("cy", "calibration_labels"),
    ] {
      try FileContents.write(
        FileContents.read(BundledDigits.path("\(file).npy")),
        to: folder.file("work/data/\(name).npy"))
    }
    try folder.write(
      """
      version: 1
      network: {model: onnx, file: nets/n.onnx}
      data:
        model: npy
        images: data/x.npy
        labels: data/y.npy
        calibrationImages: data/cx.npy
        calibrationLabels: data/cy.npy
        normalization: {model: affine, scale: 0.0625}
      auditVectors: 0
      converterImages: 2
      quantization: {calibrationImages: 4}
      selection: {limit: 6}
      hardware:
        wires: {bitLineOhms: 300}
        converter: {model: uniform, bits: 3}
        errors: {programming: {model: stateIndependent, alpha: 0.05}}
      layers: {conv2: {path: ideal}}
      """, to: "work/E.yaml")
    return folder
  }

  private static let files = ["images.csv", "confusion.csv", "logits.csv"]

  private func results(_ path: String) throws -> [Data?] {
    Self.files.map { try? FileContents.read("\(path)/\($0)") }
  }

  /// The stored configuration as the text of a file.
  private func configuration(_ path: String) throws -> String {
    let object = try JSONSerialization.jsonObject(with: FileContents.read("\(path)/results.json"))
    return try #require((object as? [String: Any])?["configurationYAML"] as? String)
  }

  /// Every option that changes what is computed or kept is in the stored configuration: run from another
  /// folder, it gives the same bytes.
  @Test(arguments: [
    [], ["--limit", "3"], ["--limit", "9", "--path", "ideal"], ["--offset", "4", "--shuffle", "8"],
    ["--path", "exact", "--logits"], ["--layer", "dense=cholmod", "--limit", "2"],
    ["--path", "auto", "--error-budget", "25%", "--audit-rate", "0.5", "--limit", "3"],
    ["--path", "calibrated", "--cache", "models", "--limit", "3"],
    [
      "--limit", "4", "--offset", "2", "--shuffle", "5", "--layer", "conv2=exact",
      "--layer", "conv1=ideal", "--logits",
    ],
  ])
  func storedConfigurationRepeatsTheRun(_ arguments: [String]) throws {
    let folder = try workspace()
    let first = try Program.run(
      ["infer", "work/E.yaml", "--quiet", "--out", "first"] + arguments, in: folder)
    #expect(first.status == 0, "\(first.errors)")
    let stored = try configuration(folder.file("first"))
    try folder.write(stored, to: "work/again.yaml")
    let elsewhere = try TemporaryFolder()
    let again = try Program.run(
      ["infer", folder.file("work/again.yaml"), "--quiet", "--out", "second", "--threads", "1"],
      in: elsewhere)
    #expect(again.status == 0, "\(again.errors)")
    let (found, expected) = (
      try results(elsewhere.file("second")), try results(folder.file("first"))
    )
    #expect(found == expected && found[0] != nil)
    #expect((found[2] != nil) == arguments.contains("--logits"))
    #expect(try configuration(elsewhere.file("second")) == stored)
  }

  /// The options do something, or repeating without them would go unnoticed.
  @Test func optionsChangeTheResults() throws {
    let folder = try workspace()
    var seen: Set<[Data?]> = []
    let changes = [
      [], ["--limit", "3"], ["--offset", "4"], ["--shuffle", "8"], ["--path", "ideal"],
      ["--layer", "conv2=exact"],
    ]
    for arguments in changes {
      let outcome = try Program.run(
        ["infer", "work/E.yaml", "--quiet", "--out", "r", "--logits"] + arguments, in: folder)
      #expect(outcome.status == 0, "\(outcome.errors)")
      seen.insert(try results(folder.file("r")))
    }
    #expect(seen.count == changes.count)
  }

  /// The page prints what `results.json` holds.
  @Test func pagePrintsTheChanges() throws {
    let folder = try workspace()
    let outcome = try Program.run(
      [
        "infer", "work/E.yaml", "--quiet", "--out", "r", "--limit", "2", "--offset", "1",
        "--logits",
      ],
      in: folder)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try String(contentsOfFile: folder.file("r/report.html"), encoding: .utf8)
    let listing = try #require(page.components(separatedBy: "Provenance and configuration").last)
    for line in ["  limit: 2", "  offset: 1", "  logits: true", "file: nets/n.onnx"] {
      #expect(listing.contains(line), "no '\(line)'")
    }
  }
}
