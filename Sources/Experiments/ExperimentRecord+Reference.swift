import Configuration
import Energy

extension ExperimentRecord {
  /// The meaning of every field of `results.json`.
  public static let reference: ReferencePage = {
    var page = ReferencePage(
      name: "results", title: "Results of a run (results.json)",
      introduction: """
        `tilespice infer` writes one JSON object. Numbers are in the unit that ends their name. Fields \
        marked optional are absent where the meaning says so. Lists of images are in one order, that of \
        `images.csv`; lists of layers are in the order of execution.
        """,
      entries: fields)
    page.hasDefaults = false
    return page
  }()

  private static let fields: [ReferenceEntry] = [
    field("formatVersion", "whole number", "Version of this format: 3"),
    field("software", "text", "Version and build of the program"),
    field("name", "text", "Name of the experiment"),
    field(
      "configuration", "object",
      "The experiment, every default filled in, changes by the command line included, but for --out, "
        + "which says only where results lie: keys and values of the experiment file; infinity is the "
        + "text `.inf`"),
    field(
      "configurationYAML", "text",
      "The same as an experiment file: save it and run it to repeat this"
    ),
    field("seed", "whole number", "Seed of every random draw"),
    field("networkHash", "text", "SHA-256 of the network file"),
    field("imagesHash", "text", "SHA-256 of the evaluated images and their labels"),
    field("calibrationHash", "text", "SHA-256 of the calibration images and their labels"),
    field(
      "stoppedAt", "text, optional",
      "Where the run was interrupted; results are then those of the finished images. Absent where it "
        + "was not"),
    field("selectedCount", "whole number", "Images that were selected and can be used"),
    field("imageCount", "whole number", "Images that the results are of"),
    field("threads", "whole number", "Tasks at once"),
    field(
      "task", "text", "What the network is for: classification, regression, segmentation or none"),
    field("outputShape", "list of: whole number", "Shape of the network's result for one image"),
    field(
      "labels", "list of: whole number",
      "Class of each image, as an output of the network; empty if labels are no classes"),
    field("names", "list of: text", "File of each image, or its place in the data set"),
    field("skipped", "list of: text", "Images that were left out, with the reason"),
    field(
      "study", "list of objects",
      "What the points differ in; without a study, what tables show of the one point", quantity),
    field(
      "digitalFloat", "object, optional",
      "The float network; absent if `compare` leaves it out", runResult),
    field(
      "digitalInteger", "object, optional",
      "The network in exact integers, as the first point has it; absent if `compare` leaves it out",
      runResult),
    field("points", "list of objects", "One for each point of the study", point),
    field(
      "requantizedLayers", "list of: text",
      "Layers whose stored integers arrays cannot hold, quantized anew, with the reason"),
    field(
      "voltageMap", "object, optional",
      "Voltages and currents of the cells of one tile at the last point; absent without an audit",
      voltageMap),
  ]

