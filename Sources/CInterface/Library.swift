// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CTileSpice
import Configuration
import Experiments
import Foundation
import SPICE
import Sweeps
import Synchronization

/// Where the files lie that come with the library.
enum ResourceFolder {
  private static let chosen = Mutex<String?>(nil)

  /// Beside the library itself: a program that loads it has another place.
  private static let beside: String = {
    let file = tilespice_file_of(#dsohandle).map { String(cString: $0) } ?? ""
    return URL(fileURLWithPath: file).resolvingSymlinksInPath().deletingLastPathComponent()
      .appendingPathComponent("TileSpice_Experiments.resources/Resources").path
  }()

  static var path: String { chosen.withLock { $0 } ?? beside }

  static func choose(_ folder: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder + "/presets", isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw CallError("\(folder): no folder with the files of TileSpice")
    }
    chosen.withLock { $0 = folder }
  }
}

@c @implementation
public func tilespice_abi_version() -> Int32 { TILESPICE_ABI }

@c @implementation
public func tilespice_software() -> UnsafeMutablePointer<CChar>? {
  strdup(SoftwareVersion.line)
}

@c @implementation
public func tilespice_free_text(_ text: UnsafeMutablePointer<CChar>?) { free(text) }

@c @implementation
public func tilespice_free(_ handle: OpaquePointer?, _ error: TextResult?) -> Int32 {
  call(error) {
    let object = try Handles.remove(handle)
    (object as? JobObject)?.end()
  }
}

@c @implementation
public func tilespice_live_handles() -> Int64 { Int64(Handles.count) }

@c @implementation
public func tilespice_set_resources(
  _ folder: UnsafePointer<CChar>?, _ error: TextResult?
) -> Int32 {
  call(error) { try ResourceFolder.choose(try requiredText(folder, "folder")) }
}

@c @implementation
public func tilespice_resources() -> UnsafeMutablePointer<CChar>? {
  strdup(ResourceFolder.path)
}

@c @implementation
public func tilespice_reference(
  _ page: UnsafePointer<CChar>?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let page = try requiredText(page, "page")
    try give(
      page == "deck"
        ? DeckReference.markdown
        : ReferencePage.text(
          of: page, in: try ReferencePage.all() + [SweepSpec.referencePage()]), to: result)
  }
}
