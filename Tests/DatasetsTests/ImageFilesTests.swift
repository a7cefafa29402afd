import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite struct ImageFilesTests {
  private func copy(_ name: String, to path: String, dropping count: Int = 0) throws {
    try FileContents.write(try FileContents.read(Resource.path(name)).dropLast(count), to: path)
  }

  @Test func subfoldersAreClasses() async throws {
    try await withFolderAsync { folder in
      try copy("pattern.png", to: folder + "/b/2.png")
      try copy("pattern.jpg", to: folder + "/b/1.JPG")
      try copy("gray.png", to: folder + "/a/3.png")
      try FileContents.write("no image", to: folder + "/a/notes.txt")
      let files = try ImageFiles(folder, preparation: ImagePreparation())
      #expect(files.entries.map(\.name) == ["a/3.png", "b/1.JPG", "b/2.png"])
      #expect(files.labels == .classes([0, 1, 1]))
      let (images, skipped) = try await files.checked(.stop, width: 2)
      #expect(images.shape == [3, 11, 19] && images.count == 3 && skipped.isEmpty)
      let planes = try PixelImage(contentsOf: Resource.path("pattern.png")).planes(.rgb)
      #expect(try images.pixels(2) == planes && images.name(2) == "b/2.png")
      let last = images.selecting(ImageSelection(offset: 2))
      #expect(try last.pixels(0) == planes && last.classes == [1] && last.count == 1)
      #expect(last.contentHash != images.contentHash)
    }
  }

  @Test func listsGiveOrderAndLabels() throws {
    try withFolder { folder in
      try copy("pattern.png", to: folder + "/images/one two.png")
      try copy("gray.png", to: folder + "/images/x.png")
      try FileContents.write(
        "# name index\r\nx.png 7\r\n\r\none two.png\t0\n", to: folder + "/labels.txt")
      let files = try ImageFiles(
        folder + "/images", labels: folder + "/labels.txt", preparation: ImagePreparation())
      #expect(files.entries.map(\.name) == ["x.png", "one two.png"])
      #expect(files.labels == .classes([7, 0]))
      try FileContents.write("images/x.png 3\n", to: folder + "/list.txt")
      let listed = try ImageFiles(folder + "/list.txt", preparation: ImagePreparation())
      #expect(listed.entries.map(\.path) == [folder + "/images/x.png"])
    }
  }

  @Test(
    arguments: [
      ("x.png", 1, "'x.png' has no label; lines are 'name index'"),
      ("x.png 1\nx.png 2", 2, "'x.png' is also on line 1"),
      ("\nx.png cat", 2, "'cat' is no class index; lines are 'name index'"),
      ("x.png -1", 1, "'-1' is no class index; lines are 'name index'"),
      ("x.png 99999999999", 1, "'99999999999' is no class index; lines are 'name index'"),
      ("# one\ny.png 1", 2, "names no file of FOLDER/images"),
      ("# nothing", nil, "lists no image"),
      ("y.jpg 1", nil, "has no line for x.png"),
    ] as [(String, Int?, String)])
  func faultyLabelsNameFileAndLine(text: String, line: Int?, reason: String) throws {
    try withFolder { folder in
      try copy("gray.png", to: folder + "/images/x.png")
      try copy("gray.jpg", to: folder + "/images/y.jpg")
      let labels = folder + "/labels.txt"
      try FileContents.write(text, to: labels)
      let expected = DatasetError(
        path: labels, line: line, reason: reason.replacing("FOLDER", with: folder))
      #expect(throws: expected) {
        try ImageFiles(folder + "/images", labels: labels, preparation: ImagePreparation())
      }
    }
  }

  /// Labels of a larger folder: what is there is used, and the rest is said.
  @Test func labelsOfAbsentImagesAreAWarning() throws {
    try withFolder { folder in
      try copy("gray.png", to: folder + "/images/x.png")
      try copy("gray.jpg", to: folder + "/images/y.jpg")
      let labels = folder + "/labels.txt"
      try FileContents.write("x.png 4\nz.png 1\ny.jpg 2\nw.png 0\n", to: labels)
      let files = try ImageFiles(
        folder + "/images", labels: labels, preparation: ImagePreparation())
      #expect(files.entries.map(\.name) == ["x.png", "y.jpg"])
      #expect(files.labels == .classes([4, 2]))
      #expect(
        files.warning
          == DatasetError(
            path: labels, line: 2,
            reason: "2 of 4 lines name images that are not in \(folder)/images, the first z.png; "
              + "they are left out"))
      try FileContents.write("x.png 4\ny.jpg 2\n", to: labels)
      let exact = try ImageFiles(
        folder + "/images", labels: labels, preparation: ImagePreparation())
      #expect(exact.warning == nil)
      // A list that is the data set itself names what it needs.
      try FileContents.write("x.png 4\nz.png 1\n", to: folder + "/images/list.txt")
      #expect(
        throws: DatasetError(
          path: folder + "/images/list.txt", line: 2,
          reason: "there is no file \(folder)/images/z.png")
      ) { try ImageFiles(folder + "/images/list.txt", preparation: ImagePreparation()) }
    }
  }

  @Test func foldersWithoutLabelsSayWhatIsMissing() throws {
    try withFolder { folder in
      try copy("gray.png", to: folder + "/x.png")
      let error = #expect(throws: DatasetError.self) {
        try ImageFiles(folder, preparation: ImagePreparation())
      }
      #expect(error?.reason.hasPrefix("holds x.png but no labels; give a labels file") == true)
      #expect(throws: DatasetError(path: folder + "/no", reason: "no such file or folder")) {
        try ImageFiles(folder + "/no", preparation: ImagePreparation())
      }
    }
  }

  @Test func badImagesStopOrAreSkippedByName() async throws {
    try await withFolderAsync { folder in
      try copy("pattern.jpg", to: folder + "/a/1.jpg")
      try copy("pattern.jpg", to: folder + "/a/2.jpg", dropping: 300)
      try copy("inks.jpg", to: folder + "/a/3.jpg")
      try copy("pattern.png", to: folder + "/a/4.png")
      let files = try ImageFiles(folder, preparation: ImagePreparation())
      let (images, skipped) = try await files.checked(.skip, width: 3)
      #expect(images.count == 2 && images.name(1) == "a/4.png")
      #expect(skipped.map(\.path) == [folder + "/a/2.jpg", folder + "/a/3.jpg"])
      #expect(skipped[0].reason.hasPrefix("is a damaged JPEG: "))
      await #expect(throws: skipped[0]) { try await files.checked(.stop, width: 1) }
      // A file that vanishes during the run is an error then.
      try FileManager.default.removeItem(atPath: folder + "/a/4.png")
      #expect(throws: DatasetError(path: folder + "/a/4.png", reason: "no such file")) {
        try images.pixels(1)
      }
    }
  }

  @Test func imagesOfAnotherSizeAreNamed() async throws {
    try await withFolderAsync { folder in
      try copy("pattern.jpg", to: folder + "/a/1.jpg")
      // Fewer rows in the frame header: a whole image of 19 × 9 pixels.
      var bytes = [UInt8](try FileContents.read(folder + "/a/1.jpg"))
      let frame = try #require(
        bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
      bytes[frame + 6] = 9
      try FileContents.write(Data(bytes), to: folder + "/a/2.jpg")
      let files = try ImageFiles(folder, preparation: ImagePreparation())
      let error = await #expect(throws: DatasetError.self) {
        try await files.checked(.stop, width: 1)
      }
      #expect(error?.path == folder + "/a/2.jpg")
      #expect(error?.reason.hasPrefix("gives 19 × 9 pixels (width × height), the images") == true)
    }
  }

  /// `data/README.md` of the shared folder states the hash, made with Pillow.
  @Test(
    .enabled(if: SharedData.isPresent),
    arguments: [
      ("calib", 100, "1b8816050efa01910b74167f17649ff165f767240b6762e773496f1821b9a5c1"),
      ("val", 500, "d1941d2ab4e9eadad248d05dfb73dcfee3b2082f5255fe9e7d0bad8f0a8d5d2a"),
    ])
  func theSharedCropsAreThoseOfPillow(folder: String, count: Int, hash: String) throws {
    let files = try ImageFiles(
      SharedData.path("imagenet/\(folder)"),
      labels: SharedData.path("imagenet/\(folder)_labels.txt"),
      preparation: ImagePreparation(crop: .window(top: 1, left: 1, height: 224, width: 224)))
    #expect(files.entries.count == count)
    var bytes = Data()
    for index in files.entries.indices { bytes.append(contentsOf: try files.planes(index).bytes) }
    #expect(ContentHash(bytes).hexadecimal == hash)
  }
}

