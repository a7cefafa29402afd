/// The operation of a graph node.
public enum Operation: Sendable {
  case convolution(Convolution)
  case dense(Dense)
  /// Product of two computed values, as NumPy's `matmul`.
  case matrixProduct
  case batchNormalization(BatchNormalization)
  /// A function of every value separately.
  case unary(UnaryFunction)
  /// A function of pairs of values, inputs broadcast as NumPy does; more than two fold from the
  /// left.
  case binary(BinaryFunction)
  case maxPool(Pooling)
  case averagePool(Pooling)
  /// Mean over all spatial positions.
  case globalAveragePool
  case reduce(Reduction)
  case localResponse(LocalResponse)
  case standardize(Standardization)
  case rank(Ranking)
  case lookup(Lookup)
  case oneHot(OneHot)
  case scatterElements(ScatterElements)
  case cumulativeSum(CumulativeSum)
  case resize(Resize)
  /// Lays windows over a plane and adds those that overlap.
  case overlapAdd(OverlapAdd)
  case einsum(Einsum)
  /// Outputs of all steps of a sequence `[T, N, inputs]`, then the last states, along the first axis.
  case recurrent(RecurrentLayer)
  /// Joins the extents before `axis` and those from it on.
  case flatten(axis: Int)
  /// Another shape of as many values: 0 keeps an extent, -1 is inferred.
  case reshape([Int])
  case transpose([Int])
  /// Repeated along axes of extent 1, and new ones in front, to fit beside the shape.
  case expand([Int])
  /// The second input where the first is not zero, elsewhere the third; all three are broadcast.
  case select
  /// Keeps positions `start, start + step, …` before `end` along each axis.
  case slice([SliceAxis])
  /// Keeps the positions `indices` along `axis`, which becomes axes of extents `shape`.
  case gather(axis: Int, indices: [Int], shape: [Int])
  /// Adds positions around the input, or removes them if counts are negative.
  case pad(Padding)
  case concat(axis: Int)
  /// Normalized exponentials along `axis`, or their logarithms.
  case softmax(axis: Int, isLogarithm: Bool = false)
  /// Real values to integer codes 0 … 255, held as floats, with the scale and the zero point of this
  /// input behind them: one list of `count + 2` values.
  case dynamicQuantize
  /// Real values to integer codes, held as floats.
  case quantize(AffineQuantization)
  /// Integer codes, held as floats, to real values.
  case dequantize(AffineQuantization)
  /// Passes integers within a range through; throws on any other value.
  case integers(ClosedRange<Int>)
  /// Passes its input through.
  case identity
  /// A value independent of the input.
  case constant(Tensor)

  public static let relu = Operation.unary(.relu)
  public static let sigmoid = Operation.unary(.sigmoid)
  public static let add = Operation.binary(.add)
  public static let multiply = Operation.binary(.multiply)

  /// Values limited to `min…max`.
  public static func clip(min: Float, max: Float) -> Operation {
    .unary(.clip(min: min, max: max))
  }

  /// Adds `before` and `after` positions of `value` along each axis.
  public static func pad(before: [Int], after: [Int], value: Float) -> Operation {
    .pad(Padding(before: before, after: after, fill: .constant(value)))
  }

  /// The name of the operator in ONNX.
  public var name: String {
    switch self {
    case .convolution: "Conv"
    case .dense: "Gemm"
    case .matrixProduct: "MatMul"
    case .batchNormalization: "BatchNormalization"
    case .unary(let function): function.name
    case .binary(let function): function.rawValue
    case .maxPool: "MaxPool"
    case .averagePool: "AveragePool"
    case .globalAveragePool: "GlobalAveragePool"
    case .reduce(let reduction): reduction.kind.rawValue
    case .localResponse: "LRN"
    case .standardize(let standardization): standardization.name
    case .rank(let ranking): ranking.name
    case .lookup: "Gather"
    case .oneHot: "OneHot"
    case .scatterElements: "ScatterElements"
    case .cumulativeSum: "CumSum"
    case .resize: "Resize"
    case .overlapAdd: "Col2Im"
    case .einsum: "Einsum"
    case .recurrent(let layer): layer.cell.name
    case .flatten: "Flatten"
    case .reshape: "Reshape"
    case .transpose: "Transpose"
    case .expand: "Expand"
    case .select: "Where"
    case .slice: "Slice"
    case .gather: "Gather"
    case .pad: "Pad"
    case .concat: "Concat"
    case .softmax(_, let isLogarithm): isLogarithm ? "LogSoftmax" : "Softmax"
    case .dynamicQuantize: "DynamicQuantizeLinear"
    case .quantize: "QuantizeLinear"
    case .dequantize: "DequantizeLinear"
    case .integers: "Cast"
    case .identity: "Identity"
    case .constant: "Constant"
    }
  }
}
