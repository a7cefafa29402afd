import Files
import Netlist

/// Writes circuits of portable elements and of compiled Verilog-A in the language of VACASK, which
/// is none of SPICE's: one file with elements, analysis and output.
///
/// Resistors, capacitors, diodes and level-1 MOSFETs are the modules that come with VACASK.
public enum VACASKWriter {
  /// Name of the file beside the core deck.
  public static let fileName = "run.vacask.sim"
  /// Name of its analysis, and of the raw file with the results.
  public static let analysisName = "vacask_op", resultFileName = "vacask_op.raw"

  /// The name of a voltage source's current in the results.
  public static func currentName(of source: String) -> String { "\(source.lowercased()):flow(br)" }

  /// Writes the file into `folder`; modules of compiled Verilog-A are found under the names of
  /// `files`, by path.
  public static func write(
    _ circuit: Circuit, files: [String: String], toFolder folder: String
  ) throws {
    try FileContents.write(to: "\(folder)/\(fileName)") { sink in
      var buffer = DeckBuffer(prefixes: circuit.prefixes)
      try append(circuit, files, to: &buffer) { buffer in
        guard buffer.isFull else { return }
        try sink(buffer.bytes)
        buffer.removeAll()
      }
      try sink(buffer.bytes)
    }
  }

  private static func append(
    _ circuit: Circuit, _ files: [String: String], to buffer: inout DeckBuffer,
    cardEnds: (inout DeckBuffer) throws -> Void
  ) throws {
    buffer.append("\(circuit.title)\n")
    var modules: [String] = []
    if !circuit.resistors.isEmpty { modules.append("resistor.osdi") }
    if !circuit.capacitors.isEmpty { modules.append("capacitor.osdi") }
    if !circuit.diodes.isEmpty { modules.append("spice/diode.osdi") }
    if !circuit.mosfets.isEmpty { modules.append("spice/mos1.osdi") }
    modules += Set(circuit.compactModels.map { files[$0.file] ?? $0.file }).sorted()
    for module in modules { buffer.append("load \"\(module)\"\n") }
    buffer.append("ground 0\nmodel tilespice_v vsource\nmodel tilespice_i isource\n")
    if !circuit.resistors.isEmpty { buffer.append("model tilespice_r resistor\n") }
    if !circuit.capacitors.isEmpty { buffer.append("model tilespice_c capacitor\n") }
    appendModels(circuit, to: &buffer)
    func begin(_ label: Label, _ nodes: [Node], _ model: String) {
      buffer.append(label)
      buffer.append(" (")
      for node in nodes {
        buffer.append(byte: UInt8(ascii: " "))
        buffer.append(circuit.nodeLabels[Int(node.index)])
      }
      buffer.append(" ) \(model)")
    }
    func end() throws {
      buffer.append(byte: UInt8(ascii: "\n"))
      try cardEnds(&buffer)
    }
    for element in circuit.resistors {
      begin(element.label, [element.a, element.b], "tilespice_r")
      buffer.append(" r=", element.ohms)
      try end()
    }
    for element in circuit.capacitors {
      begin(element.label, [element.a, element.b], "tilespice_c")
      buffer.append(" c=", element.farads)
      try end()
    }
    for element in circuit.voltageSources {
      begin(element.label, [element.plus, element.minus], "tilespice_v")
      buffer.append(" dc=", element.volts)
      try end()
    }
    for element in circuit.currentSources {
      begin(element.label, [element.from, element.to], "tilespice_i")
      buffer.append(" dc=", element.amperes)
      try end()
    }
    for element in circuit.diodes {
      begin(
        element.label, [element.anode, element.cathode],
        circuit.name(of: circuit.diodeModels[element.model].label))
      buffer.append(" area=", element.area)
      try end()
    }
    for element in circuit.mosfets {
      begin(
        element.label, [element.drain, element.gate, element.source, element.bulk],
        circuit.name(of: circuit.mosfetModels[element.model].label))
      buffer.append(" w=", element.widthMeters * element.multiplier)
      buffer.append(" l=", element.lengthMeters)
      try end()
    }
    for device in circuit.compactDevices {
      begin(
        device.label, device.nodes, circuit.name(of: circuit.compactModels[device.model].label))
      append(device.parameters, to: &buffer)
      try end()
    }
    let floors = ValueFloors(circuit)
    // Compiled models mean SPICE's own; junctions of portable ones must not carry it.
    let gmin = circuit.compactDevices.isEmpty ? floors.junctionSiemens : 1e-12
    // VACASK tries for a long time to go below rounding.
    buffer.append(
      """
      control
        options rawfile="ascii" reltol=1e-9 abstol=1e-15 vntol=1e-12 temp=27 tnom=27 \
      gmin=\(gmin.description)
        analysis \(analysisName) op
      endc

      """)
  }

  private static func appendModels(_ circuit: Circuit, to buffer: inout DeckBuffer) {
    for model in circuit.diodeModels {
      buffer.append("model ")
      buffer.append(model.label)
      buffer.append(" sp_diode is=", model.saturationAmperes)
      buffer.append(" n=", model.emissionCoefficient)
      buffer.append("\n")
    }
    for model in circuit.mosfetModels {
      buffer.append("model ")
      buffer.append(model.label)
      buffer.append(model.polarity == .n ? " sp_mos1 type=1" : " sp_mos1 type=-1")
      buffer.append(" vto=", model.thresholdVolts)
      buffer.append(" kp=", model.transconductance)
      buffer.append(" lambda=", model.channelLengthModulation)
      if model.extras.bodyEffect != 0 {
        buffer.append(" gamma=", model.extras.bodyEffect)
        buffer.append(" phi=", model.extras.surfacePotentialVolts)
      }
      buffer.append(" is=", DeckDevices.bulkSaturationAmperes)
      buffer.append("\n")
    }
    for model in circuit.compactModels {
      buffer.append("model ")
      buffer.append(model.label)
      // VACASK knows modules by their names in lower case.
      buffer.append(" \(model.module.lowercased())")
      append(model.parameters, to: &buffer)
      buffer.append("\n")
    }
  }

  private static func append(_ parameters: [CompactParameter], to buffer: inout DeckBuffer) {
    for parameter in parameters {
      // Parameters too.
      let name = parameter.name.lowercased()
      switch parameter.value {
      case .number(let number): buffer.append(" \(name)=", number)
      case .text(let text): buffer.append(" \(name)=\"\(text)\"")
      }
    }
  }
}
