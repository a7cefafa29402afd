import AnalogCore
import CrossbarArray
import NeuralNetwork
import NumericKernels
import Testing
import Units

@testable import Inference

/// What calibration records of a layer, as its arrays are driven.
@Suite struct RecordedInputsTests {
  private func network(_ inputs: InputDrive) async throws -> AnalogNetwork {
    var hardware = HardwareConfiguration()
    hardware.inputs = inputs
    hardware.tile = TileSpecification(wordLines: 50, bitLines: 6)
    let plan = try await SmallNetwork.plan()
    return try await AnalogNetwork(
      plan,
      choices: plan.layers.map { _ in
        AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
      }, seed: 1, calibration: SmallNetwork.images(2, seed: 2), width: 2)
  }

  /// Voltage-driven arrays are recorded in volts: 8-bit digits are the bits of gate-driven ones, put
  /// together; negative inputs are negative voltages where the drive has both signs.
  @Test func voltagesAreRecordedAsDriven() async throws {
    let images = SmallNetwork.images(2, seed: 3)
    var settings = ModelCalibration()
    settings.recordedVectors = 100_000
    func recorded(_ inputs: InputDrive) async throws -> [InputBatch] {
      try await network(inputs).recordedVectors(of: images, tile: 0, settings: settings, width: 2)
        .map { try #require($0) }
    }
    let bits = try await recorded(InputDrive(.gates))
    let volts = try await recorded(InputDrive(.voltages(sliceBits: 8)))
    for (layer, (gates, lines)) in zip(bits, volts).enumerated() {
      guard case .bits(let gates) = gates, case .volts(let lines) = lines else {
        Issue.record("layer \(layer): gates take bits, word lines volts")
        continue
      }
      let count = try await network(InputDrive(.gates)).layers[layer].integer.quantizer.bitCount
      let readVolts = HardwareConfiguration().cell.readVoltage.value
      #expect(gates.rows == lines.rows * count && gates.columns == lines.columns)
      for row in 0..<lines.rows {
        for line in 0..<lines.columns {
          let code = (0..<count).reduce(0) { $0 + (gates[row * count + $1, line] ? 1 << $1 : 0) }
          #expect(lines[row, line] == readVolts / 255 * Double(code))
        }
      }
    }
    let signed = try await recorded(InputDrive(.voltages(sliceBits: 8), signs: .differential))
    guard case .volts(let first) = signed[0], case .volts(let second) = signed[1] else {
      Issue.record("word lines take volts")
      return
    }
    #expect(first.elements.contains { $0 < 0 } && second.elements.allSatisfy { $0 >= 0 })
    #expect(2 * first.rows == volts[0].count)
  }

  /// An image without negative inputs takes part with zeros: windows stay in their place.
  @Test func partsOfImagesStayAligned() {
    var all = DrivenCodes(codes: [1, 2])
    all.append(DrivenCodes(codes: [3, 4], negative: [5, 6]))
    all.append(DrivenCodes(codes: [7, 8]))
    #expect(all.codes == [1, 2, 3, 4, 7, 8] && all.negative == [0, 0, 5, 6, 0, 0])
    var unsigned = DrivenCodes()
    unsigned.append(DrivenCodes(codes: [1]))
    #expect(unsigned.codes == [1] && unsigned.negative.isEmpty)
    let chosen = all.windows([2, 0], length: 2)
    #expect(chosen.codes == [7, 8, 1, 2] && chosen.negative == [0, 0, 0, 0])
  }

  /// One line for a layer's tiles: the method they share, else each label with its number of tiles,
  /// whatever text one label has in common with another.
  @Test func methodsOfTilesAreCounted() {
    let short = ArrayMethod(.exact, "CHOLMOD")
    var remarked = short
    remarked.remark = "a, b"
    let longer = ArrayMethod(.exact, "CHOLMOD twice")
    let fitted = [8, 16].map {
      ArrayMethod(.calibrated, "reduced ladder", parameters: ["\($0) word lines per step"])
    }
    #expect(LayerCalibration.methods(of: [remarked, remarked]) == "exact: CHOLMOD (a, b)")
    #expect(
      LayerCalibration.methods(of: [longer, short, remarked] + fitted)
        == "calibrated: reduced ladder (2 tiles); exact: CHOLMOD (2 tiles); "
        + "exact: CHOLMOD twice (1 tile)")
    #expect(LayerCalibration.methods(of: []) == "")
  }
}
