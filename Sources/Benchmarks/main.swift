import Foundation

// Timings of named cases; `make bench` runs all, `Benchmarks NAME` one.
let wanted = CommandLine.arguments.dropFirst()
let cases: [(name: String, run: () async throws -> Void)] = [
  ("ladder", { try LadderBenchmark.run() }),
  ("nonlinearLadder", { try NonlinearLadderBenchmark.run() }),
  ("reducedLadder", { try ReducedLadderBenchmark.run() }),
  ("crossing", { try CrossingBenchmark.run() }),
  ("effectiveMatrix", { try EffectiveMatrixBenchmark.run() }),
  ("core", { try AnalogCoreBenchmark.run() }),
  ("matrix", { try MatrixBenchmark.run() }),
  ("line", { try await LineBenchmark.run() }),
  ("lineTraffic", { try await LineBenchmark.runTraffic() }),
  ("deck", { try DeckBenchmark.run() }),
  ("cholmod", { try CholmodBenchmark.run() }),
  ("digital", { try await DigitalBenchmark.run() }),
  ("resnet20", { try await NetworkBenchmark.run() }),
]
if let unknown = wanted.first(where: { name in !cases.contains { $0.name == name } }) {
  let known = cases.map(\.name).joined(separator: ", ")
  try? FileHandle.standardError.write(
    contentsOf: Data("no benchmark '\(unknown)'; known: \(known)\n".utf8))
  exit(64)
}
for benchmark in cases where wanted.isEmpty || wanted.contains(benchmark.name) {
  try await benchmark.run()
}
