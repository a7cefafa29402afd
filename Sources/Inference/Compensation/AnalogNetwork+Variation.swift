import AnalogCore
import CrossbarArray
import NumericKernels

/// A change of the arrays after a network was compensated for them.
public enum ArrayVariation: Sendable, Hashable {
  /// Resistances of all wires and terminals times a factor.
  case resistance(factor: Double)
  /// Other draws of all errors.
  case seed(UInt64)
  /// Another time after programming, where cells drift.
  case driftSeconds(Double)
}

extension AnalogNetwork {
  /// The network on arrays that are not those it was compensated for: the same weights, scales, factors
  /// and ranges of converters. Fitted models, which belong to the arrays, give way to exact ones.
  public func varied(_ variation: ArrayVariation, width: Int) async throws -> AnalogNetwork {
    let changed = choices.map { choice in
      var choice = choice
      if choice.path.isFitted { choice.path = .exact }
      choice.hardware.vary(variation)
      return choice
    }
    var (seed, cells) = (seed, cells)
    switch variation {
    case .resistance: break
    case .seed(let other): (seed, cells) = (other, [])
    case .driftSeconds: cells = []
    }
    var network = try await AnalogNetwork(
      programming: plan, integers: layers.map(\.integer), choices: changed, seed: seed,
      cells: cells, width: width)
    for (k, own) in layers.enumerated() {
      network.layers[k].compensation = own.compensation
      if let ranges = own.converterRanges { network.layers[k].setConverterRanges(ranges) }
    }
    return network
  }
}

extension HardwareConfiguration {
  /// Whether the conductances of its cells change with time.
  public var drifts: Bool {
    errors.drift != .none || blocks.values.contains { $0.errors.drift != .none }
  }

  fileprivate mutating func vary(_ variation: ArrayVariation) {
    switch variation {
    case .resistance(let factor):
      self.wires = self.wires.scalingResistances(by: factor)
      self.terminals = self.terminals.scalingResistances(by: factor)
      blocks = blocks.mapValues {
        BlockHardware(
          wires: $0.wires.scalingResistances(by: factor),
          terminals: $0.terminals.scalingResistances(by: factor), errors: $0.errors)
      }
    case .seed: break
    case .driftSeconds(let seconds):
      errors.drift = errors.drift.at(seconds: seconds)
      blocks = blocks.mapValues { block in
        var block = block
        block.errors.drift = block.errors.drift.at(seconds: seconds)
        return block
      }
    }
  }
}
