import Netlist
import Units

/// Device and model cards as they are read; a model may follow the devices that name it, so devices
/// join the circuit when the deck has ended.
struct DeviceCards {
  private struct PendingDiode {
    var label: Label
    var anode: Node
    var cathode: Node
    var model: Label
    var area: Double
    var line: Int
  }

  private struct PendingMOSFET {
    var label: Label
    var nodes: [4 of Node]
    var model: Label
    var widthMeters: Double
    var lengthMeters: Double
    var multiplier: Double
    var line: Int
  }

  /// A fault of a card; the reader adds file and line.
  struct Fault: Error {
    var reason: NetlistError.Reason
    /// The parameter or model at fault, or `nil` for the whole card.
    var subject: String?
    /// The line of an earlier card, or `nil` for the present one.
    var line: Int?

    init(_ reason: NetlistError.Reason, _ subject: String? = nil, line: Int? = nil) {
      self.reason = reason
      self.subject = subject
      self.line = line
    }
  }

  private var diodes: [PendingDiode] = []
  private var mosfets: [PendingMOSFET] = []
  private var modelLabels: Set<Label> = []

  // MARK: Reading

  /// `name value` pairs of a card, spelled `name=value` with or without blanks and parentheses.
  private struct Parameters {
    var values: [(name: String, value: Double)] = []

    init(_ fields: ArraySlice<String>) throws(Fault) {
      var words: [Substring] = []
      let spaced = fields.joined(separator: " ").replacing("=", with: " = ")
      words = spaced.split { "(), ".contains($0) }
      guard words.count % 3 == 0 else { throw Fault(.wrongDeviceFields) }
      for start in stride(from: 0, to: words.count, by: 3) {
        guard words[start + 1] == "=" else { throw Fault(.wrongDeviceFields) }
        guard let value = SpiceNumber.parse(words[start + 2]) else {
          throw Fault(.malformedNumber)
        }
        values.append((words[start].lowercased(), value))
      }
    }

    subscript(name: String) -> Double? { values.last { $0.name == name }?.value }

    func required(_ name: String) throws(Fault) -> Double {
      guard let value = self[name] else { throw Fault(.missingParameter, name) }
      return value
    }

    /// Refuses parameters that this program does not model, unless their value is the one that has
    /// no effect or they matter only beyond DC.
    func requireKnown(_ known: Set<String>, inert: [String: Double], unused: Set<String>)
      throws(Fault)
    {
      for (name, value) in values where !known.contains(name) && !unused.contains(name) {
        guard inert[name] == value else { throw Fault(.unsupportedParameter, name) }
      }
    }
  }

  /// Capacitances, noise and what scales with a temperature other than nominal.
  private static let beyondDC: Set<String> = [
    "cjo", "cj0", "cj", "cjsw", "cbd", "cbs", "cgso", "cgdo", "cgbo", "tt", "m", "mj", "mjsw", "vj",
    "pb", "fc", "kf", "af", "eg", "xti", "tox",
  ]

  /// Reads `.model name kind (…)`, given as the fields after `.model`.
  mutating func addModel(_ fields: [String], label: Label, to circuit: inout Circuit) throws(Fault)
  {
    let kind = fields[1].prefix { $0 != "(" }.lowercased()
    guard circuit.isModelName(label) else { throw Fault(.malformedName) }
    guard ["d", "nmos", "pmos"].contains(kind) else { throw Fault(.unsupportedModel) }
    guard modelLabels.insert(label).inserted else { throw Fault(.duplicateName) }
    var rest = fields[2...]
    // `D(IS=…)` without a blank: what follows the kind belongs to the parameters.
    let glued = String(fields[1].dropFirst(kind.count))
    if !glued.isEmpty { rest = [glued] + rest }
    let parameters = try Parameters(rest)
    if kind == "d" {
      try parameters.requireKnown(
        ["is", "n"], inert: ["level": 1, "rs": 0, "tnom": 27], unused: Self.beyondDC)
      let model = DiodeModel(
        label: label, saturationAmperes: try parameters.required("is"),
        emissionCoefficient: parameters["n"] ?? 1)
      guard model.isInRange else { throw Fault(.parameterOutOfRange) }
      circuit.diodeModels.append(model)
    } else {
      guard parameters["level"] ?? 1 == 1 else { throw Fault(.unsupportedModel) }
      try parameters.requireKnown(
        ["level", "vto", "kp", "lambda"],
        inert: ["gamma": 0, "rs": 0, "rd": 0, "rsh": 0, "js": 0, "ld": 0, "tnom": 27],
        unused: Self.beyondDC.union(["phi", "is"]))
      let model = MOSFETModel(
        label: label, polarity: kind == "nmos" ? .n : .p,
        thresholdVolts: try parameters.required("vto"),
        transconductance: try parameters.required("kp"),
        channelLengthModulation: parameters["lambda"] ?? 0)
      guard model.isInRange else { throw Fault(.parameterOutOfRange) }
      circuit.mosfetModels.append(model)
    }
  }

