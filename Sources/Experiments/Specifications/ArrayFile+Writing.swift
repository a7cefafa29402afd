import BehavioralModels
import CompactModels
import CrossbarArray
import Files
import Foundation
import Netlist
import NumericKernels
import Units

extension ArrayFile {
  /// Names of the files that `write` makes; those that an array does not need are not made.
  package enum WrittenFile {
    package static let array = "array.yaml"
    package static let inputs = "inputs.npy"
    static let conductances = "conductances.npy"
    static let negativeConductances = "negativeConductances.npy"
    static let curve = "curve.csv"
    static let parameterMap = "parameterMap.csv", accessParameterMap = "accessParameterMap.csv"
    static let defects = "defects.csv"
  }

  /// Writes an array so that `read` finds the same one, bit by bit, with vectors that drive it.
  ///
  /// The description is written last: where it is, all that it names is there too.
  ///
  /// - Parameter comments: Lines above the description, such as where the array comes from.
  /// - Returns: The names of the files in the folder.
  static func write(
    _ array: ArrayDescription, inputs: InputBatch, comments: [String], to folder: String
  ) throws -> [String] {
    do throws(ArrayError) {
      // Errors without limits leave negative conductances, which `read` refuses.
      try array.validate()
      try array.check(inputs)
    } catch {
      throw FileError(path: folder, reason: "no array file holds this array: \(error)")
    }
    var files: [(name: String, contents: Data)] = [
      (WrittenFile.conductances, encode(array.conductances))
    ]
    if let negative = array.negativeConductances {
      files.append((WrittenFile.negativeConductances, encode(negative)))
    }
    let vectors = NPYFile.encode(inputs.numbers, shape: [inputs.count, inputs.vectorLength])
    files.append((WrittenFile.inputs, vectors))
    if case .table(let curve) = array.law {
      files.append((WrittenFile.curve, Data(CurveFile.text(curve).utf8)))
    }
    if case .compact(let law) = array.law { files += try compiledFiles(law) }
    if !array.defects.isEmpty {
      files.append((WrittenFile.defects, Data(DefectFile.text(array.defects).utf8)))
    }
    let text = (comments.map { "# \($0)" } + lines(array)).joined(separator: "\n") + "\n"
    files.append((WrittenFile.array, Data(text.utf8)))
    for file in files {
      try FileContents.write(
        file.contents, to: URL(fileURLWithPath: folder).appendingPathComponent(file.name).path)
    }
    return files.map(\.name)
  }

  /// The modules of compiled cells, which the folder then holds, and the tables of their parameters.
  private static func compiledFiles(_ law: CompactLaw) throws -> [(String, Data)] {
    var files: [(String, Data)] = []
    for (device, map) in [
      (law.cell, WrittenFile.parameterMap), (law.access, WrittenFile.accessParameterMap),
    ] {
      guard let device else { continue }
      for parameter in device.parameters {
        if case .text = parameter.value {
          throw FileError(
            path: parameter.name, reason: "no array file holds a parameter that is a text")
        }
      }
      let (name, contents) = (module(device), try FileContents.read(device.module.file))
      if let other = files.first(where: { $0.0 == name }) {
        guard other.1 == contents else {
          throw FileError(
            path: name, reason: "cell and access device have modules of this name in two files")
        }
      } else {
        files.append((name, contents))
      }
      if let states = device.states, !states.siemens.isEmpty {
        files.append((map, Data(ParameterMapFile.text(states).utf8)))
      }
    }
    return files
  }

  /// Name of a module's file beside the array's.
  private static func module(_ device: CompactLaw.Device) -> String {
    "\(device.module.name).osdi"
  }

  private static func text(_ device: CompactLaw.Device, _ map: String) -> String {
    let parameters = device.parameters.compactMap { parameter -> String? in
      guard case .number(let number) = parameter.value else { return nil }
      return "\(parameter.name): \(number)"
    }
    let text =
      "file: \(module(device)), module: \(device.module.name), parameters: {"
      + parameters.joined(separator: ", ") + "}"
    guard let states = device.states else { return text }
    return text
      + (states.siemens.isEmpty
        ? ", conductanceParameter: \(states.parameters[0])"
        : ", parameterMap: \(map), logarithmicMap: \(states.interpolation == .logarithmic)")
  }

  private static func encode(_ matrix: Matrix<Double>) -> Data {
    NPYFile.encode(matrix.elements, shape: [matrix.rows, matrix.columns])
  }

