import TileSpice

let array = try Crossbar(conductances: [[1e-6, 2e-6], [3e-6, 4e-6]], bitLineOhms: 10)
print(try array.currents([[0.2, 0.1]])[0])
let result = try await NetworkExperiment(yaml: "{version: 1, path: ideal}").run(images: 1)
print("\(result.integer?.correct ?? 0) of \(result.imageCount)")
