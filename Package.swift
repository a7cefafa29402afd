// swift-tools-version: 6.2
import PackageDescription

// `make` defines TILESPICE_FMA together with `-Xcc -march=native`; see `multiplyAdd`.
let relaxed: [SwiftSetting] = [
  .enableUpcomingFeature("MemberImportVisibility"), .treatAllWarnings(as: .error),
]
let strict: [SwiftSetting] = relaxed + [.strictMemorySafety()]

// Numerical layers are optimised in debug builds too, or tests crawl (style guide, kernels).
let optimised: [SwiftSetting] = strict + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// A library layer with its test target.
func layer(
  _ name: String, _ dependencies: [Target.Dependency], settings: [SwiftSetting] = strict,
  resources: [Resource]? = nil, exclude: [String] = [], testResources: [Resource]? = nil,
  testDependencies: [Target.Dependency] = []
) -> [Target] {
  [
    .target(
      name: name, dependencies: dependencies, exclude: exclude, resources: resources,
      swiftSettings: settings),
    .testTarget(
      name: "\(name)Tests", dependencies: [.byName(name: name), "TestSupport"] + testDependencies,
      resources: testResources, swiftSettings: relaxed),
  ]
}

var targets: [Target] = [
  .systemLibrary(
    name: "CSuiteSparse", providers: [.apt(["libsuitesparse-dev"])]),
  .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
  .systemLibrary(name: "CJPEG", providers: [.apt(["libjpeg62-turbo-dev"])]),
  .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
  .systemLibrary(name: "CMalloc"),
  .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
  .target(
    name: "TestSupport", dependencies: ["Netlist", "NumericKernels"], path: "Tests/TestSupport",
    swiftSettings: relaxed),
]
targets += layer("Units", [])
targets += layer("NumericKernels", ["COpenBLAS"], settings: optimised)
targets += layer("SparseLinearAlgebra", ["CSuiteSparse", "NumericKernels"], settings: optimised)
targets += layer("Netlist", ["Units", "NumericKernels"])
targets += layer("DeviceModels", ["Netlist", "Units"], settings: optimised)
targets += layer(
  "CircuitSolver", ["DeviceModels", "Netlist", "NumericKernels", "SparseLinearAlgebra", "Units"],
  settings: optimised)
targets += layer(
  "CrossbarArray", ["CircuitSolver", "DeviceModels"], settings: optimised, testDependencies: ["BehavioralModels"])
targets += layer("BehavioralModels", ["CrossbarArray"], settings: optimised)
targets += layer(
  "AnalogCore", ["CrossbarArray"], settings: optimised, testDependencies: ["BehavioralModels"])
targets += layer("NeuralNetwork", ["NumericKernels"], settings: optimised)
targets += layer(
  "ONNXImport", ["NeuralNetwork", protobuf], settings: relaxed, exclude: ["ONNX.proto"],
  testResources: [.copy("Resources")], testDependencies: ["Datasets", protobuf])
targets += layer(
  "Datasets", ["CJPEG", "CPNG", "CZlib", "NumericKernels"], testResources: [.copy("Resources")])
targets += layer(
  "Inference", ["AnalogCore", "BehavioralModels", "NeuralNetwork", "Datasets"],
  settings: optimised)
targets += layer(
  "Experiments", ["Inference", "ONNXImport", yams], resources: [.copy("Resources")],
  exclude: ["Reference"])
targets += layer("Reports", ["Experiments"])
targets += [
  .executableTarget(
    name: "tilespice", dependencies: ["CMalloc", "Experiments", "Reports", argumentParser],
    swiftSettings: relaxed),
  .executableTarget(
    name: "Benchmarks", dependencies: ["Experiments"], swiftSettings: relaxed),
  .executableTarget(
    name: "DeckFuzz", dependencies: ["Netlist", "NumericKernels", "TestSupport"],
    swiftSettings: relaxed),
  .testTarget(
    name: "EndToEndTests", dependencies: ["tilespice", "Experiments", "TestSupport"],
    swiftSettings: relaxed),
]

let package = Package(
  name: "TileSpice",
  products: [.executable(name: "tilespice", targets: ["tilespice"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6])
