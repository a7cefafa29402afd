import BehavioralModels
import CrossbarArray
import NumericKernels
import Testing
import Units

@testable import AnalogCore

/// Weights in the lower part of the range of conductances, with the errors of the whole cells.
@Suite struct RangePartTests {
  private func matrix(_ hardware: HardwareConfiguration) throws -> AnalogMatrix {
    var random = RandomStream(seed: 2)
    let codes = Matrix<Int8>(rows: 6, columns: 9) { _, _ in
      Int8.random(in: -127...127, using: &random)
    }
    return try AnalogMatrix(
      codes: WeightCodes(codes), hardware: hardware, layer: 0, seed: 7,
      makeModel: { (array) throws(ArrayError) in try IdealArray(array) })
  }

  private var hardware: HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.cell.onOffRatio = 20
    hardware.wires = WireParasitics()
    hardware.converter = .ideal
    return hardware
  }

  /// The mean conductance above that of off cells falls by the part, and products stay.
  @Test(arguments: [1, 0.5, 0.2]) func meanConductanceFollows(part: Double) throws {
    let (whole, used) = (try matrix(hardware), try matrix(hardware.usingRange(part)))
    let off = hardware.cell.offConductance.value
    #expect(
      (used.meanSiemens - off - part * (whole.meanSiemens - off)).magnitude
        <= 1e-12 * whole.meanSiemens)
    #expect(used.hardware.cell.offConductance.value == off || part == 1)
    for (a, b) in zip(whole.heldCodes.elements, used.heldCodes.elements) {
      #expect((a - b).magnitude <= 1e-9)
    }
  }

  /// Errors, limits and stuck cells are those of the physical cell, in siemens.
  @Test func cellsErrAsBefore() throws {
    var noisy = hardware
    noisy.programmingError = .stateIndependent(alpha: 0.02)
    noisy.errors.limits = .positive
    func errors(_ hardware: HardwareConfiguration) throws -> [Double] {
      var quiet = hardware
      quiet.errors = CellErrors()
      let (held, targets) = (try matrix(hardware), try matrix(quiet))
      return zip(held.tiles, targets.tiles).flatMap { a, b in
        zip(a.model.description.conductances.elements, b.model.description.conductances.elements)
          .map { $0 - $1 }
      }
    }
    let (whole, used) = (try errors(noisy), try errors(noisy.usingRange(0.8)))
    let same = zip(whole, used).count { ($0 - $1).magnitude <= 1e-15 }
    #expect(same == whole.count)
    var stuck = hardware
    stuck.errors.stuckCells = StuckCells(onRate: 1)
    let on = hardware.cell.onConductance.value
    #expect((try matrix(stuck.usingRange(0.3)).meanSiemens - on).magnitude <= 1e-12 * on)
  }

  /// Programmable states keep their distance, so there are fewer of them.
  @Test func statesKeepTheirDistance() {
    var discrete = hardware
    discrete.cell.stateCount = 17
    let used = discrete.usingRange(0.5)
    #expect(used.cell.stateCount == 9)
    #expect(used.errorCell == discrete.cell && used.usingRange(0.5).errorCell == discrete.cell)
  }
}
