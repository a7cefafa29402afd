import Experiments
import Inference

/// The report of a study: a pure function of its records.
///
/// It argues: one sentence and one figure first, then the design, then what supports them, then
/// what it takes to repeat the run.
public struct StudyPage: Sendable {
  private let study: ReportedStudy

  /// The page of `study`.
  public init(_ study: ReportedStudy) { self.study = study }

  /// The page of one run.
  public init(_ record: ExperimentRecord) { self.init(ReportedStudy(record)) }

  /// The page as HTML.
  public var html: String {
    let first = study.first
    let seeds = Set(study.records.map(\.seed)).sorted()
    let seedText =
      seeds.count == 1
      ? "seed \(seeds[0])" : "seeds \(seeds.map { "\($0)" }.joined(separator: ", "))"
    return HTMLPage(
      title: "\(study.name): inference through circuits",
      subtitle:
        "\(NumberFormat.count(first.imageCount, "image")), \(seedText), \(first.software)",
      blocks: opening + design + accuracy + compensation + energy + layers + inside + details
    ).html
  }

  /// Every figure of the page, in its order, with a name for its file.
  public var figures: [(name: String, figure: Figure)] {
    var found: [Figure] = []
    func collect(_ blocks: [HTMLPage.Block]) {
      for block in blocks {
        switch block {
        case .figure(let figure): found.append(figure)
        case .folded(_, let inner): collect(inner)
        default: break
        }
      }
    }
    collect(opening + design + accuracy + compensation + energy + layers + inside + details)
    return found.enumerated().map { index, figure in
      let words = figure.title.lowercased().split { !($0.isLetter || $0.isNumber) || !$0.isASCII }
      let number = index < 9 ? "0\(index + 1)" : "\(index + 1)"
      return ("\(number)-\(words.joined(separator: "-"))", figure)
    }
  }

  // MARK: Parts

  private var opening: [HTMLPage.Block] {
    study.records.compactMap { record in
      ExperimentTables(record).stopped.map { .note($0 + ".") }
    } + (study.missing > 0 ? [.note(missing)] : []) + [.lead(StudyHeadline(study).sentence)]
      + (study.cells.isEmpty ? [] : [.figure(StudyFigures(study).opening)])
  }

  private var missing: String {
    "The sweep is not finished: \(study.missing) of \(study.missing + study.records.count) points "
      + "have no results."
  }

  /// Whether every point was run on the same images.
  private var sharesImages: Bool { Set(study.records.map(\.imagesHash)).count == 1 }

  private var design: [HTMLPage.Block] {
    guard let design = DesignDescription(study) else { return [] }
    return [.heading("The design"), .paragraph(design.sentences.joined(separator: " "))]
      + (design.figure.map { [.figure($0)] } ?? [])
  }

  private var accuracy: [HTMLPage.Block] {
    let first = study.first
    let integer = first.integerLabel
    var blocks: [HTMLPage.Block] = [
      .heading(study.figure.title),
      .paragraph(
        "Float and \(integer) are digital. Ideal maps the \(integer) network onto arrays without "
          + "wires; the last path computes every array with its wires. "
          + study.axes.map(\.definition).filter { !$0.isEmpty }.joined(separator: " ")),
      .table(
        StudyTables(study).figures,
        caption: study.figure.title
          + (sharesImages
            ? ", the same images in every column." : ", the same images in every row.")),
    ]
    blocks += StudyFigures(study).others.map { .figure($0) }
    if let confusion = ConfusionFigure.figure(study) { blocks.append(.figure(confusion)) }
    return blocks
  }

