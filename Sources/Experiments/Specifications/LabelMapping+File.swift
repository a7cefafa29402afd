import Datasets
import Files
import Foundation

extension LabelMapping {
  /// The outputs in a text file, one a line, or in a NumPy array `[classes]`.
  static func map(contentsOf path: String) throws -> [Int] {
    func fault(_ line: Int?, _ record: Int?, _ reason: String) -> DatasetError {
      DatasetError(path: path, record: record, line: line, reason: reason)
    }
    if path.lowercased().hasSuffix(".npy") {
      let file = try NPYFile(contentsOf: path)
      guard file.shape.count == 1, file.shape[0] > 0 else {
        throw fault(nil, nil, "has shape \(file.shape); a map of labels is [classes]")
      }
      return try file.doubles.enumerated().map { record, value in
        guard let output = Int32(exactly: value), output >= 0 else {
          throw fault(nil, record, "\(value) is no index of an output")
        }
        return Int(output)
      }
    }
    guard let text = String(bytes: try FileContents.read(path), encoding: .utf8) else {
      throw fault(nil, nil, "is no UTF-8 text; it should hold one number a line")
    }
    var outputs: [Int] = []
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      let word = line.filter { !$0.isWhitespace }
      // Only the end of the file may be empty: line k is class k.
      if word.isEmpty, lines[index...].allSatisfy({ $0.allSatisfy(\.isWhitespace) }) { break }
      guard let output = Int32(word), output >= 0 else {
        throw fault(index + 1, nil, "'\(line)' is no index of an output; line k is that of class k")
      }
      outputs.append(Int(output))
    }
    guard !outputs.isEmpty else { throw fault(nil, nil, "holds no number") }
    return outputs
  }
}
