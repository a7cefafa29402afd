extension Circuit {
  /// The node's name in SPICE, `0` for ground.
  public func name(of node: Node) -> String { name(of: nodeLabels[Int(node.index)]) }

  /// The text of a label of this circuit.
  public func name(of label: Label) -> String {
    var text: [UInt8] = []
    append(label, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Names of vectors, such as `v(a_1)`: `quantity` of every label.
  package func vectorNames(_ quantity: Unicode.Scalar, of labels: some Sequence<Label>) -> [String]
  {
    var text: [UInt8] = []
    return labels.map { label in
      text.removeAll(keepingCapacity: true)
      text.append(UInt8(ascii: quantity))
      text.append(UInt8(ascii: "("))
      append(label, to: &text)
      text.append(UInt8(ascii: ")"))
      return unsafe String(unsafeUninitializedCapacity: text.count) { bytes in
        for k in text.indices { unsafe bytes[k] = text[k] }
        return text.count
      }
    }
  }

  /// Bytes, because joining strings takes longer than all else that naming the nodes of a large array
  /// needs.
  private func append(_ label: Label, to text: inout [UInt8]) {
    text += prefixes.text(of: label.prefix)
    guard label.i >= 0 else { return }
    text.append(UInt8(ascii: "_"))
    text.append(decimal: Int(label.i))
    guard label.j >= 0 else { return }
    text.append(UInt8(ascii: "_"))
    text.append(decimal: Int(label.j))
  }

  /// Throws if two nodes, two elements or two models share a name, or a node is called `gnd`. Costs
  /// a hash per name.
  public func checkNames() throws(NetlistError) {
    var seen = Set<Label>(minimumCapacity: nodeCount)
    for label in nodeLabels where !seen.insert(label).inserted { throw duplicate(label) }
    // Most simulators take `gnd` for ground, some for a node of its own.
    let gnd = Array("gnd".utf8)
    for label in nodeLabels where label.i < 0 && prefixes.text(of: label.prefix).elementsEqual(gnd)
    {
      throw duplicate(label)
    }
    try checkDiffer(
      [
        resistors.map(\.label), voltageSources.map(\.label), currentSources.map(\.label),
        diodes.map(\.label), mosfets.map(\.label), capacitors.map(\.label),
        inductors.map(\.label), couplings.map(\.label), voltageControlledSources.map(\.label),
        currentControlledSources.map(\.label), behavioralSources.map(\.label),
        switches.map(\.label), compactDevices.map(\.label), lines.map(\.label),
      ])
    try checkDiffer(
      [
        diodeModels.map(\.label), mosfetModels.map(\.label), switchModels.map(\.label),
        compactModels.map(\.label),
      ])
  }

  private func checkDiffer(_ kinds: [[Label]]) throws(NetlistError) {
    var seen = Set<Label>(minimumCapacity: kinds.reduce(0) { $0 + $1.count })
    for labels in kinds {
      for label in labels where !seen.insert(label).inserted { throw duplicate(label) }
    }
  }

  private func duplicate(_ label: Label) -> NetlistError {
    NetlistError(.duplicateName, file: title, line: 0, subject: name(of: label))
  }
}
