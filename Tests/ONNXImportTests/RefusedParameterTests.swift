import ONNXImport
import Testing

/// Attributes and inputs that the operators of sequences, planes and rankings refuse by name.
@Suite struct RefusedParameterTests {
  /// The reason for which a single node is refused that reads x and named constants.
  private func reason(
    _ kind: String, _ input: [Int64], opset: Int64 = 18,
    constants: [(String, [Int64], [Float])] = [],
    lists: [String: [Int64]] = [:], integers: [String: Int64] = [:], floats: [String: Float] = [:],
    texts: [String: String] = [:], positions: [Int64]? = nil
  ) throws -> String {
    var text = ModelText(input: input, opset: opset)
    for (name, shape, values) in constants { text.constant(name, shape, values) }
    if let positions { text.integers("positions", positions) }
    text.node(
      kind, ["x"] + constants.map(\.0) + (positions == nil ? [] : ["positions"]), "y",
      integers: integers, lists: lists, floats: floats, texts: texts)
    let error = try text.fault()
    #expect(error.node == "n_y" && error.operation == kind)
    return error.reason
  }

  @Test func resizesAreLinearOrNearest() throws {
    let scales: [(String, [Int64], [Float])] = [("r", [0], []), ("s", [4], [1, 1, 2, 2])]
    func refused(_ texts: [String: String], integers: [String: Int64] = [:]) throws -> String {
      try reason("Resize", [0, 1, 2, 2], constants: scales, integers: integers, texts: texts)
    }
    #expect(
      try refused(["mode": "lanczos"])
        == "attribute mode is lanczos; nearest, linear and cubic are read")
    #expect(
      try reason(
        "Resize", [0, 1, 2, 2], constants: [("r", [0], []), ("s", [4], [1, 1, 1.25, 1])],
        texts: ["coordinate_transformation_mode": "align_corners"])
        == "align_corners with scale 1.25 makes axis 2 of [1, 1, 2, 2] 2.5 long, which programs read "
        + "differently; scales of whole lengths and sizes are read")
    #expect(
      try refused(["coordinate_transformation_mode": "tf_crop_and_resize"])
        == "attribute coordinate_transformation_mode is tf_crop_and_resize; read are "
        + "align_corners, asymmetric, half_pixel, pytorch_half_pixel, half_pixel_symmetric")
    #expect(
      try refused(["nearest_mode": "simple"])
        == "attribute nearest_mode is simple; read are ceil, floor, round_prefer_ceil, "
        + "round_prefer_floor")
    #expect(
      try refused([:], integers: ["antialias": 1]) == "attribute antialias is set; 0 is read")
    #expect(
      try reason("Resize", [0, 1, 2, 2], constants: [("r", [0], []), ("s", [2], [2, 2])])
        == "scales are [2.0, 2.0]; 4 positive numbers are read")
    #expect(
      try reason("Resize", [0, 1, 2, 2], constants: [("r", [0], []), ("s", [4], [1, 1, 0.1, 2])])
        == "scales [1.0, 1.0, 0.1, 2.0] make axis 2 of [1, 1, 2, 2] 0.0 long")
    #expect(try reason("Resize", [0, 1, 2, 2]) == "has neither scales nor sizes")
  }

  @Test func recurrentLayersHaveTheShapesOfTheirCell() throws {
    func layer(
      _ kind: String, gates: Int64, texts: [String: String] = [:], integers: [String: Int64] = [:],
      floats: [String: Float] = [:]
    ) throws -> String {
      try reason(
        kind, [4, 1, 3],
        constants: [
          ("w", [1, gates * 2, 3], [Float](repeating: 1, count: Int(gates) * 6)),
          ("r", [1, gates * 2, 2], [Float](repeating: 1, count: Int(gates) * 4)),
        ], integers: integers, floats: floats, texts: texts)
    }
    #expect(
      try layer("LSTM", gates: 3)
        == "W [1, 6, 3] and R [1, 6, 2] do not fit the input [1, 1, 3]: read are [steps, N, inputs], "
        + "W [1, 4 · hidden, inputs] and R [1, 4 · hidden, hidden]")
    #expect(
      try layer("GRU", gates: 3, integers: ["layout": 1])
        == "attribute layout is 1, which puts the batch first; 0 is read")
    #expect(
      try layer("RNN", gates: 1, texts: ["direction": "backward"])
        == "attribute direction is backward; forward, reverse and bidirectional are read")
    #expect(
      try layer("RNN", gates: 1, floats: ["clip": -1])
        == "attribute clip is -1.0; positive ones are read")
  }

  @Test func normalizationsFitTheirInput() throws {
    #expect(
      try reason(
        "LayerNormalization", [0, 3], constants: [("s", [3], [1, 1, 1])],
        integers: ["stash_type": 10])
        == "attribute stash_type is 10; float (1) is read")
    #expect(
      try reason("LayerNormalization", [0, 3], constants: [("s", [2], [1, 1])])
        == "input 1 has shape [2], what it scales has [3]")
    #expect(
      try reason(
        "GroupNormalization", [0, 3, 2], constants: [("s", [2], [1, 1]), ("b", [2], [1, 1])],
        integers: ["num_groups": 2])
        == "attribute num_groups is 2, its input has shape [1, 3, 2]")
    #expect(
      try reason(
        "InstanceNormalization", [0, 3],
        constants: [("s", [3], [1, 1, 1]), ("b", [3], [1, 1, 1])])
        == "its input has shape [1, 3]; [N, channels, …] is read")
  }

  @Test func transposedConvolutionsFitTheirInput() throws {
    let weights: [(String, [Int64], [Float])] = [
      ("w", [2, 1, 2, 2], [Float](repeating: 1, count: 8))
    ]
    #expect(
      try reason("ConvTranspose", [0, 3, 4, 4], constants: weights)
        == "weights [inputs, outputs, …] are [2, 1, 2, 2], its input is [1, 3, 4, 4]; lines and "
        + "planes are read")
    #expect(
      try reason("ConvTranspose", [0, 2, 4, 4], constants: weights, integers: ["group": 3])
        == "attribute group is 3, which does not divide 2 inputs")
    #expect(
      try reason("ConvTranspose", [0, 2, 4, 4], constants: weights, lists: ["pads": [3, 3, 3, 3]])
        == "has an output of impossible extents [-1, -1] (input [1, 2, 4, 4])")
    #expect(
      try reason("ConvTranspose", [0, 2, 4, 4], constants: weights, texts: ["auto_pad": "AUTO"])
        == "attribute auto_pad is AUTO; NOTSET, VALID, SAME_UPPER and SAME_LOWER are read")
  }

  @Test func movesAndRankingsFitTheirInput() throws {
    #expect(
      try reason("DepthToSpace", [0, 6, 2, 2], integers: ["blocksize": 2])
        == "blocks of 2 do not divide its input [1, 6, 2, 2]")
    #expect(
      try reason("Tile", [0, 6], positions: [1]) == "repeats are [1], its input has shape [1, 6]")
    #expect(try reason("TopK", [0, 6], positions: [7]) == "takes [7] of 6 values")
    #expect(
      try reason("Einsum", [0, 6], texts: ["equation": "ij->k"])
        == "attribute equation is 'ij->k', which is none")
    #expect(
      try reason("Celu", [0, 6], floats: ["alpha": 0])
        == "attribute alpha is 0, by which it divides")
  }

  /// Only the operators that compute all their outputs give a second one.
  @Test func positionsOfRankingsStayIntegers() throws {
    var text = ModelText(input: [0, 6])
    text.node("ArgMax", ["x"], "i", integers: ["axis": 1])
    text.node("Exp", ["i"], "y")
    #expect(
      try text.fault().reason == "is computed on real numbers, its input holds integers (int64)")
  }
}
