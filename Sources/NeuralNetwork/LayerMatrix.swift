import NumericKernels

/// A product with constant weights.
public enum MatrixOperator: Sendable {
  case convolution(Convolution)
  case dense(Dense)

  /// Real weights `[outputs, inputs]`; of a convolution, inputs of one window of one group.
  public var weights: Matrix<Float> {
    switch self {
    case .convolution(let convolution): convolution.weights
    case .dense(let dense): dense.weights
    }
  }

  /// One per output; empty for none.
  public var bias: [Float] {
    switch self {
    case .convolution(let convolution): convolution.bias
    case .dense(let dense): dense.bias
    }
  }

  /// The integers that `weights` were made from, if the network came quantized.
  public var storedWeights: QuantizedWeights? {
    switch self {
    case .convolution(let convolution): convolution.storedWeights
    case .dense(let dense): dense.storedWeights
    }
  }

  /// Why the integer weights of the file could not become `storedWeights`; `nil` if this does not
  /// apply.
  public var storedWeightsMisfit: String? {
    switch self {
    case .convolution(let convolution): convolution.storedWeightsMisfit
    case .dense(let dense): dense.storedWeightsMisfit
    }
  }

  /// Groups of outputs that have inputs of their own.
  public var groups: Int {
    switch self {
    case .convolution(let convolution): convolution.groups
    case .dense: 1
    }
  }

  /// The operator, for reports: `Conv 3×3`, `Conv 3×3, 32 groups` or `Gemm`.
  public var operatorName: String {
    switch self {
    case .convolution(let convolution):
      "Conv \(convolution.kernelHeight)×\(convolution.kernelWidth)"
        + (convolution.groups > 1 ? ", \(convolution.groups) groups" : "")
    case .dense: "Gemm"
    }
  }

  /// Products of the whole matrix, or of that of every group, with one vector each: windows of a
  /// convolution over the images of `shape`.
  public func vectorCount(_ shape: [Int]) throws(WindowMisfit) -> Int {
    switch self {
    case .convolution(let convolution):
      shape[0] * (try convolution.geometry(inputShape: shape).windowCount)
    case .dense: shape.dropLast().reduce(1, *)
    }
  }

  /// Shape of the output; throws for inputs that the product does not take.
  package func outputShape(_ input: [Int]) throws(OperatorError) -> [Int] {
    switch self {
    case .convolution(let convolution): return try convolution.outputShape(input)
    case .dense(let dense):
      guard input.count >= 2, input.last == dense.weights.columns else {
        throw OperatorError("takes [N, …, \(dense.weights.columns)]")
      }
      return input.dropLast() + [dense.weights.rows]
    }
  }

  /// The product in single precision, by the reference operators.
  package func apply(_ input: Tensor) throws(OperatorError) -> Tensor {
    switch self {
    case .convolution(let convolution): try convolution.apply(input)
    case .dense(let dense): dense.apply(input)
    }
  }
}

/// A product with constant weights inside an operation: a layer of its own on arrays.
public struct LayerMatrix: Sendable {
  /// Tells the products of one operation apart, such as `input` and `recurrent`; empty for the only
  /// one.
  public var part: String
  /// The product.
  public var product: MatrixOperator
  /// The input of the operation that it multiplies; `nil` if it multiplies what is computed inside.
  public var input: Int?

  /// A product of an operation, by default the only one and of the first input.
  public init(_ product: MatrixOperator, part: String = "", input: Int? = 0) {
    self.part = part
    self.product = product
    self.input = input
  }
}

extension Operation {
  /// The products with constant weights that it computes.
  public var matrices: [LayerMatrix] {
    switch self {
    case .convolution(let convolution): [LayerMatrix(.convolution(convolution))]
    case .dense(let dense): [LayerMatrix(.dense(dense))]
    case .recurrent(let layer): layer.matrices
    default: []
    }
  }

  /// The output, with every product of `matrices` computed by `product`, which is called with its
  /// position in that list and what it multiplies.
  func evaluate(
    _ inputs: [Tensor], product: (Int, Tensor) throws -> Tensor
  ) throws -> Tensor {
    switch self {
    case .convolution, .dense: return try product(0, inputs[0])
    case .recurrent(let layer):
      return try layer.apply(
        inputs[0], to: try outputShape(inputs.map(\.shape)), product: product)
    default: return try evaluate(inputs)
    }
  }
}

extension GraphNode {
  /// The name of a layer: that of the node, with the part of an operation of several products.
  public func layerName(_ matrix: LayerMatrix) -> String {
    matrix.part.isEmpty ? name : "\(name).\(matrix.part)"
  }
}
