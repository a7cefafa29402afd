import Configuration
import Files

/// A network that runs beside the experiment's own path, on the same images.
public enum ComparedNetwork: String, Sendable, CaseIterable {
  /// The float network.
  case float
  /// The network in exact integers.
  case integer
  /// The arrays without wires.
  case ideal
}

extension ExperimentSpec {
  /// The key that lists the networks beside the path.
  public static let comparedKey = "compare"
}

extension ConfigurationSection {
  /// Reads the networks that run beside the path.
  mutating func comparedNetworks() throws(ConfigurationError) -> Set<ComparedNetwork> {
    let key = ExperimentSpec.comparedKey
    let known = ComparedNetwork.allCases.map(\.rawValue)
    let names = try strings(
      key, default: known,
      meaning: "Networks that run beside the path and that it is compared with: `float`, `integer` "
        + "(the same in exact integers) and `ideal` (the arrays without wires). Each costs time, "
        + "together about as much as the path; without them, `[]`, the path runs alone")
    var found: Set<ComparedNetwork> = []
    for name in names {
      guard let network = ComparedNetwork(rawValue: name) else {
        let near = NearestWord.find(name, among: known).map { "did you mean \($0)? " } ?? ""
        throw error(
          at: key,
          "'\(name)' is none of the networks; \(near)networks: "
            + known.joined(separator: ", "))
      }
      try expect(found.insert(network).inserted, at: key, "has \(name) twice")
    }
    return found
  }
}
