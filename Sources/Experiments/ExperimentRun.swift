import AnalogCore
import Datasets
import Energy
import Inference
import NeuralNetwork
import NumericKernels

/// A run under way: the outcomes of every stage, computed once, and the results at each point.
struct ExperimentRun {
  /// Results at one point other than the outcomes of its stages.
  struct Found {
    var audits: [LayerAudit] = []
    var fidelity: [LayerFidelity] = []
    var preparationSeconds = 0.0
    /// What the network's arrays cost; `nil` without a table, and if it was not programmed.
    var energy: EnergyModel?
    /// What compensation found, layer by layer; empty without.
    var compensated: [CompensatedLayer] = []
    /// The arrays of the controls, in their order, and those of the path; empty without compensation.
    var arrays: [RunArrays] = []
  }

  /// The arrays of a run, as compensation compares them.
  struct RunArrays {
    var stage: RunStage
    var layers: [ExperimentRecord.CompensationResult.Arrays]
    var energy: EnergyModel?

    init(_ stage: RunStage, _ network: AnalogNetwork, _ table: ComponentTable?) throws {
      self.stage = stage
      layers = network.layers.map { ExperimentRecord.CompensationResult.Arrays($0) }
      energy = try table.map { try EnergyModel($0, network) }
    }
  }

  let runner: ExperimentRunner
  let plan: RunPlan
  private let progress: ExperimentRunner.Progress
  private let keepsLogits: Bool
  private let partial: PartialResults
  private var networks: PreparedArrays
  private let references: ReferenceOutputs
  private let keys: SharedKeys?
  /// Outcomes that count, by stage: those of all images, except where a run stops at its first
  /// point.
  private(set) var evaluations: [RunStage: Evaluation] = [:]
  /// The points that were reached, in their order.
  private(set) var found: [Found] = []
  private(set) var stoppedAt: String?
  private(set) var voltageMap: ExperimentRecord.VoltageMap?

  /// Prepares every network of a run; refuses those that cannot run.
  init(
    _ runner: ExperimentRunner, progress: ExperimentRunner.Progress, keepsLogits: Bool,
    partial: PartialResults, memory: MemoryBudget, references: ReferenceOutputs
  ) async throws {
    self.references = references
    self.runner = runner
    self.progress = progress
    self.keepsLogits = keepsLogits
    self.partial = partial
    let plan = RunPlan(runner)
    self.plan = plan
    let images = runner.images.count
    keys = try runner.shared.flatMap {
      try SharedKeys(runner, shared: $0, keepsLogits: keepsLogits)
    }
    var known: [RunStage: Evaluation] = [:]
    if let shared = runner.shared, let keys {
      for stage in plan.besideStages {
        known[stage] = keys.evaluation(of: stage).flatMap {
          shared.evaluation($0, count: images)
        }
      }
    }
    evaluations = known
    var roles: [(role: PreparedArrays.Role, design: NetworkDesign)] = []
    var (unwired, first): ([(role: PreparedArrays.Role, design: NetworkDesign)], _) = (
      [], PreparedArrays.Role.own(0)
    )
    var stages: Set<RunStage> = []
    for (index, point) in plan.points.enumerated() {
      if let ideal = point.ideal, stages.insert(ideal.stage).inserted,
        known[ideal.stage] == nil, partial.outcomes(of: ideal.stage).count < images
      {
        unwired.append((.ideal(index), ideal.design))
        if index == 0 { first = .ideal(0) }
      }
      stages.insert(point.own.stage)
      if point.twin == nil {
        roles.append((.own(index), point.own.design))
        roles += point.controls.map { (.control(index, $0.control), $0.arrays.design) }
      }
    }
    networks = try await PreparedArrays(
      runner, roles + unwired.reversed(), first: first, memory: memory
    ) { role, network in
      guard case .own(let index) = role else { return }
      let open = images - partial.outcomes(of: plan.points[index].own.stage).count
      // Three more runs: the trial below, and two that find the errors of each layer.
      let warning = try runner.sampledReadsWarning(
        network, converterImages: plan.points[index].spec.converterImages, count: open + 3)
      if let warning { progress.warn(warning) }
    }
  }

