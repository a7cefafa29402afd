/// One evaluation of all images in a run: a network on one path.
enum RunStage: Hashable, Sendable {
  /// The float network.
  case float
  /// One of the quantized networks, counted from 0.
  case integer(Int)
  /// A network on arrays without wires, counted from 0.
  case ideal(Int)
  /// The experiment's own path at the first of the points that it is the same at, counted from 0.
  case arrays(Int)
  /// A control beside the path: the same without compensation, and the one of low conductance, at the
  /// first of the points that they are the same at.
  case uncompensated(Int)
  case lowConductance(Int)
  /// The path on changed arrays, by the number of the change.
  case varied(Int, Int)

  /// Whether it is that of arrays without wires beside the path.
  var isIdeal: Bool { if case .ideal = self { true } else { false } }

  /// The word for it in files: `int8` stands for exact integers of any width, because results and
  /// partial results have had the word since there was only one.
  var text: String {
    switch self {
    case .float: "float"
    case .integer(let number): Self.text("int8", number)
    case .ideal(let number): Self.text("ideal", number)
    case .arrays(let point): "arrays \(point)"
    case .uncompensated(let point): "uncompensated \(point)"
    case .lowConductance(let point): "lowConductance \(point)"
    case .varied(let point, let variation): "varied \(point) \(variation)"
    }
  }

  /// The first of a kind, most often the only one, has the bare word.
  private static func text(_ word: String, _ number: Int) -> String {
    number == 0 ? word : "\(word) \(number)"
  }

  /// The stage named `text`; `nil` if there is none.
  init?(text: String) {
    let words = text.split(separator: " ")
    let numbers = words.dropFirst().compactMap { Int($0) }
    guard let word = words.first, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    let number = numbers.first ?? 0
    let stage: RunStage
    switch word {
    case "float": stage = .float
    case "int8": stage = .integer(number)
    case "ideal": stage = .ideal(number)
    case "arrays": stage = .arrays(number)
    case "uncompensated": stage = .uncompensated(number)
    case "lowConductance": stage = .lowConductance(number)
    case "varied": stage = .varied(number, numbers.count > 1 ? numbers[1] : 0)
    default: return nil
    }
    guard stage.text == text else { return nil }
    self = stage
  }
}
