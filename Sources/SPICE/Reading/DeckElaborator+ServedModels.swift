import CompactModels
import Files
import Foundation
import Netlist

/// SPICE's own devices beyond the native ones, from a folder of compiled modules.
extension DeckElaborator {
  /// Kinds of model cards, their levels (none for any), the file that serves them, or the module.
  static let servedModels: [(kinds: [String], levels: [Double], file: String)] = [
    (["npn", "pnp"], [4, 9], "vbic_1p3_5t"), (["npn", "pnp"], [1, 2], "bjt"),
    (["vdmos"], [], "vdmos"), (["njf", "pjf"], [1], "jfet1"), (["njf", "pjf"], [2], "jfet2"),
    (["nmf", "pmf"], [1], "mes1"), (["nmos", "pmos"], [1], "mos1"),
    (["nmos", "pmos"], [2], "mos2"),
    (["nmos", "pmos"], [3], "mos3"),
    (["nmos", "pmos"], [6], "mos6"), (["nmos", "pmos"], [9], "mos9"),
    (["nmos", "pmos"], [8, 49], "bsim3v3"), (["nmos", "pmos"], [14, 54], "bsim4v8"),
    (["npn", "pnp"], [8], "hicuml2va"), (["nmos", "pmos"], [10, 58], "bsimsoi_va"),
  ]

  private var modelFolders: [String] { structure.settings.modelFolders + optionModelFolders }

  /// The module that serves the present `.model` card; `nil` if it is native, or there is no folder to
  /// look in.
  func servedModule(
    _ kind: String, level: Double
  ) throws(CardFault) -> FoundModule? {
    let serving = Self.servedModels.first {
      $0.kinds.contains(kind) && ($0.levels.isEmpty || $0.levels.contains(level))
    }
    guard let serving, !modelFolders.isEmpty else { return nil }
    let place = tokens.tokens[2].range
    guard structure.settings.nativeModels == .allowed else {
      throw CardFault(.nativeForbidden, place)
    }
    let paths = modelFolders.flatMap { folder in
      Self.places(in: folder).map { "\($0)/\(serving.file).osdi" }
    }
    let isNegative = kind.hasPrefix("p") || kind == "vdmos" && modelFlags.contains("pchan")
    let polarity = isNegative ? -1.0 : 1.0
    do throws(CompactModelError) {
      if let path = paths.first(where: FileManager.default.fileExists) {
        return FoundModule(
          module: try CompactLibrary.open(path).module(), polarity: polarity, isOfFolder: true)
      }
    } catch {
      throw CardFault(.modelFileUnusable, place, subject: "\(error)")
    }
    if let module = try moduleOfFolders(serving.file) {
      return FoundModule(module: module, polarity: polarity, isOfFolder: true)
    }
    throw CardFault(
      .modelFileUnusable, place,
      subject: "\(serving.file).osdi is in none of \(modelFolders.joined(separator: ", "))")
  }

  /// The module of that name in lower case, of any file in the folders of compiled models, which the
  /// present `.model` card names in place of a kind, as for modules that a deck loads itself.
  func moduleOfFolders(_ name: String) throws(CardFault) -> CompactModule? {
    guard !modelFolders.isEmpty else { return nil }
    guard structure.settings.nativeModels == .allowed else {
      throw CardFault(.nativeForbidden, tokens.tokens[2].range)
    }
    for folder in modelFolders.flatMap(Self.places) {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      for file in files.sorted() where file.hasSuffix(".osdi") {
        // What cannot be loaded has no module of that name.
        guard let library = try? CompactLibrary.open("\(folder)/\(file)"),
          let module = library.modules.first(where: { $0.name.lowercased() == name })
        else { continue }
        return module
      }
    }
    return nil
  }

  /// A folder of compiled models, and that in which the compiler's own package keeps SPICE's devices.
  private static func places(in folder: String) -> [String] { ["\(folder)/spice", folder] }

  /// Words of the present `.model` card that are no assignments: `nchan` and `pchan` of a VDMOS.
  private var modelFlags: [String] {
    tokens.tokens.indices.dropFirst(3).filter {
      let all = tokens.tokens
      return all[$0].kind == .word && all[$0 - 1].kind != .equals
        && ($0 + 1 == all.count || all[$0 + 1].kind != .equals)
    }.map { DeckStructure.folded(text, tokens.tokens[$0].range) }
  }

  /// Whether the present `.model` card of level 1 has sheet resistances or junctions by area, which the
  /// native model has not.
  func needsServedLevelOne(_ instance: DeckInstance) throws(CardFault) -> Bool {
    guard !modelFolders.isEmpty else { return false }
    return try modelAssignments().contains {
      ["rsh", "js", "cj", "cjsw"].contains(DeckStructure.folded(text, $0.name))
    }
  }

