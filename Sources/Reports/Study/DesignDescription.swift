import Configuration
import Experiments

/// The design in words and as a drawing of one tile, from the configuration of a run.
struct DesignDescription {
  private let study: ReportedStudy
  private let hardware: ConfigurationValue

  /// The design that the points of `study` have in common; `nil` where a configuration has no
  /// hardware.
  init?(_ study: ReportedStudy) {
    guard let hardware = study.first.configuration.at("hardware") else { return nil }
    self.study = study
    self.hardware = hardware
  }

  private var isGated: Bool { hardware.word("inputs") != "voltages" }
  /// Whether source lines run beside the word lines.
  private var isCrossing: Bool { isGated && hardware.word("sourceLine") == "crossing" }
  private var isOffset: Bool { hardware.word("mapping") == "offset" }
  private var subtraction: String { hardware.word("mapping.subtraction") ?? "analog" }

  private func text(_ path: String, _ unit: String) -> String {
    if let axis = axis(path) {
      return study.values(ofAxis: axis).map { study.axes[axis].shortText($0) }
        .joined(separator: ", ")
    }
    return hardware.number(path).map { NumberFormat.trimmedEngineering($0, unit: unit) }
      ?? "unknown"
  }

  /// A resistance, or its range over the study; `nil` for none.
  private func resistance(_ path: String) -> String? {
    let key = path.split(separator: ".").last.map(String.init) ?? path
    if let axis = study.axes.firstIndex(where: { $0.key == key || $0.key.hasSuffix(".\(key)") }) {
      let values = study.values(ofAxis: axis).compactMap(\.value.number)
      guard let low = values.min(), let high = values.max(), high > 0 else { return nil }
      let (a, b) = (low, high)
      return a == b
        ? NumberFormat.trimmedEngineering(a, unit: "Ω")
        : "\(NumberFormat.trimmedEngineering(a, unit: "Ω")) to "
          + NumberFormat.trimmedEngineering(b, unit: "Ω")
    }
    return hardware.number(path).flatMap {
      $0 > 0 ? NumberFormat.trimmedEngineering($0, unit: "Ω") : nil
    }
  }

  /// The axis of a key of the hardware, if it is one.
  private func axis(_ path: String) -> Int? {
    study.axes.firstIndex { $0.key == "hardware.\(path)" }
  }

  /// The values of an axis in words, where a key of the hardware is one.
  private func varied(_ path: String) -> String? { axis(path).map(words) }

  private func words(ofAxis axis: Int) -> String {
    study.values(ofAxis: axis).map { study.axes[axis].cell($0) }.joined(separator: ", ")
  }

  /// What the sentences above a whole section cannot say: that it differs from point to point.
  private var sections: String {
    let names = study.axes.map(\.key).filter { key in
      guard let value = study.first.configuration.at(key), case .mapping = value else {
        return false
      }
      return key == "hardware" || key.hasPrefix("hardware.")
    }
    guard !names.isEmpty else { return "" }
    return "This is the design of the first point; points differ in "
      + names.joined(separator: ", ") + "."
  }

  private var converter: String {
    let bits =
      varied("converter.bits")
      ?? hardware.number("converter.bits").map { NumberFormat.trimmed($0) }
    switch hardware.word("converter") ?? "" {
    case "ideal": return "ideal"
    case "fullPrecision": return "full precision"
    case let model:
      let kind = model == "uniform" || model.isEmpty ? "" : "\(model), "
      return kind + (bits.map { "\($0) bit" } ?? "resolution unknown")
    }
  }

  /// One sentence for each part of the design.
  var sentences: [String] {
    let precision =
      "Weights have \(bits("quantization.weightBits")) bits, inputs "
      + "\(bits("quantization.activationBits"))."
    return [
      mapping, slicing, cells, precision, drive, conversion, wires, errors, exceptions, sections,
    ].filter { !$0.isEmpty }
  }

  private func bits(_ path: String) -> String {
    study.axes.firstIndex { $0.key == path }.map(words)
      ?? study.first.configuration.number(path).map { NumberFormat.trimmed($0) } ?? "unknown"
  }

  private var mapping: String {
    let size =
      "Arrays have at most \(varied("tile.wordLines") ?? count("tile.wordLines")) word lines and "
      + "\(varied("tile.bitLines") ?? count("tile.bitLines")) bit lines. "
      + (unusedLines.map { "Word lines that a layer leaves over lie at the \($0) end. " } ?? "")
    guard !isOffset else {
      return size + "A signed weight is one cell that holds it plus an offset."
    }
    let place =
      switch subtraction {
      case "inArray": "on the bit line that they share"
      case "digital": "after two conversions"
      default: "before one conversion"
      }
    return size + "A signed weight is a pair of cells, whose currents subtract \(place)."
  }

  /// The end at which arrays of full height have their unused word lines; `nil` for arrays that are
  /// as high as their layers.
  private var unusedLines: String? {
    varied("tile.unusedWordLines")
      ?? hardware.word("tile.unusedWordLines").flatMap { $0 == "none" ? nil : $0 }
  }

  private func count(_ path: String) -> String {
    hardware.number(path).map { NumberFormat.trimmed($0, digits: 6) } ?? "unknown"
  }

  private var slicing: String {
    (varied("weightSlices.bits")
      ?? hardware.number("weightSlices.bits").map {
        NumberFormat.trimmed($0)
      }).map {
        "A cell stores \($0) bits of a weight; slices have arrays of their own "
          + "and are shifted and added."
      } ?? "A cell stores a whole weight."
  }