  static let runResult: [ReferenceEntry] = [
    field(
      "path", "text",
      "`float`, `int8` (of other widths `w4a8`, `integer` if layers differ), `ideal`, or the "
        + "experiment's own paths joined by `+`; beside compensation the same with `uncompensated` and "
        + "`lower G_on` behind it"),
    field(
      "run", "text",
      "Which evaluation of the images it is; points that change nothing that it depends on share it"
    ),
    field(
      "predictions", "list of: whole number, optional",
      "The largest output of each image, the class that a classifier predicts; absent where a result "
        + "is more than a list of outputs"),
    field(
      "correct", "whole number, optional",
      "Correct predictions; absent, like the next two and comparison, if labels are no classes"),
    field(
      "correctInFive", "whole number, optional",
      "Images whose label is among the five largest outputs; absent with five classes or fewer"),
    field(
      "labelRanks", "list of: whole number, optional",
      "Place of the label among the outputs of each image, from 1"),
    field(
      "regression", "object, optional", "Against labels that are numbers; absent for other tasks",
      [
        field("meanSquareError", "number", "Mean of the squared errors over images and outputs"),
        field(
          "rSquared", "number, optional",
          "1 less the squared errors over the squared distances of the labels from their means, all "
            + "outputs together; absent where labels do not differ"),
        field("imageErrors", "list of: number", "Mean of the squared errors of each image"),
        field(
          "difference", "object, optional",
          "Mean square error less that of the digital 8-bit network; absent for digital paths",
          pairedDifference),
      ]),
    field(
      "segmentation", "object, optional",
      "Against labels that are maps of classes; absent for other tasks",
      [
        field(
          "pixelAccuracy", "number, optional",
          "Correct positions over those that count, of all images; absent where none counts"),
        field(
          "meanIntersectionOverUnion", "number, optional",
          "Mean over the classes that are predicted or labelled, of all images together; absent where "
            + "none is"),
        field(
          "intersectionOverUnion", "list of: number or null",
          "That of each class; null for one that does not occur"),
        field(
          "imageAccuracies", "list of: number or null",
          "Correct positions of each image over those that count; null where none counts"),
        field(
          "accuracyDifference", "object, optional",
          "Pixel accuracy of images less that of the digital 8-bit network, mean over images; absent "
            + "for digital paths",
          pairedDifference),
        field(
          "intersectionDifference", "object, optional",
          "Mean intersection over union less that of the digital 8-bit network, the interval by the "
            + "jackknife; absent for digital paths",
          pairedDifference),
      ]),
    field(
      "outputErrors", "list of objects",
      "Errors of all outputs of all images against those of the digital networks: none for float, "
        + "float for int8, float and int8 for arrays",
      [
        field("reference", "text", "The digital network: `float` or `int8`"),
        field(
          "relativeRMS", "number, optional",
          "Rms error over the rms output of that network; absent where its outputs are zero"),
        field(
          "signalToErrorDecibels", "number, optional",
          "The same as a ratio of powers; absent without error"),
        field("worst", "number", "Largest error"),
        field(
          "agreement", "number, optional",
          "Part of the images (of the positions of maps) at which the largest output is the same; "
            + "absent for a single output and for matrices"),
        field(
          "outputs", "object, optional",
          "The same by the index of the output, the first axis of the result longer than 1; absent "
            + "for a single output and for more than 1024",
          [
            field("signalRMS", "list of: number", "Rms output of the digital network"),
            field("errorRMS", "list of: number", "Rms error"),
            field("worst", "list of: number", "Largest error"),
          ]),
      ]),
    field("seconds", "number, s", "Wall clock of the images that were timed"),
    field("imagesTimed", "whole number", "Images that this run timed; resumed ones are not"),
    field(
      "activity", "list of objects", "What the hardware did, by layer; empty for digital paths",
      [
        field("vectors", "whole number", "Input vectors; signed ones may take two products"),
        field("products", "whole number", "Matrix-vector products"),
        field(
          "wordLineActivations", "whole number",
          "Input bits that were set, for each tile they drive"),
        field(
          "activatedCells", "whole number", "Cells on the word lines of the bits that were set"),
        field("wordLineBits", "whole number", "Input bits, set or not"),
        field("conversions", "whole number", "Analog-to-digital conversions"),
        field("clippedConversions", "whole number", "Conversions beyond the converter's range"),
        field(
          "readWatts", "number, W",
          "Power into the arrays, summed over all reads; 0 unless the experiment asks for energy"),
      ]),
    field(
      "layerSeconds", "list of: number, s",
      "Time that tasks spent in each layer, over the images timed; empty for digital paths"),
    field(
      "comparison", "object, optional",
      "Predictions against those of the digital 8-bit network; absent for digital paths",
      [
        field("flips", "whole number", "Images that the two predict differently"),
        field(
          "paired", "object", "Which of the two is right, digital first",
          [
            field("both", "whole number", "Images that both classify correctly"),
            field("onlyFirst", "whole number", "Images that only the digital network does"),
            field("onlySecond", "whole number", "Images that only the analog path does"),
            field("neither", "whole number", "Images that neither does"),
          ]),
        field("mcNemarPValue", "number", "Two-sided exact p-value of McNemar's test"),
        field(
          "accuracyDifference", "number", "Accuracy of the analog path less that of the digital one"
        ),
        field("halfWidth", "number", "Half width of its 95 % interval"),
        field(
          "confusion", "list of objects", "Pairs of predictions that occur",
          [
            field("digital", "whole number", "Class by the digital network"),
            field("analog", "whole number", "Class by the analog path"),
            field("images", "whole number", "Images"),
          ]),
      ]),
  ]

