import AnalogCore
import Foundation
import Testing

@testable import Experiments

@Suite struct DeviceFileTests {
  private static func polynomial(_ ascending: [Double], _ x: Double) -> Double {
    ascending.reversed().reduce(0) { $0 * x + $1 }
  }

  /// One table of a file and the published formulas that it stands for, in the units of the source.
  struct Case: Sendable {
    var file: String
    var seconds: Double
    /// Source units per unit of the file.
    var scale: Double
    var range: ClosedRange<Double>
    var deviation: @Sendable (Double) -> Double
    var shift: @Sendable (Double) -> Double = { _ in 0 }
  }

  static let cases: [Case] = [
    // Agrawal et al., IEDM 2022, nA: A (1 - exp(-I / B)), fresh and after five days.
    Case(
      file: "sonos-40nm", seconds: 0, scale: 1e9, range: 0...3200,
      deviation: { 19.88665 * (1 - exp(-$0 / 176.3115)) }),
    Case(
      file: "sonos-40nm", seconds: 5 * 86400, scale: 1e9, range: 0...1800,
      deviation: { 34.57909 * (1 - exp(-$0 / 207.34309)) },
      shift: {
        polynomial(
          [
            3.19927e-01, 1.06596e-01, -1.04054e-03, 4.50290e-06, -1.10352e-08, 1.56477e-11,
            -1.27592e-14, 5.45513e-18, -7.26841e-22, -2.43893e-25, 7.14608e-29,
          ], $0)
      }),
    // Xiao et al. 2022, nA.
    Case(
      file: "sonos-xiao2022", seconds: 0, scale: 1e9, range: 0...1600,
      deviation: { 39.5656 * (1 - exp(-0.00188704 * $0)) }),
    // Joshi et al. 2020, µS.
    Case(
      file: "pcm-joshi2020", seconds: 0, scale: 1e6, range: 0...25,
      deviation: { polynomial([0.28638599, 0.07585724, -0.00178767], $0) }),
    Case(
      file: "rram-milo2021", seconds: 0, scale: 1e6, range: 50...225,
      deviation: { 4.782321 - 0.009107 * $0 }),
    Case(
      file: "rram-wan2022", seconds: 0, scale: 1e6, range: 0...39.26,
      deviation: { polynomial([1.053, 2.374e-1, -1.167e-2, 1.536e-4], $0) }),
    // Relative to 25 and 40 µS.
    Case(
      file: "pcm-nandakumar2019", seconds: 0, scale: 1, range: 0...1,
      deviation: { polynomial([0.26348, 1.9650, -1.1731], $0) / 25 }),
    Case(
      file: "rram-wan2022-hours", seconds: 1, scale: 1, range: 0...1,
      deviation: { polynomial([0.348, 16.030, -43.853, 45.393, -16.815], $0) / 40 }),
    Case(
      file: "rram-wan2022-hours", seconds: 172800, scale: 1, range: 0...1,
      deviation: { polynomial([0.782, 20.274, -43.507, 37.062, -11.934], $0) / 40 }),
  ]

  /// Points stay within a thousandth of the largest value of the formula, as they were chosen to,
  /// and 1e-5 for six printed digits and the grid they were chosen on.
  @Test(arguments: cases.indices)
  func tablesAreTheirFormulas(index: Int) throws {
    let test = Self.cases[index]
    let device = try #require(try DeviceFile.bundled(test.file))
    let table = try #require(device.programming.first { $0.seconds == test.seconds }?.table)
    let (low, high) = (test.range.lowerBound, test.range.upperBound)
    #expect((table.states[0] * test.scale - low).magnitude <= 1e-5 * high)
    #expect((table.states[table.states.count - 1] * test.scale / high - 1).magnitude < 1e-5)
    let states = (0...7919).map { low + (high - low) * Double($0) / 7919 }
    for (formula, value) in [
      (test.deviation, { (x: Double) in table.statistics(at: x).deviation }),
      (test.shift, { (x: Double) in table.statistics(at: x).mean }),
    ] {
      let largest = states.reduce(0) { max($0, formula($1).magnitude) }
      let worst = states.reduce(0) {
        max($0, (value($1 / test.scale) * test.scale - formula($1)).magnitude)
      }
      #expect(worst <= 1.01e-3 * largest, "\(test.file) \(worst) of \(largest)")
    }
  }

  /// SONOS read noise and PCM drift exponents, against their published formulas.
  @Test func noiseAndDriftAreTheirFormulas() throws {
    let noise = try #require(try DeviceFile.bundled("sonos-40nm")?.readNoise)
    for i in stride(from: 0, through: 3200, by: 7.0) {
      let law = 12.58037 * (1 - exp(-i / 215.36557))
      #expect((noise.statistics(at: i * 1e-9).deviation * 1e9 - law).magnitude < 1.01e-3 * 12.58)
    }
    let drift = try #require(try DeviceFile.bundled("pcm-nandakumar2019")?.drift)
    for k in 1...1000 {
      let x = Double(k) / 1000
      let mean = min(max(-0.0155 * log(x) + 0.0244, 0.049), 0.1)
      let deviation = min(max(-0.0125 * log(x) - 0.0059, 0.008), 0.045)
      let (m, d) = drift.statistics(at: x)
      #expect((m - mean).magnitude < 1.01e-3 * 0.1 && (d - deviation).magnitude < 1.01e-3 * 0.045)
    }
  }

  /// Every file that comes with the program reads, names its source, and its tables cover one range
  /// with positive deviations somewhere.
  @Test func everyDeviceReads() throws {
    let names = DeviceFile.names()
    #expect(names.count == 9)
    for name in names {
      let device = try #require(try DeviceFile.bundled(name))
      #expect(!device.source.isEmpty)
      #expect(Set(device.programming.map(\.seconds)).count == device.programming.count)
      for (_, table) in device.programming { #expect((table.deviations.max() ?? 0) > 0) }
    }
    #expect(try DeviceFile.bundled("sonos") == nil)
  }

  /// Measured relaxation broadens with time, and cells of technology C lose conductance.
  @Test(arguments: [("rram-relaxation-b", 60e-6, 6), ("rram-relaxation-c", 20e-6, 5)])
  func relaxationBroadens(name: String, state: Double, times: Int) throws {
    let programming = try #require(try DeviceFile.bundled(name)?.programming)
    #expect(programming.count == times)
    let statistics = programming.map { $0.table.statistics(at: state) }
    for k in 1..<times {
      #expect(programming[k].seconds > programming[k - 1].seconds)
      #expect(statistics[k].deviation > statistics[k - 1].deviation)
    }
    #expect(statistics[times - 1].mean < -1e-6)
  }
}
