import CompactModels
import Files
import Foundation
import Netlist

/// SPICE's own devices beyond the native ones, from a folder of compiled modules.
extension DeckElaborator {
  /// Kinds of model cards, their levels (none for any), the file that serves them.
  static let servedModels: [(kinds: [String], levels: [Double], file: String)] = [
    (["npn", "pnp"], [], "bjt"), (["njf", "pjf"], [1], "jfet1"), (["njf", "pjf"], [2], "jfet2"),
    (["nmf", "pmf"], [], "mes1"), (["nmos", "pmos"], [2], "mos2"), (["nmos", "pmos"], [3], "mos3"),
    (["nmos", "pmos"], [6], "mos6"), (["nmos", "pmos"], [9], "mos9"),
    (["nmos", "pmos"], [8, 49], "bsim3v3"), (["nmos", "pmos"], [14, 54], "bsim4v8"),
  ]

  private var modelFolders: [String] { structure.settings.modelFolders + optionModelFolders }

  /// The module that serves the present `.model` card, and 1 or −1 for its polarity; `nil` if it is
  /// native, or there is no folder to look in.
  func servedModule(
    _ kind: String, level: Double
  ) throws(CardFault) -> (module: CompactModule, polarity: Double)? {
    let serving = Self.servedModels.first {
      $0.kinds.contains(kind) && ($0.levels.isEmpty || $0.levels.contains(level))
    }
    guard let serving, !modelFolders.isEmpty else { return nil }
    let place = tokens.tokens[2].range
    guard structure.settings.nativeModels == .allowed else {
      throw CardFault(.nativeForbidden, place)
    }
    // The compiler's own package keeps SPICE's devices in a folder of theirs.
    let paths = modelFolders.flatMap { folder in
      ["spice/\(serving.file).osdi", "\(serving.file).osdi"].map { "\(folder)/\($0)" }
    }
    guard let path = paths.first(where: FileManager.default.fileExists) else {
      throw CardFault(
        .modelFileUnusable, place,
        subject: "\(serving.file).osdi is in none of \(modelFolders.joined(separator: ", "))")
    }
    do throws(CompactModelError) {
      return (try CompactLibrary.open(path).module(), kind.hasPrefix("p") ? -1 : 1)
    } catch {
      throw CardFault(.modelFileUnusable, place, subject: "\(error)")
    }
  }

  /// LEVEL of the present `.model` card, 1 without.
  mutating func modelLevel(_ instance: DeckInstance) throws(CardFault) -> Double {
    for assignment in try Assignment.list(tokens.tokens.dropFirst(3), card.range, text)
    where DeckStructure.folded(text, assignment.name) == "level" {
      return try value(assignment.value, instance)
    }
    return 1
  }

  /// `.options modeldir="folder"`.
  mutating func addModelFolder(_ field: CardTokens.Token) {
    let name = String(decoding: text[field.range], as: UTF8.self)
    let path = structure.resolved(name, from: structure.sources[Int(card.source)].name)
    if !optionModelFolders.contains(path) { optionModelFolders.append(path) }
  }

  /// Places Q, J, Z or M if a module serves its model; returns whether one does.
  mutating func placeServed(_ instance: DeckInstance) throws(CardFault) -> Bool {
    guard !modelFolders.isEmpty else { return false }
    let all = tokens.tokens
    let count = positionalCount
    var nodeCount: Int
    switch text[Int(card.start)] | 0x20 {
    case UInt8(ascii: "m"): nodeCount = 4
    // A bipolar transistor's substrate may be left out.
    case UInt8(ascii: "q"): nodeCount = count > 5 && hasModel(all[5], instance) ? 4 : 3
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
    if nodes.count == 3, terminals == 4 { nodes.append(.ground) }
    var own: [CompactParameter] = []
    for token in all[(nodeCount + 2)..<count] {
      if DeckStructure.folded(text, token.outerRange) == "off" { continue }
      own.append(CompactParameter("area", try value(token, instance)))
    }
    try addCompactDevice(
      place, nodes, try Assignment.list(all[count...], card.range, text), own, instance)
    return true
  }
}