@Suite struct ImageSelectionTests {
  /// Each of the n! orders comes equally often. Over N seeds a count has the mean N / n! and the
  /// variance N p (1 − p), p = 1 / n!, and stays within five standard deviations; Pearson's sum over
  /// all orders has n! − 1 degrees of freedom, that mean and twice that variance. A swap with any
  /// position (Knuth's naive shuffle) misses by twelve standard deviations at three images, one that
  /// never leaves an image in its place has no even orders of three at all.
  @Test(arguments: [2, 3, 4]) func ordersComeEquallyOften(count: Int) {
    let seeds = 60_000
    var counts: [[Int]: Int] = [:]
    for seed in 0..<seeds {
      counts[ImageSelection(shuffleSeed: UInt64(seed)).indices(of: count), default: 0] += 1
    }
    let orders = (1...count).reduce(1, *)
    #expect(counts.count == orders)
    let (mean, p) = (Double(seeds) / Double(orders), 1 / Double(orders))
    let deviation = (Double(seeds) * p * (1 - p)).squareRoot()
    for (order, number) in counts {
      #expect(abs(Double(number) - mean) < 5 * deviation, "\(order): \(number) of \(mean)")
    }
    let sum = counts.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    let freedom = Double(orders - 1)
    #expect(sum < freedom + 5 * (2 * freedom).squareRoot())
  }

