// swift-tools-version: 6.2
import PackageDescription

// `make` defines TILESPICE_FMA together with `-Xcc -march=native`; see `multiplyAdd`. Loops of debug
// builds are 20 to 300 times slower: `make debug` optimizes them by `-Xswiftc -O`. A setting that did
// so here would keep other packages from depending on this one.

// Generated protobuf code and libraries that are not yet annotated for strict memory safety.
let relaxed: [SwiftSetting] = [
  .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
]
let strict: [SwiftSetting] = relaxed + [.strictMemorySafety()]
// `make test` does not optimize tests whose own code computes little, which saves minutes of a build.
// Only there: no package may depend on one with unsafe flags.
let skipsOptimization = Context.environment["TILESPICE_UNOPTIMIZED_TESTS"] == "1"
let unoptimized: [SwiftSetting] =
  relaxed + (skipsOptimization ? [.unsafeFlags(["-Onone"])] : [])

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A library layer and its tests, which may import more than the layer does.
func layer(
  _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = strict,
  resources: [Resource]? = nil, exclude: [String] = [], tests: [Target.Dependency] = [],
  testResources: [Resource]? = nil, testsCompute: Bool = false
) -> [Target] {
  [
    .target(
      name: name, dependencies: dependencies, exclude: exclude, resources: resources,
      swiftSettings: settings),
    .testTarget(
      name: "\(name)Tests", dependencies: [.byName(name: name)] + tests, resources: testResources,
      swiftSettings: testsCompute ? relaxed : unoptimized),
  ]
}

var targets: [Target] = [
  .systemLibrary(name: "CSuiteSparse", providers: [.apt(["libsuitesparse-dev"])]),
  .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
  .systemLibrary(name: "CJPEG", providers: [.apt(["libjpeg62-turbo-dev"])]),
  .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CMalloc"),
  .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CTileSpice"),
  // The interface of compiled Verilog-A in C: layouts, loader, limits, evaluation
  .target(name: "COSDI"),
  // Products of bytes in C, by the instructions that processors have for them
  .target(name: "CByteProducts"),
  // What the program has in place of libraries: OpenMP run by one thread, METIS when it is asked for
  .target(name: "CStandalone"),
]

// From the ground up: a target imports only what stands above it here, and what it imports it
// declares. A test compares, and README.md shows the line above each target.

// Quantities with their units; numbers as SPICE spells them
targets += layer("Units", [], tests: ["NumericKernels"])
// Whole files in and out, NPY and CSV, hashes of contents, the word that was probably meant
targets += layer("Files", [], tests: ["TestSupport"])
// Dense storage and products, random streams, statistics, concurrent maps, the memory budget
targets += layer("NumericKernels", ["CByteProducts", "COpenBLAS"], testsCompute: true)
// CHOLMOD, KLU, conjugate gradients along chains
targets += layer(
  "SparseLinearAlgebra", ["CSuiteSparse"], tests: ["NumericKernels", "TestSupport"],
  testsCompute: true)
// Circuits as data: nodes, elements, models, expressions, analyses, plots
targets += layer("Netlist", [])
// Compiled Verilog-A through OSDI: files, modules, devices and their evaluation
targets += layer(
  "CompactModels", ["COSDI", "Files", "Netlist"], tests: ["Files", "Netlist", "TestSupport"])
// SPICE as text: decks read and written in several dialects, raw files
targets += layer(
  "SPICE", ["CompactModels", "Files", "Netlist", "NumericKernels", "Units"],
  exclude: ["Reference/DECK.md"],
  tests: ["ExternalSimulators", "Files", "Netlist", "NumericKernels", "TestSupport"])
// ngspice, Xyce, gnucap and VACASK as processes
targets += layer(
  "ExternalSimulators", ["Files", "Netlist", "SPICE", "Units"],
  tests: ["Files", "Netlist", "NumericKernels", "SPICE", "TestSupport"])
