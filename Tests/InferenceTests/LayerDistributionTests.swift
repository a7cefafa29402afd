import AnalogCore
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import Inference

@Suite struct LayerDistributionTests {
  /// Counts do not depend on the order of the values, and every value is in the bin that holds it.
  @Test(arguments: [UInt64(1), 2, 3])
  func countsAreThoseOfTheBins(seed: UInt64) {
    var random = RandomStream(seed: seed)
    let values = (0..<500).map { _ in Double.random(in: -700...300, using: &random) }
    func histogram(_ values: [Double]) -> ValueHistogram {
      var growing = GrowingHistogram()
      for value in values { growing.add(value) }
      return growing.histogram(scale: 1)
    }
    let found = histogram(values)
    #expect(found == histogram(values.sorted()) && found == histogram(values.reversed()))
    // ±32 bins reach 700 when they are 32 wide.
    #expect(found.width == 32 && found.total == 500)
    for (bin, count) in found.counts.enumerated() {
      let low = found.lowest + Double(bin) * found.width
      #expect(values.count { $0 >= low && $0 < low + found.width } == count)
    }
    #expect(found.counts.first != 0 && found.counts.last != 0)
  }

  @Test func whatIsNotFiniteIsNotCounted() {
    var growing = GrowingHistogram()
    for value in [Double.nan, .infinity, -.infinity, 0, -0.5] { growing.add(value) }
    let found = growing.histogram(scale: 2)
    #expect(found == ValueHistogram(lowest: -2, width: 2, counts: [1, 1]))
    #expect(GrowingHistogram().histogram(scale: 1).counts.isEmpty)
  }

  /// Weights, cells and conversions are all counted, and the range is that of the converter.
  @Test func everythingIsCountedOnce() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = HardwareConfiguration()
    hardware.wires.bitLineSegment = 100.ohms
    hardware.cellBits = 4
    hardware.converter = .uniform(bits: 6, range: .maximum)
    let network = try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in .init(hardware: hardware, path: .exact) }, seed: 1,
      calibration: [], width: 2)
    let image = SmallNetwork.images(1, seed: 3)[0]
    let (audits, fidelity) = try await network.examined(image, vectorsPerTile: 2, width: 2)
    #expect(try fidelity == network.fidelity(image))
    let plain = try await network.audit(image, vectorsPerTile: 2, width: 2)
    let activity = try network.run(image).activity
    for (index, layer) in network.layers.enumerated() {
      let found = try #require(audits[index].distributions)
      var without = audits[index]
      without.distributions = nil
      #expect(without == plain[index])
      #expect(found.weightCodes.total == layer.integer.weightCodes.codes.elements.count)
      let cells = layer.matrix.tiles.reduce(0) { sum, tile in
        let array = tile.model.description
        return sum + array.conductances.elements.count
          + (array.negativeConductances?.elements.count ?? 0)
      }
      #expect(found.conductanceSiemens.total == cells)
      #expect(found.slices.count == layer.matrix.coding.sliceCount)
      // The first layer sees the image in both runs: as many conversions as a run makes.
      if index == 0 {
        #expect(found.slices.reduce(0) { $0 + $1.lineAmperes.total } == activity[0].conversions)
      }
      let converter = layer.matrix.tiles[0].converter
      let range = try #require(found.slices[0].converterAmperes)
      let step = Double(converter.step) / Double(layer.matrix.unitsPerAmpere)
      #expect((range.highest / (converter.maximumCode * step) - 1).magnitude < 1e-12)
      #expect(range.lowest == -range.highest)
    }
  }

  /// Currents of both signs, as interleaved pairs have, do not cancel in the mean drop.
  @Test func dropsOfBothSignsDoNotCancel() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = HardwareConfiguration()
    hardware.wires.bitLineSegment = 100.ohms
    hardware.mapping = .pair(.oneSided, .inArray)
    hardware.converter = .ideal
    let network = try await AnalogNetwork(
      plan, choices: plan.layers.map { _ in .init(hardware: hardware, path: .exact) }, seed: 1,
      calibration: [], width: 2)
    let audits = try await network.audit(
      SmallNetwork.images(1, seed: 3)[0], vectorsPerTile: 4, width: 2)
    for audit in audits {
      // Wires that take currents of a percent take a percent of the sum of magnitudes; where signs
      // cancel, the quotient of the sums can be anything, above 1 and below 0.
      let drop = try #require(audit.meanDrop)
      #expect(drop > 0 && drop < 1)
    }
  }
}
