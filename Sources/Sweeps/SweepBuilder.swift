import Configuration
import Experiments
import Files
import Foundation

/// Reads the experiment of every point of a sweep.
struct SweepBuilder {
  /// A point with its experiment.
  struct Resolved {
    var spec: ExperimentSpec
    var settings: [SweepAxis.Step.Setting]
  }

  let sweep: SweepSpec
  /// The keys that are varied, in the order of the axes.
  let keys: [[String]]
  private let text: String
  private let listsCompared: Bool
  private let axes: [SweepAxis]
  private let steps: [[SweepAxis.Step]]

  /// Reads the base; throws if it is no experiment that can be varied.
  init(_ sweep: SweepSpec) throws {
    self.sweep = sweep
    text = String(decoding: try FileContents.read(sweep.base), as: UTF8.self)
    let base = try ExperimentSpec(yaml: text, file: sweep.base)
    guard base.study.isEmpty else { throw SweepError.study(base: sweep.base) }
    let section = try ConfigurationSection(yaml: text, file: sweep.base)
    listsCompared = section.has(ExperimentSpec.comparedKey) || sweep.compared != nil
    var steps = sweep.sampling.steps(sweep.axes)
    var axes = sweep.axes
    if let seeds = sweep.seeds {
      let axis = SweepAxis(seeds.values(from: base.seed), place: sweep.seedsPlace)
      axes.append(axis)
      steps = steps.flatMap { point in axis.grid.map { point + [$0] } }
    }
    self.axes = axes
    self.steps = steps
    keys = axes.flatMap(\.keys)
  }

  /// The values of a point on one line.
  func text(_ settings: [SweepAxis.Step.Setting]) -> String {
    settings.map { "\(ConfigurationKey.text($0.key))=\($0.value.text)" }.joined(separator: " ")
  }

  /// Every point with its experiment; throws the faults of all of them.
  func resolved() throws -> [Resolved] {
    var faults: [SweepError.Fault] = []
    var found: [Resolved] = []
    for point in steps {
      let settings = point.flatMap(\.settings)
      do throws(ConfigurationError) {
        found.append(Resolved(spec: try spec(settings), settings: settings))
      } catch {
        for fault in error.all where !faults.contains(where: { $0.text == fault.description }) {
          // A fault of a value is told by its place; others come from values that do not go together.
          let isOfValue = settings.contains { $0.value.place == fault.file }
          faults.append(
            .init(point: isOfValue ? "" : text(settings), text: fault.description))
        }
        // As many again would say nothing new.
        if faults.count > SweepError.mostPrinted { break }
      }
    }
    guard faults.isEmpty else { throw SweepError.points(faults) }
    if let own = found.first(where: { !$0.spec.study.isEmpty }) {
      throw SweepError.points([
        .init(
          point: text(own.settings),
          text: "study: a sweep has no experiments with studies of their own"
        )
      ])
    }
    return listsCompared ? found : try comparedByDefault(found)
  }

  /// The experiments with the networks beside the path that pay: `ideal` only where points share it.
  private func comparedByDefault(
    _ found: [Resolved]
  ) throws(ConfigurationError) -> [Resolved] {
    var ideals: [ExperimentSpec] = []
    for spec in found.map(\.spec) {
      let isKnown = ideals.contains {
        $0.sharesNetwork(with: spec) && $0.sharesIntegers(with: spec)
          && $0.sharesIdealArrays(with: spec)
      }
      if !isKnown { ideals.append(spec) }
      // More than half as many as points: they are not shared.
      if 2 * ideals.count > found.count { break }
    }
    guard 2 * ideals.count > found.count else { return found }
    return try found.map { (own) throws(ConfigurationError) in
      Resolved(
        spec: try spec(own.settings, compared: "[float, integer]"), settings: own.settings)
    }
  }

  private func spec(
    _ settings: [SweepAxis.Step.Setting], compared: String? = nil
  ) throws(ConfigurationError) -> ExperimentSpec {
    // Results of points lie in the folder of the sweep.
    var changes = [ExperimentSpec.Change(["outputs", "folder"], "null", origin: sweep.base)]
    let listed = sweep.compared.map { "[" + $0.joined(separator: ", ") + "]" }
    if let text = compared ?? listed {
      changes.append(.init([ExperimentSpec.comparedKey], text, origin: sweep.comparedPlace))
    }
    changes += settings.map { .init($0.key, $0.value.yaml, origin: $0.value.place) }
    return try ExperimentSpec(yaml: text, file: sweep.base, changes: changes)
  }
}

extension SweepSpec.Seeds {
  fileprivate func values(from first: UInt64) -> [Int] {
    switch self {
    case .list(let list): list
    case .count(let count): (0..<count).map { Int(clamping: first) &+ $0 }
    }
  }
}

extension SweepAxis {
  /// The axis of seeds.
  fileprivate init(_ seeds: [Int], place: String) {
    choice = .steps(
      seeds.map { seed in
        Step(settings: [
          .init(key: ["seed"], value: AnyConfigurationValue(.plain("\(seed)"), place: place))
        ])
      })
    self.place = place
  }
}
