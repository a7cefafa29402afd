import Files
import Foundation
import NeuralNetwork
import ONNXImport
import Testing

/// ONNX's own backend suite, which `validation/onnx/suite.py` writes to a folder: of each case a
/// model, its first input and its first output. Runs only if that folder is named.
@Suite struct BackendSuiteTests {
  private static let folder = ProcessInfo.processInfo.environment["TILESPICE_BACKEND_CASES"]

  /// Whether values agree as the suite asks: relative by 1e-3, or a unit of the last place of a
  /// result that has fewer digits, absolute by 1e-7.
  private static func agree(_ a: Tensor, _ b: Tensor, bits: Int?) -> Bool {
    let relative = bits.map { exp2(Float(1 - $0)) } ?? 1e-3
    return a.shape == b.shape
      && zip(a.values, b.values).allSatisfy { x, y in
        x == y || (x.isNaN && y.isNaN) || (x - y).magnitude <= 1e-7 + relative * y.magnitude
      }
  }

  /// No case is wrong; `results.csv` in the folder says which are correct, and why others are
  /// refused.
  @Test(.enabled(if: folder != nil)) func noCaseIsWrong() throws {
    let folder = try #require(Self.folder)
    var table = "case,verdict,detail\n"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let path = "\(folder)/\(name)"
      guard FileManager.default.fileExists(atPath: "\(path)/model.onnx") else { continue }
      func tensor(_ member: String) throws -> Tensor {
        let file = try NPYFile(contentsOf: "\(path)/\(member).npy")
        return Tensor(shape: file.shape, values: file.floats)
      }
      func note(_ verdict: String, _ detail: String) {
        let quoted = detail.replacingOccurrences(of: "\"", with: "'")
        table += "\(name),\(verdict),\"\(quoted)\"\n"
      }
      do {
        let graph = try ONNXImporter.graph(
          contentsOf: "\(path)/model.onnx", options: .init(batch: .asDeclared))
        let (result, expected) = (try graph.run(tensor("input")), try tensor("output"))
        let bits = (try? FileContents.read("\(path)/bits"))
          .flatMap { Int(String(decoding: $0, as: UTF8.self)) }
        let isCorrect = Self.agree(result, expected, bits: bits)
        #expect(isCorrect, "\(name): \(result) is not \(expected)")
        note(isCorrect ? "correct" : "wrong", "")
      } catch let error as ONNXImportError {
        note("refused", error.description.replacingOccurrences(of: "\(path)/", with: ""))
      } catch let error as GraphError {
        note("refused", "\(error)")
      }
    }
    try FileContents.write(table, to: "\(folder)/results.csv")
  }
}
