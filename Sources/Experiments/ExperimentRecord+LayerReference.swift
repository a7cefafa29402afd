import Configuration
import Energy

// What results say of layers, their models and their cells.
extension ExperimentRecord {
  static func components(_ unit: String) -> [ReferenceEntry] {
    EnergyComponent.allCases.map { field($0.rawValue, "number, \(unit)", $0.meaning) }
  }

  static let layerAudit: [ReferenceEntry] = [
    field("name", "text", "The layer"),
    field("operatorName", "text", "Its operator in the network"),
    field("inputs", "whole number", "Inputs of its matrix"),
    field("outputs", "whole number", "Outputs of its matrix"),
    field("tiles", "whole number", "Arrays that hold it"),
    field("utilisation", "number", "Part of their cells that store weights"),
    field(
      "method", "text",
      "How its currents are computed; where polynomials take the place of cells, with the largest "
        + "error of the current of one, relative, over all tiles (cell fit)"),
    field(
      "converterStepUnits", "number",
      "Units of the integer dot product per converter code; 0 for ideal converters"),
    field(
      "converters", "list of objects, optional",
      "The converters of each weight slice, from the least significant one, as its first array has "
        + "them, in units of the integer dot product of a weight slice and an input slice; absent for "
        + "ideal ones and in results of earlier versions",
      [
        field("lowestUnits", "number", "Value of the lowest code"),
        field("highestUnits", "number", "Value of the highest code"),
        field("stepUnits", "number", "Distance of neighboring codes"),
      ]),
    field(
      "vectorsPerTile", "whole number", "Input vectors of each tile whose circuits were solved"),
    field(
      "meanDrop", "number, optional",
      "Changes of line currents by wires and terminals, without their signs, over the ideal currents, "
        + "both summed over lines and vectors; this and the next three are absent where no vector was "
        + "solved"),
    field(
      "worstDrop", "number, optional",
      "Part of its ideal current that the line and vector with the largest loss loses"),
    field(
      "worstRelativeError", "number, optional",
      "Largest difference to the circuit's line current, over the largest one of the tile"),
    field(
      "circuitResidual", "number, optional",
      "Worst Kirchhoff residual of the circuits, over the currents at the node"),
    field(
      "calibration", "object, optional",
      "What calibration promised and the run observed; absent for paths that are not fitted",
      layerCalibration),
    field(
      "distributions", "object, optional",
      "What its cells store and its converters see; absent in results of earlier versions",
      [
        field("weightCodes", "object", "Integer codes of the weights", histogram("number")),
        field(
          "conductanceSiemens", "object", "All cells as programmed, from zero",
          histogram("number, S")),
        field(
          "slices", "list of objects", "Converters by weight slice, from the least significant",
          [
            field(
              "lineAmperes", "object",
              "Currents before conversion, subtractions done, of the first calibration image; bins "
                + "are multiples of a unit of the integer dot product",
              histogram("number, A")),
            field(
              "converterAmperes", "object, optional",
              "Range of the converters; absent for ideal ones",
              [
                field("lowest", "number, A", "Current of the lowest code"),
                field("highest", "number, A", "Current of the highest code"),
              ]),
          ]),
      ]),
  ]

  private static func histogram(_ type: String) -> [ReferenceEntry] {
    [
      field("lowest", type, "Lower end of the first bin"),
      field("width", type, "Width of every bin"),
      field("counts", "list of: whole number", "Values in each bin"),
    ]
  }

  private static let layerCalibration: [ReferenceEntry] = [
    field("choices", "list of: text", "Method and reason of each tile"),
    field("reasons", "list of: text", "The reasons alone"),
    field("relativeRMS", "number", "Held-out rms error over the rms output, of the worst tile"),
    field("relativePercentile999", "number", "The same of the 99.9 % error"),
    field("relativeWorst", "number", "The same of the largest error"),
    field(
      "leastSignificantBitsRMS", "number, optional",
      "Held-out rms error in converter steps; absent with ideal converters"),
    field("leastSignificantBitsWorst", "number, optional", "The same of the largest error"),
    field("promisedRMSAmperes", "number, A", "The rms error that a run is promised to stay within"),
    field("promisedWorstAmperes", "number, A", "The largest error that was held out"),
    field(
      "observations", "object", "What the run saw, over all tiles",
      [
        field("vectors", "whole number", "Input vectors"),
        field("empty", "whole number", "Those that select nothing"),
        field("fallbacks", "whole number", "Those outside the domain, which were solved exactly"),
        field("audited", "whole number", "Those inside it that were solved exactly too"),
        field("auditedCurrents", "whole number", "Currents that were compared"),
        field("squareSum", "number, A²", "Sum of their squared errors"),
        field("worstAmperes", "number, A", "The largest of them"),
      ]),
    field(
      "observedOverPromised", "number, optional",
      "Observed rms error over the promised one, of the worst tile; absent without audits"),
  ]

