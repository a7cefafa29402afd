internal import COSDI
import Files
import Foundation
import Synchronization

/// A loaded file of compiled Verilog-A. Loading runs its code: a file is loaded only where a user
/// names it. It stays loaded, once per process.
@safe
public final class CompactLibrary: Sendable {
  /// Absolute path, links followed.
  public let file: String
  /// Version of the interface, such as `0.5`.
  public let version: String
  /// In the order of the file.
  public let modules: [CompactModule]

  private static let loaded = Mutex<[String: CompactLibrary]>([:])

  /// The library in the file at `path`.
  public static func open(_ path: String) throws(CompactModelError) -> CompactLibrary {
    // The linker searches its own folders for a name without a slash.
    guard let physical = unsafe realpath(path, nil) else {
      throw .notLoaded(file: path, reason: "no such file")
    }
    let file = unsafe String(cString: physical)
    unsafe free(physical)
    if let known = loaded.withLock({ $0[file] }) { return known }
    let library = try CompactLibrary(file, named: path)
    return loaded.withLock { all in
      all[file] = all[file] ?? library
      return all[file] ?? library
    }
  }

  private init(_ file: String, named path: String) throws(CompactModelError) {
    var isFolder: ObjCBool = false
    _ = unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isFolder)
    guard !isFolder.boolValue else { throw .notLoaded(file: path, reason: "is a folder") }
    var opened = unsafe OSDIFile()
    var reason = [CChar](repeating: 0, count: 1024)
    let status = unsafe osdi_open(file, &opened, &reason, reason.count)
    let text = String(
      decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self
    ).replacing("\(file): ", with: "")
    switch status {
    case OSDI_OPENED: break
    case OSDI_NOT_OSDI: throw .notOSDI(file: path, symbol: text)
    case OSDI_OTHER_VERSION:
      throw unsafe .otherVersion(
        file: path, major: Int(opened.major), minor: Int(opened.minor))
    case OSDI_MALFORMED: throw .malformed(file: path, reason: text)
    case OSDI_NO_MEMORY: throw .outOfMemory
    default: throw .notLoaded(file: path, reason: text)
    }
    self.file = file
    version = unsafe "\(opened.major).\(opened.minor)"
    var modules: [CompactModule] = []
    for k in unsafe 0..<Int(opened.module_count) {
      guard let first = unsafe opened.modules else { break }
      unsafe modules.append(CompactModule(first + k, file: file))
    }
    guard !modules.isEmpty else { throw .malformed(file: path, reason: "it has no module") }
    self.modules = modules
  }

  /// The module of that name in any case; without a name the only one.
  public func module(_ name: String? = nil) throws(CompactModelError) -> CompactModule {
    guard let name else {
      guard modules.count == 1 else {
        throw .severalModules(file: file, names: modules.map(\.name))
      }
      return modules[0]
    }
    guard let found = modules.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw .unknownModule(
        name, file: file, suggestion: NearestWord.find(name, among: modules.map(\.name)))
    }
    return found
  }
}
