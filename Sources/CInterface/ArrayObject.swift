import BehavioralModels
import CTileSpice
import CrossbarArray
import Experiments
import Inference
import NumericKernels
import Synchronization

/// An array with the models that calls have prepared of it.
final class ArrayObject: Sendable {
  let description: ArrayDescription
  private let prepared = Mutex<[Key: any ArrayModel]>([:])

  /// What the choice of a model depends on.
  private struct Key: Hashable {
    var path: SolutionPath
    /// Whether input vectors are many enough to prepare a matrix for: fewer give another method.
    var isForMany: Bool
  }

  init(_ description: ArrayDescription) { self.description = description }

  /// The model on a path for so many vectors in all, as `tilespice mvm` takes it; prepared once.
  func model(_ path: SolutionPath, vectors: Int) throws -> any ArrayModel {
    let fewest = min(description.wordLineCount, description.bitLineCount)
    let key = Key(path: path, isForMany: path != .exact || vectors >= fewest)
    if let known = prepared.withLock({ $0[key] }) { return known }
    // Not under the lock: it takes seconds. Two threads at once make the same model twice.
    let model = try path.model(of: description, vectors: key.isForMany ? nil : vectors)
    return keep(model, key)
  }

  private func keep(_ model: any ArrayModel, _ key: Key) -> any ArrayModel {
    prepared.withLock { prepared in
      if let known = prepared[key] { return known }
      prepared[key] = model
      return model
    }
  }

  /// Fits a model for the path `calibrated`.
  func calibrate(_ settings: ModelCalibration, seed: UInt64) throws -> ModelChoice {
    let exact = try model(.exact, vectors: .max)
    let choice = try settings.choice(
      from: exact, path: .calibrated, recorded: nil, lsbAmperes: nil, seed: seed)
    prepared.withLock { $0[Key(path: .calibrated, isForMany: true)] = choice.model }
    return choice
  }

  /// The inputs of a buffer `[vectors, wordLines]`.
  func inputs(_ view: BufferView) throws -> InputBatch {
    let meaning = "[vectors, wordLines]"
    try view.require(rank: 2, meaning)
    guard view.shape[1] == description.wordLineCount else {
      throw CallError(
        "\(view.name) has \(view.shape[1]) values per vector, the array "
          + "\(description.wordLineCount) word lines")
    }
    try description.requireMemory(forVectors: view.shape[0], voltages: false)
    if view.isBytes, description.topology != .voltageDriven {
      return .bits(try view.bits(meaning))
    }
    return try InputBatch(try view.matrix(meaning), for: description.topology)
  }
}
