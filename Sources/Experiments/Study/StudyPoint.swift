/// One point of a study: the changes of the experiment with which the run is repeated.
public struct StudyPoint: Sendable, Equatable {
  /// One change: an axis with the value that it takes.
  public struct Setting: Sendable, Equatable {
    /// The quantity that is changed.
    public let axis: StudyAxis
    /// Its value at this point.
    public let value: StudyValue

    public static func == (a: Setting, b: Setting) -> Bool {
      a.axis.quantity == b.axis.quantity && a.value == b.value
    }

    /// The value in full with its unit.
    var text: String { axis.quantity.text(value) }
    /// The setting as `--point` may name it: "bitLineOhms=62.5".
    var assignment: String { "\(axis.quantity.key)=\(axis.quantity.text(number: value))" }
  }

  /// The changes, in their order; empty for the unchanged experiment.
  public let settings: [Setting]

  /// A point with these changes.
  public init(_ settings: [Setting] = []) { self.settings = settings }

  /// The points of every combination of values, those of the last axis varying fastest; axes
  /// without values are left out.
  public static func grid(_ axes: [(axis: StudyAxis, values: [StudyValue])]) -> [StudyPoint] {
    let used = axes.filter { !$0.values.isEmpty }
    guard !used.isEmpty else { return [] }
    return used.reduce([StudyPoint()]) { points, own in
      points.flatMap { point in own.values.map { StudyPoint(point.settings + [own.axis.at($0)]) } }
    }
  }

  /// All values in full with their units.
  public var text: String { settings.map(\.text).joined(separator: ", ") }

  /// Whether `text`, as a command is given it, means this point: its values in their order,
  /// separated by commas, each alone or as key=value.
  func isNamed(_ text: String) -> Bool {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    return parts.count == settings.count
      && zip(parts, settings).allSatisfy { part, setting in
        let pair = part.split(separator: "=", maxSplits: 1)
        guard pair.count == 1 || pair.count == 2 && pair[0] == setting.axis.quantity.key,
          let value = pair.last
        else { return false }
        return switch setting.value {
        case .number(let number): Double(value) == number
        case .text(let name): value == name
        }
      }
  }
}
