import NeuralNetwork

extension ONNXNodeReader {
  /// The operations, each feeding the next, and how many of the node's first inputs the first reads;
  /// the others are parameters.
  func operations() throws(ONNXReason) -> (chain: [Operation], valueInputs: Int) {
    switch node.opType {
    case "Conv": return ([.convolution(try convolution())], 1)
    case "Gemm": return ([.dense(try gemm())], 1)
    case "MatMul": return ([.dense(try matMul())], 1)
    case "BatchNormalization": return ([.batchNormalization(try batchNormalization())], 1)
    case "Relu": return ([.relu], 1)
    case "Sigmoid": return ([.sigmoid], 1)
    case "Clip":
      return (
        [
          .clip(
            min: try scalar(1, "min", default: -.greatestFiniteMagnitude),
            max: try scalar(2, "max", default: .greatestFiniteMagnitude))
        ], 1
      )
    case "Add": return ([.add], 2)
    case "Mul": return ([.multiply], 2)
    case "MaxPool": return ([.maxPool(Pooling(window: try window()))], 1)
    case "AveragePool":
      let countsPadding = try flag("count_include_pad")
      return (
        [.averagePool(Pooling(window: try window(), countsPadding: countsPadding))], 1
      )
    case "GlobalAveragePool": return ([.globalAveragePool], 1)
    case "ReduceMean": return (try spatialMean(), 1)
    case "Flatten": return ([.flatten(axis: try integer("axis", default: 1))], 1)
    case "Reshape": return ([.reshape(try reshapeTarget())], 1)
    case "Transpose": return ([.transpose(try integers("perm") ?? [])], 1)
    case "Slice": return ([.slice(try slice())], 1)
    case "Pad": return ([try pad()], 1)
    case "Concat": return ([.concat(axis: try concatenationAxis())], node.input.count)
    case "Softmax": return ([.softmax(axis: try softmaxAxis())], 1)
    case "Identity": return ([.identity], 1)
    case "Dropout":
      guard try scalar(2, "training_mode", default: 0) == 0 else {
        throw ONNXReason("training_mode is set; networks are run in inference only")
      }
      return ([.identity], 1)
    default:
      throw ONNXReason("is read only where its inputs are constants or shapes")
    }
  }

  /// Mean over exactly the spatial axes: a global average pooling, flattened if axes are dropped.
  private func spatialMean() throws(ONNXReason) -> [Operation] {
    let rank = try shape(0).count
    let given = hasInput(1) ? try integers(1, "axes") : try integers("axes") ?? []
    let axes = Set(given.map { $0 < 0 ? $0 + rank : $0 })
    guard rank > 2, axes == Set(2..<rank) else {
      throw ONNXReason("axes are \(given) of \(rank); the mean over all spatial axes is read")
    }
    return try flag("keepdims", default: true)
      ? [.globalAveragePool] : [.globalAveragePool, .flatten(axis: 1)]
  }

  func reshapeTarget() throws(ONNXReason) -> [Int] {
    guard try !flag("allowzero") else { throw ONNXReason("attribute allowzero is not read") }
    guard hasInput(1) else { throw ONNXReason("input 1 (shape) is missing") }
    let target: [Int?]
    if let symbolic = values.extents[node.input[1]] {
      target = symbolic
    } else {
      target = try integers(1, "shape")
    }
    let isBatched = hasInput(0) && values.shapes[node.input[0]] != nil
    var result: [Int] = []
    for (axis, extent) in target.enumerated() {
      switch extent {
      case let fixed? where axis == 0 && isBatched && fixed == values.declaredBatch:
        result.append(0)
      case let fixed?: result.append(fixed)
      case nil where axis == 0: result.append(0)
      case nil: throw ONNXReason("puts the batch on axis \(axis) of its output")
      }
    }
    return result
  }

  private func concatenationAxis() throws(ONNXReason) -> Int {
    guard let axis = try attribute("axis", .integer) else {
      throw ONNXReason("attribute axis is missing")
    }
    return Int(axis.i)
  }

  private func softmaxAxis() throws(ONNXReason) -> Int {
    let axis = try integer("axis", default: values.opset < 13 ? 1 : -1)
    guard values.opset < 13 else { return axis }
    // Before opset 13 everything from the axis on was one distribution.
    let shape = try shape(0)
    let fromStart = axis < 0 ? axis + shape.count : axis
    guard shape.indices.contains(fromStart), shape[(fromStart + 1)...].allSatisfy({ $0 == 1 })
    else {
      throw ONNXReason("flattens \(shape) from axis \(axis) on, as Softmax did before opset 13")
    }
    return fromStart
  }

  private func slice() throws(ONNXReason) -> [SliceAxis] {
    let starts = try integers(1, "starts")
    let ends = try integers(2, "ends")
    let axes = hasInput(3) ? try integers(3, "axes") : Array(starts.indices)
    let steps = hasInput(4) ? try integers(4, "steps") : starts.map { _ in 1 }
    guard ends.count == starts.count, axes.count == starts.count, steps.count == starts.count else {
      throw ONNXReason("starts, ends, axes and steps differ in count")
    }
    guard steps.allSatisfy({ (1...(1 << 31)).contains($0) }) else {
      throw ONNXReason("steps are \(steps); forward slices are read")
    }
    return starts.indices.map {
      SliceAxis(axis: axes[$0], start: starts[$0], end: ends[$0], step: steps[$0])
    }
  }

  private func pad() throws(ONNXReason) -> Operation {
    let mode = try text("mode", default: "constant")
    guard mode == "constant" else {
      throw ONNXReason("attribute mode is \(mode); constant is read")
    }
    let pads = try integers(1, "pads")
    let rank = try shape(0).count
    let axes = hasInput(3) ? try integers(3, "axes") : Array(0..<rank)
    guard pads.count == 2 * axes.count else {
      throw ONNXReason("has \(pads.count) pads for \(axes.count) axes")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    for (k, axis) in axes.enumerated() {
      let fromStart = axis < 0 ? axis + rank : axis
      guard before.indices.contains(fromStart) else {
        throw ONNXReason("pads axis \(axis), its input has \(rank) axes")
      }
      (before[fromStart], after[fromStart]) = (pads[k], pads[axes.count + k])
    }
    let value = try scalar(2, "value", default: 0)
    guard value.isFinite else { throw ONNXReason("the padding value is not finite") }
    return .pad(before: before, after: after, value: value)
  }
}
