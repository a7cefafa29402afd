import Configuration
import Datasets

extension ImageSelection {
  init(reading section: inout ConfigurationSection) throws(ConfigurationError) {
    let seed = try section.integer(
      "shuffleSeed", default: nil, range: 0...(Int.max),
      meaning: "Seed of a random order, drawn before offset and limit; null keeps the order")
    self.init(
      shuffleSeed: seed.map { UInt64($0) },
      offset: try section.integer(
        "offset", default: 0, range: 0...(Int.max), meaning: "Images left out at the beginning"),
      limit: try section.integer(
        "limit", default: nil, range: 1...(Int.max),
        meaning: "Images evaluated at most; null for all"))
  }
}

extension DataSource {
  static var options: [ConfigurationOption<DataSource>] {
    [
      .option("digits", .bundledDigits, meaning: "the digits that come with the program"),
      .option("cifar10", meaning: "CIFAR-10 binary files") { (inner) throws(ConfigurationError) in
        .cifar10(
          test: try inner.path("test", meaning: "Images to evaluate"),
          calibration: try inner.path("calibration", meaning: "Images to calibrate on"),
          conventions: try inner.conventions())
      },
      .option(
        "npy",
        meaning:
          "NumPy arrays of numbers of any kind: images [N, C, H, W], [N, H, W, C], [N, H, W], "
          + "[N, C, L], [N, L, C] or [N, features], and labels"
      ) { (inner) throws(ConfigurationError) in
        .npy(try inner.arrayFiles(), conventions: try inner.conventions())
      },
      .option("idx", meaning: "IDX files (MNIST), plain or compressed by gzip") {
        (inner) throws(ConfigurationError) in
        .idx(try inner.arrayFiles(), conventions: try inner.conventions())
      },
      .option("images", meaning: "JPEG and PNG files, read while the run goes on") {
        (inner) throws(ConfigurationError) in
        .images(
          test: try inner.path(
            "test",
            meaning: "Images to evaluate: a folder, or a text file of lines `path index` whose "
              + "paths start from its own folder"),
          testLabels: try inner.path(
            "testLabels", default: nil,
            meaning:
              "Text file of lines `name index` for the folder `test`, or NumPy array (.npy) of "
              + "the labels of its images in the order of their names; null takes its subfolders, "
              + "sorted, as classes 0, 1, …, or images of the folder itself without labels"),
          calibration: try inner.path(
            "calibration", meaning: "Images to calibrate on: a folder or a list"),
          calibrationLabels: try inner.path(
            "calibrationLabels", default: nil, meaning: "As `testLabels`, for `calibration`"),
          preparation: try inner.preparation(),
          badImages: try inner.choice(
            "onBadImage", default: "stop",
            meaning:
              "What to do with a file that is damaged, of four inks or 16 bits, or too small",
            options: [
              .option("stop", .stop, meaning: "refuse to start, naming the first"),
              .option("skip", .skip, meaning: "leave it out; the results name it"),
            ]),
          conventions: try inner.conventions())
      },
    ]
  }
}

extension ConfigurationSection {
  fileprivate mutating func arrayFiles() throws(ConfigurationError) -> DataSource.ArrayFiles {
    DataSource.ArrayFiles(
      images: try path("images", meaning: "Images to evaluate"),
      labels: try path(
        "labels", default: nil,
        meaning: "Their labels, as `task` takes them; null for none. A file with more labels than "
          + "images is used with a warning"),
      calibrationImages: try path("calibrationImages", meaning: "Images to calibrate on"),
      calibrationLabels: try path(
        "calibrationLabels", default: nil, meaning: "Their labels; no result depends on them"))
  }

