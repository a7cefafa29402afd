import CrossbarArray
import Files
import Foundation
import NumericKernels

/// Calibrated models in a folder, one file per circuit and request, named by their hash.
///
/// A file is one header line (format version, SHA-256 of the rest) and the model as JSON. It is
/// written under a temporary name and renamed, so that several processes can share the folder.
public struct CalibrationStore: Sendable {
  /// Version of the file format.
  public static let formatVersion = 1
  /// The folder; created when the first model is stored.
  public let folder: String

  /// Models in `folder`.
  public init(folder: String) { self.folder = folder }

  /// File of the model of a circuit for one request.
  public func path(circuitHash: String, requestHash: String) -> String {
    let key = ContentHash("\(circuitHash)|\(requestHash)").hexadecimal
    return "\(folder)/\(key).model"
  }

  /// Stores a model under its circuit and request; returns its path.
  @discardableResult
  public func store(_ model: CalibratedModel) throws(FileError) -> String {
    let path = path(circuitHash: model.circuitHash, requestHash: model.requestHash)
    try Self.write(model, to: path)
    return path
  }

  /// The model of `array` for a request; `nil` if none was stored.
  public func load(
    _ array: HashedArray, requestHash: String
  ) throws(FileError) -> CalibratedModel? {
    let circuitHash = array.hash.hexadecimal
    let path = path(circuitHash: circuitHash, requestHash: requestHash)
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let model = try Self.read(path)
    guard model.circuitHash == circuitHash, model.requestHash == requestHash else {
      throw FileError(
        path: path, reason: "is a model of another circuit or calibration; delete the file")
    }
    return model
  }

  /// Writes a model to a file.
  public static func write(_ model: CalibratedModel, to path: String) throws(FileError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let payload: Data
    do {
      payload = try encoder.encode(model)
    } catch {
      throw FileError(path: path, reason: "cannot be written: \(error)")
    }
    var bytes = Data("\(magic) \(formatVersion) \(ContentHash(payload).hexadecimal)\n".utf8)
    bytes.append(payload)
    try FileContents.write(bytes, to: path)
  }

  private static let magic = "tilespice-model"

  /// Reads a model; refuses anything else, other versions, and truncated or changed files.
  public static func read(_ path: String) throws(FileError) -> CalibratedModel {
    let bytes = try FileContents.read(path)
    func fail(_ reason: String) -> FileError {
      FileError(path: path, reason: reason + "; delete the file and calibrate again")
    }
    guard let end = bytes.firstIndex(of: 10), end < 200 else {
      throw fail("is not a calibrated model (its header line is missing)")
    }
    let header = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
    guard header.count == 3, header[0] == magic else {
      throw fail("is not a calibrated model (its first line does not say \(magic))")
    }
    guard header[1] == "\(formatVersion)" else {
      throw fail("has model format version \(header[1]); version \(formatVersion) is read")
    }
    let payload = Data(bytes[(end + 1)...])
    guard ContentHash(payload).hexadecimal == header[2] else {
      throw fail("is truncated or corrupt: its contents do not match its checksum")
    }
    let model: CalibratedModel
    do {
      model = try JSONDecoder().decode(CalibratedModel.self, from: payload)
    } catch {
      throw fail("does not hold a calibrated model: \(error)")
    }
    guard model.recipe == CalibratedModel.recipeVersion else {
      throw fail(
        "is stale: it was made by calibration recipe \(model.recipe), this program has recipe "
          + "\(CalibratedModel.recipeVersion)")
    }
    return model
  }
}

extension Calibrator {
  /// The model of `array`: from the store if present, else calibrated and stored.
  ///
  /// - Returns: The model, and whether it was already stored.
  public func model(
    of array: HashedArray, against exact: any ArrayModel, recorded: InputBatch?,
    lsbAmperes: Double?, store: CalibrationStore?
  ) throws -> (model: CalibratedModel, isStored: Bool) {
    let request = try requestHash(recorded: recorded, lsbAmperes: lsbAmperes)
    if let found = try store?.load(array, requestHash: request) { return (found, true) }
    let made = try calibrate(array, against: exact, recorded: recorded, lsbAmperes: lsbAmperes)
    try store?.store(made)
    return (made, false)
  }
}
