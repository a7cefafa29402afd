import Configuration
import Experiments
import Files

/// All points of a sweep, each resolved to its full experiment.
public struct SweepPlan: Sendable, Codable, Equatable {
  /// Version of this format.
  public var formatVersion = 1
  /// Name of the sweep.
  public var name: String
  /// The base experiment and the sweep file, as they were planned.
  public var base: String, specification: String
  /// The keys that are varied, each with its values in their order.
  public var axes: [Axis]
  /// The points in the order of the axes.
  public var points: [Point]
  /// Estimated seconds, in one task, of what points share: digital networks and arrays without wires
  /// that run once.
  public var sharedSeconds: Double
  /// Points that are the same experiment as an earlier one and were left out, in words.
  public var repeated: [String]
  /// Keys that change nothing: points that differ in such a key alone have the same results.
  public var idle: [String]

  /// A key with its values.
  public struct Axis: Sendable, Codable, Equatable {
    /// The key by its path.
    public var key: String
    /// Its values, each once.
    public var values: [ConfigurationValue]
  }

  /// One experiment of the sweep.
  public struct Point: Sendable, Codable, Equatable {
    /// SHA-256 of its resolved experiment, shortened: the name of its folder.
    public var hash: String
    /// The values of the axes, by key.
    public var settings: [String: ConfigurationValue]
    /// Estimated seconds of its own path in one task.
    public var seconds: Double
    /// Points with equal numbers share networks and cells; they are run one after the other.
    public var group: Int
    /// Its experiment, as text that any folder can be run from.
    public var experiment: String
  }

  /// What two plans of the same sweep agree in.
  public var hash: String {
    ContentHash((points.map(\.hash) + axes.map(\.key)).joined(separator: "\n")).hexadecimal
  }

  /// What whoever reads the plan should know before it runs, a sentence each.
  public var warnings: [String] {
    repeated.map { "left out, because it is the same experiment: \($0)" }
      + idle.map {
        "\($0) changes nothing: layers have their own value, or their path does not use it"
      }
  }

  /// Places of the points in the order in which they are run.
  public var order: [Int] {
    points.indices.sorted { (points[$0].group, $0) < (points[$1].group, $1) }
  }

  /// Estimated seconds in one task of all points with what they share.
  public var totalSeconds: Double { points.reduce(sharedSeconds) { $0 + $1.seconds } }

  /// The values of a point on one line, in the order of the axes.
  public func text(of point: Point) -> String {
    axes.compactMap { axis in
      point.settings[axis.key].map { "\(axis.key)=\($0.text)" }
    }.joined(separator: " ")
  }
}

extension SweepPlan {
  /// Resolves every point of a sweep, and loads every network with its images once to find what does
  /// not fit together.
  ///
  /// Throws `SweepError.points` with the faults of all points.
  ///
  /// - Parameter width: Image files read at once.
  public init(_ sweep: SweepSpec, width: Int) async throws {
    let builder = try SweepBuilder(sweep)
    let resolved = try builder.resolved()
    try await self.init(builder, resolved, width: width)
  }

  private init(
    _ builder: SweepBuilder, _ found: [SweepBuilder.Resolved], width: Int
  ) async throws {
    base = builder.sweep.base
    specification = builder.sweep.resolvedYAML
    name = builder.sweep.name ?? found[0].spec.name
    var works: [(spec: ExperimentSpec, work: NetworkWork)] = []
    var integers: [ExperimentSpec] = []
    var ideals: [ExperimentSpec] = []
    var groups: [ExperimentSpec] = []
    let cost = SweepCost()
    var points: [Point] = []
    var used: [ExperimentSpec] = []
    var repeated: [String] = []
    var (shared, faults) = (0.0, [SweepError.Fault]())
    for (spec, settings) in found.map({ ($0.spec, $0.settings) }) {
      let known = works.first { $0.spec.sharesNetwork(with: spec) }
      let work: NetworkWork
      do {
        if let known { work = known.work } else { work = try await NetworkWork(spec, width: width) }
        try work.check(spec)
      } catch {
        let text = "\(error)"
        if !faults.contains(where: { $0.text == text }) {
          faults.append(.init(point: builder.text(settings), text: text))
        }
        continue
      }
      if known == nil {
        works.append((spec, work))
        if spec.compared.contains(.float) { shared += cost.float(work) }
      }
      func isNew(
        in list: inout [ExperimentSpec], _ agrees: (ExperimentSpec) -> Bool
      ) -> Bool {
        guard !list.contains(where: { $0.sharesNetwork(with: spec) && agrees($0) }) else {
          return false
        }
        list.append(spec)
        return true
      }
      if isNew(in: &integers, { $0.sharesIntegers(with: spec) }),
        spec.compared.contains(.integer)
      {
        shared += cost.integer(spec, work)
      }
      if spec.compared.contains(.ideal),
        isNew(in: &ideals, { $0.sharesIntegers(with: spec) && $0.sharesIdealArrays(with: spec) })
      {
        shared += cost.ideal(spec, work)
      }
      let group = groups.firstIndex {
        $0.sharesNetwork(with: spec) && $0.sharesIntegers(with: spec) && $0.sharesCells(with: spec)
      }
      if group == nil { groups.append(spec) }
      let texts = spec.resolvedTexts
      let hash = String(ContentHash(texts.asWritten).hexadecimal.prefix(16))
      if let same = points.firstIndex(where: { $0.hash == hash }) {
        repeated.append("\(builder.text(settings)) is \(builder.text(found[same].settings))")
        continue
      }
      used.append(spec.used(by: work, like: found[0].spec))
      points.append(
        Point(
          hash: hash,
          settings: Dictionary(
            settings.map { (ConfigurationKey.text($0.key), $0.value.value) },
            uniquingKeysWith: { $1 }),
          seconds: cost.path(spec, work), group: group ?? groups.count - 1,
          experiment: texts.absolute))
    }
    guard faults.isEmpty else { throw SweepError.points(faults) }
    self.points = points
    self.repeated = repeated
    sharedSeconds = shared
    axes = builder.keys.map { key in
      let name = ConfigurationKey.text(key)
      let values = points.compactMap { $0.settings[name] }
      return Axis(
        key: name,
        values: values.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
    }
    idle = Self.idle(axes.map(\.key), points.map(\.settings), used)
  }

  /// The keys of which every two points that differ in them alone have equal experiments.
  private static func idle(
    _ keys: [String], _ settings: [[String: ConfigurationValue]], _ used: [ExperimentSpec]
  ) -> [String] {
    keys.filter { key in
      var first: [[String: ConfigurationValue]: Int] = [:]
      var pairs = 0
      for (place, own) in settings.enumerated() {
        var others = own
        others[key] = nil
        guard let known = first[others] else {
          first[others] = place
          continue
        }
        if used[known] != used[place] { return false }
        pairs += 1
      }
      return pairs > 0
    }
  }
}
