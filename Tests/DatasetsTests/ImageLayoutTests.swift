import Files
import Foundation
import Testing

@testable import Datasets

/// Images in NumPy files of any rank and order of axes, as networks take them.
@Suite struct ImageLayoutTests {
  /// Images of `shape` whose numbers count up from 0, without labels.
  private func images(
    _ shape: [Int], kind: NPYFile.ElementKind = .float32, in folder: String
  ) throws -> LabelledImages {
    let path = folder + "/images.npy"
    let count = shape.reduce(1, *)
    var bytes = NPYFile.header(kind: kind, shape: shape)
    for k in 0..<count {
      switch kind {
      case .float64: withUnsafe(Double(k).bitPattern.littleEndian, &bytes)
      case .int64: withUnsafe(Int64(k).littleEndian, &bytes)
      case .int16: withUnsafe(Int16(k).littleEndian, &bytes)
      case .uint8: bytes.append(UInt8(k))
      default: withUnsafe(Float(k).bitPattern.littleEndian, &bytes)
      }
    }
    try FileContents.write(bytes, to: path)
    return try NPYImages.load(images: path, labels: nil)
  }

  private func withUnsafe<Number: FixedWidthInteger>(_ number: Number, _ bytes: inout Data) {
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> Number(shift)))
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var stored: [Int], network: [Int]
    var layout: ImageLayout?
    /// Order of axes of the file and of the input; `nil` if nothing fits.
    var found: (ImageLayout, ImageLayout)?
    var testDescription: String { "\(stored) for \(network), \(layout?.rawValue ?? "no key")" }
  }

  static let cases = [
    Case(stored: [3, 4, 5], network: [3, 4, 5], found: (.channelsFirst, .channelsFirst)),
    Case(stored: [4, 5, 3], network: [3, 4, 5], found: (.channelsLast, .channelsFirst)),
    Case(stored: [3, 4, 5], network: [4, 5, 3], found: (.channelsFirst, .channelsLast)),
    Case(
      stored: [4, 5, 3], network: [4, 5, 3], layout: .channelsLast,
      found: (.channelsLast, .channelsLast)),
    // As it lies; without a key the first axis is that of the channels.
    Case(stored: [4, 5, 3], network: [4, 5, 3], found: (.channelsFirst, .channelsFirst)),
    // Both fit: the key decides.
    Case(stored: [3, 3, 3], network: [3, 3, 3], found: (.channelsFirst, .channelsFirst)),
    Case(
      stored: [3, 3, 3], network: [3, 3, 3], layout: .channelsLast,
      found: (.channelsLast, .channelsLast)),
    // The key is wrong, or the sizes.
    Case(stored: [4, 5, 3], network: [3, 4, 5], layout: .channelsFirst, found: nil),
    Case(stored: [3, 4, 5], network: [3, 5, 4], found: nil),
    Case(stored: [2, 6], network: [2, 6], found: (.channelsFirst, .channelsFirst)),
    Case(stored: [6, 2], network: [2, 6], found: (.channelsLast, .channelsFirst)),
    Case(stored: [7], network: [7], found: (.channelsFirst, .channelsFirst)),
    Case(stored: [7], network: [8], found: nil),
    Case(stored: [4, 5], network: [1, 4, 5], found: (.channelsFirst, .channelsFirst)),
    Case(stored: [4, 5], network: [4, 5, 1], found: (.channelsFirst, .channelsLast)),
    Case(stored: [2, 3, 4, 5], network: [2, 3, 4, 5], found: (.channelsFirst, .channelsFirst)),
  ]

  @Test(arguments: cases) func shapesTellTheOrderOfAxes(_ one: Case) throws {
    try withFolder { folder in
      let images = try images([2] + one.stored, in: folder)
      let fitted = images.fitting(one.network, layout: one.layout)
      guard let found = one.found else {
        #expect(fitted == nil)
        return
      }
      let own = try #require(fitted)
      #expect(own.shape == one.network)
      // The obvious twin: every number by its indices.
      let raw = (0..<one.stored.reduce(1, *)).map { Float($0 + one.stored.reduce(1, *)) }
      let isLifted = one.stored.count + 1 == one.network.count
      let stored = isLifted ? [1] + one.stored : one.stored
      let channels = found.0 == .channelsFirst ? stored[0] : stored[stored.count - 1]
      let plane = raw.count / channels
      var expected = raw
      for c in 0..<channels {
        for p in 0..<plane {
          let from = found.0 == .channelsFirst ? c * plane + p : p * channels + c
          let to = found.1 == .channelsFirst ? c * plane + p : p * channels + c
          expected[to] = (raw[from] - Float(c)) / Float(c + 1)
        }
      }
      let normalization = Normalization(
        mean: (0..<channels).map(Float.init), deviation: (1...channels).map(Float.init))
      #expect(own.channelCount == channels)
      #expect(try own.tensor(1, normalization: normalization) == expected)
    }
  }

  /// Planes of image files have a known order: only the network's is open.
  @Test func planesOfImageFilesGoWhereTheNetworkWantsThem() {
    func fit(_ network: [Int], _ layout: ImageLayout?) -> ImageArrangement? {
      .fitting([3, 4, 4], to: network, layout: layout, knowsAxes: true)
    }
    #expect(fit([3, 4, 4], nil)?.given == .channelsFirst)
    #expect(fit([4, 4, 3], nil)?.given == .channelsLast)
    #expect(fit([4, 4, 3], .channelsFirst) == nil)
    #expect(fit([4, 4], nil) == nil)
    let gray = ImageArrangement.fitting([1, 4, 4], to: [4, 4], layout: nil, knowsAxes: true)
    #expect(gray?.shape == [4, 4])
    let cube = ImageArrangement.fitting(
      [3, 3, 3], to: [3, 3, 3], layout: .channelsLast, knowsAxes: true)
    #expect(cube?.stored == .channelsFirst && cube?.given == .channelsLast)
  }

  @Test(arguments: [NPYFile.ElementKind.float64, .int64, .int16, .uint8])
  func numbersOfEveryKindAreRead(kind: NPYFile.ElementKind) throws {
    try withFolder { folder in
      let images = try images([3, 4], kind: kind, in: folder)
      #expect(try images.tensor(2, normalization: .none) == [8, 9, 10, 11])
      #expect(images.label(0) == .none && images.classes == nil)
      #expect(
        try images.tensor(1, normalization: .toTensor) == [4, 5, 6, 7].map { Float($0) / 255 })
    }
  }
}

