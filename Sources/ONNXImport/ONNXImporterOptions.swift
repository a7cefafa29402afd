import NeuralNetwork

extension ONNXImporter {
  /// What of a file is run, and what the file leaves open.
  public struct Options: Sendable, Equatable {
    /// Name of the output that is the result; `nil` for the only one.
    public var output: String?
    /// Name of the input that images enter; `nil` for the only one that `bindings` do not name.
    public var input: String?
    /// Shape of one image, without the batch: it fills the extents that the file leaves open, and
    /// must agree with those that it fixes.
    public var inputShape: [Int]?
    /// Shape of the images at hand, which fills extents that neither the file nor `inputShape` fixes.
    public var imageShape: [Int]?
    /// Values of all other inputs, by name.
    public var bindings: [String: Binding]
    /// What the first extent of the input means.
    public var batch: Batch

    /// By default the only input and output of the file, and its own shape.
    public init(
      output: String? = nil, input: String? = nil, inputShape: [Int]? = nil,
      imageShape: [Int]? = nil, bindings: [String: Binding] = [:], batch: Batch = .one
    ) {
      self.output = output
      self.input = input
      self.inputShape = inputShape
      self.imageShape = imageShape
      self.bindings = bindings
      self.batch = batch
    }
  }

  /// The value of an input that is the same for every image.
  public enum Binding: Sendable, Equatable {
    /// One number, everywhere in the shape that the file declares.
    case number(Double)
    /// An array of the shape that the file declares.
    case tensor(Tensor)
  }

  /// What the first extent of the network's input is.
  public enum Batch: Sendable, Equatable {
    /// The batch, which is 1 whatever the file declares.
    case one
    /// An extent like all others: one tensor of the whole declared shape is the image.
    case asDeclared
  }
}
