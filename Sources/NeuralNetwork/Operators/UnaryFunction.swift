import Foundation

/// A function applied to every value separately.
public enum UnaryFunction: Sendable, Equatable {
  case absolute, ceil, erf, exponential, floor, hardSwish, logarithm, negative, reciprocal, relu
  case round, sigmoid, sign, softplus, softsign, squareRoot, tanh
  /// The integer towards zero, as a cast to integers makes it.
  case truncate
  /// 1 for zero, otherwise 0: of truth values, the other one.
  case isZero
  case arcCosine, arcSine, arcTangent, cosine, sine, tangent
  case hyperbolicArcCosine, hyperbolicArcSine, hyperbolicArcTangent
  case hyperbolicCosine, hyperbolicSine
  case mish
  case celu(slope: Float)
  /// `slope · x + offset`.
  case affine(slope: Float, offset: Float)
  /// `scale · tanh(slope · x)`.
  case scaledTanh(scale: Float, slope: Float)
  /// Zero within ±`limit`, otherwise nearer to zero by `bias`.
  case shrink(limit: Float, bias: Float)
  /// `x · sigmoid(slope · x)`.
  case swish(slope: Float)
  case thresholdedRelu(limit: Float)
  case clip(min: Float, max: Float)
  case elu(slope: Float)
  case gelu(isApproximate: Bool)
  case hardSigmoid(slope: Float, offset: Float)
  case leakyRelu(slope: Float)
  case selu(slope: Float, scale: Float)

  /// The name of the operator in ONNX.
  public var name: String {
    switch self {
    case .absolute: "Abs"
    case .ceil: "Ceil"
    case .erf: "Erf"
    case .exponential: "Exp"
    case .floor: "Floor"
    case .hardSwish: "HardSwish"
    case .logarithm: "Log"
    case .negative: "Neg"
    case .reciprocal: "Reciprocal"
    case .relu: "Relu"
    case .round: "Round"
    case .sigmoid: "Sigmoid"
    case .sign: "Sign"
    case .softplus: "Softplus"
    case .softsign: "Softsign"
    case .squareRoot: "Sqrt"
    case .tanh: "Tanh"
    case .truncate: "Cast"
    case .isZero: "Not"
    case .clip: "Clip"
    case .elu: "Elu"
    case .gelu: "Gelu"
    case .hardSigmoid: "HardSigmoid"
    case .leakyRelu: "LeakyRelu"
    case .selu: "Selu"
    case .arcCosine: "Acos"
    case .arcSine: "Asin"
    case .arcTangent: "Atan"
    case .cosine: "Cos"
    case .sine: "Sin"
    case .tangent: "Tan"
    case .hyperbolicArcCosine: "Acosh"
    case .hyperbolicArcSine: "Asinh"
    case .hyperbolicArcTangent: "Atanh"
    case .hyperbolicCosine: "Cosh"
    case .hyperbolicSine: "Sinh"
    case .mish: "Mish"
    case .celu: "Celu"
    case .affine: "Affine"
    case .scaledTanh: "ScaledTanh"
    case .shrink: "Shrink"
    case .swish: "Swish"
    case .thresholdedRelu: "ThresholdedRelu"
    }
  }

  /// The function on all values. The choice is made once, so that the cheap loops vectorize; NaN
  /// stays NaN, so that the check of the results reports it.
  func callAsFunction(_ x: Tensor) -> Tensor {
    switch self {
    case .absolute: x.map { $0.magnitude }
    case .ceil: x.map { $0.rounded(.up) }
    case .erf: x.map { Foundation.erf($0) }
    case .exponential: x.map { exp($0) }
    case .floor: x.map { $0.rounded(.down) }
    case .hardSwish: x.map { $0 * Self.limit($0 / 6 + 0.5, 0, 1) }
    case .logarithm: x.map { log($0) }
    case .negative: x.map { -$0 }
    case .reciprocal: x.map { 1 / $0 }
    case .relu: x.map { $0 < 0 ? 0 : $0 }
    case .round: x.map { $0.rounded(.toNearestOrEven) }
    case .sigmoid: x.map { 1 / (1 + exp(-$0)) }
    case .sign: x.map { $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }
    // Written so that no exponential overflows.
    case .softplus: x.map { max($0, 0) + log1p(exp(-$0.magnitude)) }
    case .softsign: x.map { $0 / (1 + $0.magnitude) }
    case .squareRoot: x.map { $0.squareRoot() }
    case .tanh: x.map { Foundation.tanh($0) }
    case .truncate: x.map { $0.rounded(.towardZero) }
    case .isZero: x.map { $0 == 0 ? 1 : 0 }
    case .clip(let low, let high): x.map { Self.limit($0, low, high) }
    case .elu(let slope): x.map { $0 < 0 ? slope * expm1($0) : $0 }
    case .gelu(let isApproximate):
      x.map {
        // Hendrycks and Gimpel 2016, arXiv 1606.08415, equations 1 and 2.
        let inner =
          isApproximate
          ? Foundation.tanh(0.797_884_6 * ($0 + 0.044715 * $0 * $0 * $0))
          : Foundation.erf($0 * 0.707_106_77)
        return 0.5 * $0 * (1 + inner)
      }
    case .hardSigmoid(let slope, let offset): x.map { Self.limit(slope * $0 + offset, 0, 1) }
    case .leakyRelu(let slope): x.map { $0 < 0 ? slope * $0 : $0 }
    case .selu(let slope, let scale): x.map { scale * ($0 < 0 ? slope * expm1($0) : $0) }
    case .arcCosine: x.map { acos($0) }
    case .arcSine: x.map { asin($0) }
    case .arcTangent: x.map { atan($0) }
    case .cosine: x.map { cos($0) }
    case .sine: x.map { sin($0) }
    case .tangent: x.map { tan($0) }
    case .hyperbolicArcCosine: x.map { acosh($0) }
    case .hyperbolicArcSine: x.map { asinh($0) }
    case .hyperbolicArcTangent: x.map { atanh($0) }
    case .hyperbolicCosine: x.map { cosh($0) }
    case .hyperbolicSine: x.map { sinh($0) }
    // Misra 2019, arXiv 1908.08681, with the softplus that does not overflow.
    case .mish: x.map { $0 * Foundation.tanh(max($0, 0) + log1p(exp(-$0.magnitude))) }
    case .celu(let slope): x.map { $0 < 0 ? slope * expm1($0 / slope) : $0 }
    case .affine(let slope, let offset): x.map { slope * $0 + offset }
    case .scaledTanh(let scale, let slope): x.map { scale * Foundation.tanh(slope * $0) }
    case .shrink(let limit, let bias):
      x.map { $0 < -limit ? $0 + bias : $0 > limit ? $0 - bias : $0.isNaN ? $0 : 0 }
    case .swish(let slope): x.map { $0 / (1 + exp(-slope * $0)) }
    case .thresholdedRelu(let limit): x.map { $0 <= limit ? 0 : $0 }
    }
  }

  @inline(__always)
  private static func limit(_ x: Float, _ low: Float, _ high: Float) -> Float {
    // The upper bound wins if bounds cross, as in ONNX.
    let raised = x < low ? low : x
    return raised > high ? high : raised
  }
}
