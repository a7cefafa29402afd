import Configuration

extension SweepSpec {
  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    _ = try section.integer(
      "version", range: Self.version...Self.version, meaning: "Version of this format")
    name = try section.string(
      "name", default: nil, meaning: "Short name for results and reports; null for the base's")
    base = try section.path("base", meaning: "The experiment that is varied: E.yaml")
    let sampling = try section.choice(
      "sampling", default: "grid", meaning: "How points are chosen from the axes",
      options: SweepSampling.options)
    axes = try section.list("axes", meaning: "What is varied; each sets one key or several") {
      (inner) throws(ConfigurationError) in
      try SweepAxis(reading: &inner, sampling: sampling)
    }
    self.sampling = sampling
    seedsPlace = section.place(of: "seeds")
    let seedsMeaning =
      "Seeds with which every point is repeated: their list, or their number, counted from the base's "
      + "seed; empty for the base's alone"
    if section.isNumber("seeds") {
      seeds = .count(try section.integer("seeds", range: 1...1_000_000, meaning: seedsMeaning))
    } else {
      let list = try section.integers(
        "seeds", default: [], range: 0...Int.max, meaning: seedsMeaning)
      seeds = list.isEmpty ? nil : .list(list)
      if let again = list.indices.first(where: { list[..<$0].contains(list[$0]) }) {
        throw section.error(at: "seeds", "has the seed \(list[again]) twice")
      }
    }
    comparedPlace = section.place(of: "compare")
    let networks = try section.strings(
      "compare", default: [],
      meaning:
        "Networks beside the path, as `compare` of an experiment; without the key those of the "
        + "base or, if it lists none, `float`, `integer` and, where at least two points share them on "
        + "average, `ideal`")
    compared = section.has("compare") ? networks : nil
    try section.expect(
      !axes.isEmpty || seeds != nil, at: "axes", "is empty, and there are no seeds: nothing varies")
    try Self.check(axes, seeds, sampling, section)
    resolvedYAML = section.resolvedYAML()
  }

  /// Refuses axes that undo each other.
  private static func check(
    _ axes: [SweepAxis], _ seeds: Seeds?, _ sampling: SweepSampling, _ section: ConfigurationSection
  ) throws(ConfigurationError) {
    var known: [(key: [String], axis: Int)] = []
    for (index, axis) in axes.enumerated() {
      for key in axis.keys {
        for (other, earlier) in known where earlier < index {
          let (name, old) = (ConfigurationKey.text(key), ConfigurationKey.text(other))
          if key == other {
            throw section.error(
              at: "axes", "axes[\(index)] varies \(name), and so does axes[\(earlier)]")
          }
          if other.starts(with: key) {
            throw section.error(
              at: "axes",
              "axes[\(index)] replaces \(name) as a whole, and with it \(old) of axes[\(earlier)]; put "
                + "it first")
          }
        }
        known.append((key, index))
      }
    }
    if seeds != nil, known.contains(where: { $0.key == ["seed"] }) {
      throw section.error(at: "seeds", "an axis varies seed too")
    }
    guard case .zip = sampling, let first = axes.first else { return }
    for (index, axis) in axes.enumerated() where axis.grid.count != first.grid.count {
      throw section.error(
        at: "axes",
        "sampling zip takes as many values of every axis: axes[0] has \(first.grid.count), "
          + "axes[\(index)] has \(axis.grid.count)")
    }
  }
}

extension SweepSampling {
  static var options: [ConfigurationOption<SweepSampling>] {
    func drawn(
      _ section: inout ConfigurationSection
    ) throws(ConfigurationError) -> (count: Int, seed: UInt64) {
      (
        try section.integer("count", range: 1...1_000_000, meaning: "Points drawn"),
        UInt64(
          try section.integer("seed", default: 1, range: 0...Int.max, meaning: "Seed of the draw"))
      )
    }
    return [
      .option("grid", .grid, meaning: "every combination of values, the last axis varying fastest"),
      .option("zip", .zip, meaning: "the first values of all axes together, then the second, …"),
      .option("random", meaning: "independent draws along every axis") {
        (inner) throws(ConfigurationError) in
        let (count, seed) = try drawn(&inner)
        return .random(count: count, seed: seed)
      },
      .option(
        "latinHypercube",
        meaning: "draws that use each of `count` equal parts of every axis once"
      ) { (inner) throws(ConfigurationError) in
        let (count, seed) = try drawn(&inner)
        return .latinHypercube(count: count, seed: seed)
      },
    ]
  }
}