  fileprivate mutating func conventions() throws(ConfigurationError) -> DataConventions {
    DataConventions(
      normalization: try normalization(),
      layout: try choice(
        "layout", default: nil,
        meaning: "Order of the axes of an image in NumPy files and, where both would fit, of the "
          + "network's input; null takes what fits the network's input, channelsFirst where both do",
        options: [
          .option("channelsFirst", .channelsFirst, meaning: "[C, H, W] (NCHW), [C, L]"),
          .option("channelsLast", .channelsLast, meaning: "[H, W, C] (NHWC), [L, C]"),
        ]),
      labelOffset: try integer(
        "labelOffset", default: 0, range: -1_000_000...1_000_000,
        meaning: "Added to every class of the label files: 1 for a network whose output 0 is the "
          + "background, -1 for labels from 1"),
      labelMap: try choice(
        "labelMap", default: "none",
        meaning: "The network's output for each class of the label files, after labelOffset",
        options: [
          .option("none", DataConventions.LabelMapSource.none, meaning: "that of the same index"),
          .option("list", meaning: "outputs in the order of the classes") {
            (inner) throws(ConfigurationError) in
            .list(
              try inner.integers(
                "outputs", range: 0...1_000_000, meaning: "Entry k is the output for class k"))
          },
          .option("file", meaning: "outputs from a file") { (inner) throws(ConfigurationError) in
            .file(
              try inner.path(
                "path",
                meaning: "Text file with the output for class k on line k, from 0, or NumPy array "
                  + "(.npy)"))
          },
        ]))
  }

  fileprivate mutating func preparation() throws(ConfigurationError) -> ImagePreparation {
    let range = 1...65535
    return ImagePreparation(
      resize: try integer(
        "resize", unit: "pixels", default: nil, range: range,
        meaning: "Length of the shorter side after antialiased bilinear resizing, as torchvision's "
          + "Resize; null resizes nothing"),
      crop: try choice(
        "crop", default: "none", meaning: "The part of the image that is kept",
        options: [
          .option("none", .none, meaning: "all of it"),
          .option("centre", meaning: "the middle, as torchvision's CenterCrop") {
            (inner) throws(ConfigurationError) in
            .center(
              height: try inner.integer("height", unit: "pixels", range: range, meaning: "Rows"),
              width: try inner.integer("width", unit: "pixels", range: range, meaning: "Columns"))
          },
          .option("window", meaning: "a fixed window") { (inner) throws(ConfigurationError) in
            .window(
              top: try inner.integer(
                "top", unit: "pixels", range: 0...65535, meaning: "First row, from 0"),
              left: try inner.integer(
                "left", unit: "pixels", range: 0...65535, meaning: "First column, from 0"),
              height: try inner.integer("height", unit: "pixels", range: range, meaning: "Rows"),
              width: try inner.integer("width", unit: "pixels", range: range, meaning: "Columns"))
          },
        ]),
      channels: try choice(
        "channels", default: "rgb", meaning: "Planes of the network's input",
        options: [
          .option("rgb", .rgb, meaning: "red, green, blue; grays are repeated"),
          .option("grey", .gray, meaning: "luma (ITU-R BT.601)"),
        ]))
  }

  fileprivate mutating func normalization() throws(ConfigurationError) -> Normalization {
    try choice(
      "normalization", default: "none", meaning: "How pixels become network inputs",
      options: [
        .option("none", Normalization.none, meaning: "raw pixel values"),
        .option(
          "toTensor", Normalization.toTensor, meaning: "pixels / 255, as torchvision's ToTensor"),
        .option(
          "imageNet", Normalization.imageNet,
          meaning: "pixels / 255, then ImageNet's mean and deviation per channel"),
        .option("affine", meaning: "(pixel · scale − mean) / deviation") {
          (inner) throws(ConfigurationError) in
          Normalization(
            scale: Float(
              try inner.double(
                "scale", default: 1, range: .above(0), meaning: "Factor on raw pixels")),
            mean: try inner.doubles(
              "mean", default: [], meaning: "Per channel, or one for all; empty for zero"
            ).map { Float($0) },
            deviation: try inner.doubles(
              "deviation", default: [], range: .above(0),
              meaning: "Per channel, or one for all; empty for one"
            ).map { Float($0) })
        },
      ])
  }
}
