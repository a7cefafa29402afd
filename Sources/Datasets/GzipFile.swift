internal import CZlib
import Files
import Foundation
import NumericKernels

/// Whole files, decompressed if they are gzip files (RFC 1952), of one member or several, which
/// their first bytes tell.
enum GzipFile {
  static func read(_ path: String) throws(DatasetError) -> [UInt8] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = [UInt8](try FileContents.read(path))
    } catch {
      throw DatasetError(error)
    }
    guard bytes.starts(with: [0x1F, 0x8B]) else { return bytes }
    guard let count = UInt32(exactly: bytes.count) else {
      throw DatasetError(path: path, reason: "is a gzip file of 4 GiB or more")
    }
    var capacity = max(1 << 16, 4 * bytes.count)
    while capacity <= 1 << 31 {
      do throws(MemoryError) {
        try MemoryBudget.machine.require("its decompressed text", extents: [capacity], bytesEach: 1)
      } catch {
        throw DatasetError(path: path, reason: "\(error)")
      }
      var result = [UInt8](repeating: 0, count: capacity)
      var (made, rest) = (0, 0)
      let status = unsafe tilespice_gunzip(bytes, count, &result, UInt32(capacity), &made, &rest)
      switch status {
      case 0: return Array(result[..<made])
      case 1: capacity *= 4
      case 2: throw DatasetError(path: path, reason: "is a truncated gzip file")
      case 4:
        throw DatasetError(
          path: path, reason: "holds \(rest) bytes behind its gzip data that are no gzip data")
      default: throw DatasetError(path: path, reason: "is a damaged gzip file")
      }
    }
    throw DatasetError(path: path, reason: "is a gzip file of more than 2 GiB when decompressed")
  }
}
