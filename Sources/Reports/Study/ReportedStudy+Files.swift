import Configuration
import Experiments

/// Results that cannot stand in one report.
public enum ReportError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Two files with the same settings.
  case sameSettings(String, String)
  /// Two files of different images or tasks.
  case notComparable(String, String, what: String)

  public var description: String {
    switch self {
    case .sameSettings(let a, let b):
      "\(b): has the settings of \(a); results of one report differ in a key or in their study"
    case .notComparable(let a, let b, let what):
      "\(b): \(what) are not those of \(a); results of one report are of the same images"
    }
  }
}

extension ReportedStudy {
  /// Results of single runs, whose axes are the keys in which their configurations differ.
  public init(files: [(path: String, record: ExperimentRecord)]) throws(ReportError) {
    guard let first = files.first, files.count > 1 else {
      precondition(!files.isEmpty, "a report needs results")
      self.init(files[0].record)
      return
    }
    for other in files.dropFirst() {
      let pairs: [(String, Bool)] = [
        ("images", first.record.imagesHash == other.record.imagesHash),
        ("images that were finished", first.record.names == other.record.names),
        ("labels' tasks", first.record.task == other.record.task),
      ]
      if let (what, _) = pairs.first(where: { !$0.1 }) {
        throw .notComparable(first.path, other.path, what: what)
      }
    }
    let flat = files.map { $0.record.configuration.leaves }
    let shared = flat[0].keys.filter { key in flat.allSatisfy { $0[key] != nil } }.sorted()
    let keys = shared.filter { key in
      !Self.isNoSetting(key) && flat.contains { $0[key] != flat[0][key] }
    }
    let runs = zip(files, flat).map { file, leaves in
      (
        settings: keys.compactMap { key in leaves[key].map { (key: key, value: $0) } },
        record: file.record
      )
    }
    for (k, run) in runs.enumerated() {
      let twin = runs[..<k].firstIndex { earlier in
        zip(earlier.settings, run.settings).allSatisfy { $0.value == $1.value }
          && earlier.record.points.map(\.values) == run.record.points.map(\.values)
      }
      if let twin { throw .sameSettings(files[twin].path, files[k].path) }
    }
    self.init(name: first.record.name, runs: runs)
  }

  /// The points of a sweep, each with the values of its axes in their order.
  public init(
    name: String,
    points: [(settings: [(key: String, value: ConfigurationValue)], record: ExperimentRecord)]
  ) {
    self.init(
      name: name,
      runs: points.map { point in
        (point.settings.map { (key: $0.key, value: $0.value.setting) }, point.record)
      })
  }

  /// Keys that say nothing about the design: names, places of results, and the study, whose points
  /// are axes already.
  private static func isNoSetting(_ key: String) -> Bool {
    key == "name" || key == "version" || ["outputs.", "study."].contains { key.hasPrefix($0) }
  }
}

extension ConfigurationValue {
  /// The value as one of an axis; a mapping by its leaves.
  var setting: StudyValue {
    let leaves = leaves
    if leaves.count == 1, let own = leaves[""] { return own }
    let texts = leaves.keys.sorted().map { key in
      switch leaves[key] {
      case .number(let number): "\(key): \(NumberFormat.trimmed(number, digits: 6))"
      case .text(let text): key.isEmpty ? text : "\(key): \(text)"
      case nil: ""
      }
    }
    return .text(texts.joined(separator: ", "))
  }

  /// Every number and name by its path of keys: `hardware.converter.bits`. The model of a choice
  /// stands under the key of the choice, as where it is written as a bare word.
  var leaves: [String: StudyValue] {
    var found: [String: StudyValue] = [:]
    collect("", into: &found)
    return found
  }

  private func collect(_ path: String, into found: inout [String: StudyValue]) {
    switch self {
    case .mapping(let entries):
      for (key, value) in entries {
        let own = key == "model" ? path : path.isEmpty ? key : "\(path).\(key)"
        value.collect(own, into: &found)
      }
    case .whole(let value): found[path] = .number(Double(value))
    case .number(let value): found[path] = .number(value)
    case .text(let value):
      found[path] = value == ".inf" ? .number(.infinity) : .text(value)
    case .boolean(let value): found[path] = .text(value ? "true" : "false")
    case .null: found[path] = .text("none")
    case .list: break
    }
  }

  /// The value under a path of keys, `nil` if there is none.
  func at(_ path: String) -> ConfigurationValue? {
    path.split(separator: ".").reduce(self as ConfigurationValue?) { value, key in
      guard case .mapping(let entries)? = value else { return nil }
      return entries[String(key)]
    }
  }

  /// The number under a path of keys.
  func number(_ path: String) -> Double? {
    switch at(path) {
    case .whole(let value): Double(value)
    case .number(let value): value
    case .text(".inf"): .infinity
    default: nil
    }
  }

  /// The word under a path of keys: that of a choice is its model.
  func word(_ path: String) -> String? {
    switch at(path) {
    case .text(let word): word
    case .mapping(let entries): if case .text(let word)? = entries["model"] { word } else { nil }
    default: nil
    }
  }
}
