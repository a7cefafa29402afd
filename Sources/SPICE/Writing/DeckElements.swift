import Netlist

/// Cards of the elements beyond the portable core: L, K, E, F, G, H, B, S and N.
struct DeckElements {
  let circuit: Circuit
  let simulator: Simulator

  /// Appends each card; throws for anything that `simulator` has no equivalent of.
  func write(into buffer: inout DeckBuffer) throws(NetlistError) {
    for (index, element) in circuit.inductors.enumerated() {
      buffer.append(element.label)
      buffer.append(circuit, element.a, element.b)
      buffer.append(" ", element.henries)
      if let amperes = element.initialAmperes { buffer.append(" IC=", amperes) }
      if let law = circuit.inductorLaws[index] { SPICEWriter.append(law, to: &buffer) }
      buffer.append("\n")
    }
    for element in circuit.couplings {
      buffer.append(element.label)
      for index in [element.first, element.second] {
        buffer.append(" ")
        buffer.append(circuit.inductors[index].label)
      }
      buffer.append(" ", element.coefficient)
      buffer.append("\n")
    }
    for element in circuit.voltageControlledSources {
      buffer.append(element.label)
      buffer.append(circuit, element.plus, element.minus)
      buffer.append(circuit, element.controlPlus, element.controlMinus)
      buffer.append(" ", element.gain)
      buffer.append("\n")
    }
    for element in circuit.currentControlledSources {
      buffer.append(element.label)
      buffer.append(circuit, element.plus, element.minus)
      buffer.append(" ")
      buffer.append(circuit.voltageSources[element.control].label)
      buffer.append(" ", element.gain)
      buffer.append("\n")
    }
    for element in circuit.behavioralSources { try append(element, to: &buffer) }
    try appendSwitches(to: &buffer)
    try appendLines(to: &buffer)
    try appendCompactDevices(to: &buffer)
  }

  /// Lossless lines of one conductor are the same everywhere; losses ngspice has as LTRA.
  private func appendLines(to buffer: inout DeckBuffer) throws(NetlistError) {
    for line in circuit.lines {
      let letter = circuit.firstLetter(of: line.label) | 0x20
      guard line.modes.count == 1, letter == UInt8(ascii: "t") || letter == UInt8(ascii: "o"),
        line.initial.isEmpty, letter == UInt8(ascii: "t") || simulator == .ngspice
      else { throw refusal(of: line.label, "transmission line") }
      let mode = line.modes.modes[0]
      buffer.append(line.label)
      buffer.append(circuit, line.near[0], line.nearReference)
      buffer.append(circuit, line.far[0], line.farReference)
      if letter == UInt8(ascii: "t") {
        buffer.append(" Z0=", (mode.henries / mode.farads).squareRoot())
        buffer.append(" TD=", mode.delaySeconds)
      } else {
        let model = "ltra_\(circuit.name(of: line.label))"
        buffer.append(" \(model)\n.model \(model) LTRA(LEN=1")
        buffer.append(" R=", mode.ohms)
        buffer.append(" L=", mode.henries)
        buffer.append(" G=", mode.siemens)
        buffer.append(" C=", mode.farads)
        buffer.append(")")
      }
      buffer.append("\n")
    }
  }

  private func append(
    _ element: BehavioralSource, to buffer: inout DeckBuffer
  ) throws(NetlistError) {
    let formula: String
    do throws(ExpressionText.Fault) {
      formula = try ExpressionText(circuit: circuit, simulator: simulator).text(element.expression)
    } catch {
      throw refusal(of: element.label, "function \(error.function)")
    }
    let letter = circuit.firstLetter(of: element.label)
    // What the value of an R, C or L is a formula of becomes a B, or a C with a charge.
    let isPassive = "rcl".utf8.contains(letter)
    let isB = letter == UInt8(ascii: "b") || isPassive
    let isVoltage = element.output == .voltage
    if isPassive, element.output != .charge { buffer.append("b") }
    buffer.append(element.label)
    buffer.append(circuit, element.plus, element.minus)
    switch simulator {
    case .ngspice where element.output == .charge: buffer.append(" Q={\(formula)}\n")
    case .ngspice, .xyce:
      buffer.append(isB ? (isVoltage ? " V={" : " I={") : " VALUE={")
      buffer.append("\(formula)}\n")
    case .gnucap: throw refusal(of: element.label, "behavioral source")
    case .hspice, .spectre:
      // B would be another element there; the name decides, so it cannot become an E or a G.
      guard !isB else { throw refusal(of: element.label, "source B") }
      buffer.append((isVoltage ? " VOL='" : " CUR='") + "\(formula)'\n")
    }
  }

