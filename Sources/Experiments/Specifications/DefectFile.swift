import CrossbarArray
import Files
import Foundation
import NumericKernels
import Units

/// `defects.csv`: one fault of an array per line.
///
/// Columns `kind,wordLine,bitLine,value` and, for arrays with pairs, `polarity` (`positive` or
/// `negative`; `positive` if it is left out). Lines that start with `#` are comments.
public enum DefectFile {
  /// Name of a kind in the file, and the meaning of its value.
  private struct Kind: Sendable {
    var name: String
    var value: Value
    var make: @Sendable (Double) -> ArrayDefect.Kind

    enum Value: String, Sendable {
      case none = "no value"
      case siemens = "siemens"
      case ohms = "ohms"
    }
  }

  private static let kinds: [Kind] = {
    var kinds = [
      Kind(name: "stuck", value: .siemens) { .stuckCell($0.siemens) },
      Kind(name: "stuckOn", value: .none) { .stuckCell($0.siemens) },
      Kind(name: "stuckOff", value: .none) { .stuckCell($0.siemens) },
      Kind(name: "openCell", value: .none) { _ in .openCell },
      Kind(name: "shortedCell", value: .ohms) { .shortedCell($0.ohms) },
    ]
    for (line, name) in [
      (ArrayLineKind.wordLine, "WordLine"), (.bitLine, "BitLine"), (.sourceLine, "SourceLine"),
    ] {
      kinds += [
        Kind(name: "open\(name)", value: .none) { _ in .openSegment(line) },
        Kind(name: "resistive\(name)", value: .ohms) { .resistiveSegment(line, $0.ohms) },
        Kind(name: "shorted\(name)s", value: .ohms) { .shortedLines(line, $0.ohms) },
      ]
    }
    return kinds
  }()

  /// Description of the format on the reference page.
  static let meaning =
    "Faults, .csv with the columns kind,wordLine,bitLine,value[,polarity]; kinds: "
    + kinds.map { $0.value == .none ? $0.name : "\($0.name) (\($0.value.rawValue))" }
    .joined(separator: ", ")
    + ". stuckOn and stuckOff are the largest and smallest conductance of the array; a wire fault "
    + "is in the segment before the cell, a short of lines towards the next line"

  /// The defects in the file at `path` for an array with these conductances.
  static func read(
    _ path: String, conductances: [Matrix<Double>]
  ) throws(FileError) -> [ArrayDefect] {
    let extremes = conductances.flatMap(\.elements)
    let (on, off) = (extremes.max() ?? 0, extremes.min() ?? 0)
    let (names, lines) = try CSVLine.table(path)
    let expected = ["kind", "wordLine", "bitLine", "value", "polarity"]
    guard names.fields == expected || names.fields == expected.dropLast() else {
      throw names.fault("the first line must be kind,wordLine,bitLine,value or …,value,polarity")
    }
    var defects: [ArrayDefect] = []
    for line in lines {
      do throws(DefectFault) {
        defects.append(try defect(line.fields, count: names.fields.count, on: on, off: off))
      } catch {
        throw line.fault(error.reason)
      }
    }
    return defects
  }

  private struct DefectFault: Error {
    var reason: String
  }

  private static func defect(
    _ fields: [String], count: Int, on: Double, off: Double
  ) throws(DefectFault) -> ArrayDefect {
    guard fields.count == count else {
      throw DefectFault(reason: "has \(fields.count) fields, the first line \(count)")
    }
    guard let kind = kinds.first(where: { $0.name == fields[0] }) else {
      let near = NearestWord.find(fields[0], among: kinds.map(\.name))
      throw DefectFault(
        reason: "'\(fields[0])' is no kind of defect; "
          + (near.map { "did you mean \($0)? " } ?? "")
          + "kinds: " + kinds.map(\.name).joined(separator: ", "))
    }
    guard let wordLine = Int(fields[1]), let bitLine = Int(fields[2]) else {
      throw DefectFault(reason: "wordLine and bitLine must be whole numbers")
    }
    var value = kind.name == "stuckOn" ? on : off
    if kind.value == .none {
      guard fields[3].isEmpty else {
        throw DefectFault(reason: "\(kind.name) takes no value, '\(fields[3])' is given")
      }
    } else {
      guard let number = Double(fields[3]), number.isFinite else {
        throw DefectFault(
          reason: "\(kind.name) needs a value in \(kind.value.rawValue), found '\(fields[3])'")
      }
      value = number
    }
    let polarity = count == 5 ? fields[4] : ""
    guard ["", "positive", "negative"].contains(polarity) else {
      throw DefectFault(reason: "polarity is positive or negative, found '\(polarity)'")
    }
    return ArrayDefect(
      kind.make(value), wordLine: wordLine, bitLine: bitLine, isNegative: polarity == "negative")
  }

  /// The file of these defects, which `read` reads as the same ones.
  static func text(_ defects: [ArrayDefect]) -> String {
    let lines = defects.map { defect in
      let (name, value) = fields(defect.kind)
      return "\(name),\(defect.wordLine),\(defect.bitLine),\(value.map { "\($0)" } ?? ""),"
        + (defect.isNegative ? "negative" : "positive")
    }
    return (["kind,wordLine,bitLine,value,polarity"] + lines).joined(separator: "\n") + "\n"
  }

  /// Name and value of a kind; `stuckOn` and `stuckOff` are written as the values that they are.
  private static func fields(_ kind: ArrayDefect.Kind) -> (name: String, value: Double?) {
    func name(_ word: String, _ line: ArrayLineKind) -> String {
      word + line.rawValue.prefix(1).uppercased() + line.rawValue.dropFirst()
    }
    return switch kind {
    case .stuckCell(let siemens): ("stuck", siemens.value)
    case .openCell: ("openCell", nil)
    case .shortedCell(let ohms): ("shortedCell", ohms.value)
    case .openSegment(let line): (name("open", line), nil)
    case .resistiveSegment(let line, let ohms): (name("resistive", line), ohms.value)
    case .shortedLines(let line, let ohms): (name("shorted", line) + "s", ohms.value)
    }
  }
}
