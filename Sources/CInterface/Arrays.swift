// Names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import BehavioralModels
import CTileSpice
import CrossbarArray
import Experiments
import Foundation
import Inference
import NumericKernels

@c @implementation
public func tilespice_array_create(
  _ settings: UnsafePointer<CChar>?, _ conductances: UnsafePointer<tilespice_buffer>?,
  _ negative: UnsafePointer<tilespice_buffer>?, _ array: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(array) {
      let meaning = "[wordLines, bitLines]"
      let siemens = try BufferView(conductances, "conductances").matrix(meaning)
      let second = try BufferView.optional(negative, "negativeConductances")?.matrix(meaning)
      return ArrayObject(
        try ArrayFile.read(
          yaml: try text(settings, "settings") ?? "", name: "array", conductances: siemens,
          negativeConductances: second))
    }
  }
}

@c @implementation
public func tilespice_array_open(
  _ file: UnsafePointer<CChar>?, _ array: HandleResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    try Handles.give(array) { ArrayObject(try ArrayFile.read(try requiredText(file, "file"))) }
  }
}

private struct ArraySummary: Encodable {
  var wordLines: Int, bitLines: Int, outputs: Int
  var isGateDriven: Bool, hasPairs: Bool
  var summary: String
  var warnings: [String]
}

@c @implementation
public func tilespice_array_describe(
  _ array: OpaquePointer?, _ result: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self).description
    try give(
      json: ArraySummary(
        wordLines: array.wordLineCount, bitLines: array.bitLineCount, outputs: array.outputCount,
        isGateDriven: array.topology != .voltageDriven,
        hasPairs: array.negativeConductances != nil, summary: array.summary,
        warnings: array.ineffectiveParameters.map { "\($0)" }), to: result)
  }
}

@c @implementation
public func tilespice_array_conductances(
  _ array: OpaquePointer?, _ positive: UnsafePointer<tilespice_buffer>?,
  _ negative: UnsafePointer<tilespice_buffer>?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self).description
    let shape = [array.wordLineCount, array.bitLineCount]
    let views = (
      try BufferView.optional(positive, "positive"), try BufferView.optional(negative, "negative")
    )
    try views.0?.require(shape, "[wordLines, bitLines]")
    try views.1?.require(shape, "[wordLines, bitLines]")
    if views.1 != nil, array.negativeConductances == nil {
      throw CallError("negative: the array has no pairs")
    }
    try views.0?.write(array.conductances.elements)
    try views.1?.write(array.negativeConductances?.elements ?? [])
  }
}

/// How currents were computed.
private struct CurrentDetails: Encodable {
  var method: String
  var residual: Double?, residualNorm: String?
  var sensedError: Double?
  var boundsContributions: Bool
  var iterations: Int?
  var eliminatedVectors: Int, factorizedVectors: Int

  init(_ currents: ArrayCurrents, method: ArrayMethod) {
    self.method = "\(method)"
    residual = currents.residual?.value
    residualNorm = currents.residual?.norm.text
    sensedError = currents.sensedError
    boundsContributions = currents.boundsContributions
    iterations = currents.work.iterations
    eliminatedVectors = currents.work.eliminatedVectors
    factorizedVectors = currents.work.factorizedVectors
  }
}

@c @implementation
public func tilespice_array_mvm(
  _ array: OpaquePointer?, _ path: UnsafePointer<CChar>?,
  _ inputs: UnsafePointer<tilespice_buffer>?, _ vectors: Int64, _ threads: Int32,
  _ amperes: UnsafePointer<tilespice_buffer>?, _ details: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self)
    let path = try choice(path, "path", of: SolutionPath.self)
    let view = try BufferView(inputs, "inputs")
    let batch = try array.inputs(view)
    let out = try BufferView(amperes, "amperes")
    try out.require([batch.count, array.description.outputCount], "[vectors, outputs]")
    guard vectors >= 0 else { throw CallError("vectors is \(vectors)") }
    let width = try tasks(threads)
    let model = try array.model(path, vectors: vectors == 0 ? batch.count : Int(vectors))
    guard batch.count > 0 else {
      return try give(
        json: CurrentDetails(
          ArrayCurrents(
            amperes: Matrix(rows: 0, columns: array.description.outputCount, elements: [])),
          method: model.method), to: details)
    }
    let found =
      width == 1 || batch.count == 1 || model.isMatrixProduct
      ? try model.currents(batch) : try waiting { try await model.currents(batch, width: width) }
    try out.write(found.amperes.elements)
    try give(json: CurrentDetails(found, method: model.method), to: details)
  }
}

