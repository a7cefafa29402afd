import Files
import Foundation

extension ImageFiles {
  private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// What labels a folder or list of images is asked for.
  public enum LabelDemand: Sendable, Equatable {
    /// Labels of that kind, which must be there.
    case required(LabelKind)
    /// Classes, if there are any.
    case classesIfPresent
    /// None: those that are there are not read.
    case none
  }

  /// Images at `path`, whose labels come
  /// - from `labels`, a text file of lines `name index` with names in the folder `path`; lines of
  ///   images that the folder does not hold are left out, with a warning;
  /// - or from `labels`, a NumPy array whose records are those of the folder's images in the order
  ///   of their names; records beyond them are left out, with a warning;
  /// - or from `path` itself, if it is a text file of lines `name index`, with names relative to its
  ///   folder;
  /// - or else from the folder's subfolders, one per class, sorted by name (as torchvision's
  ///   `ImageFolder` does).
  ///
  /// Without labels, the images are those of the folder itself, or of the lines of the file.
  public init(
    _ path: String, labels: String? = nil, demand: LabelDemand = .required(.classes),
    preparation: ImagePreparation
  ) throws(DatasetError) {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw DatasetError(path: path, reason: "no such file or folder")
    }
    if let labels, demand != .none {
      guard isFolder.boolValue else {
        throw DatasetError(path: path, reason: "is no folder; labels name the images in a folder")
      }
      if labels.lowercased().hasSuffix(".npy") {
        try self.init(folder: path, records: labels, demand: demand, preparation: preparation)
        return
      }
      try Self.checkClasses(demand, labels)
      let (found, absent) = try Self.list(labels, folder: path)
      guard !found.entries.isEmpty else {
        throw DatasetError(
          path: labels, line: absent.first?.line, reason: "names no file of \(path)")
      }
      self.init(found, preparation)
      if let first = absent.first {
        warning = DatasetError(
          path: labels, line: first.line,
          reason: "\(absent.count) of \(entries.count + absent.count) lines name images that are "
            + "not in \(path), the first \(first.name); they are left out")
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
      let bare = try Self.names(in: path).filter(Self.isImage)
      if demand == .none || (demand == .classesIfPresent && !bare.isEmpty) {
        try self.init(unlabelled: path, bare, demand, preparation)
      } else {
        try Self.checkClasses(demand, path)
        self.init(try Self.classes(path), preparation)
      }
    } else {
      if demand != .none { try Self.checkClasses(demand, path) }
      let folder = (path as NSString).deletingLastPathComponent
      let (found, absent) = try Self.list(path, folder: folder, hasLabels: demand != .none)
      // Here the list alone defines the data set.
      if let first = absent.first {
        let name = Self.path(of: first.name, in: folder)
        throw DatasetError(path: path, line: first.line, reason: "there is no file \(name)")
      }
      self.init(found, preparation)
    }
  }

  private init(_ listing: Listing, _ preparation: ImagePreparation) {
    let isLabelled = !listing.classes.isEmpty
    self.init(
      entries: listing.entries, labels: isLabelled ? .classes(listing.classes) : .none,
      origin: isLabelled ? listing.origin : nil, preparation: preparation)
  }

  /// Images of a folder in the order of their names, with the records of a NumPy array.
  private init(
    folder: String, records: String, demand: LabelDemand, preparation: ImagePreparation
  ) throws(DatasetError) {
    let entries = try Self.names(in: folder).filter(Self.isImage).map {
      Entry(path: "\(folder)/\($0)", name: $0)
    }
    guard !entries.isEmpty else {
      throw DatasetError(path: folder, reason: "holds no JPEG or PNG file")
    }
    var kind = LabelKind.classes
    if case .required(let own) = demand { kind = own }
    let (labels, warning) = try NPYLabels.load(
      records, kind: kind, count: entries.count, images: folder)
    self.init(
      entries: entries, labels: labels,
      origin: LabelOrigin(path: records, numbering: .records(nil)),
      warning: warning, preparation: preparation)
  }

