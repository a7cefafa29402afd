/// Exact counts of hardware activity, from which energy and time follow. What follows from the number
/// of products alone is not counted: see `ProductOperations`.
public struct ActivityCounts: Sendable, Equatable {
  /// Input vectors of the layer; signed ones may take a product for each sign.
  public var vectors = 0
  /// Matrix-vector products computed by the core.
  public var products = 0
  /// Word-line activations: set input bits, counted once per tile that they drive.
  public var wordLineActivations = 0
  /// Cells on the word lines activated: the capacitance that drivers charge, in cells.
  public var activatedCells = 0
  /// Input bits applied to word lines, set or not; activations over this is the input density.
  public var wordLineBits = 0
  /// Analog-to-digital conversions.
  public var conversions = 0
  /// Conversions whose input lay outside the converter's range.
  public var clippedConversions = 0
  /// Power that the terminals deliver into the arrays in watts, summed over all reads: joules per
  /// second of integration; zero unless it is measured.
  public var readWatts = 0.0

  /// No activity.
  public init() {}

  /// Adds the activity of `other`.
  public mutating func merge(_ other: ActivityCounts) {
    vectors += other.vectors
    products += other.products
    wordLineActivations += other.wordLineActivations
    activatedCells += other.activatedCells
    wordLineBits += other.wordLineBits
    conversions += other.conversions
    clippedConversions += other.clippedConversions
    readWatts += other.readWatts
  }
}

extension ActivityCounts: Codable {
  private enum CodingKeys: String, CodingKey {
    case vectors, products, wordLineActivations, activatedCells, wordLineBits, conversions
    case clippedConversions, readWatts
  }

  // Results written before vectors, cells and power were counted have none.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    vectors = try container.decodeIfPresent(Int.self, forKey: .vectors) ?? 0
    products = try container.decode(Int.self, forKey: .products)
    wordLineActivations = try container.decode(Int.self, forKey: .wordLineActivations)
    activatedCells = try container.decodeIfPresent(Int.self, forKey: .activatedCells) ?? 0
    wordLineBits = try container.decode(Int.self, forKey: .wordLineBits)
    conversions = try container.decode(Int.self, forKey: .conversions)
    clippedConversions = try container.decode(Int.self, forKey: .clippedConversions)
    readWatts = try container.decodeIfPresent(Double.self, forKey: .readWatts) ?? 0
  }
}
