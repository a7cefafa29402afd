import Configuration
import Inference

extension LayerCompensation {
  /// Reads the compensation of the network or of a layer.
  ///
  /// - Parameter inherited: The experiment's, for a layer's own; `nil` for the experiment's.
  init(
    reading section: inout ConfigurationSection, inherited: LayerCompensation? = nil
  ) throws(ConfigurationError) {
    func choice<Value>(
      _ key: String, inherited: Value?, meaning: String, options: [ConfigurationOption<Value>]
    ) throws(ConfigurationError) -> Value {
      guard let inherited else {
        return try section.choice(key, default: "none", meaning: meaning, options: options)
      }
      return try section.choice(key, default: nil, meaning: meaning, options: options) ?? inherited
    }
    self.init(
      gains: try choice(
        "gains", inherited: inherited?.gains,
        meaning:
          "Digital factors behind the converters, fitted to the float network: one multiply-add for "
          + "each output",
        options: [
          .option("none", .none, meaning: "no factors"),
          .option("layer", .layer, meaning: "one factor for the layer"),
          .option("column", .column, meaning: "a factor and an addend for each output"),
        ]),
      programming: try choice(
        "programming", inherited: inherited?.programming,
        meaning: "Changes of the conductances that are programmed",
        options: [
          .option("none", .none, meaning: "weights as they are"),
          .option(
            "voltageLoss",
            meaning: "weights over the part of their current that cells deliver behind their wires"
          ) { (inner) throws(ConfigurationError) in
            .voltageLoss(
              passes: try inner.integer(
                "passes", default: 4, range: 1...100,
                meaning: "How often losses are computed anew, with the conductances found last"))
          },
        ]),
      reconstruction: try section.section(
        "reconstruction",
        meaning:
          "A fit of the conductances that `programming` leaves to what the float network has, through "
          + "the circuit and its adjoint"
      ) { (inner) throws(ConfigurationError) in
        let steps = 0...100
        let vectors = 8...1_000_000
        let meanings = (
          steps: "Linearizations at most, each a least-squares fit; 0 for none",
          vectors: "Input vectors of a layer that take part, of all images together"
        )
        guard let inherited = inherited?.reconstruction else {
          return Reconstruction(
            steps: try inner.integer("steps", default: 0, range: steps, meaning: meanings.steps),
            vectors: try inner.integer(
              "vectors", default: Reconstruction.usualVectors, range: vectors,
              meaning: meanings.vectors))
        }
        return Reconstruction(
          steps: try inner.integer(
            "steps", default: nil, range: steps, meaning: meanings.steps) ?? inherited.steps,
          vectors: try inner.integer(
            "vectors", default: nil, range: vectors, meaning: meanings.vectors)
            ?? inherited.vectors)
      })
  }
}
