import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// A path in a folder of its own, removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "tilespice-datasets-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try body(folder)
}

@Suite struct CIFAR10Tests {
  private func record(label: UInt8, seed: Int) -> [UInt8] {
    [label] + (0..<3072).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ seed) }
  }

  @Test func recordsAreLabelsAndPlanes() throws {
    try withFolder { folder in
      let records = (0..<5).map { record(label: UInt8(2 * $0), seed: $0) }
      try FileContents.write(Data(records.joined()), to: folder + "/batch.bin")
      let images = try CIFAR10Binary.load(folder + "/batch.bin")
      #expect(images.shape == [3, 32, 32] && images.count == 5)
      for k in 0..<5 {
        #expect(images.label(k) == .category(2 * k))
        #expect(try images.pixels(k) == Array(records[k].dropFirst()))
        #expect(
          try images.tensor(k, normalization: Normalization())
            == records[k].dropFirst().map { Float($0) })
      }
    }
  }

  @Test(arguments: [1, 3072, 3074, 2 * 3073 - 1]) func truncationNamesTheRecord(count: Int) throws {
    try withFolder { folder in
      let bytes = [record(label: 1, seed: 0), record(label: 2, seed: 1)].joined()
      try FileContents.write(Data(bytes.prefix(count)), to: folder + "/batch.bin")
      let error = try #require(throws: DatasetError.self) {
        _ = try CIFAR10Binary.load(folder + "/batch.bin")
      }
      #expect(error.path == folder + "/batch.bin" && error.record == count / 3073)
      #expect(error.reason.contains("truncated"))
    }
  }

  @Test func labelsAboveNineNameTheRecord() throws {
    try withFolder { folder in
      let bytes = record(label: 9, seed: 0) + record(label: 10, seed: 1)
      try FileContents.write(Data(bytes), to: folder + "/batch.bin")
      let error = try #require(throws: DatasetError.self) {
        _ = try CIFAR10Binary.load(folder + "/batch.bin")
      }
      #expect(error.record == 1 && error.reason.contains("label 10"))
    }
  }

  @Test func emptyAndAbsentFilesAreRefused() throws {
    try withFolder { folder in
      try FileContents.write(Data(), to: folder + "/empty.bin")
      #expect(throws: DatasetError.self) { try CIFAR10Binary.load(folder + "/empty.bin") }
      let error = #expect(throws: DatasetError.self) { try CIFAR10Binary.load(folder + "/no.bin") }
      #expect(error?.reason == "no such file")
    }
  }

  @Test(.enabled(if: SharedData.isPresent)) func theSharedBatchHasTenClasses() throws {
    let images = try CIFAR10Binary.load(SharedData.path("cifar10/test_batch.bin"))
    #expect(images.count == 1000 && images.classes?.max() == 9)
    #expect(Set(images.classes ?? []).count == 10)
  }
}

@Suite struct NPYImagesTests {
  private func load(
    _ images: Data, _ labels: Data, in folder: String
  ) throws -> LabelledImages {
    try FileContents.write(images, to: folder + "/images.npy")
    try FileContents.write(labels, to: folder + "/labels.npy")
    return try NPYImages.load(images: folder + "/images.npy", labels: folder + "/labels.npy")
  }

  @Test(arguments: [[4, 2, 3, 5], [4, 3, 5], [4, 7]])
  func imagesKeepTheirOrder(shape: [Int]) throws {
    try withFolder { folder in
      let values = (0..<shape.reduce(1, *)).map { Float($0) + 0.25 }
      let images = try load(
        NPYFile.encode(values, shape: shape), NPYFile.encode([3.0, 1, 4, 1], shape: [4]),
        in: folder)
      #expect(images.shape == Array(shape.dropFirst()))
      #expect(images.classes == [3, 1, 4, 1])
      let flat = try (0..<4).flatMap { try images.tensor($0, normalization: Normalization()) }
      #expect(flat == values)
      #expect(try images.pixels(0).first == 0)
    }
  }

  @Test func theBundledDigitsAreBytes() throws {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    let digits = try NPYImages.load(
      images: folder + "/Sources/Experiments/Resources/digits/test_images.npy",
      labels: folder + "/Sources/Experiments/Resources/digits/test_labels.npy")
    #expect(digits.shape == [1, 8, 8] && digits.count == 540 && digits.classes?.max() == 9)
    #expect(try digits.pixels(0).max().map { $0 <= 16 } == true)
  }