@c @implementation
public func tilespice_array_effective_matrix(
  _ array: OpaquePointer?, _ siemens: UnsafePointer<tilespice_buffer>?,
  _ amperes: UnsafePointer<tilespice_buffer>?, _ details: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self).description
    let (lines, outputs) = (array.wordLineCount, array.outputCount)
    let matrix = try BufferView.optional(siemens, "siemens")
    try matrix?.require([lines, outputs], "[wordLines, outputs]")
    let offset = try BufferView.optional(amperes, "amperes")
    try offset?.require([outputs], "[outputs]")
    let effective = try EffectiveMatrix(array)
    try matrix?.write(effective.siemens.elements)
    try offset?.write(effective.offsetAmperes)
    var found = ArrayCurrents(
      amperes: Matrix(rows: 0, columns: outputs, elements: []), residual: effective.residual,
      sensedError: effective.sensedError)
    found.boundsContributions = true
    try give(json: CurrentDetails(found, method: effective.method), to: details)
  }
}

/// A fitted model and its error on vectors that the fit did not see.
private struct CalibrationDetails: Encodable {
  var method: String, reason: String
  var rms: Double?, worst: Double?, percentile999: Double?
  var fitted: Int?, heldOut: Int?
  var meetsTarget: Bool?

  init(_ choice: ModelChoice) {
    (method, reason) = ("\(choice.model.method)", choice.reason)
    let calibrated = choice.calibrated?.calibration
    rms = calibrated?.heldOut.relativeRMS
    worst = calibrated?.heldOut.relativeWorst
    percentile999 = calibrated?.heldOut.relativePercentile999
    (fitted, heldOut) = (calibrated?.fittedCount, calibrated?.heldOutCount)
    meetsTarget = calibrated?.meetsTarget
  }
}

@c @implementation
public func tilespice_array_calibrate(
  _ array: OpaquePointer?, _ settings: UnsafePointer<CChar>?, _ details: TextResult?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self)
    let spec = try ExperimentSpec(
      yaml: try text(settings, "settings") ?? "version: 1", file: "calibration")
    let choice = try array.calibrate(spec.calibration, seed: spec.seed)
    try give(json: CalibrationDetails(choice), to: details)
  }
}

private struct Files: Encodable { var files: [String] }

@c @implementation
public func tilespice_array_to_spice(
  _ array: OpaquePointer?, _ input: UnsafePointer<tilespice_buffer>?,
  _ folder: UnsafePointer<CChar>?, _ details: TextResult?, _ error: TextResult?
) -> Int32 {
  call(error) {
    let array = try Handles.object(array, ArrayObject.self).description
    let view = try BufferView(input, "input")
    try view.require([array.wordLineCount], "[wordLines]")
    let input = try InputBatch(
      Matrix(rows: 1, columns: array.wordLineCount, elements: view.values()),
      for: array.topology)
    let summary = try ArrayDeck.write(
      array, input: input,
      title: "TileSpice \(array.wordLineCount) × \(array.bitLineCount) array",
      details: [("software", SoftwareVersion.line)], to: try requiredText(folder, "folder"))
    try give(json: Files(files: summary.files), to: details)
  }
}

private struct Verdict: Encodable {
  var agrees: Bool
  var worstRelativeDifference: Double, tolerance: Double
  var names: [String], expected: [Double], found: [Double]
}

@c @implementation
public func tilespice_verify(
  _ folder: UnsafePointer<CChar>?, _ simulator: UnsafePointer<CChar>?, _ details: TextResult?,
  _ error: TextResult?
) -> Int32 {
  call(error) {
    let verification = try DeckVerification(
      folder: try requiredText(folder, "folder"),
      with: try choice(simulator, "simulator", of: DeckVerification.Judge.self))
    try give(
      json: Verdict(
        agrees: verification.passes,
        worstRelativeDifference: verification.worstRelativeDifference,
        tolerance: verification.tolerance, names: verification.currents.map(\.name),
        expected: verification.currents.map(\.expected),
        found: verification.currents.map(\.found)), to: details)
  }
}
