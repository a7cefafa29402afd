import NeuralNetwork

/// Functions of every value separately, apart from the common activations.
extension ONNXNodeReader {
  static let functionAttributes: [String: Set<String>] = [
    "Acos": [],
    "Acosh": [],
    "Asin": [],
    "Asinh": [],
    "Atan": [],
    "Atanh": [],
    "Celu": ["alpha"],
    "Cos": [],
    "Cosh": [],
    "Mish": [],
    "Shrink": ["bias", "lambd"],
    "Sin": [],
    "Sinh": [],
    "Swish": ["alpha"],
    "Tan": [],
    "ThresholdedRelu": ["alpha"],
  ]

  func function() throws(ONNXReason) -> UnaryFunction? {
    switch node.opType {
    case "Acos": return .arcCosine
    case "Acosh": return .hyperbolicArcCosine
    case "Asin": return .arcSine
    case "Asinh": return .hyperbolicArcSine
    case "Atan": return .arcTangent
    case "Atanh": return .hyperbolicArcTangent
    case "Celu":
      let slope = try float("alpha", default: 1)
      guard slope != 0 else { throw ONNXReason("attribute alpha is 0, by which it divides") }
      return .celu(slope: slope)
    case "Cos": return .cosine
    case "Cosh": return .hyperbolicCosine
    case "Mish": return .mish
    case "Shrink":
      return .shrink(
        limit: try float("lambd", default: 0.5), bias: try float("bias", default: 0))
    case "Sin": return .sine
    case "Sinh": return .hyperbolicSine
    case "Swish": return .swish(slope: try float("alpha", default: 1))
    case "Tan": return .tangent
    case "ThresholdedRelu": return .thresholdedRelu(limit: try float("alpha", default: 1))
    default: return nil
    }
  }
}
