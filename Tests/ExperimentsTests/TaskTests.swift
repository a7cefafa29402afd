import Files
import Foundation
import Inference
import NumericKernels
import TestSupport
import Testing

@testable import Experiments

/// Runs with labels of every kind, and without.
@Suite struct TaskTests {
  /// Numbers that look random, from 0 up to `limit`.
  private static func draws(_ count: Int, below limit: Double, seed: UInt64) -> [Double] {
    var random = RandomStream(seed: seed, stream: 0)
    return (0..<count).map { _ in limit * Double(random.next() >> 11) / 9_007_199_254_740_992 }
  }

  /// A folder with images `[8, 1, 4, 4]`, the network of maps and labels from `labels`.
  private static func maps(_ labels: [Double]) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try SmallNetworks.write(SmallNetworks.maps, to: "maps.onnx", in: folder)
    let pixels = draws(8 * 16, below: 4, seed: 3)
    try folder.write(pixels.map { $0 - 2 }, shape: [8, 1, 4, 4], to: "images.npy")
    try folder.write(labels, shape: [8, 4, 4], to: "labels.npy")
    return folder
  }

  private static func experiment(_ network: String, task: String, labels: String = "labels.npy")
    -> String
  {
    """
    version: 1
    auditVectors: 0
    network: {model: onnx, file: \(network)}
    data:
      model: npy
      images: images.npy
      labels: \(labels)
      calibrationImages: images.npy
    task: \(task)
    hardware:
      wires: {bitLineOhms: 200}
      converter: {model: uniform, bits: 4}
    """
  }

  private static func run(
    _ folder: TemporaryFolder, _ yaml: String, width: Int = 2, bytes: Int = 1 << 20
  ) async throws -> ExperimentRecord {
    let spec = try ExperimentSpec(contentsOf: folder.write(yaml, to: "E.yaml"))
    let runner = try await ExperimentRunner(spec, limit: nil, width: width)
    return try await runner.run(
      keepsLogits: true, memory: PreparedArrays.memory, references: ReferenceOutputs(bytes: bytes))
  }

  /// Every path with the digital networks that come before it.
  private static func paths(_ record: ExperimentRecord) -> [(
    own: ExperimentRecord.RunResult, references: [ExperimentRecord.RunResult]
  )] {
    let (float, integer) = (record.float, record.integer)
    return [(float, []), (integer, [float])]
      + record.points[0].results.map { ($0, [float, integer]) }
  }

  /// Equal but for the order of sums of at most `terms` numbers.
  private static func agree(_ first: Double?, _ second: Double?, terms: Int) -> Bool {
    guard let first, let second else { return first == nil && second == nil }
    return (first - second).magnitude <= Double(8 * terms) * .ulpOfOne * second.magnitude
  }

  /// Against the definition of every error, number by number.
  private static func check(_ record: ExperimentRecord, outputs: Int) throws {
    for (own, references) in paths(record) {
      #expect(own.outputErrors.map(\.reference) == references.map(\.label))
      for (errors, reference) in zip(own.outputErrors, references) {
        let all = own.outputs.joined().map(Double.init)
        let exact = reference.outputs.joined().map(Double.init)
        let differences = zip(all, exact).map { $0 - $1 }
        func rms(_ values: [Double]) -> Double {
          (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
        }
        let relative = rms(differences) / rms(exact)
        #expect(agree(errors.relativeRMS, relative, terms: all.count))
        #expect(
          errors.worst == Double(differences.map { Float($0.magnitude) }.max() ?? .nan))
        if relative > 0 {
          let decibels = try #require(errors.signalToErrorDecibels)
          #expect((decibels + 20 * log10(relative)).magnitude < 1e-9)
        }
        let byOutput = try #require(errors.outputs)
        #expect(byOutput.errorRMS.count == outputs)
        let positions = own.outputs[0].count / outputs
        for output in 0..<outputs {
          let places = all.indices.filter { $0 / positions % outputs == output }
          // Norms of single images are kept in single precision.
          let error = rms(places.map { differences[$0] })
          #expect((byOutput.errorRMS[output] - error).magnitude <= 1e-6 * error)
          #expect(
            byOutput.worst[output]
              == Double(places.map { Float(differences[$0].magnitude) }.max() ?? .nan))
        }
      }
    }
  }

  /// The digits with their labels and without give the same errors of outputs; agreement is that of
  /// the predictions.
  @Test func outputErrorsNeedNoLabels() async throws {
    let folder = try TemporaryFolder()
    let common = "selection: {limit: 12}\nauditVectors: 0\nhardware: {wires: {bitLineOhms: 500}}\n"
    let labelled = try await Self.run(folder, "version: 1\n" + common)
    let bare = try await Self.run(folder, "version: 1\ntask: none\n" + common)
    #expect(labelled.task == "classification" && bare.task == "none")
    #expect(bare.labels.isEmpty && bare.float.classification == nil)
    #expect(bare.imageCount == 12 && bare.names == labelled.names)
    try Self.check(bare, outputs: 10)
    for (own, other) in zip(Self.paths(bare), Self.paths(labelled)) {
      #expect(own.own.outputErrors == other.own.outputErrors)
      #expect(own.own.predictions == other.own.predictions)
      for (errors, reference) in zip(own.own.outputErrors, own.references) {
        let same = zip(own.own.predictions, reference.predictions).count { $0 == $1 }
        #expect(errors.agreement == Double(same) / 12)
      }
    }
    let exact = try #require(bare.points[0].results.last)
    #expect(try #require(exact.errors(from: "int8")?.relativeRMS) > 0.001)
  }

  /// Numbers as labels, against the definitions of the mean square error and of R².
  @Test func regressionIsJudgedByNumbers() async throws {
    let folder = try TemporaryFolder()
    try SmallNetworks.write(SmallNetworks.channelsLast, to: "n.onnx", in: folder)
    try folder.write(Self.draws(8 * 32, below: 4, seed: 3), shape: [8, 4, 4, 2], to: "images.npy")
    let labels = Self.draws(8 * 3, below: 2, seed: 4)
    try folder.write(labels, shape: [8, 3], to: "labels.npy")
    let record = try await Self.run(folder, Self.experiment("n.onnx", task: "regression"))
    try Self.check(record, outputs: 3)
    let targets = labels.map { Double(Float($0)) }
    let means = (0..<3).map { k in (0..<8).reduce(0) { $0 + targets[3 * $1 + k] } / 8 }
    let spread = targets.indices.reduce(0.0) {
      $0 + (targets[$1] - means[$1 % 3]) * (targets[$1] - means[$1 % 3])
    }
    for (own, references) in Self.paths(record) {
      let found = try #require(own.regression)
      #expect(own.correct == nil && own.segmentation == nil)
      let squares = zip(own.outputs.joined(), targets).map {
        (Double($0) - $1) * (Double($0) - $1)
      }
      let sum = squares.reduce(0, +)
      #expect(Self.agree(found.meanSquareError, sum / 24, terms: 24))
      #expect((try #require(found.rSquared) - (1 - sum / spread)).magnitude < 1e-12)
      guard references.count > 1, let digital = references[1].regression else {
        #expect(found.difference == nil)
        continue
      }
      let differences = zip(found.imageErrors, digital.imageErrors).map { $0 - $1 }
      let mean = differences.reduce(0, +) / 8
      let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7
      let difference = try #require(found.difference)
      #expect((difference.value - mean).magnitude < 1e-12)
      #expect(
        (try #require(difference.halfWidth) - 1.959963984540054 * (variance / 8).squareRoot())
          .magnitude < 1e-12)
    }
  }

  /// Maps of classes as labels, position by position.
  @Test func segmentationIsJudgedByMaps() async throws {
    let labels = Self.draws(8 * 16, below: 4, seed: 9).map { $0 >= 3 ? 255 : $0.rounded(.down) }
    let folder = try Self.maps(labels)
    let record = try await Self.run(
      folder, Self.experiment("maps.onnx", task: "{model: segmentation, ignoreIndex: 255}"))
    #expect(record.outputShape == [3, 4, 4])
    try Self.check(record, outputs: 3)
    for (own, references) in Self.paths(record) {
      let found = try #require(own.segmentation)
      #expect(own.predictions.isEmpty && own.regression == nil)
      func classes(_ result: ExperimentRecord.RunResult) -> [Int] {
        var found: [Int] = []
        for outputs in result.outputs {
          for p in 0..<16 {
            let best = max(outputs[p], outputs[16 + p], outputs[32 + p])
            found.append(outputs[p] == best ? 0 : outputs[16 + p] == best ? 1 : 2)
          }
        }
        return found
      }
      let predicted = classes(own)
      let counted = labels.indices.filter { labels[$0] != 255 }
      let right = counted.count { Double(predicted[$0]) == labels[$0] }
      #expect(found.pixelAccuracy == Double(right) / Double(counted.count))
      let unions = (0..<3).map { c in
        let (label, own) = (
          counted.filter { labels[$0] == Double(c) }, counted.filter { predicted[$0] == c }
        )
        let both = Set(label).intersection(own).count
        return Double(both) / Double(Set(label).union(own).count)
      }
      #expect(found.intersectionOverUnion == unions)
      #expect(
        Self.agree(found.meanIntersectionOverUnion, unions.reduce(0, +) / 3, terms: 3))
      for (errors, reference) in zip(own.outputErrors, references) {
        let same = zip(predicted, classes(reference)).count { $0 == $1 }
        #expect(errors.agreement == Double(same) / 128)
      }
      #expect((found.intersectionDifference != nil) == (references.count > 1))
    }
  }

  /// Results do not depend on the number of tasks, nor on whether the digital outputs are kept or
  /// computed again; a run that goes on gives what one run gives.
  @Test(arguments: ["none", "{model: segmentation, ignoreIndex: null}"])
  func resultsAreThoseOfOneRun(task: String) async throws {
    let folder = try Self.maps(Self.draws(128, below: 3, seed: 9).map { $0.rounded(.down) })
    let yaml = Self.experiment("maps.onnx", task: task)
    let whole = try await Self.run(folder, yaml, width: 1).timeless
    #expect(try await Self.run(folder, yaml, width: 4, bytes: 0).timeless == whole)
    let spec = try ExperimentSpec(contentsOf: folder.file("E.yaml"))
    let runner = try await ExperimentRunner(spec, limit: nil, width: 2)
    let path = folder.file("partial.jsonl")
    let first = try PartialResults(runner.identity(keepsLogits: true), path: path, resumes: false)
    _ = try await runner.run(keepsLogits: true, partial: first)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 1 + 4 * 8)
    for kept in [3, 11, 20, 30] {
      try FileContents.write(lines.prefix(1 + kept).joined(separator: "\n") + "\n", to: path)
      let partial = try PartialResults(
        runner.identity(keepsLogits: true), path: path, resumes: true)
      var record = try await runner.run(keepsLogits: true, partial: partial).timeless
      record.threads = 1
      #expect(record == whole)
    }
  }

  /// Files with channels last and first are the same images to a network that takes either.
  @Test func networkGetsTheOrderOfAxesThatItTakes() async throws {
    let folder = try TemporaryFolder()
    try SmallNetworks.write(SmallNetworks.channelsLast, to: "n.onnx", in: folder)
    let pixels = Self.draws(8 * 32, below: 4, seed: 3)
    var planes = pixels
    for (k, pixel) in pixels.enumerated() { planes[k / 32 * 32 + k % 2 * 16 + k % 32 / 2] = pixel }
    var outputs: [[[Float]]] = []
    for (values, shape) in [(pixels, [8, 4, 4, 2]), (planes, [8, 2, 4, 4])] {
      try folder.write(values, shape: shape, to: "images.npy")
      let record = try await Self.run(
        folder, Self.experiment("n.onnx", task: "none", labels: "null"))
      outputs += [record.float.outputs, record.points[0].results[1].outputs]
    }
    #expect(outputs[0] == outputs[2] && outputs[1] == outputs[3] && outputs[0] != outputs[1])
  }

  /// The first class that the network does not have, at one position of the last image.
  @Test(arguments: [
    ("segmentation", "; task.ignoreIndex leaves out positions"),
    ("{model: segmentation, ignoreIndex: 255}", ""),
  ])
  func mapsBeyondTheOutputsAreRefused(task: String, hint: String) async throws {
    let folder = try Self.maps([Double](repeating: 2, count: 8 * 16 - 1) + [3])
    await #expect {
      _ = try await Self.run(folder, Self.experiment("maps.onnx", task: task))
    } throws: {
      "\($0)"
        == "data.labels: \(folder.path)/labels.npy: record 7: image 7 has the label 3; the network "
        + "has classes 0 to 2\(hint)"
    }
  }

  struct Fault: CustomTestStringConvertible, Sendable {
    var task: String
    var images = [8, 4, 4, 2]
    var shape: [Int]
    var label = 1.0
    var more = ""
    var message: String
    var testDescription: String { message }
  }

  @Test(arguments: [
    Fault(
      task: "classification", shape: [8], label: 3,
      message: "data.labels: FOLDER/labels.npy: record 7: image 7 has the label 3; the network has "
        + "classes 0 to 2"),
    Fault(
      task: "classification", shape: [8], label: 2, more: "  labelOffset: 1",
      message:
        "data.labels: FOLDER/labels.npy: record 7: image 7 has the label 3 after labelOffset "
        + "and labelMap; the network has classes 0 to 2"),
    Fault(
      task: "regression", shape: [8, 2],
      message:
        "data.labels: has labels of shape [2] for each image; the network's output has shape "
        + "[3]"),
    Fault(
      task: "segmentation", shape: [8, 2, 2],
      message: "data.labels: has labels of shape [2, 2] for each image; the network's output has "
        + "shape [3], which is not [classes, height, width] of that size"),
    Fault(
      task: "regression", shape: [8, 3], more: "  labelOffset: 1",
      message: "data.labelOffset: changes classes, which the labels of task regression are not"),
    Fault(
      task: "none", images: [8, 2, 4, 4], shape: [8], more: "  layout: channelsLast",
      message: "FOLDER/n.onnx takes images of shape [4, 4, 2], the data set holds [2, 4, 4], which "
        + "does not fit with data.layout: channelsLast"),
    Fault(
      task: "none", images: [8, 4, 8], shape: [8],
      message:
        "FOLDER/n.onnx takes images of shape [4, 4, 2], the data set holds [4, 8], which fits "
        + "in no order of axes (data.layout)"),
  ])
  func labelsThatDoNotFitAreRefused(_ fault: Fault) async throws {
    let folder = try TemporaryFolder()
    try SmallNetworks.write(SmallNetworks.channelsLast, to: "n.onnx", in: folder)
    try folder.write(Self.draws(8 * 32, below: 4, seed: 3), shape: fault.images, to: "images.npy")
    var labels = [Double](repeating: 0, count: fault.shape.reduce(1, *))
    labels[labels.count - 1] = fault.label
    try folder.write(labels, shape: fault.shape, to: "labels.npy")
    let yaml = Self.experiment("n.onnx", task: fault.task).replacingOccurrences(
      of: "  labels: labels.npy\n", with: "  labels: labels.npy\n\(fault.more)\n")
    await #expect {
      _ = try await Self.run(folder, yaml)
    } throws: {
      "\($0)" == fault.message.replacingOccurrences(of: "FOLDER", with: folder.path)
    }
  }

  /// Classes of images on a network of maps: what they are taken for is said.
  @Test func classesOfMapsAreDoubted() async throws {
    let folder = try Self.maps([Double](repeating: 0, count: 128))
    try folder.write([Double](repeating: 0, count: 8), shape: [8], to: "classes.npy")
    func warnings(_ task: String, _ labels: String) async throws -> [String] {
      let yaml = Self.experiment("maps.onnx", task: task, labels: labels)
      let spec = try ExperimentSpec(contentsOf: folder.write(yaml, to: "E.yaml"))
      return try await ExperimentRunner(spec, limit: nil, width: 1).warnings
    }
    #expect(
      try await warnings("classification", "classes.npy") == [
        "data.labels gives a class for each image, and the network's output has shape [3, 4, 4]: "
          + "its 48 values are taken as classes (classes of positions are task: segmentation)"
      ])
    #expect(try await warnings("segmentation", "labels.npy") == [])
    let digits = try await ExperimentRunner(
      ExperimentSpec(yaml: "version: 1", file: "E.yaml"), limit: 1, width: 1)
    #expect(digits.warnings == [])
  }

  @Test func taskWithoutLabelsIsRefused() async throws {
    let folder = try Self.maps([Double](repeating: 0, count: 128))
    await #expect {
      _ = try await Self.run(
        folder, Self.experiment("maps.onnx", task: "segmentation", labels: "null"))
    } throws: {
      "\($0)" == "data.labels: is missing, and the task segmentation needs labels"
    }
    await #expect {
      _ = try await Self.run(folder, "version: 1\ntask: regression\n")
    } throws: {
      "\($0)".hasPrefix("data: gives a class for each image; the task regression takes labels")
    }
  }
}

extension ExperimentRecord {
  /// The record without times and tasks.
  fileprivate var timeless: ExperimentRecord {
    var record = self
    func clear(_ result: inout RunResult) {
      (result.seconds, result.imagesTimed, result.layerSeconds) = (0, 0, [])
    }
    clear(&record.float)
    clear(&record.integer)
    record.threads = 1
    for point in record.points.indices {
      record.points[point].preparationSeconds = 0
      for result in record.points[point].results.indices {
        clear(&record.points[point].results[result])
      }
    }
    return record
  }
}
