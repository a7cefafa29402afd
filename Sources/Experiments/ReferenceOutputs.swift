import Synchronization

/// Outputs of the digital networks of a run, which those of arrays are compared with. They are kept
/// as far as memory was set aside, and otherwise computed again: both give the same numbers.
final class ReferenceOutputs: Sendable {
  private struct State {
    var outputs: [String: [Int: [Float]]] = [:]
    /// Networks in the order in which they came.
    var order: [String] = []
    var bytesLeft: Int

    /// Keeps the outputs of one image. Those of networks that came before make room; the network's own
    /// do not: it would lose as much as it gains.
    mutating func keep(_ outputs: [Float], of key: String, image: Int) {
      guard self.outputs[key]?[image] == nil else { return }
      if self.outputs[key] == nil { order.append(key) }
      let bytes = outputs.count * MemoryLayout<Float>.stride
      while bytesLeft < bytes, let first = order.first, first != key {
        for old in (self.outputs.removeValue(forKey: first) ?? [:]).values {
          bytesLeft += old.count * MemoryLayout<Float>.stride
        }
        order.removeFirst()
      }
      guard bytesLeft >= bytes else { return }
      bytesLeft -= bytes
      self.outputs[key, default: [:]][image] = outputs
    }
  }

  private let state: Mutex<State>

  /// Keeps so many bytes at most.
  init(bytes: Int = 256 << 20) { state = Mutex(State(bytesLeft: bytes)) }

  /// The outputs of one image by the network called `key`, from memory or from `compute`.
  func outputs(
    of key: String, image: Int, _ compute: () throws -> [Float]
  ) throws -> [Float] {
    if let known = state.withLock({ $0.outputs[key]?[image] }) { return known }
    let found = try compute()
    state.withLock { $0.keep(found, of: key, image: image) }
    return found
  }

  /// The outputs of all `count` images; `nil` if one is missing.
  func table(of key: String, count: Int) -> [[Float]]? {
    state.withLock { state in
      guard let own = state.outputs[key], own.count == count else { return nil }
      return (0..<count).compactMap { own[$0] }
    }
  }

  /// Keeps a whole table, as far as there is room.
  func keep(_ table: [[Float]], of key: String) {
    state.withLock { state in
      for (image, outputs) in table.enumerated() { state.keep(outputs, of: key, image: image) }
    }
  }
}
