/// How the classes of a label file become indices of a network's outputs.
public struct LabelMapping: Sendable, Equatable {
  /// The output for each class of the file, from 0; `nil` if classes are outputs.
  public var map: [Int]?
  /// Added to the class of the file, before the map.
  public var offset: Int

  /// A mapping; the default takes classes as they are.
  public init(offset: Int = 0, map: [Int]? = nil) {
    self.offset = offset
    self.map = map
  }

  /// Classes as they are.
  public static let none = LabelMapping()

  /// The output for a class of the file, or why it has none.
  func output(of label: Int) throws(LabelFault) -> Int {
    let (shifted, overflow) = label.addingReportingOverflow(offset)
    let shift = offset == 0 ? "" : " (\(shifted) with labelOffset \(offset))"
    guard !overflow, shifted >= 0 else {
      throw LabelFault(reason: "the label \(label)\(shift) is below 0")
    }
    guard let map else { return shifted }
    guard map.indices.contains(shifted) else {
      throw LabelFault(
        reason: "the label \(label)\(shift) has no entry in labelMap, whose entries are 0 to "
          + "\(map.count - 1)")
    }
    return map[shifted]
  }
}

/// Why a label cannot be used; the caller adds its place.
struct LabelFault: Error {
  let reason: String
}

extension LabelledImages {
  /// The same images with the classes of their labels mapped to outputs; labels that are no classes
  /// stay as they are. Throws at the first label without an output.
  ///
  /// - Parameter ignoring: Class of positions that do not count, which is kept; `nil` for none.
  public func mappingLabels(
    by mapping: LabelMapping, ignoring: Int? = nil
  ) throws(DatasetError) -> LabelledImages {
    guard mapping != .none else { return self }
    func output(_ label: Int, _ place: Int) throws(DatasetError) -> Int {
      if label == ignoring { return label }
      do throws(LabelFault) {
        return try mapping.output(of: label)
      } catch {
        throw labelFault(place: place, error.reason)
      }
    }
    var mapped = self
    switch labels {
    case .none, .values: break
    case .classes(let classes):
      var outputs = classes
      for place in order { outputs[place] = try output(classes[place], place) }
      mapped.labels = .classes(outputs)
    case .maps(let classes, let shape):
      let length = shape.reduce(1, *)
      var outputs = classes
      for place in order {
        for k in place * length..<(place + 1) * length {
          let found = try output(Int(classes[k]), place)
          outputs[k] = Int32(clamping: found)
        }
      }
      mapped.labels = .maps(outputs, shape: shape)
    }
    return mapped
  }
}
