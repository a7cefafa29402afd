import Foundation

/// An open file descriptor that text is written to at once, without a buffer.
struct StandardStream {
  let descriptor: Int32

  /// Writes all of `text`; returns the error number of the write that failed, if one did.
  func write(_ text: String) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        // May take a part only, as pipes and full disks do.
        unsafe Foundation.write(descriptor, bytes.baseAddress, bytes.count)
      }
      if count >= 0 {
        rest = rest.dropFirst(count)
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN, EWOULDBLOCK:
        // A reader that has set the pipe to non-blocking and is slow.
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wanted, 1, -1)
      case let code: return code
      }
    }
    return nil
  }
}
