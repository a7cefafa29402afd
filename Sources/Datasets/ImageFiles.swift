import Files
import Foundation
import NumericKernels

/// JPEG and PNG files, with labels if there are any, read one by one when they are needed.
public struct ImageFiles: Sendable {
  /// One image.
  public struct Entry: Sendable, Equatable {
    /// Path of the file.
    public var path: String
    /// Its name in the list or the folder.
    public var name: String
  }

  /// The images in the order of the list, or by class and name.
  public internal(set) var entries: [Entry]
  /// Their labels, in that order.
  public internal(set) var labels: ImageLabels
  var origin: LabelOrigin?
  /// Warning about a list of labels that looks suspicious but can be used; `nil` if there is none.
  public internal(set) var warning: DatasetError?
  /// How each becomes an input.
  public let preparation: ImagePreparation

  init(
    entries: [Entry], labels: ImageLabels, origin: LabelOrigin?, warning: DatasetError? = nil,
    preparation: ImagePreparation
  ) {
    self.entries = entries
    self.labels = labels
    self.origin = origin
    self.warning = warning
    self.preparation = preparation
  }

  /// Planes `[channels, height, width]` of one image, prepared.
  func planes(_ index: Int) throws(DatasetError) -> (shape: [Int], bytes: [UInt8]) {
    let entry = entries[index]
    let image = try PixelImage(contentsOf: entry.path)
    do throws(ImageFault) {
      let prepared = try preparation.apply(image)
      return (
        [preparation.channels.count, prepared.height, prepared.width],
        prepared.planes(preparation.channels)
      )
    } catch {
      throw DatasetError(path: entry.path, reason: error.reason)
    }
  }

  /// The images of `selection`.
  public func selecting(_ selection: ImageSelection) -> ImageFiles {
    selecting(selection.indices(of: entries.count))
  }

  private func selecting(_ places: [Int]) -> ImageFiles {
    var kept = self
    kept.entries = places.map { entries[$0] }
    kept.labels = labels.selecting(places)
    kept.origin = origin?.selecting(places)
    return kept
  }

  /// Handling of images that cannot be used.
  public enum BadImages: String, Sendable, Equatable {
    /// Throw before anything is run.
    case stop
    /// Leave it out with a warning.
    case skip
  }

  /// The images that can be used, and why the others cannot.
  ///
  /// Reads and decodes every file once and keeps only its hash, so that a long run does not fail at
  /// its last image. All images must agree in size with the first that can be used.
  ///
  /// - Parameter width: Files read at once.
  public func checked(
    _ policy: BadImages, width: Int
  ) async throws -> (images: LabelledImages, skipped: [DatasetError]) {
    let found = try await concurrentMap(entries.count, width: width) {
      index -> Result<(shape: [Int], hash: String), DatasetError> in
      do throws(DatasetError) {
        let (shape, bytes) = try planes(index)
        return .success((shape, ContentHash(Data(bytes)).hexadecimal))
      } catch {
        if policy == .stop { throw error }
        return .failure(error)
      }
    }
    var shape: [Int]?
    var kept: [Int] = []
    var hashes: [String] = []
    var skipped: [DatasetError] = []
    for (index, (entry, result)) in zip(entries, found).enumerated() {
      do throws(DatasetError) {
        let (own, hash) = try result.get()
        let first = shape ?? own
        shape = first
        guard own == first else {
          throw DatasetError(
            path: entry.path,
            reason: "gives \(own[2]) × \(own[1]) pixels (width × height), the images before it "
              + "\(first[2]) × \(first[1]); set resize and crop")
        }
        kept.append(index)
        hashes.append(hash)
      } catch {
        if policy == .stop { throw error }
        skipped.append(error)
      }
    }
    guard let shape else {
      throw skipped.first ?? DatasetError(path: "data", reason: "selects no image")
    }
    let files = selecting(kept)
    return (
      LabelledImages(
        shape: shape, pixels: .files(files, hashes: hashes), count: kept.count,
        labels: files.labels, origin: files.origin), skipped
    )
  }
}
