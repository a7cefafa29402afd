import Foundation

/// A file that is written beside another and takes its place when it is whole.
struct AsideFile {
  private let descriptor: Int32
  private let path: String
  /// What errors speak of.
  private let subject: String

  /// Makes the file, which must not exist yet, with the permissions of the one that it will replace.
  init(_ path: String, mode: mode_t?, for subject: String) throws(FileError) {
    self.path = path
    self.subject = subject
    descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    // Where the system has no permissions, those of a new file are as good.
    if let mode { fchmod(descriptor, mode) }
  }

  /// Writes `bytes` behind what was written.
  func append(_ bytes: RawSpan) throws(FileError) {
    var written = 0
    while written < bytes.byteCount {
      let count = unsafe bytes.extracting(written..<bytes.byteCount).withUnsafeBytes {
        unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      written += count
    }
  }

  /// Closes the file and gives it the name of another, which is replaced; removes it if that fails.
  func replace(_ destination: String) throws(FileError) {
    guard close(descriptor) == 0, unsafe rename(path, destination) == 0 else {
      let failure = failure()
      unsafe unlink(path)
      throw failure
    }
  }

  /// Closes and removes what was written so far.
  func remove() {
    close(descriptor)
    unsafe unlink(path)
  }

  private func failure() -> FileError {
    FileError(path: subject, reason: "cannot be written: \(SystemError.text(errno))")
  }
}

/// What the system says of its errors.
enum SystemError {
  static func text(_ number: Int32) -> String { unsafe String(cString: strerror(number)) }
}
