import AnalogCore
import Configuration
import CrossbarArray
import Datasets
import Inference
import NeuralNetwork
import TestSupport
import Testing
import Units

@testable import Experiments

@Suite struct ExperimentSpecTests {
  private func read(
    _ body: String = "", changes: [ExperimentSpec.Change] = []
  ) throws(ConfigurationError) -> ExperimentSpec {
    try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml", changes: changes)
  }

  private func fault(_ body: String, changes: [ExperimentSpec.Change] = []) -> String? {
    do throws(ConfigurationError) {
      _ = try read(body, changes: changes)
      return nil
    } catch {
      return error.description
    }
  }

  @Test func versionAloneIsTheDefaultExperiment() throws {
    let spec = try read()
    #expect(spec.network == .bundledDigits && spec.data == .bundledDigits)
    #expect(spec.hardware == HardwareConfiguration())
    #expect(spec.path == .exact && spec.layers.isEmpty && spec.seed == 1)
    #expect(spec.quantization.activationRange == .maximum)
    #expect(spec.study.isEmpty && spec.outputFolder == nil)
  }

  @Test func dataSourcesAreReadWithTheirFiles() throws {
    let folder = try TemporaryFolder()
    for name in ["a", "b", "c", "d", "n.onnx"] { try folder.write("", to: name) }
    let npy = """
      version: 1
      network: {model: onnx, file: n.onnx}
      data:
        model: npy
        images: a
        labels: b
        calibrationImages: c
        calibrationLabels: d
        normalization: {model: affine, scale: 0.5, mean: [1], deviation: [2, 3]}
        layout: channelsLast
        labelOffset: -1
        labelMap: {model: list, outputs: [4, 0]}
      task: {model: segmentation, ignoreIndex: 255}
      """
    let spec = try ExperimentSpec(contentsOf: folder.write(npy, to: "E.yaml"))
    #expect(spec.network == .onnx(ONNXSource(file: folder.file("n.onnx"))))
    #expect(
      spec.data
        == .npy(
          .init(
            images: folder.file("a"), labels: folder.file("b"), calibrationImages: folder.file("c"),
            calibrationLabels: folder.file("d")),
          conventions: .init(
            normalization: Normalization(scale: 0.5, mean: [1], deviation: [2, 3]),
            layout: .channelsLast, labelOffset: -1, labelMap: .list([4, 0]))))
    #expect(spec.task == .segmentation(ignoring: 255))
    let again = try ExperimentSpec(contentsOf: folder.write(spec.resolvedYAML, to: "R.yaml"))
    #expect(again == spec)
    let cifar = """
      version: 1
      data: {model: cifar10, test: a, calibration: b, normalization: imageNet}
      """
    #expect(
      try ExperimentSpec(contentsOf: folder.write(cifar, to: "C.yaml")).data
        == .cifar10(
          test: folder.file("a"), calibration: folder.file("b"),
          conventions: .init(normalization: .imageNet)))
    let images = """
      version: 1
      data:
        model: images
        test: a
        testLabels: b
        calibration: c
        resize: 256
        crop: {model: window, top: 1, left: 2, height: 3, width: 4}
        channels: grey
        onBadImage: skip
      selection: {shuffleSeed: 9, offset: 2, limit: 5}
      """
    let photographs = try ExperimentSpec(contentsOf: folder.write(images, to: "I.yaml"))
    #expect(
      photographs.data
        == .images(
          test: folder.file("a"), testLabels: folder.file("b"), calibration: folder.file("c"),
          calibrationLabels: nil,
          preparation: ImagePreparation(
            resize: 256, crop: .window(top: 1, left: 2, height: 3, width: 4), channels: .gray),
          badImages: .skip, conventions: .init(normalization: .none)))
    #expect(photographs.selection == ImageSelection(shuffleSeed: 9, offset: 2, limit: 5))
    #expect(
      try ExperimentSpec(contentsOf: folder.write(photographs.resolvedYAML, to: "J.yaml"))
        == photographs)
  }

  /// A layer's own hardware changes what it names and takes the rest from the experiment's.
  @Test func layersInheritTheSharedHardware() throws {
    let spec = try read(
      """
      hardware:
        cell: {onOffRatio: 50}
        tile: {wordLines: 32, partition: maximum}
        converter: fullPrecision
        errors: {programming: {model: stateIndependent, alpha: 0.01}}
      layers:
        conv1: {path: ideal}
        conv.2: {hardware: {tile: {bitLines: 16}, wires: {bitLineOhms: 7}}}
        dense: {path: cholmod, hardware: {converter: ideal}}
      """)
    #expect(spec.layers["conv1"] == .init(path: .ideal))
    var second = spec.hardware
    second.tile.bitLines = 16
    second.wires.bitLineSegment = 7.ohms
    #expect(spec.layers["conv.2"] == .init(hardware: second))
    var dense = spec.hardware
    dense.converter = .ideal
    #expect(spec.layers["dense"] == .init(path: .cholmod, hardware: dense))
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec)
  }

  @Test func commandLineChangesCountAsWritten() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write(
      "version: 1\npath: ideal\nlayers: {conv1: {path: ideal}, dense: {path: cholmod}}\n",
      to: "E.yaml")
    let changed = try ExperimentSpec(
      contentsOf: file, path: .exact,
      changes: [.init(["layers", "conv2", "path"], "cholmod", origin: "--layer")])
    #expect(changed.path == .exact)
    #expect(
      changed.layers.mapValues(\.path) == ["conv1": .exact, "dense": .exact, "conv2": .cholmod])
    let plain = try ExperimentSpec(contentsOf: file)
    #expect(plain.path == .ideal && plain.layers["dense"]?.path == .cholmod)
    #expect(
      fault("", changes: [.init(["path"], "sideways", origin: "--path")])?
        .hasPrefix("--path: path: 'sideways' is not an option") == true)
  }

  /// What has its place but is not built: refused by its own name, with what there is.
  @Test(arguments: [
    ("hardware: {inputs: pulseWidth}", "hardware.inputs: pulseWidth", "gateBits, voltages")
  ])
  func plannedOptionIsRefusedByName(body: String, option: String, available: String) {
    #expect(
      fault(body) == "E.yaml:2: \(option) is not available in this version; available: \(available)"
    )
  }

  @Test(arguments: [
    ("hardwear: {}", "E.yaml:2: hardwear: unknown key; did you mean hardware?"),
    (
      "hardware:\n  wires: {bitLineOhm: 1}",
      "E.yaml:3: hardware.wires.bitLineOhm: unknown key; did you mean bitLineOhms?"
    ),
    (
      "layers:\n  conv1:\n    hardware: {tile: {wordLine: 3}}",
      "E.yaml:4: layers.conv1.hardware.tile.wordLine: unknown key; did you mean wordLines?"
    ),
    ("hardware: {cell: {onOffRatio: 1}}", "E.yaml:2: hardware.cell.onOffRatio: 1 is not above 1"),
    (
      "hardware: {converter: {model: uniform, bits: 1}}",
      "E.yaml:2: hardware.converter.bits: 1 is below 2"
    ),
    ("hardware: {tile: {bitLines: 1}}", "E.yaml:2: hardware.tile.bitLines: 1 is below 2"),
    ("hardware: {wires: {bitLineOhms: -1}}", "E.yaml:2: hardware.wires.bitLineOhms: -1 is below 0"),
    (
      "hardware: {weightSlices: {model: bits, bits: 2}, scale: maximum}",
      "E.yaml:2: hardware.scale: the digits of weightSlices fix"
    ),
    (
      "hardware:\n  wires: {wordLineOhms: 3}",
      "E.yaml:3: hardware.wires: wordLineOhms has no effect: "
    ),
    (
      "hardware:\n  mapping: {model: offset, removal: unitColum}",
      "E.yaml:3: hardware.mapping.removal: 'unitColum' is not an option; did you mean unitColumn?"
    ),
    ("study: {bitLineOhms: [1, -2]}", "E.yaml:2: study.bitLineOhms[1]: -2 is below 0"),
    (
      "quantization: {activationRange: {model: percentile, percent: 0}}",
      "E.yaml:2: quantization.activationRange.percent: 0"
    ),
    ("quantization: {weightBits: 9}", "E.yaml:2: quantization.weightBits: 9 is above 8"),
    (
      "quantization: {activationBits: 17}",
      "E.yaml:2: quantization.activationBits: 17 is above 16"
    ),
    (
      "layers: {conv1: {quantization: {weightBits: 1}}}",
      "E.yaml:2: layers.conv1.quantization.weightBits: 1 is below 2"
    ),
    ("converterImages: 0", "E.yaml:2: converterImages: 0 is below 1"),
    ("seed: -1", "E.yaml:2: seed: -1 is below 0"),
    ("network: {model: onnx}", "E.yaml:2: network.file: required key is missing"),
    ("network: {model: onnx, file: no.onnx}", "E.yaml:2: network.file: no such file: no.onnx"),
  ])
  func faultIsNamedWithLineAndKey(body: String, message: String) {
    #expect(fault(body)?.hasPrefix(message) == true, "\(fault(body) ?? "accepted")")
  }
}
