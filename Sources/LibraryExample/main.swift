import TileSpice

// Validate a model of wire resistance: your own, beside those that come with TileSpice.
func siemens(_ i: Int, _ j: Int) -> Double { 1e-6 * Double(1 + (7 * i + 3 * j) % 16) }
let cells = (0..<32).map { i in (0..<16).map { j in siemens(i, j) } }
let array = try Crossbar(conductances: cells, wordLineOhms: 20, bitLineOhms: 20)
var validation = try ModelValidation(array)
try validation.judge("mine: no wires") { volts in
  (0..<16).map { j in volts.indices.reduce(0) { $0 + cells[$1][j] * volts[$1] } }
}
for verdict in validation.verdicts {
  print("\(verdict.name): rms error \(verdict.rms), worst \(verdict.worst)")
}

// Export the array with one input vector as a deck that circuit simulators run.
let files = try array.writeNetlist(input: Array(repeating: 0.2, count: 32), to: "deck")
print("deck: \(files.joined(separator: ", "))")

// Run a network on calibrated models of its arrays.
let experiment = try NetworkExperiment(
  yaml: "{version: 1, path: calibrated, hardware: {wires: {bitLineOhms: 62.5}}}")
let result = try await experiment.run(images: 20)
for own in result.digital + result.points[0].results {
  print("\(own.path): \(own.correct ?? 0) of \(result.imageCount) images")
}
