import NumericKernels
import Units

/// Mapping of a weight code to cell levels, slice by slice from the least significant one:
/// `code = Σ digit(s) · 2^(cellBits·s) − offset`.
public struct WeightCoding: Sendable, Equatable {
  /// Code magnitude that uses the full range of cells: of 8 bits 127, 128, or as the scale says.
  public let weightLevels: Int
  /// Storage of signs.
  public let scheme: SignedWeightScheme
  /// Bits of one slice; all of them if weights are not sliced.
  public let cellBits: Int
  /// Slices of a weight.
  public let sliceCount: Int
  /// Highest level of a cell. Slices share it, so the top one may use only part of its range: 7
  /// bits in slices of 2 leave the top cell at level 1 of 3 (Xiao et al. 2022, p. 33).
  public let levels: Int
  /// Offset added to codes before they are stored; zero for pairs.
  public let offset: Int
  /// Representable codes; others are clipped to them.
  public let codes: ClosedRange<Int>

  /// The coding of codes within ±`weightLevels`.
  ///
  /// - Parameters:
  ///   - cellBits: Bits that a cell stores; `nil` stores a weight in one cell (or pair).
  ///   - lowestCode: The smallest code of the layer; `nil` if unknown.
  ///   - weightBits: Width of the codes, 2 to 8.
  public init(
    _ scheme: SignedWeightScheme, cellBits: Int?, weightLevels: Int, lowestCode: Int? = nil,
    weightBits: Int = 8
  ) {
    precondition(weightLevels > 0 && cellBits ?? 1 > 0, "a weight has levels and a cell bits")
    self.scheme = scheme
    self.weightLevels = weightLevels
    let (whole, half): (Int, Int)
    half = 1 << (weightBits - 1)
    switch scheme {
    case .pair:
      (whole, offset, codes) = (weightLevels, 0, -weightLevels...weightLevels)
    case .offset(_, .lowest):
      let lowest = min(max(lowestCode ?? -weightLevels, -weightLevels), 0)
      let highest = min(weightLevels, half - 1)
      (whole, offset, codes) = (highest - lowest, -lowest, lowest...highest)
    case .offset where weightLevels >= half - 1:
      (whole, offset, codes) = (2 * half - 1, half, -half...half - 1)
    case .offset:
      (whole, offset, codes) = (2 * weightLevels, weightLevels, -weightLevels...weightLevels)
    }
    let bits = Int.bitWidth - whole.leadingZeroBitCount
    if let cellBits, cellBits < bits {
      self.cellBits = cellBits
      sliceCount = (bits + cellBits - 1) / cellBits
      levels = 1 << cellBits - 1
    } else {
      (self.cellBits, sliceCount, levels) = (bits, 1, whole)
    }
  }

  /// The coding of a layer's codes in cells of `hardware`.
  public init(_ hardware: HardwareConfiguration, codes: WeightCodes) {
    self.init(
      hardware.mapping, cellBits: hardware.cellBits,
      weightLevels: hardware.scale.weightLevels(of: codes),
      lowestCode: codes.codes.elements.min().map { Int($0) }, weightBits: codes.bits)
  }

  /// The digit of a slice in units of its own lowest bit: 0 … `levels`, with the sign of the code
  /// for pairs.
  public func digit(of code: Int, slice: Int) -> Int {
    let code = min(max(code, codes.lowerBound), codes.upperBound)
    guard sliceCount > 1 else { return code + offset }
    let stored = code < 0 && offset == 0 ? -code : code + offset
    let digit = stored >> (cellBits * slice) & levels
    return code < 0 && offset == 0 ? -digit : digit
  }

  /// Significance of a slice: one of its units, in units of the weight code.
  public func significance(ofSlice slice: Int) -> Double { Double(1 << (cellBits * slice)) }

  /// Targets in siemens of the positive (lane 0) and negative (lane 1) cell; an offset weight uses
  /// the positive one only.
  func targets(of code: Int, slice: Int, cell: CellLevels) -> SIMD2<Double> {
    let digit = digit(of: code, slice: slice)
    switch scheme {
    case .pair(.oneSided, _):
      return SIMD2(
        cell.target(level: max(digit, 0), of: levels),
        cell.target(level: max(-digit, 0), of: levels))
    case .pair(.twoSided, _):
      return SIMD2(
        cell.target(level: levels + digit, of: 2 * levels),
        cell.target(level: levels - digit, of: 2 * levels))
    case .offset:
      return SIMD2(
        cell.target(level: digit, of: levels, zero: self.digit(of: 0, slice: slice)),
        cell.cell.offConductance.value)
    }
  }

  /// The code that cells of weight zero hold before the offset is removed, at the state that `cell`
  /// has for it; zero for pairs, whose cells then hold the same.
  func heldZero(in cell: CellLevels) -> Double {
    guard case .offset = scheme else { return 0 }
    return (0..<sliceCount).reduce(0) { sum, slice in
      let level = cell.heldLevel(zero: digit(of: 0, slice: slice), of: levels)
      return sum + level * significance(ofSlice: slice)
    }
  }
}
