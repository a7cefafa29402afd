// swift-tools-version: 6.2
import PackageDescription

// A package like that of any user, which takes TileSpice from the folder that it lies in.
let package = Package(
  name: "DependentPackage",
  dependencies: [.package(name: "TileSpice", path: "../..")],
  targets: [
    .executableTarget(
      name: "Dependent", dependencies: [.product(name: "TileSpice", package: "TileSpice")])
  ])
