import Experiments
import Files
import Foundation

/// Runs points of a sweep, one after the other, until none is left that nobody else works on.
///
/// Several runners may work on one folder, on any machines that see it: who works on a point holds its
/// lock. A point is run by the code of `tilespice infer`, and gives the same results.
public struct SweepRunner: Sendable {
  /// Which points are run, and how.
  public struct Options: Sendable {
    /// The part of the points that is run; `nil` for all.
    public var shard: SweepShard?
    /// Hashes of the points that are run; `nil` for all.
    public var points: Set<String>?
    /// Tasks at once.
    public var width: Int
    /// Whether points that ended with an error are run again.
    public var rerunsFailed = false

    /// All points, in so many tasks.
    public init(width: Int) { self.width = width }
  }

  /// What a runner did.
  public struct Summary: Sendable, Equatable {
    /// Points with new results, and points that ended with an error.
    public var finished = 0, failed = 0
    /// Points that were done before, those that others work on, and those that ended with an error
    /// before and were not run again.
    public var known = 0, elsewhere = 0, failedBefore = 0
    /// Whether the runner was canceled.
    public var isStopped = false
  }

  /// Callbacks of a runner.
  public struct Progress: Sendable {
    /// A point begins: its place among those of this runner, their number, and its values.
    public var begin: @Sendable (Int, Int, String) -> Void
    /// It ended: with its record, or with the text of an error; seconds that it took, and estimated
    /// seconds until the end.
    public var end: @Sendable (ExperimentRecord?, String?, Double, Double) -> Void
    /// Warns of suspicious but usable input.
    public var warn: @Sendable (String) -> Void

    /// Progress through callbacks.
    public init(
      begin: @escaping @Sendable (Int, Int, String) -> Void,
      end: @escaping @Sendable (ExperimentRecord?, String?, Double, Double) -> Void,
      warn: @escaping @Sendable (String) -> Void
    ) {
      self.begin = begin
      self.end = end
      self.warn = warn
    }

    /// Reports nothing.
    public static let silent = Progress(
      begin: { _, _, _ in }, end: { _, _, _, _ in }, warn: { _ in })
  }

  /// Images of points that take longer than this are kept one by one, so that a process that is killed
  /// loses none.
  static let longSeconds = 30.0

  let folder: SweepFolder
  let plan: SweepPlan
  let options: Options
  let shared: SharedWork

  /// A runner of the sweep in `folder`; reads its plan.
  ///
  /// - Parameter shared: Work in common with others; by default that in the folder.
  public init(_ folder: SweepFolder, options: Options, shared: SharedWork? = nil) throws {
    self.folder = folder
    self.options = options
    plan = try folder.plan()
    self.shared = shared ?? SharedWork(folder: folder.storeFolder)
    if let unknown = options.points?.subtracting(plan.points.map(\.hash)).min() {
      throw SweepError.damaged(path: folder.planFile, "has no point \(unknown)")
    }
  }

  /// Runs every point that is left. A canceled task ends the point under way without results.
  ///
  /// Throws if results cannot be written; whatever was finished stays.
  public func run(progress: Progress = .silent) async throws -> Summary {
    try FileContents.checkWritable(folder: folder.path)
    let began = Date()
    var summary = Summary()
    var timings: [(seconds: Double, tasks: Int, estimate: Double)] = []
    let own = options.shard?.points(of: plan) ?? plan.order
    var open = own.map { plan.points[$0] }.filter { options.points?.contains($0.hash) ?? true }
    let count = open.count
    let done = open.filter { folder.isDone($0) }
    try tidy(done)
    tidyStore()
    summary.known = done.count
    open.removeAll { folder.isDone($0) }
    if !options.rerunsFailed {
      summary.failedBefore = open.count { !mayRun($0, since: began) }
    }
    var place = summary.known
    var leavesGroups = true
    while !open.isEmpty {
      var (elsewhere, isIdle) = ([SweepPlan.Point](), true)
      // Groups that another runner is at: two in one group would both program its cells.
      var groups: Set<Int> = []
      for (index, point) in open.enumerated() {
        guard !Task.isCancelled else {
          summary.isStopped = true
          return summary
        }
        if folder.isDone(point) || !mayRun(point, since: began) { continue }
        guard !(leavesGroups && groups.contains(point.group)), let lock = try claim(point) else {
          groups.insert(point.group)
          elsewhere.append(point)
          continue
        }
        defer { lock.release() }
        // Another runner may have finished it since.
        if folder.isDone(point) || !mayRun(point, since: began) { continue }
        isIdle = false
        place += 1
        progress.begin(place, count, plan.text(of: point))
        let clock = ContinuousClock()
        let start = clock.now
        let outcome = try await result(of: point, progress)
        let seconds = (clock.now - start) / .seconds(1)
        let left = open[(index + 1)...].reduce(0) { $0 + $1.seconds }
        switch outcome {
        case .record(let record):
          try keep(record, of: point, seconds: seconds)
          summary.finished += 1
          timings.append((seconds, 1, point.seconds))
          progress.end(record, nil, seconds, SweepCost(finished: timings).correction * left)
        case .failure(let text):
          try FileContents.write(text + "\n", to: folder.failure(of: point))
          summary.failed += 1
          progress.end(nil, text, seconds, SweepCost(finished: timings).correction * left)
        case .stopped:
          summary.isStopped = true
          return summary
        }
      }
      open = elsewhere.filter { !folder.isDone($0) }
      // Without a group of its own, a runner helps in those of others; what is left then is in their
      // hands.
      if isIdle && !leavesGroups { break }
      leavesGroups = !isIdle
    }
    summary.elsewhere = open.count
    return summary
  }

  /// Removes what was left by processes that were killed when these points were done already.
  private func tidy(_ done: [SweepPlan.Point]) throws {
    for point in done where folder.hasLeftovers(of: point) {
      guard let lock = try claim(point) else { continue }
      defer { lock.release() }
      folder.removeLeftovers(of: point)
    }
  }

  /// Removes what killed processes wrote aside in the store, unless somebody is at work.
  ///
  /// A process writes there only while it holds a point: what was there before nobody held one has no
  /// writer. Files are listed first, so that those of a process that begins meanwhile stay.
  private func tidyStore() {
    let aside = folder.filesAsideInStore
    guard !aside.isEmpty,
      plan.points.allSatisfy({ FolderLock.owner(of: folder.folder(of: $0)) == nil })
    else { return }
    for path in aside { try? FileManager.default.removeItem(atPath: path) }
  }

  /// Whether a point without results is to be run: not if it failed, unless failures of earlier runs
  /// are repeated.
  private func mayRun(_ point: SweepPlan.Point, since began: Date) -> Bool {
    let path = folder.failure(of: point)
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      return true
    }
    guard options.rerunsFailed, let date = attributes[.modificationDate] as? Date else {
      return false
    }
    return date < began
  }

  /// The lock of a point; `nil` if another process works on it.
  private func claim(_ point: SweepPlan.Point) throws -> FolderLock? {
    do {
      return try FolderLock(folder: folder.folder(of: point), started: Date())
    } catch is FolderLockError {
      return nil
    }
  }
}
