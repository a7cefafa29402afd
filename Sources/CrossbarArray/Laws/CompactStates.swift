import CompactModels
import Files
import Foundation
import Netlist

/// How the conductance of a cell sets parameters of a module: it is the value of one of them, or
/// several follow it along a table.
///
/// Between two rows of a table every parameter lies on a straight line against the conductance, or
/// against its logarithm: never beyond the values of both rows, so that it rises and falls as they do.
/// A column that repeats the conductances is the conductance itself, to the last bit.
public struct CompactStates: Sendable {
  /// Abscissa of the straight lines between rows.
  public enum Interpolation: String, Sendable, CaseIterable {
    case linear, logarithmic
  }

  /// Names of the parameters, as they are given.
  public let parameters: [String]
  /// Conductances of the rows in siemens, increasing; empty if the conductance is the parameter.
  public let siemens: [Double]
  /// `[parameters, rows]`.
  public let values: [[Double]]
  public let interpolation: Interpolation
  /// The table's file, and where each of its lines is: the names, then the rows.
  let file: String, places: [String]
  /// Which of them devices of one model have as their own; the others make a model of every cell.
  private(set) var isOfDevice: [Bool] = []
  /// Which of them are the conductance.
  private let isConductance: [Bool]

  /// A parameter that takes the conductance in siemens.
  public init(conductanceParameter: String) {
    (parameters, siemens, values, interpolation) = ([conductanceParameter], [], [[]], .linear)
    (file, places) = ("", [])
    isConductance = [true]
  }

  /// A fault of a table, with the place of its line; without one, of the conductance's parameter.
  public struct Fault: Error, Equatable, CustomStringConvertible {
    public var place: String, reason: String
    public var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
  }

  /// A table.
  ///
  /// - Parameters:
  ///   - siemens: At least two conductances, above 0, increasing.
  ///   - values: `[parameters, rows]`.
  ///   - file: Its name in messages.
  ///   - places: `FILE:LINE` of the names and of every row; by default, rows are numbered.
  public init(
    _ parameters: [String], siemens: [Double], values: [[Double]],
    interpolation: Interpolation = .linear, file: String = "parameterMap", places: [String]? = nil
  ) throws(Fault) {
    precondition(
      parameters.count == values.count && values.allSatisfy { $0.count == siemens.count },
      "a column for each parameter, a value for each conductance")
    let places = places ?? ["\(file): names"] + siemens.indices.map { "\(file): row \($0)" }
    guard !parameters.isEmpty else {
      throw Fault(place: places[0], reason: "no parameter follows the conductance")
    }
    guard siemens.count > 1 else {
      throw Fault(place: file, reason: "a map needs two conductances or more")
    }
    for (k, g) in siemens.enumerated() {
      guard ArrayDescription.physical.contains(g) else {
        throw Fault(place: places[k + 1], reason: "a conductance of \(g) S: it must be above 0")
      }
      guard k == 0 || g > siemens[k - 1] else {
        throw Fault(
          place: places[k + 1],
          reason: "conductances must increase; \(siemens[k - 1]) S is followed by \(g) S")
      }
      guard values.allSatisfy({ $0[k].isFinite }) else {
        throw Fault(place: places[k + 1], reason: "a value is not finite")
      }
    }
    (self.parameters, self.siemens, self.values) = (parameters, siemens, values)
    (self.interpolation, self.file, self.places) = (interpolation, file, places)
    isConductance = values.map { $0 == siemens }
  }

  /// Conductances that the table knows; `nil` if any conductance is a state.
  var range: ClosedRange<Double>? {
    guard let first = siemens.first, let last = siemens.last else { return nil }
    return first...last
  }

  /// Conductances where the currents of cells may have a corner.
  var corners: [Double] {
    isConductance.allSatisfy { $0 } ? [] : Array(siemens.dropFirst().dropLast())
  }

  /// Values at a conductance; beyond the table, those of its ends.
  func values(at g: Double) -> [Double] {
    guard isConductance.contains(false) else { return parameters.map { _ in g } }
    let last = siemens.count - 1
    let inside = min(max(g, siemens[0]), siemens[last])
    let above = siemens.firstIndex { $0 > inside } ?? last
    let (a, b) = (siemens[above - 1], siemens[above])
    let t =
      interpolation == .linear ? (inside - a) / (b - a) : log(inside / a) / log(b / a)
    return values.indices.map { k in
      if isConductance[k] { return inside }
      let (low, high) = (values[k][above - 1], values[k][above])
      return t >= 1 ? high : low + t * (high - low)
    }
  }

  /// Parameters of a cell's device and of its own model; the second are empty if cells share a model.
  func split(at g: Double) -> (device: [CompactParameter], model: [CompactParameter]) {
    var (device, model): ([CompactParameter], [CompactParameter]) = ([], [])
    for (k, value) in values(at: g).enumerated() {
      let parameter = CompactParameter(parameters[k], value)
      if isOfDevice[k] { device.append(parameter) } else { model.append(parameter) }
    }
    return (device, model)
  }
}

extension CompactStates {
  /// Finds the parameters in a module and checks every row with the values that all cells share.
  mutating func bind(
    to module: CompactModule, shared: [CompactParameter]
  ) throws(Fault) {
    let known = module.parameters.filter {
      $0.kind != .variable && $0.type == .real && !$0.isArray && !$0.name.hasPrefix("$")
    }
    let place = places.first ?? ""
    var ids: [Int] = []
    isOfDevice = []
    for name in parameters {
      guard let id = module.id(of: name) else {
        let problem = CompactModelError.unknownParameter(
          name, module: module.name, suggestion: NearestWord.find(name, among: known.map(\.name)))
        let list = known.map(\.name).joined(separator: ", ")
        throw Fault(place: place, reason: "\(problem); it has \(list)")
      }
      let parameter = module.parameters[id]
      guard parameter.kind != .variable, parameter.type == .real, !parameter.isArray else {
        throw Fault(
          place: place, reason: "\(name) of module \(module.name) takes no real number")
      }
      guard !ids.contains(id) else {
        throw Fault(place: place, reason: "\(name) of module \(module.name) is set twice")
      }
      ids.append(id)
      isOfDevice.append(parameter.kind == .instance)
    }
    for (row, g) in siemens.enumerated() {
      let (device, model) = split(at: g)
      do throws(CompactModelError) {
        try module.check(shared + model, device: device)
      } catch {
        throw Fault(place: places[row + 1], reason: "\(error)")
      }
    }
  }

  /// Adds what decides the values; the name of the file does not.
  func encode(into encoding: inout CanonicalEncoding) {
    guard range != nil else {
      encoding.add("conductanceParameter", parameters[0].lowercased())
      return
    }
    encoding.add("parameterMap") { part in
      part.add("interpolation", interpolation.rawValue)
      part.add("siemens", siemens)
      for (name, column) in zip(parameters.map { $0.lowercased() }, values).sorted(by: {
        $0.0 < $1.0
      }) {
        part.add(name, column)
      }
    }
  }
}
