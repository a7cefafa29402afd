import Netlist

/// A plot as commands know it: the vectors of an analysis and those that `let` added.
struct ControlPlot: Sendable {
  /// `tran1`, `op2`, `const`.
  var name: String
  /// The vectors of the analysis; empty for `const` and plots that a command made.
  var plot: Plot
  /// The circuit that the analysis solved; `nil` without one.
  var deck: SimulationDeck?
  /// Vectors of `let`, in the order of their making.
  private(set) var made: [(name: String, vector: ControlVector)] = []

  init(name: String, plot: Plot, deck: SimulationDeck? = nil) {
    self.name = name
    self.plot = plot
    self.deck = deck
  }

  /// Adds or replaces a vector.
  mutating func set(_ name: String, to vector: ControlVector) {
    if let place = made.firstIndex(where: { $0.name == name }) {
      made[place].vector = vector
    } else {
      made.append((name, vector))
    }
  }

  /// Removes a vector of `let`; whether there was one.
  mutating func remove(_ name: String) -> Bool {
    let count = made.count
    made.removeAll { $0.name == name }
    return made.count < count
  }

  /// Names of all vectors, the scale first.
  var names: [String] {
    plot.variables.map(\.name)
      + made.map(\.name).filter { name in
        !plot.variables.contains { $0.name == name }
      }
  }

  /// The scale; `nil` for an operating point and plots of vectors alone.
  var scale: ControlVector? {
    guard let first = plot.variables.first,
      ["time", "frequency"].contains(first.name)
        || first.name.hasSuffix("-sweep")
    else { return nil }
    return vector(first.name)
  }

  var scaleName: String? { scale == nil ? nil : plot.variables.first?.name }

  /// A vector in lower case as people write it: `v(a)`, `a`, `v1#branch`, `@r1[i]`.
  func vector(_ name: String) -> ControlVector? {
    if let own = made.first(where: { $0.name == name }) { return own.vector }
    var candidates = [name, "v(\(name))"]
    if name.hasSuffix("#branch") { candidates.append("i(\(name.dropLast(7)))") }
    if name.hasPrefix("@"), let open = name.lastIndex(of: "["),
      ["[i]", "[id]", "[current]"].contains(name[open...])
    {
      candidates.append("i(\(name[..<open].dropFirst()))")
    }
    // What an analysis over frequencies calls its scale.
    if name == "freq" { candidates.append("frequency") }
    // Any vector may be written as a voltage.
    if name.hasPrefix("v("), name.hasSuffix(")") {
      let inner = String(name.dropFirst(2).dropLast())
      if let own = made.first(where: { $0.name == inner }) { return own.vector }
      candidates.append(inner)
    }
    for candidate in candidates {
      guard let column = plot.variables.firstIndex(where: { $0.name == candidate }) else {
        continue
      }
      return column == 0 && plot.isComplex ? realColumn(0) : self.column(column)
    }
    return nil
  }

  private func realColumn(_ column: Int) -> ControlVector {
    var vector = self.column(column)
    vector.imaginary = nil
    return vector
  }

  private func column(_ column: Int) -> ControlVector {
    let width = plot.isComplex ? 2 : 1
    let stride = plot.variables.count * width
    var (real, imaginary): ([Double], [Double]) = ([], [])
    for point in 0..<plot.pointCount {
      real.append(plot.values[point * stride + column * width])
      if plot.isComplex { imaginary.append(plot.values[point * stride + column * width + 1]) }
    }
    let variable = plot.variables[column]
    return ControlVector(
      real, plot.isComplex && !variable.isReal ? imaginary : nil, kind: variable.kind)
  }

  /// A plot that commands made: the vectors of `let`, those of one value held.
  var madeWhole: Plot { whole(made) }

  /// How many values `madeWhole` has.
  var valuesWhole: Int { made.count * (made.map(\.vector.count).max() ?? 0) }

  /// The plot with these vectors as its variables, the scale first; shorter ones go on with their
  /// last value.
  func whole(_ vectors: [(name: String, vector: ControlVector)]) -> Plot {
    var all = vectors
    if let scale, let name = scaleName, !all.contains(where: { $0.name == name }) {
      all.insert((name, scale), at: 0)
    }
    let isComplex = all.contains { $0.vector.isComplex }
    var whole = Plot(
      title: plot.title, name: plot.name,
      variables: all.map {
        .init(name: $0.name, kind: $0.vector.kind, isReal: isComplex && !$0.vector.isComplex)
      }, isComplex: isComplex)
    for point in 0..<(all.map(\.vector.count).max() ?? 0) {
      for (_, vector) in all {
        let value = vector[point]
        whole.values.append(value.real)
        if isComplex { whole.values.append(value.imaginary) }
      }
    }
    return whole
  }
}
