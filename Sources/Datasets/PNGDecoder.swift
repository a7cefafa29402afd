internal import CPNG

/// PNG images through libpng; transparency is dropped and gamma ignored, as torchvision's loader
/// does.
enum PNGDecoder {
  /// The image in `bytes`, grays and palettes as red, green and blue; damaged and 16-bit files
  /// throw.
  static func image(_ bytes: [UInt8]) throws(ImageFault) -> PixelImage {
    var width: UInt32 = 0
    var height: UInt32 = 0
    var bits: Int32 = 0
    var message = [CChar](repeating: 0, count: Int(TILESPICE_PNG_MESSAGE))
    try check(
      unsafe tilespice_png_decode(bytes, bytes.count, &width, &height, &bits, nil, &message),
      message)
    guard bits <= 8 else {
      throw ImageFault("is a PNG of \(bits) bits per sample; save it with 8")
    }
    try ImageFault.check(width: width, height: height)
    var rgb = [UInt8](repeating: 0, count: 3 * Int(width) * Int(height))
    try check(
      unsafe tilespice_png_decode(bytes, bytes.count, &width, &height, &bits, &rgb, &message),
      message)
    return PixelImage(width: Int(width), height: Int(height), rgb: rgb)
  }

  private static func check(_ status: Int32, _ message: [CChar]) throws(ImageFault) {
    if status != 0 { throw ImageFault("is a damaged PNG: \(text(message))") }
  }
}