// Equations of diodes and MOSFETs
targets += layer(
  "DeviceModels", ["Netlist", "Units"], tests: ["Netlist", "TestSupport", "Units"])
// Digital values, gates, registers and bridges; what is due when, and what it changes
targets += layer("EventSimulation", ["Netlist"], tests: ["Netlist"])
// Operating points, sweeps, small-signal and transient analyses
targets += layer(
  "CircuitSolver",
  [
    "CompactModels", "DeviceModels", "EventSimulation", "Netlist", "NumericKernels",
    "SparseLinearAlgebra", "Units",
  ],
  tests: [
    "CompactModels", "ExternalSimulators", "Files", "Netlist", "NumericKernels", "SPICE",
    "TestSupport",
  ])
// An array's technology, laws of cells (a file each), the one circuit builder, exact methods
targets += layer(
  "CrossbarArray",
  [
    "CircuitSolver", "CompactModels", "DeviceModels", "ExternalSimulators", "Files", "Netlist",
    "NumericKernels", "SPICE", "SparseLinearAlgebra", "Units",
  ],
  tests: [
    "BehavioralModels", "CircuitSolver", "CompactModels", "ExternalSimulators", "Files", "Netlist",
    "NumericKernels", "SPICE", "SparseLinearAlgebra", "TestSupport", "Units",
  ], testsCompute: true)
// Ideal arrays, and models calibrated against exact solves
targets += layer(
  "BehavioralModels", ["CrossbarArray", "Files", "NumericKernels", "Units"],
  tests: ["CrossbarArray", "Files", "NumericKernels", "TestSupport", "Units"], testsCompute: true)
// Weights to tiles, slices of weights and inputs, converters, errors and noise of cells
targets += layer(
  "AnalogCore", ["CrossbarArray", "NumericKernels", "Units"],
  tests: ["BehavioralModels", "CrossbarArray", "NumericKernels", "TestSupport", "Units"],
  testsCompute: true)
// Graphs, operators and their quantization
targets += layer(
  "NeuralNetwork", ["NumericKernels"], tests: ["NumericKernels", "TestSupport"],
  testsCompute: true)
// ONNX files
targets += layer(
  "ONNXImport", ["Files", "NeuralNetwork", "NumericKernels", protobuf], settings: relaxed,
  exclude: ["ONNX.proto"],
  tests: [
    "Datasets", "Files", "Inference", "NeuralNetwork", "NumericKernels", "TestSupport", protobuf,
  ],
  testResources: [.copy("Resources")])
// Images and labels
targets += layer(
  "Datasets", ["CJPEG", "CPNG", "CZlib", "Files", "NumericKernels"],
  tests: ["Files", "TestSupport"], testResources: [.copy("Resources")])
// A graph on arrays: plan, calibration, audit
targets += layer(
  "Inference",
  [
    "AnalogCore", "BehavioralModels", "CrossbarArray", "Datasets", "NeuralNetwork",
    "NumericKernels", "Units",
  ],
  tests: [
    "AnalogCore", "BehavioralModels", "CrossbarArray", "Datasets", "NeuralNetwork",
    "NumericKernels", "TestSupport", "Units",
  ], testsCompute: true)
// YAML read strictly: sections, faults with their place, defaults, reference pages
targets += layer("Configuration", ["Files", yams])
// Energy, time and area: tables of components, and what they make of a run's counts
targets += layer(
  "Energy", ["AnalogCore", "Configuration"],
  tests: ["AnalogCore", "Configuration", "CrossbarArray", "NumericKernels", "Units"])
// Array and experiment files, points of a study, records of results
targets += layer(
  "Experiments",
  [
    "AnalogCore", "BehavioralModels", "CompactModels", "Configuration", "CrossbarArray",
    "Datasets", "Energy", "Files", "Inference", "Netlist", "NeuralNetwork", "NumericKernels",
    "ONNXImport", "Units",
  ],
  resources: [.copy("Resources")], exclude: ["Reference"],
  tests: [
    "AnalogCore", "BehavioralModels", "Configuration", "CrossbarArray", "Datasets", "Energy",
    "Files", "Inference", "NeuralNetwork", "NumericKernels", "ONNXImport", "TestSupport", "Units",
  ])