  private static let pairedDifference: [ReferenceEntry] = [
    field("value", "number", "The difference"),
    field(
      "halfWidth", "number, optional",
      "Half width of its 95 % interval from the differences of single images; absent for one image"),
  ]

  private static let quantity: [ReferenceEntry] = [
    field("key", "text", "Its key under `study` of the experiment file"),
    field("symbol", "text", "Symbol or short name, as it heads columns"),
    field("unit", "text", "Unit of its values; empty for counts, ratios and names"),
    field("unitName", "text", "The unit as a plain word"),
    field("title", "text", "What it is called in running text"),
    field("definition", "text", "A sentence that defines the symbols"),
    field(
      "normalizedSymbol", "text, optional",
      "Symbol of its dimensionless form; absent if it has none"),
    field("isLogarithmic", "true or false", "Whether figures spread it by its logarithm"),
  ]

  private static let point: [ReferenceEntry] = [
    field(
      "values", "list of objects", "Its value of each quantity of `study`, in their order",
      [
        field("value", "number or text", "In the unit of the quantity"),
        field(
          "normalized", "number, optional",
          "The dimensionless form; absent if the quantity has none"),
      ]),
    field("bitLineOhms", "number, Ω", "One bit-line segment of the shared hardware"),
    field("relativeResistance", "number", "The same over the smallest resistance of a cell"),
    field(
      "digitalInteger", "object, optional",
      "The network in exact 8-bit integers; absent where it is that of the record", runResult),
    field(
      "results", "list of objects", "One for each path, the experiment's own last", runResult),
    field(
      "layers", "list of objects",
      "How exact each layer is and what its wires do; empty in interrupted runs", layerAudit),
    field(
      "fidelity", "list of objects",
      "Each layer's outputs on the first calibration image against exact integers; empty in "
        + "interrupted runs",
      [
        field("name", "text", "The layer"),
        field("signal", "number", "Sum of the squared outputs in integers"),
        field("ownError", "number", "Sum of the squared errors on the inputs of the integers"),
        field("reachedError", "number", "The same on what the layers before it leave"),
      ]),
    field(
      "cost", "object, optional",
      "Energy, time and area of one inference on the experiment's path; absent without `energy`",
      [
        field(
          "layers", "list of objects", "One for each layer",
          [
            field("name", "text", "The layer"),
            field("arrays", "whole number", "Arrays that hold it"),
            field("seconds", "number, s", "Its time in one inference"),
            field("multiplyAdds", "number", "Its multiply-adds in one inference"),
            field("joules", "object", "Energy of one inference by component", components("J")),
            field(
              "areaSquareMicrometers", "object", "Area by component", components("µm²")),
          ]),
        field("missing", "list of: text", "Components that the table leaves out"),
      ]),
    field(
      "compensation", "object, optional",
      "What compensation changed and what it is worth; absent without, and in interrupted runs",
      compensation),
    field(
      "preparationSeconds", "number, s",
      "Time to program arrays, compensate layers and calibrate converters"),
  ]

  static func field(
    _ key: String, _ type: String, _ meaning: String, _ inner: [ReferenceEntry]? = nil
  ) -> ReferenceEntry {
    ReferenceEntry(
      key: key, type: type, fallback: "", meaning: meaning,
      content: inner.map { .section($0) } ?? .scalar)
  }
}