  private var compensation: [HTMLPage.Block] {
    let tables = shownRecords.flatMap { record in
      ExperimentTables(record).compensation.map { title, table in
        HTMLPage.Block.table(
          table, caption: study.records.count > 1 ? "\(title); \(place(of: record))." : "\(title).")
      }
    }
    guard !tables.isEmpty else { return [] }
    return [
      .heading("Compensation"),
      .paragraph(
        "Compensated programming divides every weight by the part of its current that its cells "
          + "deliver behind their wires; gains are least-squares fits of a layer's outputs to those of "
          + "the float network on calibration images, without labels, on the arrays as they are "
          + "programmed. The same can be had without: the controls are the same arrays without "
          + "compensation, and weights as they are in a lower part of the range of conductances, which "
          + "loses less in wires, at the mean conductance of the compensated arrays and with gains of "
          + "its own. All have the errors of the run, and changes and errors are against the original "
          + "network. Beyond range are weights that no conductance compensates; they end at the range, "
          + "the farthest by the part of it given. Reconstruction fits conductances through the circuit to "
          + "what the float network has; its errors are those of the layer's outputs on images it does "
          + "not know. A network belongs to the arrays it was compensated for: what is left of it on "
          + "others is given where changes are asked for."),
    ] + tables
  }

  private var energy: [HTMLPage.Block] {
    let figures = EnergyFigures(study)
    guard let table = EnergyTables.summary(study) else { return [] }
    return [
      .heading("Energy, time and area"), .paragraph(EnergyTables.explanation(study)),
      .table(table, caption: "One inference on the experiment's path."),
    ] + [figures.front, figures.ofCells, figures.ofLayers].compactMap { $0 }.map { .figure($0) }
      + (EnergyTables.components(study).map {
        [
          .folded(
            summary: "Components and their sources",
            [.table($0, caption: "Energy of one inference and area, by component.")])
        ]
      } ?? [])
  }

  private var layers: [HTMLPage.Block] {
    guard let table = StudyTables(study).layers else { return [] }
    let figures = LayerFigures(study)
    return [
      .heading("Layers"),
      .paragraph(
        "Current lost is what wires and terminals take from the currents of the lines. SNR is the "
          + "power of a layer's outputs in exact integers over that of their error on arrays, for the "
          + "first calibration image: own on the integers' inputs, so far on what the layers before "
          + "it leave."),
    ] + (figures.drops.map { [.figure($0)] } ?? [])
      + [.table(table, caption: "Layers in the order of execution.")]
  }

  private var inside: [HTMLPage.Block] {
    let figures = LayerFigures(study)
    let map = (study.worst?.samples.first?.record ?? study.first).voltageMap
    let found = [
      figures.lineCurrents, figures.conductances, figures.weights, map?.figure, map?.currentFigure,
    ].compactMap { $0 }
    return found.isEmpty
      ? [] : [.heading("Inside the arrays")] + found.map { .figure($0) }
  }

  private var details: [HTMLPage.Block] {
    let heading = HTMLPage.Block.heading("Details")
    guard study.records.count > 1 else { return [heading] + RecordDetails(study.first).blocks }
    let shown = shownRecords
    let note =
      shown.count < study.records.count
      ? [
        HTMLPage.Block.paragraph(
          "Of \(study.records.count) runs, the first one and those of the worst point; `tilespice "
            + "report` shows any other by itself.")
      ] : []
    return [heading] + note
      + shown.map { .folded(summary: place(of: $0), RecordDetails($0).blocks) }
  }

  /// The runs whose details the page holds: all, or of many the first one and those of the worst
  /// point.
  private var shownRecords: [ExperimentRecord] {
    guard study.records.count > Self.detailLimit else { return study.records }
    return study.records.enumerated().filter { index, record in
      index == 0 || study.worst?.samples.contains { $0.record == record } ?? false
    }.map(\.element).prefix(Self.detailLimit).map { $0 }
  }

  /// Runs whose details a page holds at most.
  private static let detailLimit = 12

  /// The settings of a run of a sweep.
  private func place(of record: ExperimentRecord) -> String {
    let cell = study.cells.first { cell in cell.samples.contains { $0.record == record } }
    let settings = cell.map { study.place(of: $0) } ?? record.name
    return "\(settings.isEmpty ? record.name : settings), seed \(record.seed)"
  }
}
