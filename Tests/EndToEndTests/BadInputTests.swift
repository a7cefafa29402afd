import Files
import Foundation
import TestSupport
import Testing

/// Bad input: the right exit status, one message that names what is wrong, nothing written.
@Suite struct BadInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var arguments: [String]
    var status: Int32 = 1
    /// What the message on standard error must hold.
    var message: [String]
    /// Files beside those of the workspace.
    var prepare: @Sendable (TemporaryFolder) throws -> Void = { _ in }

    var testDescription: String { name }
  }

  private static let mvm = ["mvm", "T.yaml", "--inputs", "volts.npy", "--out", "new/I.npy"]
  private static let infer = ["infer", "T.yaml", "--limit", "1", "--quiet", "--out", "new/results"]
  private static func tile(_ more: String...) -> [String] {
    ["netlist", "--experiment", "E.yaml", "--out", "new/deck"] + more
  }

  private static func yaml(_ text: String) -> @Sendable (TemporaryFolder) throws -> Void {
    { try $0.write(text, to: "T.yaml") }
  }

  private static func conductances(
    _ change: @escaping @Sendable (inout [Double]) -> Void
  ) -> @Sendable (TemporaryFolder) throws -> Void {
    { folder in
      var cells = Workspace.positive
      change(&cells)
      try folder.write(cells, shape: [cells.count / 5, 5], to: "bad.npy")
      try folder.write(
        "version: 1\ntopology: voltageDriven\nconductances: bad.npy\n", to: "T.yaml")
    }
  }

  private static func network(
    _ change: @escaping @Sendable (Data) -> Data
  ) -> @Sendable (TemporaryFolder) throws -> Void {
    { folder in
      try FileContents.write(change(Workspace.network()), to: folder.file("bad.onnx"))
      try folder.write("version: 1\nnetwork: {model: onnx, file: bad.onnx}\n", to: "T.yaml")
    }
  }

  static let configuration: [Case] = [
    Case(
      name: "unknown key of an array", arguments: mvm,
      message: ["T.yaml:4: wirse: unknown key; did you mean wires?"],
      prepare: yaml(Workspace.array("voltageDriven", "wirse: {}"))),
    Case(
      name: "unknown key of an experiment", arguments: infer,
      message: ["T.yaml:2: hardware.tiles: unknown key; did you mean tile?"],
      prepare: yaml("version: 1\nhardware: {tiles: {}}")),
    Case(
      name: "missing required key", arguments: mvm,
      message: ["T.yaml:1: conductances: required key is missing"],
      prepare: yaml("version: 1\ntopology: voltageDriven")),
    Case(
      name: "YAML syntax", arguments: infer, message: ["T.yaml:3: not valid YAML"],
      prepare: yaml("version: 1\nhardware: [")),
    Case(
      name: "error budget", arguments: infer,
      message: ["T.yaml:2: calibration.errorBudget: '3 volts' is no error budget"],
      prepare: yaml("version: 1\ncalibration: {errorBudget: 3 volts}")),
    Case(
      name: "error budget of the command line", arguments: infer + ["--error-budget", "0"],
      message: ["--error-budget: calibration.errorBudget: '0' is no error budget"],
      prepare: yaml("version: 1\n")),
    Case(name: "missing experiment", arguments: infer, message: ["T.yaml: no such file"]),
    Case(
      name: "missing matrix", arguments: mvm, message: ["T.yaml:3: conductances: no such file"],
      prepare: yaml("version: 1\ntopology: gateDriven\nconductances: no.npy")),
    Case(
      name: "missing inputs", arguments: ["mvm", "A.yaml", "--inputs", "no.npy", "--out", "new/I"],
      message: ["no.npy: no such file"]),
    Case(
      name: "unknown layer", arguments: infer, message: ["'conv9'", "conv1, conv2, conv3, dense"],
      prepare: yaml("version: 1\nlayers: {conv9: {path: ideal}}")),
    Case(
      name: "unknown layer to inspect", arguments: ["inspect", "T.yaml"], message: ["'conv9'"],
      prepare: yaml("version: 1\nlayers: {conv9: {path: ideal}}")),
    Case(
      name: "unknown layer of a netlist", arguments: tile("--layer", "conv9"),
      message: ["'conv9'", "conv1, conv2, conv3, dense"]),
    Case(
      name: "no such tile", arguments: tile("--layer", "conv2", "--tile", "3"),
      message: ["layer conv2 has tiles 0 to 2, no tile 3"]),
    Case(
      name: "no such input vector", arguments: tile("--layer", "dense", "--row", "100000"),
      message: ["layer dense", "no 100000"]),
  ]

  static let files: [Case] = [
    Case(
      name: "wrong shape", arguments: mvm, message: ["bad.npy: has shape [30]"],
      prepare: {
        try $0.write(Workspace.positive, shape: [30], to: "bad.npy")
        try $0.write("version: 1\ntopology: gateDriven\nconductances: bad.npy", to: "T.yaml")
      }),
    Case(
      name: "wrong number of inputs",
      arguments: ["mvm", "A.yaml", "--inputs", "bad.npy", "--out", "new/I.npy"],
      message: ["bad.npy: has 5 values per vector, the array 6 word lines"],
      prepare: { try $0.write([1, 1, 1, 1, 1], shape: [1, 5], to: "bad.npy") }),
    Case(
      name: "truncated matrix", arguments: mvm, message: ["bad.npy: holds", "it is truncated"],
      prepare: { folder in
        let whole = NPYFile.encode(Workspace.positive, shape: [6, 5])
        try FileContents.write(whole.dropLast(3), to: folder.file("bad.npy"))
        try folder.write("version: 1\ntopology: gateDriven\nconductances: bad.npy", to: "T.yaml")
      }),
    Case(
      name: "NaN conductance", arguments: mvm, message: ["T.yaml: conductances[1, 2] is nan S"],
      prepare: conductances { $0[7] = .nan }),
    Case(
      name: "negative conductance", arguments: mvm,
      message: ["T.yaml: conductances[5, 4] is -0.5 S"], prepare: conductances { $0[29] = -0.5 }),
    Case(
      name: "gate input of one half",
      arguments: ["mvm", "G.yaml", "--inputs", "bad.npy", "--out", "new/I.npy"],
      message: ["bad.npy: input [0, 2] is 0.5"],
      prepare: { try $0.write([1, 0, 0.5, 1, 1, 0], shape: [1, 6], to: "bad.npy") }),
    Case(
      name: "gate input of one half in a netlist",
      arguments: ["netlist", "G.yaml", "--input", "bad.npy", "--out", "new/deck"],
      message: ["bad.npy: input [0, 2] is 0.5"],
      prepare: { try $0.write([1, 0, 0.5, 1, 1, 0], shape: [1, 6], to: "bad.npy") }),
    Case(
      name: "voltage that is not a number",
      arguments: ["mvm", "A.yaml", "--inputs", "bad.npy", "--out", "new/I.npy"],
      message: ["bad.npy: input [0, 1] is nan V"],
      prepare: { try $0.write([1, .nan, 0, 1, 1, 0], shape: [1, 6], to: "bad.npy") }),
    Case(
      name: "truncated ONNX", arguments: infer, message: ["bad.onnx", "truncated"],
      prepare: network { $0.prefix($0.count / 2) }),
    Case(
      name: "no ONNX", arguments: infer, message: ["bad.onnx"],
      prepare: network { _ in Data("version: 1\n".utf8) }),
    Case(
      name: "unsupported operator", arguments: infer,
      message: ["bad.onnx: node 'flatten' (Flattex): operator Flattex is not supported"],
      prepare: network { bytes in
        var bytes = bytes
        while let range = bytes.range(of: Data("Flatten".utf8)) {
          bytes.replaceSubrange(range, with: Data("Flattex".utf8))
        }
        return bytes
      }),
    Case(
      name: "images that do not fit the network", arguments: infer,
      message: ["takes images of shape [1, 8, 8], the data set holds [3, 8, 8]"],
      prepare: { folder in
        let pixels = [Double](repeating: 1, count: 192)
        try folder.write(pixels, shape: [1, 3, 8, 8], to: "x.npy")
        try folder.write([1], shape: [1], to: "y.npy")
        try folder.write(
          """
          version: 1
          data:
            model: npy
            images: x.npy
            labels: y.npy
            calibrationImages: x.npy
            calibrationLabels: y.npy
          """, to: "T.yaml")
      }),
    Case(
      name: "label beyond the classes", arguments: infer,
      message: ["image 0 has the label 10; the network has classes 0 to 9"],
      prepare: { folder in
        try folder.write([Double](repeating: 1, count: 64), shape: [1, 1, 8, 8], to: "x.npy")
        try folder.write([10], shape: [1], to: "y.npy")
        try folder.write(
          """
          version: 1
          data:
            model: npy
            images: x.npy
            labels: y.npy
            calibrationImages: x.npy
            calibrationLabels: y.npy
          """, to: "T.yaml")
      }),
    Case(
      name: "results under a file",
      arguments: ["infer", "E.yaml", "--limit", "1", "--quiet", "--out", "g.npy/results"],
      message: ["g.npy/results: cannot be made", "g.npy is a file"]),
    Case(
      name: "demo under a file", arguments: ["demo", "--limit", "1", "--quiet", "--out", "g.npy"],
      message: ["g.npy/E.yaml: cannot be written"]),
    Case(
      name: "currents under a file",
      arguments: ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "g.npy/I.npy"],
      message: ["g.npy/I.npy: cannot be written"]),
    Case(
      name: "currents in place of a folder",
      arguments: ["mvm", "A.yaml", "--inputs", "volts.npy", "--out", "."],
      message: [".: cannot be written: is a folder"]),
    Case(
      name: "deck under a file",
      arguments: ["netlist", "G.yaml", "--input", "bits.npy", "--out", "g.npy"],
      message: ["g.npy/core.sp: cannot be written"]),
    Case(name: "no deck", arguments: ["verify", "new"], message: ["new: no such folder"]),
  ]

  static let usage: [Case] = [
    Case(
      name: "no images", arguments: ["infer", "E.yaml", "--limit", "0"], status: 64,
      message: ["--limit is 0"]),
    Case(
      name: "no tasks", arguments: ["demo", "--threads", "0", "--out", "new"], status: 64,
      message: ["--threads is 0"]),
    Case(
      name: "limit in words", arguments: ["infer", "E.yaml", "--limit", "many"], status: 64,
      message: ["'many'", "--limit"]),
    Case(
      name: "unknown option", arguments: ["infer", "E.yaml", "--frobnicate"], status: 64,
      message: ["--frobnicate"]),
    Case(name: "unknown command", arguments: ["frobnicate"], status: 64, message: ["'frobnicate'"]),
    Case(
      name: "unknown path", arguments: ["infer", "E.yaml", "--path", "sideways"], status: 64,
      message: ["'sideways'", "- ideal", "- exact", "- klu"]),
    Case(
      name: "unknown path of a layer", arguments: ["infer", "E.yaml", "--layer", "conv1=no"],
      status: 64, message: ["'conv1=no'", "--layer"]),
    Case(
      name: "unknown judge", arguments: ["verify", "new", "--with", "hspice"], status: 64,
      message: ["'hspice'", "'ngspice'", "'xyce'", "'builtin'"]),
    Case(
      name: "missing argument", arguments: ["mvm", "A.yaml", "--out", "new"], status: 64,
      message: ["--inputs"]),
    Case(
      name: "two arrays",
      arguments: ["netlist", "A.yaml", "--experiment", "E.yaml", "--out", "new"], status: 64,
      message: ["ARRAY.yaml or an --experiment"]),
    Case(
      name: "array with the option of an experiment",
      arguments: ["netlist", "A.yaml", "--input", "volts.npy", "--tile", "1", "--out", "new"],
      status: 64, message: ["--tile goes with --experiment"]),
    Case(
      name: "array saved as an array",
      arguments: ["netlist", "A.yaml", "--input", "volts.npy", "--array", "new"],
      status: 64, message: ["--array goes with --experiment"]),
    Case(
      name: "array exported nowhere", arguments: ["netlist", "A.yaml", "--input", "volts.npy"],
      status: 64, message: ["--out is missing"]),
    Case(
      name: "tile exported nowhere",
      arguments: ["netlist", "--experiment", "E.yaml", "--layer", "conv1"], status: 64,
      message: ["--out for the deck, --array for the array"]),
    Case(
      name: "experiment with the option of an array",
      arguments: tile("--layer", "conv1", "--input", "bits.npy"), status: 64,
      message: ["--input goes with an ARRAY.yaml"]),
    Case(
      name: "empty crop", arguments: tile("--layer", "conv1", "--crop", "0"), status: 64,
      message: ["--crop is 0"]),
  ]

  @Test(arguments: configuration + files + usage)
  func isNamedAndNothingIsWritten(_ input: Case) throws {
    let folder = try Workspace.make()
    try input.prepare(folder)
    let before = folder.contents
    let outcome = try Program.run(input.arguments, in: folder)
    #expect(outcome.status == input.status, "\(outcome.errors)")
    for part in input.message {
      #expect(outcome.errors.contains(part), "no '\(part)' in: \(outcome.errors)")
    }
    if input.status == 1 {
      let lines = outcome.errors.split(separator: "\n")
      #expect(lines.count == 1, "one message, not \(lines.count): \(outcome.errors)")
    }
    #expect(outcome.output == "")
    #expect(folder.contents == before)
  }
}
