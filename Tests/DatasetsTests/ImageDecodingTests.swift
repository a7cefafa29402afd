import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

/// Files of `validation/datasets/resize.py`.
enum Resource {
  static func path(_ name: String) -> String { Bundle.module.bundlePath + "/Resources/" + name }

  static func json<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: FileContents.read(path(name)))
  }
}

@Suite struct ImageDecodingTests {
  private struct Decoded: Decodable { var rgb: [String: String] }

  /// Baseline, progressive and gray JPEG; color, palette, gray and transparent PNG.
  @Test func pixelsAreThoseOfPillow() throws {
    let expected = try Resource.json("decoded.json", as: Decoded.self).rgb
    #expect(expected.count == 7)
    for (name, hash) in expected {
      let image = try PixelImage(contentsOf: Resource.path(name))
      #expect(image.width == 19 && image.height == 11)
      #expect(ContentHash(Data(image.rgb)).hexadecimal == hash, "\(name)")
    }
  }

  @Test(arguments: [
    ("inks.jpg", "is a JPEG of four inks (CMYK); save it as RGB or gray"),
    ("sixteen.png", "is a PNG of 16 bits per sample; save it with 8"),
    ("decoded.json", "is neither a JPEG nor a PNG file"),
  ])
  func unsupportedFilesSayWhatTheyAre(name: String, reason: String) {
    #expect(throws: DatasetError(path: Resource.path(name), reason: reason)) {
      try PixelImage(contentsOf: Resource.path(name))
    }
  }

  /// Every prefix of an image is refused, however short, and so are forged sizes.
  @Test(arguments: ["pattern.jpg", "progressive.jpg", "pattern.png"])
  func truncationIsDamage(name: String) throws {
    let bytes = [UInt8](try FileContents.read(Resource.path(name)))
    // The last bytes of a JPEG may be padding before its end marker.
    for count in 0..<bytes.count - 8 {
      let error = #expect(throws: DatasetError.self) {
        try PixelImage(Array(bytes[..<count]), path: "cut")
      }
      #expect(error?.path == "cut")
    }
  }

  @Test func hugeHeadersAreRefusedBeforeMemoryIsTaken() throws {
    var bytes = [UInt8](try FileContents.read(Resource.path("pattern.jpg")))
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    for k in 5..<9 { bytes[frame + k] = 0xFD }
    let error = #expect(throws: DatasetError.self) { try PixelImage(bytes, path: "huge") }
    #expect(error?.reason.contains("more than the limit") == true)
  }

  @Test func grayPlanesAreLuma() {
    let image = PixelImage(width: 3, height: 1, rgb: [255, 0, 0, 0, 255, 0, 7, 7, 7])
    #expect(image.planes(.rgb) == [255, 0, 7, 0, 255, 7, 0, 0, 7])
    // 0.299 and 0.587 of 255, rounded.
    #expect(image.planes(.gray) == [76, 150, 7])
  }
}

@Suite struct ImageResizeTests {
  struct Case: Decodable {
    var width: Int, height: Int, resize: Int, cropHeight: Int, cropWidth: Int
    var shape: [Int], sha256: String
  }
  private struct Cases: Decodable { var cases: [Case] }

  private func pattern(_ width: Int, _ height: Int) -> PixelImage {
    var rgb: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for c in 0..<3 {
          rgb.append(UInt8((x * x * 7 + y * 13 * (c + 1) + (x * y) / 3 * (c + 2)) % 256))
        }
      }
    }
    return PixelImage(width: width, height: height, rgb: rgb)
  }

  @Test func pixelsAreThoseOfPillowAndTorchvision() throws {
    let cases = try Resource.json("resize.json", as: Cases.self).cases
    #expect(cases.count == 9)
    for one in cases {
      let crop: ImagePreparation.Crop =
        one.cropHeight == 0 ? .none : .center(height: one.cropHeight, width: one.cropWidth)
      let made = try ImagePreparation(resize: one.resize, crop: crop)
        .apply(pattern(one.width, one.height))
      #expect([made.height, made.width, 3] == one.shape)
      #expect(ContentHash(Data(made.rgb)).hexadecimal == one.sha256, "\(one)")
    }
  }

  /// The slow twin: both axes at once, in double precision, without roundings between.
  @Test(arguments: [(20, 13), (7, 50), (97, 61), (40, 61)])
  func fixedPointStaysWithinOneLevelOfTheTriangle(width: Int, height: Int) {
    let image = pattern(97, 61)
    let made = ImageResize.resized(image, width: width, height: height)
    func weights(_ inputs: Int, _ outputs: Int, _ k: Int) -> [Double] {
      let scale = Double(inputs) / Double(outputs)
      let center = (Double(k) + 0.5) * scale
      let all = (0..<inputs).map { (input: Int) -> Double in
        let distance = abs(Double(input) + 0.5 - center)
        return max(0.0, 1.0 - distance / max(1.0, scale))
      }
      let sum = all.reduce(0, +)
      return all.map { $0 / sum }
    }
    let columns = (0..<width).map { weights(97, width, $0) }
    var worst = 0.0
    for y in stride(from: 0, to: height, by: 5) {
      let rows = weights(61, height, y)
      for x in stride(from: 0, to: width, by: 5) {
        var sum = 0.0
        for (i, row) in rows.enumerated() where row > 0 {
          for (j, column) in columns[x].enumerated() where column > 0 {
            sum += row * column * Double(image.rgb[3 * (i * 97 + j)])
          }
        }
        worst = max(worst, abs(sum - Double(made.rgb[3 * (y * width + x)])))
      }
    }
    // Half a level from each of two roundings, and 2^-22 per weight.
    #expect(worst <= 1.001)
  }

  @Test func imagesSmallerThanTheCropAreRefused() {
    let center = ImagePreparation(crop: .center(height: 4, width: 4))
    let window = ImagePreparation(crop: .window(top: 1, left: 0, height: 3, width: 3))
    for preparation in [center, window] {
      let fault = #expect(throws: ImageFault.self) { try preparation.apply(pattern(5, 3)) }
      #expect(fault?.reason.hasPrefix("is 5 × 3 pixels (width × height); the ") == true)
    }
  }
}
