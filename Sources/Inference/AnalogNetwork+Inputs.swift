import AnalogCore
import BehavioralModels
import CrossbarArray
import NeuralNetwork
import NumericKernels

/// The codes of one layer's windows for an image, as its hardware drives them.
struct DrivenCodes {
  /// Unsigned codes, or the positive part of signed ones, `[windows, inputs]`.
  var codes: [UInt16] = []
  /// Magnitudes of the negative part if the arrays are driven by voltages of both signs; otherwise
  /// empty, and negative parts are separate windows.
  var negative: [UInt16] = []

  /// Some of the windows of `length` codes each, in the order given.
  func windows(_ chosen: [Int], length: Int) -> DrivenCodes {
    func part(_ all: [UInt16]) -> [UInt16] {
      all.isEmpty ? [] : chosen.flatMap { all[$0 * length..<($0 + 1) * length] }
    }
    return DrivenCodes(codes: part(codes), negative: part(negative))
  }

  /// Adds the windows of another image. An image without negative inputs has no negative part; it
  /// counts as zero if the other image has one.
  mutating func append(_ other: DrivenCodes) {
    if !negative.isEmpty || !other.negative.isEmpty {
      let missing = codes.count - negative.count
      negative += Array(repeating: 0, count: missing) + other.negative
      negative += Array(repeating: 0, count: codes.count + other.codes.count - negative.count)
    }
    codes += other.codes
  }
}

extension AnalogNetwork {
  /// The input vectors of a tile for `image`, as its array sees them: the `count` strongest ones of
  /// windows spread over the image, strongest first, because errors grow with current. Fewer if the
  /// image gives fewer.
  ///
  /// - Parameters:
  ///   - layer: Index of the layer.
  ///   - tile: Index of the tile in its matrix.
  public func inputVectors(layer: Int, tile: Int, image: Tensor, count: Int) throws -> InputBatch {
    Self.inputVectors(
      of: layers[layer].matrix.tiles[tile], layers[layer], codes: try drivenCodes(image)[layer],
      count: count)
  }

  /// The codes that each layer's arrays see for `image`.
  func drivenCodes(_ image: Tensor) throws -> [DrivenCodes] {
    var recorded = [DrivenCodes](repeating: DrivenCodes(), count: layers.count)
    _ = try plan.run(image) { layer, input in
      let own = layers[layer.index]
      recorded[layer.index].append(
        try own.integer.drivenCodes(input, signs: own.matrix.hardware.inputs.signsOfRead))
      return try layer.runDigitally(input)
    }
    return recorded
  }

  static func inputVectors(
    of tile: AnalogMatrix.Tile, _ layer: Layer, codes: DrivenCodes, count: Int
  ) -> InputBatch {
    let inputs = layer.matrix.inputCount
    let vectors = codes.codes.count / inputs
    // A few windows spread over the image give more vectors than needed.
    let windows = min(vectors, 4 * min(count, vectors))
    let chosen = codes.windows(stratifiedIndices(windows, of: vectors), length: inputs)
    let all = layer.matrix.drive(
      of: tile, codes: chosen.codes.span, negative: chosen.negative.span, batch: windows,
      bitCount: layer.integer.quantizer.bitCount)
    let strengths = (0..<all.count).map { all.strength(vector: $0) }
    let strongest = strengths.indices.sorted {
      (strengths[$0], $1) > (strengths[$1], $0)
    }.prefix(count)
    return all.selecting(Array(strongest))
  }
}

extension MatrixLayer {
  /// The codes that arrays with such a drive see for `input`.
  func drivenCodes(_ input: Tensor, signs: InputDrive.Signs) throws -> DrivenCodes {
    var driven = DrivenCodes()
    let length = inputCount
    _ = try run(input, signs: signs) { codes, negative, vectors, _, _ in
      let values = 0..<vectors.count * length
      for k in values { driven.codes.append(codes[k]) }
      if !negative.isEmpty { for k in values { driven.negative.append(negative[k]) } }
    }
    return driven
  }
}
