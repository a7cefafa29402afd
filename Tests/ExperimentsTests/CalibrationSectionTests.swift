import BehavioralModels
import Experiments
import Inference
import TestSupport
import Testing

@Suite struct CalibrationSectionTests {
  /// The keys of the section become the settings; without them the defaults hold.
  @Test func keysAreRead() throws {
    let plain = try ExperimentSpec(yaml: "version: 1\n", file: "E.yaml")
    #expect(plain.calibration == ModelCalibration())
    let spec = try ExperimentSpec(
      yaml: """
        version: 1
        path: auto
        calibration: {errorBudget: 0.5lsb, auditRate: 0.1, images: 3, recordedVectors: 64, cache: /c}
        """, file: "E.yaml")
    var wanted = ModelCalibration()
    wanted.budget = .leastSignificantBits(0.5)
    (wanted.auditRate, wanted.imageCount, wanted.recordedVectors) = (0.1, 3, 64)
    wanted.cacheFolder = "/c"
    #expect(spec.calibration == wanted && spec.path == .auto)
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml").calibration == wanted)
  }

  /// `calibrate` covers every tile of the demonstration and says what each model is.
  @Test func theDemonstrationIsCalibrated() async throws {
    var spec = try ExperimentSpec(
      yaml: "version: 1\npath: calibrated\ncalibration: {recordedVectors: 32}\n", file: "E.yaml")
    spec.study = [1, 100].map { StudyPoint([StudyAxis.bitLineOhms.at($0)]) }
    let calibration = try await NetworkCalibration(spec, width: 2)
    #expect(Set(calibration.tiles.map(\.values[0].value)) == [.number(1), .number(100)])
    for (_, tile) in calibration.tiles {
      let model = try #require(tile.choice.calibrated?.calibration)
      #expect(model.meetsTarget && model.heldOutByKind[.recorded] != nil)
    }
  }
}
