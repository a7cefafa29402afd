internal import CJPEG

/// JPEG images through libjpeg-turbo: integer transform, smooth upsampling of chroma (the library's
/// defaults, also Pillow's).
enum JPEGDecoder {
  /// The image in `bytes`, grays as equal red, green and blue; damaged and four-ink files throw.
  static func image(_ bytes: [UInt8]) throws(ImageFault) -> PixelImage {
    var width: UInt32 = 0
    var height: UInt32 = 0
    var message = [CChar](repeating: 0, count: Int(JMSG_LENGTH_MAX))
    try check(
      unsafe tilespice_jpeg_decode(bytes, bytes.count, &width, &height, nil, &message), message)
    try ImageFault.check(width: width, height: height)
    var rgb = [UInt8](repeating: 0, count: 3 * Int(width) * Int(height))
    try check(
      unsafe tilespice_jpeg_decode(bytes, bytes.count, &width, &height, &rgb, &message), message)
    return PixelImage(width: Int(width), height: Int(height), rgb: rgb)
  }

  private static func check(_ status: Int32, _ message: [CChar]) throws(ImageFault) {
    switch status {
    case 0: return
    case 2: throw ImageFault("is a JPEG of four inks (CMYK); save it as RGB or gray")
    default: throw ImageFault("is a damaged JPEG: \(text(message))")
    }
  }
}

/// The text of a C string in an array.
func text(_ message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
