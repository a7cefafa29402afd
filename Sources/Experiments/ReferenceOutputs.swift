import Synchronization

/// Outputs of the digital networks of a run, which those of arrays are compared with. They are kept
/// as far as memory was set aside, and otherwise computed again: both give the same numbers.
final class ReferenceOutputs: Sendable {
  private struct State {
    var outputs: [RunStage: [Int: [Float]]] = [:]
    var bytesLeft: Int
  }

  private let state: Mutex<State>

  /// Keeps so many bytes at most.
  init(bytes: Int = 256 << 20) { state = Mutex(State(bytesLeft: bytes)) }

  /// The outputs of one image at one stage, from memory or from `compute`.
  func outputs(
    of stage: RunStage, image: Int, _ compute: () throws -> [Float]
  ) throws -> [Float] {
    if let known = state.withLock({ $0.outputs[stage]?[image] }) { return known }
    let found = try compute()
    let bytes = found.count * MemoryLayout<Float>.stride
    state.withLock { state in
      guard state.bytesLeft >= bytes, state.outputs[stage]?[image] == nil else { return }
      state.bytesLeft -= bytes
      state.outputs[stage, default: [:]][image] = found
    }
    return found
  }
}
