import Inference

/// The evaluations of a run at each of its points. Points whose outcomes depend on the same
/// settings share one stage.
struct RunPlan {
  /// A network on arrays and the stage of its outcomes.
  struct Arrays {
    var stage: RunStage
    var design: NetworkDesign
  }

  /// One point of the study.
  struct Point {
    /// The experiment with the point's changes.
    var spec: ExperimentSpec
    /// The values of the study's axes, in their order, and as one text with units.
    var readings: [StudyReading]
    var text: String
    /// The digital network in integers; `nil` if it is not asked for.
    var integer: RunStage?
    /// The same design without wires; `nil` if the point's own arrays give the same outcomes, or it
    /// is not asked for.
    var ideal: Arrays?
    /// What compensation is compared with; empty without.
    var controls: [(control: NetworkDesign.Control, arrays: Arrays)]
    /// The point's own arrays.
    var own: Arrays
    /// Changes of those under which they run again.
    var variations: [(variation: ArrayVariation, stage: RunStage)]
    /// Stages of the digital networks that arrays are compared with.
    var digital: [RunStage]
    /// An earlier point with the same arrays, whose findings also hold for this point.
    var twin: Int?
  }

  private(set) var points: [Point] = []

  /// The stages of networks beside the paths, each once or more often.
  var besideStages: [RunStage] {
    points.flatMap { $0.digital + ($0.ideal.map { [$0.stage] } ?? []) }
  }

  /// The plan of `runner`'s points.
  init(_ runner: ExperimentRunner) {
    let axes = runner.spec.studyAxes
    var stages: [(design: NetworkDesign, stage: RunStage)] = []
    func shared(_ design: NetworkDesign, else new: RunStage) -> RunStage {
      let effective = design.effective
      if let known = stages.first(where: { $0.design == effective }) { return known.stage }
      stages.append((effective, new))
      return new
    }
    var idealCount = 0
    for (index, (spec, network)) in runner.points.enumerated() {
      let own = runner.design(at: index)
      let unwired = runner.design(at: index, path: .ideal)
      var ideal: Arrays?
      if spec.compared.contains(.ideal), own.effective != unwired.effective {
        let stage = shared(unwired, else: .ideal(idealCount))
        if stage == .ideal(idealCount) { idealCount += 1 }
        ideal = Arrays(stage: stage, design: unwired)
      }
      let integer = RunStage.integer(network)
      let readings = axes.map { $0.reading(of: spec) }
      let ownStage = shared(own, else: .arrays(index))
      let controls = own.controls.map { control, design in
        let stage: RunStage =
          switch control {
          case .uncompensated: .uncompensated(index)
          case .lowConductance: .lowConductance(index)
          }
        return (
          control: control, arrays: Arrays(stage: shared(design, else: stage), design: design)
        )
      }
      points.append(
        Point(
          spec: spec, readings: readings,
          text: zip(axes, readings).map { $0.quantity.text($1.value) }.joined(separator: ", "),
          integer: spec.compared.contains(.integer) ? integer : nil, ideal: ideal,
          controls: controls, own: Arrays(stage: ownStage, design: own),
          variations: spec.variations.enumerated().map { ($1, .varied(index, $0)) },
          digital: spec.digitalStages(integer),
          twin: points.firstIndex { $0.own.design == own }))
    }
  }
}

extension ExperimentSpec {
  /// Stages of the digital networks that arrays are compared with, `integer` being that in integers.
  func digitalStages(_ integer: RunStage) -> [RunStage] {
    (compared.contains(.float) ? [.float] : []) + (compared.contains(.integer) ? [integer] : [])
  }
}