/// Labels other than one class for each image, and classes that are not the network's.
@Suite struct ImageLabelsTests {
  private func load(
    _ labels: Data, _ kind: LabelKind, count: Int = 3, in folder: String
  ) throws -> LabelledImages {
    try FileContents.write(
      NPYFile.encode([Float](repeating: 1, count: count * 2), shape: [count, 2]),
      to: folder + "/images.npy")
    try FileContents.write(labels, to: folder + "/labels.npy")
    return try NPYImages.load(
      images: folder + "/images.npy", labels: folder + "/labels.npy", kind: kind)
  }

  @Test func numbersAndMapsAreThoseOfTheirImage() throws {
    try withFolder { folder in
      let numbers = try load(
        NPYFile.encode([0.5, 1, -2, 3, 4, 5], shape: [3, 2]), .values, in: folder)
      #expect(numbers.label(1) == .values([-2, 3]) && numbers.labelShape == [2])
      let last = numbers.selecting(ImageSelection(offset: 2))
      #expect(last.label(0) == .values([4, 5]))
      let maps = try load(
        NPYFile.encode((0..<12).map(Double.init), shape: [3, 2, 2]), .maps, in: folder)
      #expect(maps.label(2) == .map([8, 9, 10, 11]) && maps.labelShape == [2, 2])
      #expect(maps.contentHash != numbers.contentHash)
      #expect(maps.contentHash != maps.withoutLabels.contentHash)
    }
  }