  static let compensation: [ReferenceEntry] = [
    field("images", "whole number", "Calibration images on which layers were compensated"),
    field(
      "layers", "list of objects", "The compensated layers",
      [
        field("name", "text", "The layer"),
        field("gains", "text", "Digital factors on its outputs: none, layer or column"),
        field(
          "fittedVectors", "whole number",
          "Output vectors that they are fitted on, of all images; 0 without"),
        field(
          "lowestGain", "number, optional", "The smallest factor; absent, as the next, without"),
        field("highestGain", "number, optional", "The largest factor"),
        field("meanGain", "number, optional", "Their mean"),
        field(
          "constantOutputs", "list of: whole number",
          "Outputs that do not vary on the calibration images: their factor is 1"),
        field(
          "passes", "whole number", "Passes of compensated programming; 0 for weights as they are"),
        field(
          "meanShare", "number, optional",
          "Part of its ideal current that a cell delivers, mean over the weights as they are; absent "
            + "without compensated programming"),
        field(
          "reconstructionSteps", "whole number, optional",
          "Steps of reconstruction that were tried; absent, as the next three, without"),
        field(
          "reconstructionVectors", "whole number, optional",
          "Input vectors on which it was made"),
        field(
          "reconstructionErrorBefore", "number, optional",
          "Root mean square difference of outputs to those of the float network before it, over the "
            + "spread of the latter, on images that it does not know"),
        field("reconstructionErrorAfter", "number, optional", "The same after it"),
        field(
          "cellsBeyondRange", "whole number, optional",
          "Weights whose conductances lie beyond the range of the cells and end at it; absent, as the "
            + "next, where conductances are as they are"),
        field(
          "farthestBeyondRange", "number, optional",
          "How far the farthest of them lies beyond it, over the end of the range"),
        field("siemensBefore", "number, S", "Mean conductance of all cells: targets as they are"),
        field("siemensAfter", "number, S", "The same compensated"),
        field("inputScaleBefore", "number", "Real value of an input code, from the float network"),
        field(
          "inputScaleAfter", "number",
          "The same from what the compensated layers before deliver"),
      ]),
    field(
      "runs", "list of objects", "The controls, then the compensated path",
      [
        field("path", "text", "As among `results`"),
        field("run", "text", "As among `results`"),
        field(
          "layers", "list of objects", "The arrays of every layer",
          [
            field("name", "text", "The layer"),
            field("cells", "whole number", "Its cells"),
            field("meanSiemens", "number, S", "Their mean conductance as programmed"),
            field(
              "converterAmperes", "number, A, optional",
              "Largest current that a converter has a code for; absent for ideal converters"),
          ]),
        field("joules", "number, J, optional", "Energy of one inference; absent without `energy`"),
      ]),
    field(
      "robustness", "object, optional",
      "The compensated path on arrays that are not those it was compensated for; absent unless changes "
        + "are asked for",
      [
        field(
          "runs", "list of objects", "The changes, in the order of the experiment",
          [
            field("change", "text", "What is changed: resistance, seed or driftSeconds"),
            field(
              "value", "number",
              "The factor on all resistances, the seed of errors or the seconds after programming"),
            field("text", "text", "The change in words"),
            field("result", "object", "Its result, with the keys of `results`", runResult),
          ]),
        field(
          "meanAccuracyPercent", "number, %, optional",
          "Mean accuracy over them; absent, as the next, without classes"),
        field("worstAccuracyPercent", "number, %, optional", "The lowest"),
        field(
          "meanRelativeRMS", "number, optional",
          "Mean over them of the rms error of the outputs against the float network, over the rms of "
            + "its outputs; absent, as the next, without it"),
        field("worstRelativeRMS", "number, optional", "The largest"),
      ]),
  ]

  static let voltageMap: [ReferenceEntry] = [
    field("layer", "text", "The layer"),
    field("tile", "whole number", "Its tile, from 0"),
    field("topology", "text", "What drives the array: gateDriven or voltageDriven"),
    field("bitLineSense", "text", "Sensed end of the bit lines: near, far or both"),
    field("bitLineOhms", "number, Ω", "One bit-line segment"),
    field("readVolts", "number, V", "Read voltage"),
    field("activeWordLines", "whole number", "Word lines that the input drives"),
    field(
      "cellVolts", "list of lists of: number, V",
      "Between source line (gateDriven) or word line and bit line, by word line, then bit line"),
    field(
      "cellAmperes", "list of lists of: number, A, optional",
      "Through the same cells; absent in results of earlier versions"),
  ]
}