  /// Reads what follows the nodes and the model of a diode: `area`, `area=value` or nothing.
  mutating func addDiode(
    _ label: Label, anode: Node, cathode: Node, model: Label, fields: ArraySlice<String>, line: Int
  ) throws(Fault) {
    var area = 1.0
    if fields.count == 1, let field = fields.first, let value = SpiceNumber.parse(field) {
      area = value
    } else if !fields.isEmpty {
      let parameters = try Parameters(fields)
      try parameters.requireKnown(["area"], inert: ["m": 1], unused: [])
      area = try parameters.required("area")
    }
    diodes.append(
      PendingDiode(
        label: label, anode: anode, cathode: cathode, model: model, area: area, line: line))
  }

  /// Reads what follows the nodes and the model of a MOSFET: `W=value L=value [M=value]`.
  mutating func addMOSFET(
    _ label: Label, nodes: [4 of Node], model: Label, fields: ArraySlice<String>, line: Int
  ) throws(Fault) {
    let parameters = try Parameters(fields)
    try parameters.requireKnown(
      ["w", "l", "m"], inert: [:], unused: ["ad", "as", "pd", "ps", "nrd", "nrs"])
    mosfets.append(
      PendingMOSFET(
        label: label, nodes: nodes, model: model, widthMeters: try parameters.required("w"),
        lengthMeters: try parameters.required("l"), multiplier: parameters["m"] ?? 1,
        line: line))
  }

  // MARK: The end of the deck

  /// Adds the devices to the circuit, now that all models are known.
  func finish(_ circuit: inout Circuit) throws(Fault) {
    var numbers: [Label: Int] = [:]
    for (index, model) in circuit.diodeModels.enumerated() { numbers[model.label] = index }
    circuit.diodes.reserveCapacity(diodes.count)
    for diode in diodes {
      guard let model = numbers[diode.model] else {
        throw Fault(.unknownModel, circuit.name(of: diode.model), line: diode.line)
      }
      guard circuit.diodeModels[model].takes(area: diode.area) else {
        throw Fault(.parameterOutOfRange, "area", line: diode.line)
      }
      circuit.addDiode(
        diode.label, anode: diode.anode, cathode: diode.cathode, model: model, area: diode.area)
    }
    numbers = [:]
    for (index, model) in circuit.mosfetModels.enumerated() { numbers[model.label] = index }
    for mosfet in mosfets {
      guard let model = numbers[mosfet.model] else {
        throw Fault(.unknownModel, circuit.name(of: mosfet.model), line: mosfet.line)
      }
      guard mosfet.multiplier > 0, mosfet.widthMeters > 0,
        circuit.mosfetModels[model].takes(
          widthMeters: mosfet.widthMeters * mosfet.multiplier, lengthMeters: mosfet.lengthMeters)
      else { throw Fault(.parameterOutOfRange, "w, l, m", line: mosfet.line) }
      circuit.addMOSFET(
        mosfet.label, drain: mosfet.nodes[0], gate: mosfet.nodes[1], source: mosfet.nodes[2],
        bulk: mosfet.nodes[3], model: model, widthMeters: mosfet.widthMeters,
        lengthMeters: mosfet.lengthMeters, multiplier: mosfet.multiplier)
    }
  }
}