  /// LEVEL of the present `.model` card, 1 without.
  mutating func modelLevel(_ instance: DeckInstance) throws(CardFault) -> Double {
    for assignment in try modelAssignments()
    where DeckStructure.folded(text, assignment.name) == "level" {
      return try value(assignment.value, instance)
    }
    return 1
  }

  /// The assignments of the present `.model` card, behind the channel of a VDMOS.
  func modelAssignments() throws(CardFault) -> [Assignment] {
    let fields = tokens.tokens.dropFirst(3)
    guard DeckStructure.folded(text, tokens.tokens[2].range) == "vdmos" else {
      return try Assignment.list(fields, card.range, text)
    }
    let all = tokens.tokens
    let rest = fields.indices.filter {
      let word = DeckStructure.folded(text, all[$0].range)
      return !((word == "nchan" || word == "pchan") && all[$0 - 1].kind != .equals)
    }.map { all[$0] }
    return try Assignment.list(rest[...], card.range, text)
  }

  /// `.options modeldir="folder"`.
  mutating func addModelFolder(_ field: CardTokens.Token) {
    let name = String(decoding: text[field.range], as: UTF8.self)
    let path = structure.resolved(name, from: structure.sources[Int(card.source)].name)
    if !optionModelFolders.contains(path) { optionModelFolders.append(path) }
  }

  /// Sizes of a MOSFET that `.options scale` is a factor of, and to which power.
  static let scaledSizes: [(String, Double)] = [
    ("w", 1), ("l", 1), ("ad", 2), ("as", 2), ("pd", 1), ("ps", 1),
  ]

  private func isNamed(_ name: String, _ assignment: Assignment) -> Bool {
    DeckStructure.folded(text, assignment.name) == name
  }

  /// Whether a model stands behind so many nodes of a card.
  private func isModel(
    _ all: [CardTokens.Token], _ nodeCount: Int, _ count: Int, _ instance: DeckInstance
  ) -> Bool {
    count >= nodeCount + 2 && hasModel(all[nodeCount + 1], instance)
  }

  /// Places Q, J, Z or M if a module serves its model; returns whether one does.
  mutating func placeServed(_ instance: DeckInstance) throws(CardFault) -> Bool {
    guard !modelFolders.isEmpty else { return false }
    let all = tokens.tokens
    let count = positionalCount
    var nodeCount: Int
    switch text[Int(card.start)] | 0x20 {
    // A VDMOS has three, and five with those of its temperatures; a transistor on an insulator up to seven.
    case UInt8(ascii: "m"): nodeCount = (3...7).last { isModel(all, $0, count, instance) } ?? 4
    // A bipolar transistor's substrate may be left out, and the node of its temperature.
    case UInt8(ascii: "q"): nodeCount = (3...5).last { isModel(all, $0, count, instance) } ?? 3
    default: nodeCount = 3
    }
    guard count >= nodeCount + 2, hasModel(all[nodeCount + 1], instance) else { return false }
    guard let place = try model(all[nodeCount + 1], [.mosfet, .compact], instance),
      place.kind == .compact
    else { return false }
    var nodes = try all[1...nodeCount].map { token throws(CardFault) in
      try node(token, instance)
    }
    // It is grounded then.
    let terminals = circuit.compactModels[place.index].terminals.count
    if nodes.count == 3, text[Int(card.start)] | 0x20 == UInt8(ascii: "q"), terminals > 3 {
      nodes.append(.ground)
    }
    let module = circuit.compactModels[place.index].module
    // A VBIC has no area of its own: so many of them are in parallel.
    let area = module.hasPrefix("vbic") ? "m" : "area"
    var own: [CompactParameter] = []
    // Without a node for its temperature, it has the circuit's.
    if area == "m", nodes.count < 5 { own.append(CompactParameter("sw_et", 0)) }
    for token in all[(nodeCount + 2)..<count] {
      switch DeckStructure.folded(text, token.outerRange) {
      case "off": continue
      case "thermal" where module == "sp_vdmos": own.append(CompactParameter("thermal_enabled", 1))
      default: own.append(CompactParameter(area, try value(token, instance)))
      }
    }
    var assignments = try Assignment.list(all[count...], card.range, text)
    if area == "m", let index = assignments.firstIndex(where: { isNamed("area", $0) }) {
      own.append(CompactParameter(area, try value(assignments.remove(at: index).value, instance)))
    }
    // Where M is a parameter of the model, copies have Verilog-A's name.
    if module == "sp_vdmos", let index = assignments.firstIndex(where: { isNamed("m", $0) }) {
      own.append(
        CompactParameter("$mfactor", try copies(assignments.remove(at: index), instance)))
    }
    if deck.options.meterScale != 1 {
      for (name, power) in Self.scaledSizes {
        guard let index = assignments.firstIndex(where: { isNamed(name, $0) }) else { continue }
        let size = try value(assignments.remove(at: index).value, instance)
        own.append(CompactParameter(name, size * pow(deck.options.meterScale, power)))
      }
    }
    try addCompactDevice(place, nodes, assignments, own, instance)
    return true
  }
}
