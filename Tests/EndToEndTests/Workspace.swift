import Files
import Foundation
import TestSupport

@testable import Experiments

/// A user's folder: the contract's reference arrays, their inputs and a small experiment.
enum Workspace {
  static func cells(_ step: (Int, Int) -> Int) -> [Double] {
    (0..<30).map { 0.05 + 0.095 * Double(step($0 % 5, $0 / 5) % 11) }
  }

  static let positive = cells { o, i in 7 * o + 3 * i }
  static let negative = cells { o, i in 5 * o + 2 * i + 4 }

  static func make() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(positive, shape: [6, 5], to: "g.npy")
    try folder.write(negative, shape: [6, 5], to: "gn.npy")
    try folder.write((1...6).map { Double($0) / 6 }, shape: [1, 6], to: "volts.npy")
    try folder.write([1, 0, 1, 1, 0, 1], shape: [1, 6], to: "bits.npy")
    try folder.write(array("voltageDriven"), to: "A.yaml")
    try folder.write(
      array("gateDriven", "wires: {bitLineOhms: 2e-3, sourceLineOhms: 1e-3}"), to: "G.yaml")
    try folder.write("version: 1\nauditVectors: 0\n", to: "E.yaml")
    return folder
  }

  static func array(_ topology: String, _ more: String = "") -> String {
    "version: 1\ntopology: \(topology)\nconductances: g.npy\n\(more)\n"
  }

  /// The bytes of the bundled network.
  static func network() throws -> Data { try FileContents.read(BundledDigits.path("digits.onnx")) }
}