  /// Only ngspice switches abruptly and with hysteresis; the others pass smoothly from one
  /// resistance to the other, which is another circuit.
  private func appendSwitches(to buffer: inout DeckBuffer) throws(NetlistError) {
    guard let first = circuit.switches.first?.label ?? circuit.switchModels.first?.label else {
      return
    }
    guard simulator == .ngspice else { throw refusal(of: first, "abrupt switch") }
    for model in circuit.switchModels {
      buffer.append(".model ")
      buffer.append(model.label)
      buffer.append(" SW (RON=", model.onOhms)
      buffer.append(" ROFF=", model.offOhms)
      buffer.append(" VT=", model.thresholdVolts)
      buffer.append(" VH=", model.hysteresisVolts)
      buffer.append(")\n")
    }
    for element in circuit.switches {
      buffer.append(element.label)
      buffer.append(circuit, element.a, element.b)
      buffer.append(circuit, element.controlPlus, element.controlMinus)
      buffer.append(" ")
      buffer.append(circuit.switchModels[element.model].label)
      buffer.append(element.startsOn ? " ON\n" : "\n")
    }
  }

  /// Compiled Verilog-A as ngspice takes it where it is built with OSDI; the other dialects have
  /// their own ways.
  private func appendCompactDevices(to buffer: inout DeckBuffer) throws(NetlistError) {
    guard let first = circuit.compactDevices.first?.label ?? circuit.compactModels.first?.label
    else { return }
    guard simulator == .ngspice else { throw refusal(of: first, "compiled Verilog-A") }
    let files = Set(circuit.compactModels.map(\.file)).sorted()
    buffer.append(".control\n")
    for file in files { buffer.append("pre_osdi \"\(file)\"\n") }
    buffer.append(".endc\n")
    do {
      try appendCompactCards(to: &buffer) { _ in }
    } catch let error as NetlistError {
      throw error
    } catch {
      preconditionFailure("only cards throw")
    }
  }

  /// The same without loading any file.
  func appendCompactCards(
    to buffer: inout DeckBuffer, cardEnds: (inout DeckBuffer) throws -> Void
  ) throws {
    func append(_ parameters: [CompactParameter], to buffer: inout DeckBuffer) {
      for parameter in parameters {
        let name = parameter.name == "$mfactor" ? "m" : parameter.name
        switch parameter.value {
        case .number(let number): buffer.append(" \(name)=", number)
        case .text(let text): buffer.append(" \(name)=\"\(text)\"")
        }
      }
      buffer.append("\n")
    }
    for model in circuit.compactModels {
      buffer.append(".model ")
      buffer.append(model.label)
      buffer.append(" \(model.module)")
      append(model.parameters, to: &buffer)
      try cardEnds(&buffer)
    }
    for device in circuit.compactDevices {
      guard circuit.firstLetter(of: device.label) == UInt8(ascii: "n") else {
        throw refusal(of: device.label, "compiled Verilog-A under another letter than N")
      }
      buffer.append(device.label)
      for node in device.nodes {
        buffer.append(byte: UInt8(ascii: " "))
        buffer.append(circuit.nodeLabels[Int(node.index)])
      }
      buffer.append(" ")
      buffer.append(circuit.compactModels[device.model].label)
      append(device.parameters, to: &buffer)
      try cardEnds(&buffer)
    }
  }

  private func refusal(of label: Label, _ what: String) -> NetlistError {
    NetlistError(
      .noEqual, file: circuit.title, line: 0,
      subject: "\(circuit.name(of: label)) (\(what)) in \(simulator.displayName)")
  }
}

extension Simulator {
  /// As its makers spell it.
  public var displayName: String {
    switch self {
    case .ngspice: "ngspice"
    case .xyce: "Xyce"
    case .hspice: "HSPICE"
    case .spectre: "Spectre"
    case .gnucap: "gnucap"
    }
  }
}