  /// Runs every stage until all are finished or the task is canceled.
  mutating func finish() async throws {
    if runner.spec.compared.contains(.float), evaluations[.float] == nil {
      let float = try await evaluate(.float, "float", against: [])
      guard float.isComplete else { throw interrupted("float", float) }
      evaluations[.float] = float
    }
    if let stage = plan.points[0].integer, evaluations[stage] == nil {
      let integer = try await evaluateIntegers(stage, at: plan.points[0])
      guard integer.finished > 0 else { throw interrupted(runner.plan.label, integer) }
      evaluations[stage] = integer
      if !integer.isComplete { stoppedAt = reached(runner.plan.label, integer) }
    }
    for index in plan.points.indices where stoppedAt == nil { try await run(index) }
    if stoppedAt != nil { addKnown() }
    // A path alone may stop before its first image.
    guard !evaluations.isEmpty else {
      throw ExperimentError.interrupted(
        stage: plan.points[0].own.design.label, finished: 0, count: runner.images.count)
    }
  }

  /// Runs the stages of one point that no point before it shares.
  private mutating func run(_ index: Int) async throws {
    let point = plan.points[index]
    var label = runner.networks[point.own.design.network].plan.label
    do {
      if let stage = point.integer, evaluations[stage] == nil {
        let integer = try await evaluateIntegers(stage, at: point)
        guard keep(integer, of: stage, label) else { return }
      }
      // It comes before the point's own path, so that its arrays are gone when those are used.
      if let ideal = point.ideal, evaluations[ideal.stage] == nil {
        label = "ideal"
        let isKnown = partial.outcomes(of: ideal.stage).count == runner.images.count
        let unwired = isKnown ? nil : try await networks.take(.ideal(index)).network
        let evaluation = try await evaluate(
          ideal.stage, label, against: point.digital
        ) { image in
          guard let unwired else { preconditionFailure("every image is known") }
          return try unwired.run(image)
        }
        guard keep(evaluation, of: ideal.stage, label) else { return }
      }
      if let twin = point.twin {
        found.append(found[twin])
        return
      }
      var arrays: [RunArrays] = []
      for (control, own) in point.controls {
        label = "\(own.design.label) \(control.text) at \(point.text)"
        let network = try await networks.take(.control(index, control)).network
        if evaluations[own.stage] == nil {
          let evaluation = try await evaluate(own.stage, label, against: point.digital) {
            try network.run($0)
          }
          guard keep(evaluation, of: own.stage, label) else { return }
        }
        arrays.append(try RunArrays(own.stage, network, point.spec.energy))
      }
      label = "\(point.own.design.label) at \(point.text)"
      let prepared = try await networks.take(.own(index))
      let network = prepared.network
      if evaluations[point.own.stage] == nil {
        let own = try await evaluate(
          point.own.stage, label, against: point.digital
        ) { try network.run($0) }
        guard keep(own, of: point.own.stage, label, isFirst: index == 0) else { return }
      }
      let own = try RunArrays(point.own.stage, network, point.spec.energy)
      found.append(
        Found(
          preparationSeconds: prepared.seconds, energy: own.energy,
          compensated: network.layers.compactMap(\.compensation),
          arrays: arrays.isEmpty ? [] : arrays + [own]))
      guard stoppedAt == nil else { return }
      label = "audit at \(point.text)"
      progress.begin(label, 1)
      let image = runner.calibrationImage
      let (audits, fidelity) = try await network.examined(
        image, vectorsPerTile: point.spec.auditVectors, width: runner.width)
      found[index].audits = audits
      found[index].fidelity = fidelity
      if point.spec.auditVectors > 0 { voltageMap = try network.voltageMap(image, audits) }
      progress.step()
      for (variation, stage) in point.variations where evaluations[stage] == nil {
        label = "\(point.own.design.label), \(variation.text), at \(point.text)"
        let isKnown = partial.outcomes(of: stage).count == runner.images.count
        let varied = isKnown ? network : try await network.varied(variation, width: runner.width)
        let evaluation = try await evaluate(stage, label, against: point.digital) {
          try varied.run($0)
        }
        guard keep(evaluation, of: stage, label) else { return }
      }
    } catch is CancellationError {
      stoppedAt = label
    }
  }

  /// Keeps the outcomes of a stage if they count; records where the run stops if they are not
  /// complete.
  ///
  /// The images of a later point are not those of the points before: its outcomes count when they
  /// are complete, those of the first point when there are any.
  private mutating func keep(
    _ evaluation: Evaluation, of stage: RunStage, _ label: String, isFirst: Bool = false
  ) -> Bool {
    if !evaluation.isComplete { stoppedAt = reached(label, evaluation) }
    guard evaluation.isComplete || (isFirst && evaluation.finished > 0) else { return false }
    evaluations[stage] = evaluation
    return true
  }