  @Test func labelsThatAreTooManyWarnAndTooFewAreRefused() throws {
    try withFolder { folder in
      let many = try load(NPYFile.encode([0.0, 1, 2, 3, 4], shape: [5]), .classes, in: folder)
      #expect(many.classes == [0, 1, 2])
      let reason = "holds 5 labels for the 3 images of \(folder)/images.npy"
      #expect(
        many.warning
          == DatasetError(
            path: folder + "/labels.npy", reason: reason + "; the last 2 are left out"))
      #expect(
        throws: DatasetError(
          path: folder + "/labels.npy",
          reason: "holds 2 labels for the 3 images of \(folder)/images.npy")
      ) { try load(NPYFile.encode([0.0, 1], shape: [2]), .classes, in: folder) }
      #expect(
        throws: DatasetError(
          path: folder + "/labels.npy", record: 1, reason: "a label is not finite")
      ) { try load(NPYFile.encode([0, Float.nan, 1], shape: [3]), .values, in: folder) }
      #expect(
        throws: DatasetError(
          path: folder + "/labels.npy",
          reason: "has shape [3]; labels of this task are [N, …]: classes [N], values of a "
            + "regression [N] or [N, …], maps of a segmentation [N, …] (key task)")
      ) { try load(NPYFile.encode([0.0, 1, 2], shape: [3]), .maps, in: folder) }
    }
  }

  @Test func classesAreMappedToOutputs() throws {
    try withFolder { folder in
      let images = try load(NPYFile.encode([1.0, 3, 2], shape: [3]), .classes, in: folder)
      #expect(try images.mappingLabels(by: .init(offset: -1)).classes == [0, 2, 1])
      #expect(
        try images.mappingLabels(by: .init(offset: -1, map: [7, 0, 9])).classes == [7, 9, 0])
      let path = folder + "/labels.npy"
      #expect(
        throws: DatasetError(
          path: path, record: 0, reason: "the label 1 (-1 with labelOffset -2) is below 0")
      ) { try images.mappingLabels(by: .init(offset: -2)) }
      #expect(
        throws: DatasetError(
          path: path, record: 1,
          reason: "the label 3 has no entry in labelMap, whose entries are 0 to 2")
      ) { try images.mappingLabels(by: .init(map: [1, 2, 3])) }
      // Only images that are run need an output.
      let first = images.prefix(1)
      #expect(try first.mappingLabels(by: .init(map: [1, 2, 3])).classes == [2])
      let maps = try load(
        NPYFile.encode([255.0, 0, 1, 1, 0, 255], shape: [3, 2]), .maps, in: folder)
      let mapped = try maps.mappingLabels(by: .init(map: [4, 5]), ignoring: 255)
      #expect(mapped.label(0) == .map([255, 4]) && mapped.label(1) == .map([5, 5]))
    }
  }

  /// A folder of images takes labels of any kind from a NumPy file, by name, or none.
  @Test func folderOfImagesTakesRecordsOrNone() async throws {
    let picture = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Resources/pattern.jpg").path
    try await withFolderAsync { folder in
      for name in ["b.jpg", "a.jpg"] {
        try FileContents.write(FileContents.read(picture), to: "\(folder)/val/\(name)")
      }
      let labels = folder + "/labels.npy"
      try FileContents.write(NPYFile.encode([0.5, 1.5, 2.5], shape: [3]), to: labels)
      let files = try ImageFiles(
        folder + "/val", labels: labels, demand: .required(.values), preparation: .init())
      #expect(files.entries.map(\.name) == ["a.jpg", "b.jpg"])
      #expect(files.labels == .values([0.5, 1.5], shape: []))
      #expect(files.warning?.reason.contains("3 labels for the 2 images") == true)
      // A fault names the record of the file, whatever was left out before it.
      let second = try await files.selecting(ImageSelection(offset: 1)).checked(.stop, width: 1)
      #expect(second.images.labelFault(0, "x").record == 1)
      let bare = try ImageFiles(folder + "/val", demand: .classesIfPresent, preparation: .init())
      #expect(bare.labels == .none && bare.entries.count == 2)
      try FileContents.write("a.jpg\nb.jpg 3\n", to: folder + "/val/list.txt")
      let listed = try ImageFiles(folder + "/val/list.txt", demand: .none, preparation: .init())
      #expect(listed.labels == .none && listed.entries.map(\.name) == ["a.jpg", "b.jpg"])
      let fault = #expect(throws: DatasetError.self) {
        try ImageFiles(
          folder + "/val/list.txt", demand: .required(.values), preparation: .init())
      }
      #expect(fault?.reason.contains("labels of numbers or maps come from a NumPy file") == true)
      try FileContents.write(FileContents.read(picture), to: "\(folder)/val/c/d.jpg")
      #expect(throws: DatasetError.self) {
        try ImageFiles(folder + "/val", demand: .classesIfPresent, preparation: .init())
      }
      #expect(
        try ImageFiles(folder + "/val", demand: .none, preparation: .init()).entries.count == 2)
    }
  }
}