extension SweepAxis {
  init(
    reading section: inout ConfigurationSection, sampling: SweepSampling
  ) throws(ConfigurationError) {
    place = section.place(of: "")
    let name = try section.string(
      "key", default: nil, meaning: "The key that is varied, by its path")
    let values = try section.anyValues("values", meaning: "Its values")
    let range = try section.section(
      "range", default: nil, meaning: "Its values as numbers from one to another"
    ) { (inner) throws(ConfigurationError) in
      try SweepRange(reading: &inner, sampling: sampling)
    }
    let points = try section.anyMappings(
      "points", meaning: "In place of `key`: values of several keys that go together")
    // The reference page is written without values.
    guard section.has("key") || section.has("points") || name != nil || points != nil else {
      choice = .steps([])
      try section.expect(false, at: "key", "required key is missing, or points in its place")
      return
    }
    if let points {
      for key in ["key", "values", "range"] where section.has(key) {
        throw section.error(at: key, "does not go with points, which name their keys")
      }
      choice = .steps(try Self.steps(points, section))
      return
    }
    guard let path = ConfigurationKey.path(name ?? "") else {
      throw section.error(at: "key", "'\(name ?? "")' is no path of a key")
    }
    switch (values, range) {
    case (let values?, nil):
      for (index, value) in values.enumerated()
      where values[..<index].contains(where: { $0.value == value.value }) {
        throw section.error(at: "values", "has the value \(value.text) twice")
      }
      choice = .steps(
        values.map { Step(settings: [Step.Setting(key: path, value: $0)]) })
    case (nil, let range?): choice = .range(key: path, range)
    case (nil, nil):
      throw section.error(at: "values", "required key is missing, or range in its place")
    case (_?, _?): throw section.error(at: "range", "stands beside values: keep one of them")
    }
  }

  private static func steps(
    _ points: [[(key: String, value: AnyConfigurationValue)]], _ section: ConfigurationSection
  ) throws(ConfigurationError) -> [Step] {
    var steps: [Step] = []
    for point in points {
      var settings: [Step.Setting] = []
      for (key, value) in point {
        guard let path = ConfigurationKey.path(key) else {
          throw section.error(at: "points", "'\(key)' is no path of a key")
        }
        settings.append(Step.Setting(key: path, value: value))
      }
      guard Set(settings.map(\.key)) == Set(steps.first?.settings.map(\.key) ?? settings.map(\.key))
      else { throw section.error(at: "points", "do not all have the same keys") }
      steps.append(Step(settings: settings))
    }
    return steps
  }
}

extension SweepRange {
  init(
    reading section: inout ConfigurationSection, sampling: SweepSampling
  ) throws(ConfigurationError) {
    from = try section.double("from", meaning: "First value")
    to = try section.double("to", meaning: "Last value")
    count = try section.integer(
      "count", default: nil, range: 2...1_000_000,
      meaning: "Values, both ends included, of sampling grid and zip")
    spacing = try section.choice(
      "spacing", default: "linear", meaning: "How values are spread",
      options: [
        .option("linear", .linear, meaning: "equal differences"),
        .option("logarithmic", .logarithmic, meaning: "equal ratios"),
      ])
    isWhole = try section.boolean(
      "whole", default: false, meaning: "Whether values are rounded to whole numbers")
    try section.expect(from != to, at: "to", "is equal to from: a range has two ends")
    try section.expect(
      spacing == .linear || (from > 0 && to > 0), at: "spacing",
      "logarithmic takes ends above zero")
    if sampling.count != nil {
      try section.expect(
        count == nil, at: "count", "is given by sampling.count, which draws the values")
    } else {
      try section.expect(
        count != nil, at: "count", "required key is missing: sampling takes the values of a grid")
      let numbers = grid
      let again = numbers.indices.first { numbers[..<$0].contains(numbers[$0]) }
      try section.expect(
        again == nil, at: "count",
        "gives the whole number \(again.map { NumberText.text(numbers[$0]) } ?? "") twice; take fewer"
      )
    }
  }
}
