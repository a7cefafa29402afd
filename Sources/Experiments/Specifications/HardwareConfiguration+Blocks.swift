import AnalogCore
import Configuration
import CrossbarArray

extension HardwareConfiguration {
  /// Reads the `blocks` section; everything that a block may differ in is known by then.
  mutating func readBlocks(_ section: inout ConfigurationSection) throws(ConfigurationError) {
    let shared = self
    let own = try section.map(
      "blocks", of: "block number",
      meaning: "What the arrays of single blocks of a layer's inputs have of their own, by the "
        + "number of the block: layers with more inputs than an array has word lines are divided "
        + "into blocks, from 0 on. Layers with fewer blocks take what they have",
      { (inner, name) throws(ConfigurationError) in
        let base = Int(name).map { shared.ofBlock($0) } ?? shared
        let own = try inner.section(name, meaning: "One block") {
          (block) throws(ConfigurationError) in
          let wires = try block.wires(base: base.wires, hasCapacitances: false)
          let terminals = try block.terminals(base: base.terminals)
          var hardware = base
          try block.section("errors", meaning: "How far its cells stray from their targets") {
            (errors) throws(ConfigurationError) in
            try hardware.readErrors(
              &errors, Inheritance(isOverride: true), hasReadNoise: false)
          }
          return BlockHardware(wires: wires, terminals: terminals, errors: hardware.errors)
        }
        if let number = Int(name) {
          try inner.expect(
            (0..<1 << 20).contains(number) && "\(number)" == name, at: name,
            "a block is numbered from 0")
        } else {
          try inner.expect(false, at: name, "'\(name)' is no number of a block")
        }
        return own
      })
    for (name, value) in own {
      if let number = Int(name) { blocks[number] = value }
    }
  }
}