  /// Adds the outcomes of an earlier run, whether or not this one reached them again.
  private mutating func addKnown() {
    func known(_ stage: RunStage) -> Evaluation {
      evaluations[stage]
        ?? Evaluation(known: partial.outcomes(of: stage), count: runner.images.count)
    }
    for (index, point) in plan.points.enumerated().dropFirst(found.count) {
      let shared =
        [point.integer, point.ideal?.stage].compactMap { $0 } + point.controls.map(\.arrays.stage)
      for stage in shared where evaluations[stage] == nil {
        guard known(stage).isComplete else { return }
        evaluations[stage] = known(stage)
      }
      let own = known(point.own.stage)
      guard own.isComplete || (index == 0 && own.finished > 0) else { return }
      evaluations[point.own.stage] = own
      found.append(Found())
    }
  }

  private func evaluateIntegers(
    _ stage: RunStage, at point: RunPlan.Point
  ) async throws -> Evaluation {
    let network = runner.networks[point.own.design.network]
    return try await evaluate(
      stage, network.plan.label, against: point.digital.filter { $0 == .float })
  }

  /// Runs the images of a stage that are not known.
  ///
  /// - Parameters:
  ///   - digital: Stages of the digital networks that it is compared with.
  ///   - body: The network on arrays; `nil` for a digital stage.
  private func evaluate(
    _ stage: RunStage, _ label: String, against digital: [RunStage],
    _ body: (@Sendable (Tensor) throws -> AnalogNetwork.Output)? = nil
  ) async throws -> Evaluation {
    let images = runner.images
    let known = partial.outcomes(of: stage)
    if known.count < images.count { progress.begin(label, images.count - known.count) }
    let names = Dictionary(
      uniqueKeysWithValues: (digital + [stage]).map { ($0, keys?.outputs(of: $0) ?? $0.text) })
    // Outputs that another process has stored are not computed again.
    let stored = try runner.shared.flatMap { shared in
      try recalled(digital + (body == nil ? [stage] : []), from: shared)[stage]
    }
    @Sendable func reference(_ stage: RunStage, _ index: Int, _ image: Tensor) throws -> [Float] {
      try references.outputs(of: names[stage] ?? stage.text, image: index) {
        try runner.digitalOutputs(stage, image)
      }
    }
    var evaluation = try await Evaluation(
      images: images, normalization: runner.loaded.normalization,
      settings: runner.settings(keepsOutputs: keepsLogits), width: runner.width, known: known,
      isReference: body == nil,
      references: { index, image in try digital.map { try reference($0, index, image) } },
      found: { [partial, progress] image, outcome in
        try partial.add(outcome, of: stage, image: image)
        progress.step()
      },
      body: { index, image in
        try body?(image) ?? AnalogNetwork.Output(logits: reference(stage, index, image))
      })
    if let stored { evaluation.seconds = stored }
    try share(evaluation, of: stage, isNew: stored == nil)
    return evaluation
  }

  /// Puts outputs of digital stages that are stored at hand.
  ///
  /// - Returns: Seconds that those took which were not at hand before.
  private func recalled(
    _ stages: [RunStage], from shared: SharedWork
  ) throws -> [RunStage: Double] {
    let count = runner.images.count
    var seconds: [RunStage: Double] = [:]
    for stage in stages {
      guard let key = keys?.outputs(of: stage), references.table(of: key, count: count) == nil
      else { continue }
      seconds[stage] = shared.recallOutputs(key, count: count)
    }
    return seconds
  }

  /// Keeps a complete evaluation for other runs, if they may have use for it.
  ///
  /// - Parameter isNew: Whether its outputs were computed, not read.
  private func share(_ evaluation: Evaluation, of stage: RunStage, isNew: Bool) throws {
    guard let shared = runner.shared, let keys, let key = keys.evaluation(of: stage),
      evaluation.isComplete
    else { return }
    let count = evaluation.outcomes.count
    // Digital outcomes follow from their outputs, which are the smaller file.
    try shared.keep(evaluation, key, isStored: stage.isIdeal)
    guard isNew else { return }
    shared.count(stage.isIdeal ? \.ideal : \.digital)
    if let outputs = keys.outputs(of: stage) {
      try shared.storeOutputs(outputs, count: count, seconds: evaluation.seconds)
    }
  }

  private func interrupted(_ label: String, _ evaluation: Evaluation) -> ExperimentError {
    .interrupted(stage: label, finished: evaluation.finished, count: runner.images.count)
  }

  private func reached(_ label: String, _ evaluation: Evaluation) -> String {
    "\(label), image \(evaluation.finished) of \(runner.images.count)"
  }
}
