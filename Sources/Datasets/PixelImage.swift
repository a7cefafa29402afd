import Files
import Foundation

/// A decoded color image of 8 bits per sample.
struct PixelImage: Sendable, Equatable {
  /// Size in pixels.
  let width: Int, height: Int
  /// Rows of red, green and blue bytes, `[height, width, 3]` in C order.
  let rgb: [UInt8]

  init(width: Int, height: Int, rgb: [UInt8]) {
    precondition(rgb.count == 3 * width * height, "samples do not fill the image")
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// More pixels than any photograph, few enough that a forged header cannot exhaust memory.
  static let pixelLimit = 1 << 27

  /// The JPEG or PNG image of the file at `path`, recognized by its first bytes.
  init(contentsOf path: String) throws(DatasetError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = [UInt8](try FileContents.read(path))
    } catch {
      throw DatasetError(error)
    }
    try self.init(bytes, path: path)
  }

  /// The image in `bytes`; `path` stands for it in errors.
  init(_ bytes: [UInt8], path: String) throws(DatasetError) {
    do throws(ImageFault) {
      if bytes.starts(with: [0xFF, 0xD8]) {
        self = try JPEGDecoder.image(bytes)
      } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
        self = try PNGDecoder.image(bytes)
      } else {
        throw ImageFault("is neither a JPEG nor a PNG file")
      }
    } catch {
      throw DatasetError(path: path, reason: error.reason)
    }
  }

  /// Planes `[3, height, width]`, or `[1, height, width]` of luma (ITU-R BT.601, rounded, in the
  /// 16-bit weights that Pillow uses, which add to one: grays keep their value).
  func planes(_ channels: ImageChannels) -> [UInt8] {
    let count = width * height
    switch channels {
    case .rgb:
      var planes = [UInt8](repeating: 0, count: 3 * count)
      for channel in 0..<3 {
        for k in 0..<count { planes[channel * count + k] = rgb[3 * k + channel] }
      }
      return planes
    case .gray:
      return (0..<count).map { k in
        let red = 19595 * UInt32(rgb[3 * k])
        let green = 38470 * UInt32(rgb[3 * k + 1])
        let blue = 7471 * UInt32(rgb[3 * k + 2])
        return UInt8((red + green + blue + 0x8000) >> 16)
      }
    }
  }

  /// The pixels of `height` rows from `top` and `width` columns from `left`, all inside the image.
  func window(top: Int, left: Int, height rows: Int, width columns: Int) -> PixelImage {
    precondition(
      top >= 0 && left >= 0 && top + rows <= height && left + columns <= width,
      "the window leaves the image")
    var kept: [UInt8] = []
    kept.reserveCapacity(3 * rows * columns)
    for row in top..<top + rows {
      let start = 3 * (row * width + left)
      kept.append(contentsOf: rgb[start..<start + 3 * columns])
    }
    return PixelImage(width: columns, height: rows, rgb: kept)
  }
}

/// Which planes a network takes.
public enum ImageChannels: String, Sendable, Equatable {
  /// Red, green, blue.
  case rgb
  /// One plane of luma.
  case gray

  var count: Int { self == .rgb ? 3 : 1 }
}

/// Why a file gives no image; the caller adds its name.
struct ImageFault: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }

  /// Throws if a header gives no pixels or too many.
  static func check(width: UInt32, height: UInt32) throws(ImageFault) {
    guard width > 0, height > 0 else { throw ImageFault("holds no pixel") }
    guard Int(width) * Int(height) <= PixelImage.pixelLimit else {
      throw ImageFault(
        "is \(width) × \(height) pixels, more than the limit of \(PixelImage.pixelLimit)")
    }
  }
}