  @Test func filesThatDoNotFitAreNamed() throws {
    try withFolder { folder in
      let image = NPYFile.encode([Float](repeating: 0, count: 8), shape: [2, 2, 2])
      let labels = NPYFile.encode([0.0, 1], shape: [2])
      let faults: [(Data, Data, String, Int?)] = [
        (NPYFile.encode([Float(0)], shape: [1]), labels, "images", nil),
        (NPYFile.encode([Float](), shape: [0, 2, 2]), labels, "images", nil),
        (
          NPYFile.encode([Float](repeating: .nan, count: 8), shape: [2, 2, 2]) as Data, labels,
          "images", 0
        ),
        (image.dropLast(), labels, "images", nil),
        (image, NPYFile.encode([0.0], shape: [1]), "labels", nil),
        (image, NPYFile.encode([0.0, 1], shape: [2, 1]), "labels", nil),
        (image, NPYFile.encode([0.0, -1], shape: [2]), "labels", 1),
        (image, NPYFile.encode([0.5, 1], shape: [2]), "labels", 0),
        (image, NPYFile.encode([Double.nan, 1], shape: [2]), "labels", 0),
        (image, NPYFile.encode([0, 1e300], shape: [2]), "labels", 1),
      ]
      for (images, labels, file, record) in faults {
        let error = try #require(throws: DatasetError.self) {
          _ = try load(images, labels, in: folder)
        }
        #expect(error.path == folder + "/\(file).npy" && error.record == record, "\(error)")
      }
    }
  }
}

@Suite struct LabelledImagesTests {
  private static func made(
    _ pixels: LabelledImages.Pixels, shape: [Int] = [3, 1, 2], labels: [Int] = [7, 8]
  ) -> LabelledImages {
    LabelledImages(shape: shape, pixels: pixels, count: 2, labels: .classes(labels), origin: nil)
  }

  private static let bytes: [UInt8] = [0, 255, 51, 102, 10, 20, 1, 2, 3, 4, 5, 6]
  private let images = made(.bytes(bytes))

  @Test func normalizationIsPerChannel() throws {
    let values = try images.tensor(
      0, normalization: Normalization(scale: 2, mean: [1, 2, 4], deviation: [1, 10, 2]))
    #expect(values == [-1, 509, 10, 20.2, 8, 18])
    let shared = try images.tensor(1, normalization: Normalization(mean: [1], deviation: [2]))
    #expect(shared == [0, 0.5, 1, 1.5, 2, 2.5])
  }

  @Test func imageNetStatisticsAreTorchvisions() throws {
    let values = try images.tensor(0, normalization: .imageNet)
    let expected = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
    for (k, pixel) in try images.pixels(0).enumerated() {
      let (mean, deviation) = expected[k / 2]
      #expect(abs(Double(values[k]) - (Double(pixel) / 255 - mean) / deviation) < 2e-6)
    }
  }

  @Test func normalizationsThatDoNotFitSayWhy() {
    #expect(Normalization.imageNet.fault(channels: 3) == nil)
    #expect(Normalization.imageNet.fault(channels: 1)?.contains("mean has 3 values") == true)
    #expect(Normalization(deviation: [0]).fault(channels: 3) != nil)
    #expect(Normalization(scale: .nan).fault(channels: 3) != nil)
  }

  @Test func prefixesKeepTheFirstImages() throws {
    let first = images.prefix(1)
    #expect(first.count == 1 && first.label(0) == .category(7))
    #expect(try first.pixels(0) == images.pixels(0))
    #expect(images.prefix(9).count == 2 && images.prefix(0).count == 0)
  }

  /// Shape, labels, kind and pixels are all part of the identity.
  @Test func hashesTellDataSetsApart() {
    let others = [
      images.prefix(1), images.withoutLabels,
      Self.made(.bytes(Self.bytes), shape: [3, 2, 1]),
      Self.made(.bytes(Self.bytes), labels: [8, 7]),
      Self.made(.bytes(Self.bytes.reversed())), Self.made(.floats(Self.bytes.map { Float($0) })),
    ]
    #expect(Set(others.map(\.contentHash) + [images.contentHash]).count == 7)
    #expect(images.contentHash == images.prefix(2).contentHash)
  }
}

/// The same for asynchronous bodies.
func withFolderAsync<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let folder = NSTemporaryDirectory() + "tilespice-datasets-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: folder) }
  return try await body(folder)
}