  /// Every key of the array, those with defaults too: defaults may change, the array must not.
  private static func lines(_ array: ArrayDescription) -> [String] {
    var lines = ["version: 2"]
    switch array.topology {
    case .voltageDriven: lines.append("topology: voltageDriven")
    case .gateDriven(let sourceLine):
      lines += ["topology: gateDriven", "sourceLine: \(sourceLine.rawValue)"]
    }
    lines.append("conductances: \(WrittenFile.conductances)")
    if array.negativeConductances != nil {
      lines += [
        "negativeConductances: \(WrittenFile.negativeConductances)",
        "pair: \(array.pairing.rawValue)",
      ]
    }
    let (wires, terminals, ends) = (array.wires, array.terminals, array.ends)
    lines += [
      mapping(
        "wires",
        [
          ("wordLineOhms", wires.wordLineSegment.value),
          ("bitLineOhms", wires.bitLineSegment.value),
          ("sourceLineOhms", wires.sourceLineSegment.value),
          ("wordLineFarads", wires.wordLineCapacitance.value),
          ("bitLineFarads", wires.bitLineCapacitance.value),
          ("sourceLineFarads", wires.sourceLineCapacitance.value),
        ]),
      mapping(
        "terminals",
        [
          ("wordLineDriverOhms", terminals.wordLineDriver.value),
          ("bitLineSenseOhms", terminals.bitLineSense.value),
          ("sourceLineDriverOhms", terminals.sourceLineDriver.value),
        ]),
      mapping(
        "ends",
        [
          ("wordLineDrive", ends.wordLineDrive.rawValue),
          ("bitLineSense", ends.bitLineSense.rawValue),
          ("sourceLineDrive", ends.sourceLineDrive.rawValue),
        ]),
      "readVolts: \(array.readVoltage.value)", "law: \(text(array.law))",
      mapping(
        "unused",
        [
          ("wordLines", array.unused.wordLines.count),
          ("side", array.unused.wordLines.side.rawValue),
          ("state", text(array.unused.wordLines.state)),
          ("bitLines", array.unused.bitLines.count),
          ("bitLineSide", array.unused.bitLines.side.rawValue),
          ("bitLineState", text(array.unused.bitLines.state)),
          ("cellSiemens", array.unused.cellConductance.value),
        ]),
    ]
    if !array.defects.isEmpty { lines.append("defects: \(WrittenFile.defects)") }
    return lines
  }

  private static func mapping(_ key: String, _ entries: [(String, Any)]) -> String {
    "\(key): {" + entries.map { "\($0): \($1)" }.joined(separator: ", ") + "}"
  }

  private static func text(_ law: CellLaw) -> String {
    switch law {
    case .linear: law.keyword
    case .sinh(let sinh): "{model: \(law.keyword), scaleVolts: \(sinh.scale.value)}"
    case .selector(let selector):
      "{model: \(law.keyword), saturationAmperes: \(selector.saturation.value), "
        + "slopeVolts: \(selector.slope.value)}"
    case .transistor(let transistor):
      "{model: \(law.keyword), gateVolts: \(transistor.gate.value), "
        + "thresholdVolts: \(transistor.threshold.value), "
        + "transconductance: \(transistor.transconductance), "
        + "channelLengthModulation: \(transistor.channelLengthModulation), "
        + "bodyEffect: \(transistor.bodyEffect), "
        + "surfacePotentialVolts: \(transistor.surfacePotential.value)"
        + (transistor.bulk.map { ", bulkVolts: \($0.value)" } ?? "") + "}"
    case .table: "{model: \(law.keyword), file: \(WrittenFile.curve)}"
    case .compact(let compact):
      "{model: \(law.keyword), \(text(compact.cell, WrittenFile.parameterMap)), "
        + "maximumVolts: \(compact.maximumVolts), leastSiemens: \(compact.siemens.lowerBound), "
        + "mostSiemens: \(compact.siemens.upperBound)"
        + (compact.gate.map { ", gateVolts: \($0)" } ?? "")
        + (compact.access.map { ", access: {\(text($0, WrittenFile.accessParameterMap))}" } ?? "")
        + "}"
    }
  }

  private static func text(_ state: UnusedLines.State) -> String {
    switch state {
    case .off: "off"
    case .grounded: "grounded"
    case .floating: "floating"
    case .held(let volts): "{model: held, volts: \(volts.value)}"
    }
  }
}
