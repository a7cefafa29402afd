import Foundation

/// Whole files in, whole files out: a reader never sees half a file.
public enum FileContents {
  /// All bytes of the file at `path`.
  public static func read(_ path: String) throws(FileError) -> Data { try read(path, []) }

  /// The bytes of the file at `path`, read from the disk as they are used.
  package static func map(_ path: String) throws(FileError) -> Data {
    try read(path, .mappedIfSafe)
  }

  /// All bytes of the file at `path`, which is a regular one: a device or a pipe might never end.
  public static func bytes(ofRegularFile path: String) throws(FileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let reason = errno == ENOENT ? "no such file" : "cannot be read: \(SystemError.text(errno))"
      throw FileError(path: path, reason: reason)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw FileError(path: path, reason: "cannot be read: \(SystemError.text(errno))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR: throw FileError(path: path, reason: "is a folder")
    default: throw FileError(path: path, reason: "is no regular file")
    }
    var failure: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(status.st_size)) { space, count in
      while count < space.count {
        let rest = unsafe UnsafeMutableBufferPointer(rebasing: space[count...])
        let read = unsafe Foundation.read(descriptor, rest.baseAddress, rest.count)
        if read < 0, errno == EINTR { continue }
        if read < 0 { failure = errno }
        // A file that was cut while it is read ends where it ends.
        if read <= 0 { return }
        count += read
      }
    }
    guard failure == 0 else {
      throw FileError(path: path, reason: "cannot be read: \(SystemError.text(failure))")
    }
    return bytes
  }

  private static func read(
    _ path: String, _ options: Data.ReadingOptions
  ) throws(FileError) -> Data {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw FileError(path: path, reason: "no such file")
    }
    guard !isFolder.boolValue else { throw FileError(path: path, reason: "is a folder") }
    do {
      return try Data(contentsOf: URL(fileURLWithPath: physical(path)), options: options)
    } catch {
      // It may have gone meanwhile.
      guard FileManager.default.fileExists(atPath: path) else {
        throw FileError(path: path, reason: "no such file")
      }
      throw FileError(path: path, reason: "cannot be read: \(error.localizedDescription)")
    }
  }

  /// `path` without links and `..`, as the system finds it; unchanged if nothing is there.
  /// Foundation would take `..` off the text, which leads elsewhere behind a link.
  private static func physical(_ path: String) -> String {
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }

  /// Where a file is renamed to: behind links, so that they stay. Refuses an existing path that is
  /// no regular file, because a device would be replaced.
  private static func destination(_ path: String) throws(FileError) -> URL {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      let kind = status.st_mode & S_IFMT
      guard kind != S_IFDIR else {
        throw FileError(path: path, reason: "cannot be written: is a folder")
      }
      guard kind == S_IFREG else {
        throw FileError(path: path, reason: "cannot be written: is no regular file")
      }
    }
    return URL(fileURLWithPath: physical(path))
  }

  /// Writes `contents` aside and renames it into place, so that `path` holds the old or the new
  /// contents, never a part. Missing folders are made.
  public static func write(_ contents: Data, to path: String) throws(FileError) {
    try write(contents.bytes, to: path)
  }

  /// Writes bytes; see `write(_:to:)`.
  public static func write(bytes: [UInt8], to path: String) throws(FileError) {
    unsafe try write(bytes.span.bytes, to: path)
  }

  private static func write(_ bytes: RawSpan, to path: String) throws(FileError) {
    let url = try destination(path)
    let file = try aside(of: url, for: path)
    do throws(FileError) {
      try file.append(bytes)
    } catch {
      file.remove()
      throw error
    }
    try file.replace(url.path)
  }

  /// An empty file beside `url`, in a folder that is made where it is missing.
  private static func aside(of url: URL, for path: String) throws(FileError) -> AsideFile {
    let folder = url.deletingLastPathComponent()
    var status = stat()
    if unsafe stat(folder.path, &status) != 0 || status.st_mode & S_IFMT != S_IFDIR {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      } catch {
        throw FileError(path: path, reason: "cannot be written: \(reason(error, url))")
      }
    }
    let mode = unsafe stat(url.path, &status) == 0 ? status.st_mode & 0o7777 : nil
    return try AsideFile(
      folder.appendingPathComponent(".\(UUID().uuidString)").path, mode: mode, for: path)
  }

  /// Why a file cannot be written at `url`: mostly because something above it is no folder.
  private static func reason(_ error: any Error, _ url: URL) -> String {
    var above = url.deletingLastPathComponent()
    while above.path != "/" {
      var isFolder: ObjCBool = false
      if unsafe FileManager.default.fileExists(atPath: above.path, isDirectory: &isFolder) {
        guard isFolder.boolValue else { return "\(above.relativePath) is a file, not a folder" }
        break
      }
      above.deleteLastPathComponent()
    }
    return error.localizedDescription
  }

  /// Writes UTF-8 text; see `write(_:to:)`.
  public static func write(_ text: String, to path: String) throws(FileError) {
    try write(Data(text.utf8), to: path)
  }

  /// Writes the chunks that `body` passes to its sink to a temporary file, renamed into place at
  /// the end; if `body` throws, nothing is left behind. For files too large to hold in memory.
  public static func write(
    to path: String, chunks body: (_ sink: ([UInt8]) throws -> Void) throws -> Void
  ) throws {
    let url = try destination(path)
    let file = try aside(of: url, for: path)
    do {
      try body { chunk in
        unsafe try file.append(chunk.span.bytes)
      }
    } catch {
      file.remove()
      throw error
    }
    try file.replace(url.path)
  }
}
