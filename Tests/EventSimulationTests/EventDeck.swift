import EventSimulation
import Netlist

/// Elements between digital nodes that names make.
struct EventDeck {
  private var circuit = Circuit(title: "events")
  private(set) var events = EventCircuit()
  private var names: [String] = []

  /// The pin of a node, `~` before its name for an inverted one; none for `null`.
  mutating func pin(_ name: String, isReal: Bool = false) throws -> EventPin? {
    if name == "null" { return nil }
    let own = name.hasPrefix("~") ? String(name.dropFirst()) : name
    if !names.contains(own) {
      guard let label = circuit.label(foreign: own) else { throw Missing(name: own) }
      _ = events.addNode(label, isReal: isReal)
      names.append(own)
    }
    return EventPin(node: names.firstIndex(of: own) ?? 0, isInverted: own != name)
  }

  struct Missing: Error { var name: String }

  mutating func add(_ model: EventModel, _ inputs: [String] = [], _ outputs: [String] = []) throws {
    var (ins, outs) = ([EventPin?](), [EventPin?]())
    for name in inputs { ins.append(try pin(name)) }
    for name in outputs { outs.append(try pin(name)) }
    guard let label = circuit.label(foreign: "a\(events.elements.count)") else {
      throw Missing(name: "a")
    }
    events.add(EventElement(label, model, inputs: ins, outputs: outs))
  }

  /// Values of outputs over time, in nanoseconds: `10: 1s 0s`.
  mutating func stimulate(_ outputs: [String], _ rows: String) throws {
    var table = StimulusTable(times: [], values: [])
    for row in rows.split(separator: "\n") {
      let words = row.split(whereSeparator: { " :".contains($0) })
      guard let time = Double(words[0]) else { throw Missing(name: String(row)) }
      table.times.append(time * 1e-9)
      table.values.append(words.dropFirst().compactMap { DigitalValue($0) })
    }
    try add(.stimulus(table), [], outputs)
  }

  func index(_ name: String) throws -> Int {
    guard let index = names.firstIndex(of: name) else { throw Missing(name: name) }
    return index
  }

  /// Changes of nodes until a time, one line each: nanoseconds and the values.
  func course(_ shown: [String], until nanoseconds: Double) throws -> [String] {
    var engine = EventEngine(events)
    _ = try engine.settle([])
    engine.begin()
    let indices = try shown.map { try index($0) }
    func values() -> String {
      indices.map { index in
        switch engine.values[index] {
        case .digital(let value): value.description
        case .real(let value): "\(value)"
        }
      }.joined(separator: " ")
    }
    var lines = ["0.0 " + values()]
    while let next = engine.nextEvent, next <= nanoseconds * 1e-9 {
      _ = try engine.advance(to: next)
      let line = "\((next * 1e12).rounded() / 1e3) " + values()
      if line.split(separator: " ").dropFirst()
        != lines[lines.count - 1].split(separator: " ").dropFirst()
      {
        lines.append(line)
      }
    }
    return lines
  }
}