// Many experiments from one: points, their order and cost, workers that share them, what they give
targets += layer(
  "Sweeps", ["Configuration", "Energy", "Experiments", "Files", "Inference", "NumericKernels"],
  exclude: ["Reference"],
  tests: ["Configuration", "Experiments", "Files", "Inference", "TestSupport"])
// The library for other packages: validates models, exports decks, runs networks
targets += layer(
  "TileSpice",
  ["BehavioralModels", "CrossbarArray", "Experiments", "Inference", "NumericKernels", "Units"],
  tests: ["Experiments", "TestSupport"])
// Tables, figures, pages, progress
targets += layer(
  "Reports",
  [
    "AnalogCore", "BehavioralModels", "Configuration", "CrossbarArray", "Energy", "Experiments",
    "Files", "Inference", "Netlist", "NumericKernels",
  ],
  tests: [
    "AnalogCore", "Configuration", "CrossbarArray", "Energy", "Experiments", "Files", "Inference",
    "Netlist", "NeuralNetwork", "NumericKernels", "ONNXImport", "TestSupport", "Units",
  ])
targets += [
  // A deck's commands and cards carried out
  .target(
    name: "DeckRuns", dependencies: ["CircuitSolver", "Netlist", "SPICE"],
    swiftSettings: strict),
  // The library for C and Python: handles, buffers, errors as texts; its header is in CTileSpice
  .target(
    name: "CInterface",
    dependencies: [
      "AnalogCore", "BehavioralModels", "CTileSpice", "CircuitSolver", "Configuration",
      "CrossbarArray", "DeckRuns", "Experiments", "Inference", "Netlist", "NeuralNetwork",
      "NumericKernels", "Reports", "SPICE", "Sweeps",
    ],
    // Every line of it takes a caller's pointers.
    swiftSettings: relaxed),
  .target(
    name: "TestSupport",
    dependencies: ["CompactModels", "Files", "Netlist", "NumericKernels", "SPICE"],
    path: "Tests/TestSupport", swiftSettings: relaxed),
  // The command line
  .executableTarget(
    name: "CommandLineTool",
    dependencies: [
      argumentParser, "CMalloc", "CStandalone", "CircuitSolver", "Configuration",
      "CrossbarArray", "Datasets", "DeckRuns", "Experiments", "Files", "Inference", "Netlist",
      "NumericKernels", "Reports", "SPICE", "Sweeps",
    ],
    swiftSettings: relaxed),
  // The library in use
  .executableTarget(
    name: "LibraryExample", dependencies: ["TileSpice"], swiftSettings: relaxed),
  // `make bench`
  .executableTarget(
    name: "Benchmarks",
    dependencies: [
      "AnalogCore", "BehavioralModels", "CrossbarArray", "Experiments", "Inference", "Netlist",
      "NeuralNetwork", "NumericKernels", "ONNXImport", "SPICE", "SparseLinearAlgebra", "Units",
    ],
    swiftSettings: relaxed),
  // Damaged decks, `make fuzz`
  .executableTarget(name: "DeckFuzz", dependencies: ["TestSupport"], swiftSettings: relaxed),
  // It runs the programs.
  .testTarget(
    name: "EndToEndTests",
    dependencies: [
      "CommandLineTool", "LibraryExample", "Experiments", "Files", "Netlist", "SPICE",
      "TestSupport",
    ],
    swiftSettings: unoptimized),
]

let package = Package(
  name: "TileSpice",
  products: [
    .executable(name: "tilespice", targets: ["CommandLineTool"]),
    .library(name: "TileSpice", targets: ["TileSpice"]),
    .library(name: "TileSpiceC", type: .dynamic, targets: ["CInterface"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6])
