import Configuration
import Files
import NeuralNetwork
import ONNXImport

/// Source of a network.
public enum NetworkSource: Sendable, Equatable {
  /// The digits network bundled with the program.
  case bundledDigits
  /// An ONNX file.
  case onnx(ONNXSource)
}

/// An ONNX file, and what of it is run.
public struct ONNXSource: Sendable, Equatable {
  /// Path of the file.
  public var file: String
  /// Name of the output that is the result; `nil` for the only one.
  public var output: String?
  /// Name of the input that images enter; `nil` for the only one that is not bound.
  public var input: String?
  /// Shape of one image, without the batch; `nil` takes open extents from the images.
  public var inputShape: [Int]?
  /// Values of other inputs, by name.
  public var bindings: [String: Binding]

  /// A constant for an input.
  public enum Binding: Sendable, Equatable {
    /// One number, everywhere.
    case number(Double)
    /// A NumPy array.
    case file(String)
  }

  /// A file whose only input and output are taken by default.
  public init(
    file: String, output: String? = nil, input: String? = nil, inputShape: [Int]? = nil,
    bindings: [String: Binding] = [:]
  ) {
    self.file = file
    self.output = output
    self.input = input
    self.inputShape = inputShape
    self.bindings = bindings
  }
}

extension NetworkSource {
  /// Path of the ONNX file.
  var file: String {
    switch self {
    case .bundledDigits: BundledDigits.path("digits.onnx")
    case .onnx(let source): source.file
    }
  }

  /// How the file is read for images of `imageShape`, if that is known; reads the arrays to which
  /// inputs are bound.
  func importOptions(imageShape: [Int]? = nil) throws(FileError) -> ONNXImporter.Options {
    guard case .onnx(let source) = self else { return ONNXImporter.Options() }
    var bindings: [String: ONNXImporter.Binding] = [:]
    for (name, binding) in source.bindings {
      switch binding {
      case .number(let number): bindings[name] = .number(number)
      case .file(let path):
        let array = try NPYFile(contentsOf: path)
        guard Tensor.elementCount(of: array.shape) == array.floats.count else {
          throw FileError(path: path, reason: "has shape \(array.shape), which is too large")
        }
        bindings[name] = .tensor(Tensor(shape: array.shape, values: array.floats))
      }
    }
    return ONNXImporter.Options(
      output: source.output, input: source.input, inputShape: source.inputShape,
      imageShape: imageShape, bindings: bindings)
  }
}

extension ONNXSource {
  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    file = try section.path("file", meaning: "The file")
    output = try section.string(
      "output", default: nil,
      meaning: "Name of the output that is the result; needed if the file has several")
    input = try section.string(
      "input", default: nil,
      meaning: "Name of the input that images enter; needed if several are not bound")
    let extents = try section.integers(
      "inputShape", default: [], range: 1...(1 << 20),
      meaning: """
        Shape of one image, without the batch, such as [3, 224, 224]; by default the file's, \
        extents that it leaves open being those of the images
        """)
    inputShape = extents.isEmpty ? nil : extents
    var bound: [String: Binding] = [:]
    for (name, value) in try section.map(
      "bindings", of: "input name", meaning: "Constants for all other inputs of the file",
      { (inner, name) throws(ConfigurationError) in
        let meaning = "A number, or an npy file of the input's shape"
        return inner.isNumber(name)
          ? .number(try inner.double(name, meaning: meaning))
          : Binding.file(try inner.path(name, meaning: meaning))
      })
    { bound[name] = value }
    bindings = bound
  }
}
