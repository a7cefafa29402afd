import AnalogCore
import Configuration
import CrossbarArray
import Datasets
import Inference
import NeuralNetwork
import Testing
import Units

@testable import Experiments

/// Every choice of an experiment file, one by one.
@Suite struct ExperimentChoiceTests {
  /// Every choice that is built, with the field that it sets.
  static let choices: [(String, @Sendable (ExperimentSpec) -> Bool)] = [
    ("name: a b", { $0.name == "a b" }),
    ("seed: 9223372036854775807", { $0.seed == UInt64(Int.max) }),
    ("network: digits", { $0.network == .bundledDigits }),
    (
      "quantization: {weightScale: perChannel}",
      { $0.quantization.weightGranularity == .perChannel }
    ),
    (
      "quantization: {weightRange: {model: percentile, percent: 99.5}}",
      { $0.quantization.weightPercent == 99.5 }
    ),
    ("quantization: {weightScale: perLayer}", { $0.quantization.weightGranularity == .perLayer }),
    (
      "quantization: {activationRange: {model: percentile, percent: 99.5}}",
      { $0.quantization.activationRange == .percentile(99.5) }
    ),
    (
      "quantization: {activationRange: meanSquareError}",
      { $0.quantization.activationRange == .meanSquareError }
    ),
    (
      "quantization: {weightBits: 4, activationBits: 12}",
      { $0.quantization.precision == LayerPrecision(weightBits: 4, activationBits: 12) }
    ),
    (
      "quantization: {weightBits: 5}\nlayers: {conv1: {quantization: {activationBits: 6}}}",
      {
        $0.quantization.layers == ["conv1": LayerPrecision(weightBits: 5, activationBits: 6)]
          && $0.layers["conv1"]?.precision == $0.quantization.layers["conv1"]
      }
    ),
    ("hardware: {groups: separate}", { $0.hardware.groups == .separate }),
    (
      "hardware: {groups: separate}\nlayers: {a: {hardware: {groups: blockDiagonal}}}",
      { $0.layers["a"]?.hardware?.groups == .blockDiagonal }
    ),
    ("quantization: {calibrationImages: 3}", { $0.quantization.calibrationImages == 3 }),
    ("path: ideal", { $0.path == .ideal }), ("path: cholmod", { $0.path == .cholmod }),
    ("path: klu", { $0.path == .klu }),
    ("path: {model: exact}", { $0.path == .exact }),
    ("converterImages: 5", { $0.converterImages == 5 }),
    ("auditVectors: 0", { $0.auditVectors == 0 }),
    (
      "study: {bitLineOhms: [0, 1.5, 2e3]}",
      { $0.study == [0, 1.5, 2000].map { StudyPoint([StudyAxis.bitLineOhms.at($0)]) } }
    ),
    ("outputs: {folder: r}", { $0.outputFolder == "r" }),
    (
      "hardware: {cell: {onConductanceSiemens: 1e-4, onOffRatio: .inf, readVolts: 0.3}}",
      {
        $0.hardware.cell.onConductance == 1e-4.siemens && $0.hardware.cell.onOffRatio == .infinity
          && $0.hardware.cell.readVoltage == 0.3.volts
      }
    ),
    ("hardware: {cell: {onOffRatio: 2}}", { $0.hardware.cell.onOffRatio == 2 }),
    ("hardware: {mapping: differentialPair}", { $0.hardware.mapping == .differentialPair }),
    (
      "hardware: {mapping: {model: differentialPair, states: twoSided, subtraction: inArray}}",
      { $0.hardware.mapping == .pair(.twoSided, .inArray) }
    ),
    (
      "hardware: {mapping: {model: differentialPair, subtraction: digital}}",
      { $0.hardware.mapping == .pair(.oneSided, .digital) }
    ),
    ("hardware: {mapping: offset}", { $0.hardware.mapping == .offset(.digital) }),
    (
      "hardware: {mapping: {model: offset, removal: unitColumn}}",
      { $0.hardware.mapping == .offset(.unitColumn) }
    ),
    (
      "hardware: {mapping: {model: offset, zero: lowest}}",
      { $0.hardware.mapping == .offset(.digital, zero: .lowest) }
    ),
    ("hardware: {weightSlices: {model: bits, bits: 2}}", { $0.hardware.cellBits == 2 }),
    ("hardware: {scale: maximum}", { $0.hardware.scale == .maximum }),
    (
      "hardware: {scale: {model: percentile, percent: 99}}",
      { $0.hardware.scale == .percentile(percent: 99) }
    ),
    (
      "hardware: {inputs: {model: gateBits, accumulation: analog}}",
      { $0.hardware.inputs == InputDrive(.gates, accumulation: .analog, signs: .differential) }
    ),
    (
      "hardware: {inputs: {model: gateBits, accumulation: analog, signs: split}}",
      { $0.hardware.inputs == InputDrive(.gates, accumulation: .analog) }
    ),
    (
      "hardware: {inputs: {model: gateBits, signs: differential}}",
      { $0.hardware.inputs == InputDrive(.gates, signs: .differential) }
    ),
    (
      "hardware: {inputs: {model: voltages, sliceBits: 3}, wires: {wordLineOhms: 5}}",
      {
        $0.hardware.inputs == InputDrive(.voltages(sliceBits: 3))
          && $0.hardware.wires.wordLineSegment == 5.ohms
      }
    ),
    (
      "hardware: {inputs: {model: voltages, signs: differential}}",
      { $0.hardware.inputs == InputDrive(.voltages(sliceBits: 8), signs: .differential) }
    ),
    ("hardware: {cell: {stateCount: 16}}", { $0.hardware.cell.stateCount == 16 }),
    (
      "hardware: {converter: {model: uniform, range: leastError}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .leastError()) }
    ),
    (
      "hardware: {converter: {model: uniform, bits: 8.64, range: maximum}}",
      { $0.hardware.converter == .uniform(bits: 8.64, range: .maximum) }
    ),
    (
      "hardware: {converter: {model: uniform, range: granular}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .granular) }
    ),
    (
      "hardware: {tile: {wordLines: 1, bitLines: 2, partition: maximum}}",
      { $0.hardware.tile == TileSpecification(wordLines: 1, bitLines: 2, partition: .maximum) }
    ),
    (
      "hardware: {tile: {unusedWordLines: far}}",
      { $0.hardware.tile == TileSpecification(unusedWordLines: .far) }
    ),
    (
      "layers: {conv1: {hardware: {tile: {unusedWordLines: near}}}}",
      { $0.layers["conv1"]?.hardware?.tile == TileSpecification(unusedWordLines: .near) }
    ),
    (
      "hardware: {mapping: offset, offCurrent: converted}",
      { $0.hardware.offCurrent == .converted }
    ),
    (
      "hardware: {wires: {bitLineOhms: 3}, blocks: {1: {errors: {limits: positive}}}}",
      {
        $0.hardware.blocks[1]?.wires.bitLineSegment == 3.ohms
          && $0.hardware.blocks[1]?.errors.limits == .positive && $0.hardware.blocks.count == 1
          && $0.hardware.errors.limits == .cellRange
      }
    ),
    (
      "hardware: {blocks: {1: {wires: {bitLineOhms: 3}}}}\n"
        + "layers: {a: {hardware: {blocks: {1: {terminals: {bitLineSenseOhms: 2}}, 2: {}}}}}",
      {
        let own = $0.layers["a"]?.hardware?.blocks
        return own?[1]?.wires.bitLineSegment == 3.ohms
          && own?[1]?.terminals.bitLineSense == 2.ohms && own?[2] != nil
          && $0.hardware.blocks.count == 1
      }
    ),
    ("hardware: {integratorAmperes: 1.0e-5}", { $0.hardware.integrator == 1e-5.amperes }),
    (
      "hardware: {integratorAmperes: 1.0e-5}\nlayers: {a: {hardware: {integratorAmperes: null}}}",
      {
        $0.hardware.integrator == 1e-5.amperes && $0.layers["a"]?.hardware?.integrator == nil
          && $0.layers["a"]?.hardware != nil
      }
    ),
    (
      "hardware: {integratorAmperes: 1.0e-5}\nlayers: {a: {hardware: {}}}",
      { $0.layers["a"]?.hardware?.integrator == 1e-5.amperes }
    ),
    (
      "hardware: {converter: {model: uniform, range: anchored}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .anchored(percent: 99.98)) }
    ),
    (
      "hardware: {converter: {model: sar, range: {model: anchored, percent: 99, measuredOn: ideal}}}",
      { $0.hardware.converter.range == .anchored(percent: 99, on: .ideal) }
    ),
    (
      "hardware: {converter: {model: uniform, range: {model: leastError, measuredOn: ideal}}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .leastError(on: .ideal)) }
    ),
    (
      "hardware: {converter: {model: uniform, range: {model: calibrated, measuredOn: ideal}}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .covering(percent: 99.98, on: .ideal)) }
    ),
    (
      "hardware: {converter: {model: uniform, range: {model: limits, low: -12.5, high: 100}}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .limits(low: -12.5, high: 100)) }
    ),
    (
      "hardware: {converter: {model: uniform, range: maximum, rounding: stochastic}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .maximum, rounding: .stochastic) }
    ),
    (
      "hardware: {wires: {bitLineOhms: 0, sourceLineOhms: 2}}",
      { $0.hardware.wires == WireParasitics(sourceLineSegment: 2.ohms) }
    ),
    (
      "hardware: {terminals: {bitLineSenseOhms: 3, sourceLineDriverOhms: 4}}",
      {
        $0.hardware.terminals
          == TerminalResistances(bitLineSense: 3.ohms, sourceLineDriver: 4.ohms)
      }
    ),
    (
      "hardware: {ends: {bitLineSense: near, sourceLineDrive: near}}",
      { $0.hardware.ends == LineEnds(bitLineSense: .near, sourceLineDrive: .near) }
    ),
    ("hardware: {converter: ideal}", { $0.hardware.converter == .ideal }),
    ("hardware: {converter: fullPrecision}", { $0.hardware.converter == .fullPrecision }),
    (
      "hardware: {converter: {model: uniform, bits: 6, range: maximum}}",
      { $0.hardware.converter == .uniform(bits: 6, range: .maximum) }
    ),
    (
      "hardware: {converter: {model: uniform, range: {model: calibrated, percent: 99}}}",
      { $0.hardware.converter == .uniform(bits: 8, range: .covering(percent: 99)) }
    ),
    ("hardware: {errors: {programming: none}}", { $0.hardware.programmingError == .none }),
    (
      "hardware: {errors: {programming: {model: stateIndependent, alpha: 0.02}}}",
      { $0.hardware.programmingError == .stateIndependent(alpha: 0.02) }
    ),
    (
      "hardware: {errors: {programming: {model: stateProportional, alpha: 0.1}}}",
      { $0.hardware.programmingError == .stateProportional(alpha: 0.1) }
    ),
  ]

  /// Each choice sets its field, and the resolved file reads back to the same experiment.
  @Test(arguments: choices.indices)
  func choiceSetsItsFieldAndReadsBack(index: Int) throws {
    let (body, holds) = Self.choices[index]
    let spec = try ExperimentSpec(yaml: "version: 1\n\(body)\n", file: "E.yaml")
    #expect(holds(spec), "\(body)")
    #expect(try ExperimentSpec(yaml: spec.resolvedYAML, file: "E.yaml") == spec, "\(body)")
  }
}
