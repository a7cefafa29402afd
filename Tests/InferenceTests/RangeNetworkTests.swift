import AnalogCore
import CrossbarArray
import Inference
import NeuralNetwork
import NumericKernels
import TestSupport
import Testing
import Units

/// Converter ranges of networks: anchored ones, and what they are measured on.
@Suite struct RangeNetworkTests {
  /// The paper's design E: offset weights in slices of two bits, a conversion per input bit.
  private func hardware(_ range: ConverterRange, bits: Double = 8) -> HardwareConfiguration {
    var hardware = HardwareConfiguration()
    hardware.mapping = .offset(.digital)
    hardware.cellBits = 2
    hardware.tile = TileSpecification(wordLines: 72, bitLines: 12)
    hardware.wires = WireParasitics()
    hardware.inputs.signs = .differential
    hardware.converter = .uniform(bits: bits, range: range)
    return hardware
  }

  private func network(
    _ plan: ExecutionPlan, _ hardware: HardwareConfiguration, path: SolutionPath = .ideal,
    seed: UInt64 = 1, recordings: ConverterRecordings? = nil
  ) async throws -> AnalogNetwork {
    try await AnalogNetwork(
      plan,
      choices: plan.layers.map { _ in
        AnalogNetwork.LayerChoice(hardware: hardware, path: path)
      }, seed: seed, calibration: SmallNetwork.images(4, seed: 2), width: 2,
      recordings: recordings)
  }

  private func converters(_ network: AnalogNetwork) -> [[Converter]] {
    network.layers.map { $0.matrix.tiles.map(\.converter) }
  }

  /// With ideal cells, sums are codes of anchored converters and logits those of the integers; the
  /// raw percentile makes a code an odd fraction of a unit, and logits differ.
  @Test func anchoredConvertersHaveNoErrorOfTheirOwn() async throws {
    let plan = try await SmallNetwork.plan()
    let images = SmallNetwork.images(4, seed: 2)
    let anchored = try await network(plan, hardware(.anchored(percent: 100)))
    for converter in converters(anchored).joined() {
      #expect(converter.step.significand == 1 && converter.step <= 1)
    }
    let raw = try await network(plan, hardware(.covering(percent: 100)))
    var isRawExact = true
    for image in images {
      let integers = try plan.integerLogits(image)
      #expect(try anchored.run(image).logits == integers)
      isRawExact = try isRawExact && raw.run(image).logits == integers
    }
    #expect(!isRawExact)
  }