  /// At more images than orders can be counted for: every image comes to every place equally often.
  @Test func placesAreEquallyLikely() {
    let (count, seeds) = (13, 26_000)
    var found = [Int](repeating: 0, count: count * count)
    for seed in 0..<seeds {
      let order = ImageSelection(shuffleSeed: UInt64(seed)).indices(of: count)
      for (place, image) in order.enumerated() { found[image * count + place] += 1 }
    }
    let p = 1 / Double(count)
    let deviation = (Double(seeds) * p * (1 - p)).squareRoot()
    // Five standard deviations are passed by one of 169 counts in 10,000 runs.
    for number in found { #expect(abs(Double(number) - Double(seeds) * p) < 5 * deviation) }
  }

  @Test func offsetAndLimitCutTheOrder() {
    #expect(ImageSelection().indices(of: 3) == [0, 1, 2])
    #expect(ImageSelection(offset: 1, limit: 1).indices(of: 3) == [1])
    #expect(ImageSelection(offset: 5).indices(of: 3) == [])
    #expect(ImageSelection(limit: 9).indices(of: 2) == [0, 1])
  }

  @Test(arguments: [0, 1, 2, 97]) func shufflesArePermutationsOfTheirSeed(count: Int) {
    let one = ImageSelection(shuffleSeed: 1).indices(of: count)
    #expect(one.sorted() == Array(0..<count))
    #expect(one == ImageSelection(shuffleSeed: 1).indices(of: count))
    if count > 2 { #expect(one != ImageSelection(shuffleSeed: 2).indices(of: count)) }
    // Parts of one shuffle are disjoint and complete.
    let parts =
      ImageSelection(shuffleSeed: 1, limit: 40).indices(of: count)
      + ImageSelection(shuffleSeed: 1, offset: 40).indices(of: count)
    #expect(parts == one)
  }
}

@Suite struct IDXTests {
  private func idx(_ lengths: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> Data {
    var data = Data([0, 0, type, UInt8(lengths.count)])
    for length in lengths {
      for shift in [24, 16, 8, 0] { data.append(UInt8(truncatingIfNeeded: length >> shift)) }
    }
    return data + Data(bytes)
  }

  /// A gzip file of one stored block (RFC 1951 and 1952), so that no compressor is needed.
  private func gzip(_ data: Data) -> Data {
    var crc: UInt32 = ~0
    for byte in data {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    func little(_ value: UInt32, _ count: UInt32) -> Data {
      Data((0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) })
    }
    let size = UInt32(data.count)
    return Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]) + little(size, 2) + little(~size, 2)
      + data + little(~crc, 4) + little(size, 4)
  }

  private func load(_ images: Data, _ labels: Data) throws -> LabelledImages {
    try withFolder { folder in
      try FileContents.write(images, to: folder + "/images")
      try FileContents.write(labels, to: folder + "/labels")
      return try IDXImages.load(images: folder + "/images", labels: folder + "/labels")
    }
  }

  @Test func plainAndCompressedFilesAreTheSame() throws {
    let pixels = (0..<24).map { UInt8($0 * 10) }
    let images = idx([4, 2, 3], pixels)
    let labels = idx([4], [3, 1, 4, 1])
    let plain = try load(images, labels)
    #expect(plain.shape == [1, 2, 3] && plain.classes == [3, 1, 4, 1])
    #expect(try plain.pixels(3) == Array(pixels[18...]))
    #expect(try load(gzip(images), gzip(labels)).contentHash == plain.contentHash)
    #expect(try load(idx([2, 3, 2, 2], pixels), idx([2], [0, 9])).shape == [3, 2, 2])
  }

  /// Members follow each other as `cat a.gz b.gz` joins them; zeros behind them are padding.
  @Test(arguments: [1, 3, 20]) func membersAreJoined(cut: Int) throws {
    let pixels = (0..<24).map { UInt8($0 * 10) }
    let (images, labels) = (idx([4, 2, 3], pixels), idx([4], [3, 1, 4, 1]))
    let plain = try load(images, labels).contentHash
    let joined = gzip(images.prefix(cut)) + gzip(Data(images.dropFirst(cut)))
    #expect(try load(joined, gzip(labels)).contentHash == plain)
    #expect(try load(joined + gzip(Data()), gzip(labels)).contentHash == plain)
    #expect(try load(joined + Data(count: 512), gzip(labels)).contentHash == plain)
    // Nine members, each as long as a stored block can be.
    let many = idx([1000, 20, 20], [UInt8](repeating: 7, count: 400_000))
    let some = gzip(many.prefix(50_000)) + gzip(Data(many[50_000..<100_000]))
    let rest = stride(from: 100_000, to: many.count, by: 50_000).reduce(some) {
      $0 + gzip(Data(many[$1..<min($1 + 50_000, many.count)]))
    }
    let found = try load(rest, idx([1000], [UInt8](repeating: 1, count: 1000)))
    #expect(try found.count == 1000 && found.pixels(999) == [UInt8](repeating: 7, count: 400))
  }

  @Test func faultsAreNamed() throws {
    let images = idx([2, 1, 1], [1, 2])
    let labels = idx([2], [0, 1])
    let damaged = gzip(labels).enumerated().map { $0 == 30 ? 77 : $1 }
    for (one, other, path, reason) in [
      (images.dropLast(), labels, "images", "has shape [2, 1, 1], 2 bytes, but holds 1"),
      (images, idx([3], [0, 1, 2]), "labels", "has shape [3]; the 2 images"),
      (Data([1, 2, 3]), labels, "images", "is no IDX file"),
      (images.prefix(9), labels, "images", "truncated inside its header"),
      (idx([2, 1, 1], [1, 2], type: 13), labels, "images", "IDX type 13"),
      (idx([2], [1, 2]), labels, "images", "has shape [2]; images are"),
      (idx([0, 1, 1], []), labels, "images", "holds no pixel"),
      (images, gzip(labels).dropLast(9), "labels", "truncated gzip"),
      (images, Data(damaged), "labels", "damaged gzip"),
      (
        images, gzip(labels) + Data("junk".utf8), "labels",
        "holds 4 bytes behind its gzip data that are no gzip data"
      ),
      (images, gzip(labels) + Data([0, 0, 0x1F]), "labels", "holds 1 bytes behind its gzip data"),
      (images, gzip(labels) + gzip(labels).dropLast(9), "labels", "truncated gzip"),
      (images, gzip(labels) + gzip(labels).prefix(12), "labels", "truncated gzip"),
    ] as [(Data, Data, String, String)] {
      let error = #expect(throws: DatasetError.self) { try load(one, other) }
      #expect(
        error?.path.hasSuffix(path) == true && error?.reason.contains(reason) == true, "\(reason)")
    }
  }
}
