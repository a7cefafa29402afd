import AnalogCore
import BehavioralModels
import CrossbarArray
import Testing
import Units

/// On/Off ratios near 1, where cells that are off carry nearly all of every current.
@Suite struct OnOffRatioTests {
  /// The integer product survives on the ideal path down to a ratio of 1.0000001, for every mapping
  /// and drive: the 24 bits of a single-precision current would leave none of it.
  @Test(arguments: SignedWeightScheme.all, InputDrive.all)
  func idealPartsGiveTheIntegers(scheme: SignedWeightScheme, drive: InputDrive) throws {
    let test = IntegerCase(outputs: 5, inputs: 41, batch: 2, bitCount: 7, seed: 61)
    for onOffRatio in [1.5, 1.01, 1.0001, 1.0000001] {
      for cellBits in [nil, 2] {
        var hardware = HardwareConfiguration()
        hardware.mapping = scheme
        hardware.cellBits = cellBits
        hardware.inputs = drive
        hardware.cell.onOffRatio = onOffRatio
        hardware.converter = .fullPrecision
        let matrix = try AnalogMatrix(
          codes: WeightCodes(test.codes), hardware: hardware, inputBits: 7, layer: 0, seed: 1
        ) { (array) throws(ArrayError) in try IdealArray(array) }
        #expect(try test.multiply(matrix).0 == test.products, "\(scheme) \(drive) \(onOffRatio)")
      }
    }
  }

  /// The ladder without resistance gives the integers too.
  @Test(arguments: [1.5, 1.0001, 1.0000001])
  func theLadderGivesTheIntegers(onOffRatio: Double) throws {
    let test = IntegerCase(outputs: 8, inputs: 100, batch: 3, bitCount: 8, seed: 62)
    var hardware = HardwareConfiguration()
    hardware.cell.onOffRatio = onOffRatio
    hardware.wires = WireParasitics()
    hardware.converter = .fullPrecision
    let matrix = try AnalogMatrix(
      codes: WeightCodes(test.codes), hardware: hardware, layer: 0, seed: 1
    ) { (array) throws(ArrayError) in try LadderArray(array) }
    #expect(try test.multiply(matrix).0 == test.products)
  }

  /// 64 cells of 255 levels: conductances in doubles hold a quarter of a level down to this ratio.
  @Test func whatDoublesDoNotHoldIsRefused() throws {
    var hardware = HardwareConfiguration()
    hardware.cell.onOffRatio = 1 + 1e-11
    #expect(hardware.conflict == nil)
    hardware.cell.onOffRatio = 1 + 1e-12
    let conflict = try #require(hardware.conflict)
    #expect(conflict.key == "cell")
    #expect(
      conflict.reason
        == "onOffRatio is \(1 + 1e-12): double precision does not tell the levels of 64 cells apart; "
        + "take at least 1 + 7e-12")
  }

  /// Noisy reads and fitted models compute in single precision.
  @Test func whatSinglesDoNotHoldIsRefusedWithNoise() throws {
    var hardware = HardwareConfiguration()
    hardware.readNoise = .stateIndependent(alpha: 0.01)
    hardware.cell.onOffRatio = 1.01
    #expect(hardware.conflict == nil && !hardware.exceedsSinglePrecision)
    hardware.cell.onOffRatio = 1.0001
    #expect(hardware.exceedsSinglePrecision)
    #expect(hardware.conflict?.key == "errors.readNoise")
  }
}