  /// A block that no layer has would change nothing; one that only some have changes those.
  @Test func blocksThatNoLayerHasAreRefused() async throws {
    let plan = try await SmallNetwork.plan()
    let plain = hardware(.anchored(percent: 100))
    let most = try await network(plan, plain).layers.map(\.matrix.geometry.inputBlocks.count).max()
    let number = try #require(most)
    var own = plain
    own.blocks[number - 1] = BlockHardware(
      wires: WireParasitics(bitLineSegment: 50.ohms), terminals: TerminalResistances(),
      errors: CellErrors())
    _ = try await network(plan, own, path: .exact)
    own.blocks[number] = own.blocks[number - 1]
    let error = try await #require(throws: InferenceError.self) {
      _ = try await network(plan, own, path: .exact)
    }
    #expect("\(error)".hasPrefix("hardware.blocks.\(number): inputs of these layers are in "))
  }

  /// Ranges measured on ideal arrays do not move with seed, errors or wires, and are recorded once for
  /// all of them; those of the programmed arrays move.
  @Test func rangesOfIdealArraysStay() async throws {
    let plan = try await SmallNetwork.plan()
    for arrays in [ConverterRange.Arrays.ideal, .programmed] {
      for range in [
        ConverterRange.covering(percent: 99.9, on: arrays), .leastError(on: arrays),
      ] {
        let quiet = hardware(range)
        var noisy = quiet
        noisy.programmingError = .stateIndependent(alpha: 0.1)
        noisy.wires = WireParasitics(bitLineSegment: 100.ohms)
        let recordings = ConverterRecordings()
        let one = try await network(plan, quiet, recordings: recordings)
        let two = try await network(plan, noisy, path: .exact, seed: 5, recordings: recordings)
        let three = try await network(plan, noisy, path: .exact, seed: 6, recordings: recordings)
        #expect((converters(one) == converters(two)) == (arrays == .ideal))
        #expect((converters(two) == converters(three)) == (arrays == .ideal))
        #expect(recordings.recorded == (arrays == .ideal ? 1 : 3))
      }
    }
  }

  /// A layer measured on ideal arrays and one on its own keep to them in the same network.
  @Test func layersMayBeMeasuredApart() async throws {
    let plan = try await SmallNetwork.plan()
    func ranges(_ first: ConverterRange.Arrays, _ second: ConverterRange.Arrays) async throws
      -> [[Converter]]
    {
      let choices = [first, second].map { arrays in
        var hardware = hardware(.covering(percent: 99.9, on: arrays))
        hardware.programmingError = .stateIndependent(alpha: 0.1)
        return AnalogNetwork.LayerChoice(hardware: hardware, path: .ideal)
      }
      return try await converters(
        AnalogNetwork(
          plan, choices: choices, seed: 1, calibration: SmallNetwork.images(4, seed: 2), width: 2))
    }
    let (ideal, programmed) = (
      try await ranges(.ideal, .ideal), try await ranges(.programmed, .programmed)
    )
    #expect(try await ranges(.ideal, .programmed) == [ideal[0], programmed[1]])
    #expect(try await ranges(.programmed, .ideal) == [programmed[0], ideal[1]])
    #expect(ideal[0] != programmed[0] && ideal[1] != programmed[1])
  }

  /// Results list the converters of every slice, in units.
  @Test func auditsListTheConverters() async throws {
    let plan = try await SmallNetwork.plan()
    let network = try await network(
      plan, hardware(.limits(low: -3, high: 60.5)))
    let audits = try await network.audit(
      SmallNetwork.images(1, seed: 3)[0], vectorsPerTile: 0, width: 1)
    for audit in audits {
      let found = try #require(audit.converters)
      #expect(found.count == 4)
      for slice in found {
        #expect(slice.stepUnits == 0.25)
        #expect(slice.lowestUnits == -3 && slice.highestUnits == 60.5)
      }
    }
    var ideal = hardware(.maximum)
    ideal.converter = .ideal
    let without = try await self.network(plan, ideal).audit(
      SmallNetwork.images(1, seed: 3)[0], vectorsPerTile: 0, width: 1)
    #expect(without.allSatisfy { $0.converters == nil })
  }

  /// Cells without limits run without wires and are not audited by circuits; with wires they are
  /// refused by key before anything is programmed.
  @Test func negativeCellsTakeTheIdealPath() async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = hardware(.maximum)
    hardware.mapping = .differentialPair
    hardware.programmingError = .stateIndependent(alpha: 0.05)
    hardware.errors.limits = .unlimited
    let image = SmallNetwork.images(1, seed: 3)[0]
    let network = try await network(plan, hardware)
    #expect(try network.run(image).logits.allSatisfy(\.isFinite))
    let audits = try await network.audit(image, vectorsPerTile: 2, width: 1)
    #expect(audits.allSatisfy { $0.meanDrop == nil && $0.vectorsPerTile == 0 })
    let choice = AnalogNetwork.LayerChoice(hardware: hardware, path: .exact)
    #expect(
      choice.conflict
        == "errors.limits: none leaves cells with negative conductances, which no circuit has: take "
        + "path ideal, or limits positive")
  }

  /// Conversions that round by chance and saturating integrators do not depend on order, company or
  /// tasks.
  @Test(arguments: InputDrive.Accumulation.allCases)
  func chanceIsPure(accumulation: InputDrive.Accumulation) async throws {
    let plan = try await SmallNetwork.plan()
    var hardware = hardware(.maximum)
    hardware.inputs.accumulation = accumulation
    hardware.integrator = 3e-6.amperes
    hardware.converter = .uniform(bits: 5, range: .maximum, rounding: .stochastic)
    let network = try await network(plan, hardware)
    let images = SmallNetwork.images(3, seed: 4)
    let forward = try images.map { try network.run($0).logits }
    let backward = try images.reversed().map { try network.run($0).logits }
    let turned = [[Float]](backward.reversed())
    #expect(forward == turned)
    hardware.integrator = nil
    let free = try await self.network(plan, hardware)
    #expect(try images.map { try free.run($0).logits } != forward)
  }

  /// Slicing, wires, unused lines, partitions and converters combine; lines that only ideal arrays
  /// have change nothing there.
  @Test(arguments: [
    SignedWeightScheme.differentialPair, .offset(.unitColumn), .pair(.twoSided, .inArray),
  ])
  func unusedLinesCombine(scheme: SignedWeightScheme) async throws {
    let plan = try await SmallNetwork.plan()
    let image = SmallNetwork.images(1, seed: 3)[0]
    for lines in [InputDrive.Lines.gates, .voltages(sliceBits: 4)] {
      func logits(
        _ unused: TileSpecification.UnusedWordLines, _ path: SolutionPath
      ) async throws -> [Float] {
        var hardware = hardware(.anchored(percent: 99.98))
        hardware.mapping = scheme
        hardware.inputs.lines = lines
        hardware.programmingError = .stateIndependent(alpha: 0.02)
        hardware.wires = WireParasitics(bitLineSegment: 30.ohms)
        hardware.tile = TileSpecification(
          wordLines: 50, bitLines: 12, partition: .maximum, unusedWordLines: unused)
        return try await network(plan, hardware, path: path).run(image).logits
      }
      let ideal = try await logits(.none, .ideal)
      #expect(try await logits(.far, .ideal) == ideal)
      let (own, full) = (try await logits(.none, .exact), try await logits(.far, .exact))
      #expect(own != full && own != ideal && full.allSatisfy(\.isFinite))
    }
  }
}
