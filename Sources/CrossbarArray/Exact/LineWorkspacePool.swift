import Synchronization

/// Work arrays of finished solves, for the next solve in the process: fresh memory costs a small solve
/// a third of its time in page faults. Contents are never read; at most `byteLimit` is kept, what was
/// used last before what was used first.
final class LineWorkspacePool: Sendable {
  static let shared = LineWorkspacePool()

  private static let byteLimit = 1 << 27

  private struct Kept {
    var workspaces: [(width: Int, cells: Int, arrays: any Sendable)] = []
    var bytes = 0
  }

  private let kept = Mutex(Kept())

  /// Work arrays for a system; the largest kept ones where they suffice.
  func take<V: LineLanes>(_ system: LineSystem) -> LineWorkspace<V> {
    let arrays: (any Sendable)? = kept.withLock { kept in
      let fitting = kept.workspaces.lastIndex {
        $0.width == V.width && $0.cells >= system.cells.count
      }
      guard let fitting else { return nil }
      let found = kept.workspaces.remove(at: fitting)
      kept.bytes -= Self.bytes(found.width, found.cells)
      return found.arrays
    }
    guard var work = arrays as? LineWorkspace<V> else { return LineWorkspace(system) }
    work.fitLines(system)
    return work
  }

  /// Keeps work arrays that a solve is done with, or lets them go.
  func give<V: LineLanes>(_ work: LineWorkspace<V>) {
    let cells = work.u.count
    kept.withLock { kept in
      let bytes = Self.bytes(V.width, cells)
      guard bytes <= Self.byteLimit else { return }
      while kept.bytes + bytes > Self.byteLimit {
        let oldest = kept.workspaces.removeFirst()
        kept.bytes -= Self.bytes(oldest.width, oldest.cells)
      }
      kept.bytes += bytes
      kept.workspaces.append((V.width, cells, work))
    }
  }

  private static func bytes(_ width: Int, _ cells: Int) -> Int { 4 * 8 * width * cells }
}
