import Synchronization

/// Work arrays of finished solves, for the next solve in the process: fresh memory costs a small
/// solve a third of its time in page faults. Contents are never read; at most `byteLimit` is kept,
/// most recently used first.
final class LineWorkspacePool: Sendable {
  static let shared = LineWorkspacePool()

  private static let byteLimit = 1 << 27

  /// Kept work arrays of one kind of lanes, with the time of their return.
  struct Entry<Lanes: LineLanes>: Sendable {
    var time: UInt64
    var work: LineWorkspace<Lanes>

    var bytes: Int { LineWorkspacePool.bytes(Lanes.width, work.u.count) }
  }

  /// Where the work arrays of one kind of lanes are kept.
  typealias Place<Lanes: LineLanes> = WritableKeyPath<Kept, [Entry<Lanes>]>

  /// Kept work arrays by kind of lanes, each in order of time.
  struct Kept: Sendable {
    var singles: [Entry<Double>] = []
    var pairs: [Entry<SIMD2<Double>>] = []
    var fours: [Entry<SIMD4<Double>>] = []
    var eights: [Entry<SIMD8<Double>>] = []
    fileprivate var bytes = 0, time: UInt64 = 0

    /// Drops the oldest entry.
    fileprivate mutating func dropOldest() {
      let oldest = [
        singles.first?.time, pairs.first?.time, fours.first?.time, eights.first?.time,
      ].compactMap { $0 }.min()
      bytes -= Self.drop(oldest, from: &singles)
      bytes -= Self.drop(oldest, from: &pairs)
      bytes -= Self.drop(oldest, from: &fours)
      bytes -= Self.drop(oldest, from: &eights)
    }

    /// Drops the first entry if it is of that time; returns its bytes.
    private static func drop<Lanes>(_ time: UInt64?, from entries: inout [Entry<Lanes>]) -> Int {
      guard entries.first?.time == time, !entries.isEmpty else { return 0 }
      return entries.removeFirst().bytes
    }
  }

  private let kept = Mutex(Kept())

  /// Work arrays for a system; the largest kept ones if they suffice.
  func take<V: LineLanes>(_ system: LineSystem) -> LineWorkspace<V> {
    let path = V.keptWorkspaces
    let found: LineWorkspace<V>? = kept.withLock { kept in
      let fitting = kept[keyPath: path].lastIndex { $0.work.u.count >= system.cells.count }
      guard let fitting else { return nil }
      let entry = kept[keyPath: path].remove(at: fitting)
      kept.bytes -= entry.bytes
      return entry.work
    }
    guard var work = found else { return LineWorkspace(system) }
    work.fitLines(system)
    return work
  }

  /// Keeps the work arrays of a finished solve, or frees them.
  func give<V: LineLanes>(_ work: LineWorkspace<V>) {
    let bytes = Self.bytes(V.width, work.u.count)
    let path = V.keptWorkspaces
    kept.withLock { kept in
      guard bytes <= Self.byteLimit else { return }
      while kept.bytes + bytes > Self.byteLimit { kept.dropOldest() }
      kept.bytes += bytes
      kept.time += 1
      kept[keyPath: path].append(Entry(time: kept.time, work: work))
    }
  }

  private static func bytes(_ width: Int, _ cells: Int) -> Int { 4 * 8 * width * cells }
}