  /// Images of a folder, or of its subfolders, without labels.
  private init(
    unlabelled folder: String, _ bare: [String], _ demand: LabelDemand,
    _ preparation: ImagePreparation
  ) throws(DatasetError) {
    if bare.isEmpty {
      self.init(
        entries: try Self.classes(folder).entries, labels: .none, origin: nil,
        preparation: preparation)
      return
    }
    var subfolder: String?
    for name in try Self.classFolders(folder)
    where try Self.names(in: "\(folder)/\(name)").contains(where: Self.isImage) {
      subfolder = subfolder ?? name
    }
    if demand == .classesIfPresent, let subfolder {
      throw DatasetError(
        path: folder,
        reason: "holds \(bare[0]) beside \(subfolder)/ with other images: give a labels file, one "
          + "subfolder per class for all of them, or `task: none` for those of the folder itself")
    }
    self.init(
      entries: bare.map { Entry(path: "\(folder)/\($0)", name: $0) }, labels: .none, origin: nil,
      preparation: preparation)
  }

  /// Text files and folders give classes only.
  private static func checkClasses(
    _ demand: LabelDemand, _ path: String
  ) throws(DatasetError) {
    guard case .required(let kind) = demand, kind != .classes else { return }
    throw DatasetError(
      path: path,
      reason: "gives a class for each image; labels of numbers or maps come from a NumPy file "
        + "(.npy) as the labels of a folder")
  }

  /// Images with classes, or without if there are none.
  private struct Listing {
    var entries: [Entry] = []
    var classes: [Int] = []
    var origin: LabelOrigin
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
  ///
  /// - Parameter hasLabels: Whether lines have an index; otherwise it may be missing and is ignored.
  private static func list(
    _ file: String, folder: String, hasLabels: Bool = true
  ) throws(DatasetError) -> (found: Listing, absent: [(line: Int, name: String)]) {
    let bytes: Data
    do throws(FileError) {
      bytes = try FileContents.read(file)
    } catch {
      throw DatasetError(error)
    }
    guard let text = String(bytes: bytes, encoding: .utf8) else {
      throw DatasetError(path: file, reason: "is no UTF-8 text; it should hold lines 'name index'")
    }
    var found = Listing(origin: LabelOrigin(path: file, numbering: .lines([])))
    var places: [Int] = []
    var absent: [(line: Int, name: String)] = []
    var lines: [String: Int] = [:]
    let parts = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, part) in parts.enumerated() {
      let line = part.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      func fault(_ reason: String) -> DatasetError {
        DatasetError(path: file, line: index + 1, reason: reason)
      }
      if !hasLabels, FileManager.default.fileExists(atPath: Self.path(of: line, in: folder)) {
        if let earlier = lines[line] { throw fault("'\(line)' is also on line \(earlier)") }
        lines[line] = index + 1
        found.entries.append(Entry(path: Self.path(of: line, in: folder), name: line))
        continue
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
      found.entries.append(Entry(path: path, name: name))
      if hasLabels { found.classes.append(Int(label)) }
      places.append(index + 1)
    }
    guard !found.entries.isEmpty || !absent.isEmpty else {
      throw DatasetError(path: file, reason: "lists no image")
    }
    found.origin.numbering = .lines(places)
    return (found, absent)
  }

  private static func classFolders(_ folder: String) throws(DatasetError) -> [String] {
    try names(in: folder).filter { name in
      var isFolder: ObjCBool = false
      return unsafe FileManager.default.fileExists(
        atPath: "\(folder)/\(name)", isDirectory: &isFolder) && isFolder.boolValue
    }
  }

  /// One subfolder per class.
  private static func classes(_ folder: String) throws(DatasetError) -> Listing {
    if let stray = try names(in: folder).first(where: isImage) {
      throw DatasetError(
        path: folder,
        reason: "holds \(stray) but no labels; give a labels file of lines 'name index', or one "
          + "subfolder per class")
    }
    var found = Listing(origin: LabelOrigin(path: folder, numbering: .folders))
    for (label, name) in try classFolders(folder).enumerated() {
      for file in try Self.names(in: "\(folder)/\(name)") where isImage(file) {
        found.entries.append(Entry(path: "\(folder)/\(name)/\(file)", name: "\(name)/\(file)"))
        found.classes.append(label)
      }
    }
    guard !found.entries.isEmpty else {
      throw DatasetError(
        path: folder, reason: "holds no JPEG or PNG file in one subfolder per class")
    }
    return found
  }
}
