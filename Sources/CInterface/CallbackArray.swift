import CTileSpice
import CrossbarArray
import Inference
import NumericKernels

/// An array whose currents a function of the caller computes.
struct CallbackArray: ArrayModel {
  let description: ArrayDescription
  let method: ArrayMethod
  private let callback: Callback
  private let array: LentArray

  static func refusal(of array: ArrayDescription) -> String? { nil }

  /// The models of a call's arguments by the names of their layers.
  static func models(
    _ models: UnsafePointer<tilespice_model>?, count: Int64
  ) throws -> [String: OwnModel] {
    guard (0...100_000).contains(count), models != nil || count == 0 else {
      throw CallError("model_count is \(count); that many models are expected")
    }
    var found: [String: OwnModel] = [:]
    for model in UnsafeBufferPointer(start: models, count: Int(count)) {
      let layer = try requiredText(model.layer, "the layer of a model")
      guard let currents = model.currents else {
        throw CallError("the model of layer \(layer) has no function")
      }
      let callback = Callback(layer: layer, currents: currents, context: model.context)
      let own = OwnModel(layer) { (array) throws(ArrayError) in
        CallbackArray(
          description: array, method: ArrayMethod(.own, "model of \(layer)"), callback: callback,
          array: LentArray(array))
      }
      guard found.updateValue(own, forKey: layer) == nil else {
        throw CallError("layer \(layer) has two models")
      }
    }
    return found
  }

  func currents(_ inputs: InputBatch) throws(ArrayError) -> ArrayCurrents {
    try description.check(inputs)
    let (vectors, lines) = (inputs.count, description.wordLineCount)
    let values =
      switch inputs {
      case .volts(let volts): volts.elements
      case .bits(let bits):
        (0..<vectors).flatMap { row in (0..<lines).map { bits[row, $0] ? 1.0 : 0.0 } }
      }
    let outputs = description.outputCount
    // What it does not write is found below.
    var amperes = [Double](repeating: .nan, count: vectors * outputs)
    let status = amperes.withUnsafeMutableBufferPointer { amperes in
      callback.currents(
        callback.context, array.handle, values, Int64(vectors), Int64(lines), amperes.baseAddress,
        Int64(outputs))
    }
    guard status == 0 else { throw .unsupported("the model of layer \(callback.layer) failed") }
    if let bad = amperes.firstIndex(where: { !$0.isFinite }) {
      throw .unsupported(
        "the model of layer \(callback.layer) returned \(amperes[bad]) A for vector "
          + "\(bad / outputs), output \(bad % outputs); currents are finite")
    }
    return ArrayCurrents(amperes: Matrix(rows: vectors, columns: outputs, elements: amperes))
  }
}

/// A function of the caller, who answers for calls from several threads.
private struct Callback: @unchecked Sendable {
  let layer: String
  let currents:
    @convention(c) (
      UnsafeMutableRawPointer?, OpaquePointer?, UnsafePointer<Double>?, Int64, Int64,
      UnsafeMutablePointer<Double>?, Int64
    ) -> Int32
  let context: UnsafeMutableRawPointer?
}

/// The handle by which a function of the caller knows an array, for as long as its model exists.
private final class LentArray: @unchecked Sendable {
  let handle: OpaquePointer?

  init(_ array: ArrayDescription) { handle = Handles.add(ArrayObject(array)) }

  deinit { _ = try? Handles.remove(handle) }
}