  private var cells: String {
    let ratio = hardware.number("cell.onOffRatio").flatMap {
      $0.isFinite ? NumberFormat.trimmed($0) : nil
    }
    let off = (varied("cell.onOffRatio") ?? ratio).map { ", \($0) times that of an off cell" } ?? ""
    return "A cell that is fully on has \(text("cell.onConductanceSiemens", "S"))\(off).\(law)"
  }

  /// What cells are besides resistors; empty for resistors, which results without the key have.
  private var law: String {
    let read = text("cell.readVolts", "V")
    let levels =
      hardware.word("cell.levels") == "conductance"
      ? "weights are proportional to its conductance"
      : "weights are proportional to the current of the whole cell at \(read)"
    return switch varied("law") ?? hardware.word("law") ?? "linear" {
    case "linear": ""
    case "transistor": " It is in series with an access transistor; \(levels)."
    case "selector": " It is in series with a two-way selector; \(levels)."
    case "sinh": " Its current is a hyperbolic sine of its voltage, read at \(read)."
    case "table": " Its current follows a measured curve, read at \(read)."
    case let several: " Cells follow the laws \(several)."
    }
  }

  private var drive: String {
    let accumulation =
      hardware.word("inputs.accumulation") == "analog"
      ? "added on capacitors before one conversion" : "shifted and added after conversion"
    return isGated
      ? "Input bits switch gates, one at a time; their results are \(accumulation)."
      : "Word lines are driven by voltages of "
        + "\(count("inputs.sliceBits")) bits; results of input slices are \(accumulation)."
  }

  private var conversion: String {
    let range: [String: String] = [
      "calibrated": "their range is measured on calibration images",
      "maximum": "their range is all that a tile can deliver",
      "leastError": "their range has the least mean error on calibration images",
      "granular": "a code stands for one unit of the integer dot product",
      "anchored": "their range is measured on calibration images, a code a power of two of a unit",
      "limits": "their range is given, the same for all layers",
    ]
    let word = hardware.word("converter.range").flatMap { range[$0] }
    let chance = hardware.word("converter.rounding") == "stochastic" ? "; they round by chance" : ""
    let off =
      hardware.word("offCurrent") == "converted"
      ? " The current of off cells is converted too." : ""
    let most =
      hardware.number("integratorAmperes") == nil
      ? "" : " An integrator takes at most \(text("integratorAmperes", "A")) of a line."
    return "Converters: \(converter)\(word.map { "; \($0)" } ?? "")\(chance).\(off)\(most)"
  }

  private var wires: String {
    let parts = [
      resistance("wires.bitLineOhms").map { "bit lines \($0)" },
      resistance(isGated ? "wires.sourceLineOhms" : "wires.wordLineOhms").map {
        "\(isGated ? "source" : "word") lines\(isCrossing ? " (along the word lines)" : "") \($0)"
      },
    ].compactMap { $0 }
    return parts.isEmpty
      ? "Wires have no resistance."
      : "Resistance from cell to cell: \(parts.joined(separator: ", "))."
  }

  private var errors: String {
    let names = [
      ("programming", "programming errors"), ("readNoise", "read noise"), ("drift", "drift"),
      ("readDisturb", "read disturb"), ("stuckCells", "stuck cells"),
    ]
    let present = names.compactMap { key, name -> String? in
      guard let model = hardware.word("errors.\(key)"), model != "none" else {
        return varied("errors.\(key)").map { _ in name }
      }
      func size(_ name: String) -> String? {
        varied("errors.\(key).\(name)")
          ?? hardware.number("errors.\(key).\(name)").map { NumberFormat.trimmed($0) }
      }
      let sizes = [size("alpha").map { "α = \($0)" }, size("reads").map { "\($0) reads" }]
      return "\(name) (\(([model] + sizes.compactMap { $0 }).joined(separator: ", ")))"
    }
    return present.isEmpty
      ? "Cells hold what they are told." : "Cells have \(present.joined(separator: ", "))."
  }

  private var exceptions: String {
    guard case .mapping(let layers)? = study.first.configuration.at("layers"), !layers.isEmpty
    else { return "" }
    let names = layers.keys.sorted().joined(separator: ", ")
    return "Layers with settings of their own, which the configuration lists: \(names)."
  }

  /// The drawing of one tile.
  var figure: Figure? {
    guard let wordLines = hardware.number("tile.wordLines"),
      let bitLines = hardware.number("tile.bitLines")
    else { return nil }
    func end(_ path: String) -> TileDrawing.End {
      hardware.word(path).flatMap(TileDrawing.End.init(rawValue:)) ?? .far
    }
    let columns: TileDrawing.Columns =
      isOffset
      ? .single
      : subtraction == "inArray"
        ? .interleaved : .pairs(convertersPerPair: subtraction == "digital" ? 2 : 1)
    let tile = TileDrawing(
      wordLines: Int(wordLines), bitLines: Int(bitLines), columns: columns,
      feed: isCrossing ? .crossingSourceLines : isGated ? .sourceLines : .wordLines,
      drive: end(isGated ? "ends.sourceLineDrive" : "ends.wordLineDrive"),
      sense: end("ends.bitLineSense"),
      feedSegment: resistance(isGated ? "wires.sourceLineOhms" : "wires.wordLineOhms"),
      bitLineSegment: resistance("wires.bitLineOhms"),
      driver: resistance(
        isGated ? "terminals.sourceLineDriverOhms" : "terminals.wordLineDriverOhms"),
      terminal: resistance("terminals.bitLineSenseOhms"), converter: converter,
      readVoltage: text("cell.readVolts", "V"))
    return Figure(
      title: "One tile",
      caption:
        "Not to scale. "
        + (unusedLines == nil ? "Layers that need less have smaller arrays; larger" : "Larger")
        + " matrices take several.",
      samples: "", content: .tile(tile))
  }
}
