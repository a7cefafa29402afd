import Files
import Foundation
import NeuralNetwork
import ONNXImport
import Testing

/// Networks that Python packages ship, which `validation/onnx/real.py` writes to a folder: of each
/// case a file as shipped, an image, ONNX Runtime's result, and what options the file needs. Runs
/// only if that folder is named.
@Suite struct RealFileTests {
  private static let folder = ProcessInfo.processInfo.environment["TILESPICE_REAL_FILES"]

  /// Largest difference over the largest magnitude of the reference.
  private static func difference(_ a: Tensor, _ b: Tensor) -> Float {
    guard a.shape == b.shape else { return .infinity }
    let peak = b.values.reduce(Float.leastNormalMagnitude) { max($0, $1.magnitude) }
    return zip(a.values, b.values).reduce(0) { worst, pair in
      pair.0.isFinite ? max(worst, (pair.0 - pair.1).magnitude / peak) : .infinity
    }
  }

  private static func tensor(_ path: String) throws -> Tensor {
    let file = try NPYFile(contentsOf: path)
    return Tensor(shape: file.shape, values: file.floats)
  }

  /// What a case lists: how far ONNX Runtime's own optimizations move the result, and as options
  /// `output`, `input` or `bound`, a name of the file's, and for bound inputs the array.
  private static func options(
    _ path: String, image: Tensor
  ) throws -> (options: ONNXImporter.Options, spread: Float) {
    var options = ONNXImporter.Options(imageShape: Array(image.shape.dropFirst()))
    var spread: Float = 0
    let text = String(decoding: try FileContents.read("\(path)/options.csv"), as: UTF8.self)
    for line in text.split(separator: "\n") {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      switch cells[0] {
      case "spread": spread = try #require(Float(cells[1]))
      case "output": options.output = cells[1]
      case "input": options.input = cells[1]
      default: options.bindings[cells[1]] = .tensor(try tensor("\(path)/\(cells[2]).npy"))
      }
    }
    return (options, spread)
  }

  /// What is read gives ONNX Runtime's results; `results.csv` in the folder says how closely, and
  /// why others are refused.
  @Test(.enabled(if: folder != nil)) func resultsAreThoseOfONNXRuntime() throws {
    let folder = try #require(Self.folder)
    var table = "case,verdict,detail\n"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: "\(path)/model.onnx") else { continue }
      func note(_ verdict: String, _ detail: String) {
        let quoted = detail.replacingOccurrences(of: "\"", with: "'")
          .replacingOccurrences(of: "\(path)/", with: "")
        table += "\(name),\(verdict),\"\(quoted)\"\n"
      }
      do {
        let (image, expected) = (
          try Self.tensor("\(path)/input.npy"), try Self.tensor("\(path)/output.npy")
        )
        let (options, spread) = try Self.options(path, image: image)
        let graph = try ONNXImporter.graph(contentsOf: "\(path)/model.onnx", options: options)
        let result = try graph.run(image)
        let folded = try graph.foldingBatchNormalization().run(image)
        let worst = max(Self.difference(result, expected), Self.difference(folded, expected))
        // ONNX Runtime sums softmax in single precision: 18,710 classes are off by 3.6e-5 in sum.
        let isEqual = worst <= 5e-5 + 2 * spread
        #expect(isEqual, "\(name): \(worst), shape \(result.shape) of \(expected.shape)")
        note(isEqual ? "equal" : "wrong", String(format: "%.1e", worst))
      } catch let error as ONNXImportError {
        let reason = error.description
        // Without the list of operators that are read.
        note("refused", reason.components(separatedBy: "; supported: ")[0])
      } catch let error as GraphError {
        note("refused", "\(error)")
      }
    }
    try FileContents.write(table, to: "\(folder)/results.csv")
  }
}
