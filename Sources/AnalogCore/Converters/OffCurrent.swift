/// What becomes of the current of cells that are off, at a finite On/Off ratio, on lines that are
/// converted alone: those of offset weights, and of pairs that subtract after conversion. Pairs that
/// subtract before it cancel this current themselves.
public enum OffCurrent: String, Sendable, Equatable, Codable, CaseIterable {
  /// An ideal reference takes the current of as many off cells as inputs drive from the line, before
  /// it is recorded or converted: converters see levels alone.
  case reference
  /// It is converted with the rest and takes its part of the converter's range. The digital side
  /// removes its known mean with the offset; pairs and unit columns cancel it after conversion.
  case converted
}
