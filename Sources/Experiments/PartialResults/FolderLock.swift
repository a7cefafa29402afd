import Files
import Foundation
import Synchronization

/// The right to write results into a folder, held by one process at a time.
///
/// While the right is held, a file in the folder is locked by `flock` and names its holder. The
/// lock ends with its process, however that ends: a file left behind by a killed process locks
/// nothing.
public final class FolderLock: Sendable {
  /// Name of the file in the folder.
  public static let fileName = "run.lock"

  private struct State {
    var file: FileHandle?
    /// Folders that were made for the lock, the innermost first.
    var made: [String]
  }

  private let path: String
  private let state: Mutex<State>

  /// Takes the right to the folder at `path`, which is made if it is missing; throws
  /// `FolderLockError.held` if another process has it.
  ///
  /// - Parameter started: When this run began, for those who are refused.
  public init(folder path: String, started: Date) throws {
    self.path = "\(path)/\(Self.fileName)"
    let made = try Self.makeFolders(path)
    do {
      let file = try Self.locked(self.path, folder: path)
      state = Mutex(State(file: file, made: made))
    } catch {
      Self.remove(made)
      throw error
    }
    let text = """
      process \(ProcessInfo.processInfo.processIdentifier) on \
      \(ProcessInfo.processInfo.hostName), since \(started.formatted(.iso8601))

      """
    try state.withLock { state in
      do {
        try state.file?.truncate(atOffset: 0)
        try state.file?.write(contentsOf: Data(text.utf8))
      } catch {
        throw FileError(
          path: self.path, reason: "cannot be written: \(error.localizedDescription)")
      }
    }
  }

  /// Who has the right to the folder at `path`, in words; `nil` if nobody has. Takes nothing.
  public static func owner(of path: String) -> String? {
    let descriptor = unsafe open("\(path)/\(fileName)", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
    let text = (try? file.readToEnd()).flatMap { String(data: $0, encoding: .utf8) } ?? ""
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  deinit { release() }

  /// Releases the right. Removes the file, and folders made for it that are still empty.
  public func release() {
    state.withLock { state in
      guard let file = state.file else { return }
      // Removed while it is locked: a process that opened it meanwhile finds that it is gone.
      try? FileManager.default.removeItem(atPath: path)
      try? file.close()
      state.file = nil
      Self.remove(state.made)
    }
  }

  /// Time that a refusal waits for the owner's name, which an owner writes right after locking the
  /// file.
  private static let patience: TimeInterval = 5

  /// Opens and locks the file; opens it again if its owner removed it in between, or has the lock
  /// but has not yet replaced the text of the previous holder.
  private static func locked(_ path: String, folder: String) throws -> FileHandle {
    let deadline = Date(timeIntervalSinceNow: patience)
    while true {
      let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard descriptor >= 0 else {
        throw FileError(path: path, reason: "cannot be made: \(systemError())")
      }
      let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        guard errno == EWOULDBLOCK else {
          throw FileError(path: path, reason: "cannot be locked: \(systemError())")
        }
        let text = (try? file.readToEnd()).flatMap { String(data: $0, encoding: .utf8) } ?? ""
        if !namesItsOwner(text), Date() < deadline {
          usleep(2000)
          continue
        }
        throw FolderLockError.held(
          folder: folder, owner: text.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      var opened = stat()
      var there = stat()
      if unsafe fstat(descriptor, &opened) == 0, unsafe stat(path, &there) == 0,
        opened.st_ino == there.st_ino, opened.st_dev == there.st_dev
      {
        return file
      }
    }
  }

  /// Whether the text in a locked file can be that of the holder: complete, and not from a process
  /// of this machine that is gone.
  private static func namesItsOwner(_ text: String) -> Bool {
    guard text.hasPrefix("process "), text.hasSuffix("\n") else { return false }
    let words = text.split(separator: " ")
    guard words.count > 3, let process = pid_t(words[1]) else { return false }
    let isHere = words[3].dropLast() == ProcessInfo.processInfo.hostName
    return !isHere || kill(process, 0) == 0 || errno != ESRCH
  }

  private static func systemError() -> String { unsafe String(cString: strerror(errno)) }

  /// Creates a folder with its parents; returns those that were missing, innermost first.
  private static func makeFolders(_ path: String) throws(FileError) -> [String] {
    var missing: [String] = []
    var folder = URL(fileURLWithPath: path).standardizedFileURL
    while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
      missing.append(folder.path)
      folder.deleteLastPathComponent()
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      remove(missing)
      throw FileError(path: path, reason: "cannot be made: \(error.localizedDescription)")
    }
    return missing
  }

  /// Removes folders as far as they are empty.
  private static func remove(_ folders: [String]) {
    for folder in folders { unsafe rmdir(folder) }
  }
}

/// Results that another process is about to write.
public enum FolderLockError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The folder, and whose it is in words; empty if the owner has not written it yet.
  case held(folder: String, owner: String)

  public var description: String {
    switch self {
    case .held(let folder, let owner):
      "\(folder): another run is writing its results here"
        + (owner.isEmpty ? "" : " (\(owner))") + "; wait for its end, or name another folder"
    }
  }
}
