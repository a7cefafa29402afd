// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import BehavioralModels
import CTileSpice
import CrossbarArray
import Experiments
import NumericKernels
import Synchronization

/// Models of an array judged against its circuit.
final class ComparisonObject: Sendable {
  private let comparison: Mutex<ModelComparison>

  init(_ comparison: ModelComparison) { self.comparison = Mutex(comparison) }

  var current: ModelComparison { comparison.withLock { $0 } }

  func judge(_ amperes: Matrix<Double>, name: String) {
    comparison.withLock { $0.add(predicted: amperes, name: name) }
  }
}

@c @implementation
public func tilespice_comparison_create(
  _ array: OpaquePointer?, _ inputs: UnsafePointer<tilespice_buffer>?, _ seed: UInt64,
  _ comparison: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(comparison) {
      let array = try Handles.object(array, ArrayObject.self)
      let view = try BufferView.optional(inputs, "inputs")
      let batch = try view.map { try array.inputs($0) }
      guard batch?.count != 0 else { throw CallError("inputs has no vectors to test models on") }
      let description = array.description
      return ComparisonObject(
        try ModelComparison(
          description,
          name: "\(description.wordLineCount) × \(description.bitLineCount) array",
          recorded: nil, judging: batch, seed: seed))
    }
  }
}

private struct ComparisonSummary: Encodable {
  struct Model: Encodable {
    var name: String, method: String
    var rms: Double, percentile999: Double, worst: Double, bias: Double
    var worstAmperes: Double
    var secondsPerVector: Double?
  }

  var testVectors: Int, fittingVectors: Int, wordLines: Int, outputs: Int
  var exactMethod: String
  var meanDrop: Double
  var models: [Model]
}

@c @implementation
public func tilespice_comparison_describe(
  _ comparison: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let comparison = try Handles.object(comparison, ComparisonObject.self).current
    let summary = ComparisonSummary(
      testVectors: comparison.inputs.count, fittingVectors: comparison.fittingInputs.count,
      wordLines: comparison.array.wordLineCount, outputs: comparison.exact.columns,
      exactMethod: comparison.exactMethod, meanDrop: comparison.meanDrop,
      models: comparison.entries.map {
        ComparisonSummary.Model(
          name: $0.name, method: $0.method, rms: $0.error.relativeRMS,
          percentile999: $0.error.relativePercentile999, worst: $0.error.relativeWorst,
          bias: $0.error.relativeBias, worstAmperes: $0.error.worstAmperes,
          secondsPerVector: $0.secondsPerVector)
      })
    try give(json: summary, to: result)
  }
}

@c @implementation
public func tilespice_comparison_vectors(
  _ comparison: OpaquePointer?, _ is_fitting: Int32, _ inputs: UnsafePointer<tilespice_buffer>?,
  _ amperes: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let comparison = try Handles.object(comparison, ComparisonObject.self).current
    let isFitting = is_fitting != 0
    let vectors = isFitting ? comparison.fittingInputs : comparison.inputs
    let exact = isFitting ? comparison.fittingExact : comparison.exact
    let inputView = try BufferView.optional(inputs, "inputs")
    try inputView?.require([vectors.count, vectors.vectorLength], "[vectors, wordLines]")
    let outputView = try BufferView.optional(amperes, "amperes")
    try outputView?.require([vectors.count, exact.columns], "[vectors, outputs]")
    switch vectors {
    case .volts(let volts): try inputView?.write(volts.elements)
    case .bits(let bits):
      try inputView?.write(
        (0..<bits.rows * bits.columns).map {
          bits[$0 / bits.columns, $0 % bits.columns] ? 1.0 : 0.0
        })
    }
    try outputView?.write(exact.elements)
  }
}

@c @implementation
public func tilespice_comparison_judge(
  _ comparison: OpaquePointer?, _ name: UnsafePointer<CChar>?,
  _ amperes: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let object = try Handles.object(comparison, ComparisonObject.self)
    let comparison = object.current
    let view = try BufferView(amperes, "amperes")
    try view.require([comparison.inputs.count, comparison.exact.columns], "[vectors, outputs]")
    let predicted = try view.matrix("[vectors, outputs]")
    if let bad = predicted.elements.firstIndex(where: { !$0.isFinite }) {
      throw CallError(
        "amperes [\(bad / predicted.columns), \(bad % predicted.columns)] is "
          + "\(predicted.elements[bad]); currents are finite")
    }
    object.judge(predicted, name: try requiredText(name, "name"))
  }
}
