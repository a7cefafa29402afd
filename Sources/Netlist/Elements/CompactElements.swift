/// A parameter of a compiled model, or of one of its devices, with the value that a deck gives it.
public struct CompactParameter: Hashable, Sendable {
  /// A number, whole where the model wants it so, or a text.
  public enum Value: Hashable, Sendable {
    case number(Double)
    case text(String)
  }

  public var name: String
  public var value: Value

  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  public init(_ name: String, _ value: Double) { self.init(name, .number(value)) }
}

/// The model card of a module of compiled Verilog-A. The circuit has the file's path and the values;
/// whoever solves it loads the file.
public struct CompactModel: Hashable, Sendable {
  public let label: Label
  /// Absolute path of the compiled file.
  public let file: String
  /// Name of the module in the file.
  public let module: String
  /// Names of the module's terminals, in the order of a device's nodes.
  public let terminals: [String]
  /// By terminal, the lowest terminal that direct current may reach from it.
  public let directPaths: [Int]
  /// Values that are not the module's own.
  public let parameters: [CompactParameter]

  public init(
    label: Label, file: String, module: String, terminals: [String], directPaths: [Int],
    parameters: [CompactParameter]
  ) {
    precondition(directPaths.count == terminals.count, "one path per terminal")
    self.label = label
    self.file = file
    self.module = module
    self.terminals = terminals
    self.directPaths = directPaths
    self.parameters = parameters
  }
}

/// A device of a compiled model.
public struct CompactDevice: Hashable, Sendable {
  public let label: Label
  /// The nodes of the first terminals, at least one; further terminals are not connected.
  public let nodes: [Node]
  /// Index among the circuit's compact models.
  public let model: Int
  /// Its own parameters, beyond those of its model.
  public let parameters: [CompactParameter]
}

extension Circuit {
  /// Adds a compact model and returns its index among them. Its label starts with a letter and is
  /// shared with no other model.
  @discardableResult
  public mutating func addCompactModel(_ model: CompactModel) -> Int {
    precondition(isModelName(model.label), "a model's name starts with a letter")
    compactModels.append(model)
    return compactModels.count - 1
  }

  /// Adds a device of a compact model, whose label starts with `n`, or with `q`, `j`, `z` or `m`
  /// where a module serves such an element, and returns its index among them.
  @discardableResult
  public mutating func addCompactDevice(
    _ label: Label, _ nodes: [Node], model: Int, parameters: [CompactParameter] = []
  ) -> Int {
    precondition(compactModels.indices.contains(model), "no compact model has that index")
    precondition(
      (1...compactModels[model].terminals.count).contains(nodes.count),
      "a device has as many nodes as its module has terminals, or fewer")
    let letter = firstLetter(of: label)
    precondition("nqjzm".utf8.contains(letter), "an element's name starts with its letter")
    for node in nodes { check(label, letter: letter, node, .ground) }
    compactDevices.append(
      CompactDevice(label: label, nodes: nodes, model: model, parameters: parameters))
    return compactDevices.count - 1
  }
}
