import Files
import Foundation

extension ImageFiles {
  private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// Images at `path`, whose labels come
  /// - from `labels`, a text file of lines `name index` with names in the folder `path`; lines of
  ///   images that the folder does not hold are left out, with a warning;
  /// - or from `path` itself, if it is such a file, with names relative to its folder;
  /// - or else from the folder's subfolders, one per class, sorted by name (as torchvision's
  ///   `ImageFolder` does).
  public init(
    _ path: String, labels: String? = nil, preparation: ImagePreparation
  ) throws(DatasetError) {
    self.preparation = preparation
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DatasetError(path: path, reason: "no such file or folder")
    }
    if let labels {
      guard isFolder.boolValue else {
        throw DatasetError(path: path, reason: "is no folder; labels name the images in a folder")
      }
      let (found, absent) = try Self.list(labels, folder: path)
      guard !found.isEmpty else {
        throw DatasetError(
          path: labels, line: absent.first?.line, reason: "names no file of \(path)")
      }
      entries = found
      if let first = absent.first {
        warning = DatasetError(
          path: labels, line: first.line,
          reason: "\(absent.count) of \(found.count + absent.count) lines name images that are not "
            + "in \(path), the first \(first.name); they are left out")
      }
      let listed = Set(entries.map(\.name))
      let missing = try Self.names(in: path).filter { Self.isImage($0) && !listed.contains($0) }
      if let first = missing.first {
        throw DatasetError(
          path: labels,
          reason: "has no line for \(first)"
            + (missing.count > 1 ? " and \(missing.count - 1) other images of \(path)" : ""))
      }
    } else if isFolder.boolValue {
      entries = try Self.classes(path)
    } else {
      let folder = (path as NSString).deletingLastPathComponent
      let (found, absent) = try Self.list(path, folder: folder)
      // Here the list alone defines the data set.
      if let first = absent.first {
        let name = Self.path(of: first.name, in: folder)
        throw DatasetError(path: path, line: first.line, reason: "there is no file \(name)")
      }
      entries = found
    }
  }

  private static func isImage(_ name: String) -> Bool {
    extensions.contains((name as NSString).pathExtension.lowercased())
  }

  private static func names(in folder: String) throws(DatasetError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw DatasetError(path: folder, reason: "cannot be listed: \(error.localizedDescription)")
    }
  }

  private static func path(of name: String, in folder: String) -> String {
    name.hasPrefix("/") || folder.isEmpty ? name : "\(folder)/\(name)"
  }

  /// Lines `name index`, and those whose file does not exist; empty lines and lines that start with
  /// `#` are passed over.
  private static func list(
    _ file: String, folder: String
  ) throws(DatasetError) -> (entries: [Entry], absent: [(line: Int, name: String)]) {
    let bytes: Data
    do throws(FileError) {
      bytes = try FileContents.read(file)
    } catch {
      throw DatasetError(error)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw DatasetError(path: file, reason: "is no UTF-8 text; it should hold lines 'name index'")
    }
    var entries: [Entry] = []
    var absent: [(line: Int, name: String)] = []
    var lines: [String: Int] = [:]
    let parts = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, part) in parts.enumerated() {
      let line = part.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      func fault(_ reason: String) -> DatasetError {
        DatasetError(path: file, line: index + 1, reason: reason)
      }
      // Names may hold blanks; the index is the last word.
      guard let blank = line.lastIndex(where: { $0 == " " || $0 == "\t" }) else {
        throw fault("'\(line)' has no label; lines are 'name index'")
      }
      let name = line[..<blank].trimmingCharacters(in: .whitespaces)
      let word = line[line.index(after: blank)...]
      guard let label = Int32(word), label >= 0 else {
        throw fault("'\(word)' is no class index; lines are 'name index'")
      }
      if let earlier = lines[name] { throw fault("'\(name)' is also on line \(earlier)") }
      lines[name] = index + 1
      let path = Self.path(of: name, in: folder)
      var isFolder: ObjCBool = false
      guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder),
        !isFolder.boolValue
      else {
        absent.append((index + 1, name))
        continue
      }
      entries.append(Entry(path: path, name: name, label: Int(label)))
    }
    guard !entries.isEmpty || !absent.isEmpty else {
      throw DatasetError(path: file, reason: "lists no image")
    }
    return (entries, absent)
  }

  /// One subfolder per class.
  private static func classes(_ folder: String) throws(DatasetError) -> [Entry] {
    let names = try names(in: folder)
    let classes = names.filter { name in
      var isFolder: ObjCBool = false
      return unsafe FileManager.default.fileExists(
        atPath: "\(folder)/\(name)", isDirectory: &isFolder) && isFolder.boolValue
    }
    if let stray = names.first(where: isImage) {
      throw DatasetError(
        path: folder,
        reason: "holds \(stray) but no labels; give a labels file of lines 'name index', or one "
          + "subfolder per class")
    }
    var entries: [Entry] = []
    for (label, name) in classes.enumerated() {
      for file in try Self.names(in: "\(folder)/\(name)") where isImage(file) {
        entries.append(
          Entry(path: "\(folder)/\(name)/\(file)", name: "\(name)/\(file)", label: label))
      }
    }
    guard !entries.isEmpty else {
      throw DatasetError(
        path: folder, reason: "holds no JPEG or PNG file in one subfolder per class")
    }
    return entries
  }
}
