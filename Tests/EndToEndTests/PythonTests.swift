import Foundation
import TestSupport
import Testing

/// The Python that tests run; `TILESPICE_PYTHON` names another than `python3`.
private enum Python {
  static let program = ProcessInfo.processInfo.environment["TILESPICE_PYTHON"] ?? "python3"
  static let hasNumPy = finds("numpy")
  static let hasTorch = finds("torch, onnx")

  private static func finds(_ modules: String) -> Bool {
    let outcome = try? Program.shell(
      "\"$PYTHON\" -c 'import \(modules)'", in: TemporaryFolder(),
      environment: ["PYTHON": program])
    return outcome?.status == 0
  }
}

/// The Python package on the library that was built with the tests, and the library as it is installed.
@Suite(.enabled(if: Python.hasNumPy, "python3 has no numpy: TILESPICE_PYTHON names another"))
struct PythonTests {
  /// Where `swift build` puts libraries.
  private static func built() throws -> String {
    try #require(Program.path.map { URL(fileURLWithPath: $0) }).deletingLastPathComponent().path
  }

  private static func environment() throws -> [String: String] {
    [
      "PYTHON": Python.program, "BUILT": try built(), "ROOT": Readme.root.path,
      "TILESPICE_LIBRARY": try built() + "/libTileSpiceC.so",
      "PYTHONPATH": Readme.root.appendingPathComponent("Sources/Python").path,
      "PYTHONDONTWRITEBYTECODE": "1",
    ]
  }

  @Test(
    arguments: ["arrays", "matrix", "interface", "experiments"]
      + (Python.hasTorch ? ["torch"] : []))
  func theTestsInPythonPass(name: String) throws {
    let outcome = try Program.shell(
      "cd \"$ROOT/Tests/Python\" && \"$PYTHON\" -m unittest test_\(name)", in: TemporaryFolder(),
      environment: try Self.environment())
    #expect(outcome.status == 0, "\(outcome.errors.suffix(4000))")
  }

  @Test(arguments: [
    ("readme.py", "calibrated: 20 of 20 images"), ("badcrossbar_example.py", "currents"),
    ("crosssim_example.py", "error of a weight"), ("own_model.py --images 20", "gain per bit line"),
    ("conductance_map.py", "agrees True"), ("sweep.py --images 40 --seeds 1", "offset"),
  ])
  func examplesRun(command: String, prints: String) throws {
    let outcome = try Program.shell(
      "\"$PYTHON\" \"$ROOT\"/validation/python/\(command)", in: TemporaryFolder(),
      environment: try Self.environment())
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains(prints), "\(outcome.output)")
  }

  /// Within 1 point of digital at 1 kΩ and 3 points at 4 kΩ.
  @Test(.enabled(if: Python.hasTorch, "PyTorch or onnx is not installed"), .tags(.validation))
  func networksAreFineTunedThroughTheirCircuit() throws {
    let outcome = try Program.shell(
      "\"$PYTHON\" \"$ROOT\"/validation/python/finetune.py --check", in: TemporaryFolder(),
      environment: try Self.environment())
    #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
  }

  /// A fresh environment with nothing but numpy and the wheel, no Swift, no search path of libraries.
  @Test(
    .enabled(if: Program.finds("make"), "make is not installed"), .tags(.validation))
  func theWheelRunsInAFreshEnvironment() throws {
    let folder = try TemporaryFolder()
    var environment = try Self.environment()
    environment["TILESPICE_LIBRARY"] = nil
    let made = try Program.shell(
      """
      wheels="$(mktemp -d)" && trap 'rm -rf "$wheels"' EXIT &&
      make --no-print-directory -C "$ROOT" link-library wheel-files BUILD="$BUILT" WHEELS="$wheels" \
        LIBRARIES="$wheels/libtilespice.so" &&
      ldd "$wheels/libtilespice.so" > linked.txt && rm "$wheels/libtilespice.so" &&
      "$PYTHON" -m venv fresh &&
      "$PYTHON" -c 'import numpy, pathlib; print(pathlib.Path(numpy.__file__).parents[1])' \
        > "$(echo fresh/lib/python3*/site-packages)/numpy.pth" &&
      fresh/bin/python -m pip install --quiet --no-index --no-deps "$wheels"/tilespice-*.whl &&
      env -i "$PWD/fresh/bin/python" -c '
      import tilespice, os, importlib.metadata
      print(tilespice.__file__)
      print(tilespice.Experiment({"auditVectors": 0}).run(limit=3).rows()[-1]["correct"])
      print(importlib.metadata.version("tilespice") == tilespice.__version__)
      '
      """, in: folder, environment: environment)
    #expect(made.status == 0, "\(made.output) \(made.errors)")
    let lines = made.output.split(separator: "\n")
    #expect(lines.suffix(2) == ["3", "True"], "\(made.output)")
    #expect(lines.contains { $0.contains("fresh/lib") && $0.hasSuffix("tilespice/__init__.py") })
    let linked = try String(contentsOfFile: folder.file("linked.txt"), encoding: .utf8)
    #expect(linked.contains("libopenblas") && !linked.contains("not found"), "\(linked)")
    #expect(!linked.lowercased().contains("swift") && !linked.contains("Foundation"), "\(linked)")
  }
}

/// The C interface from C.
@Suite(.enabled(if: Program.finds("cc"), "there is no C compiler"))
struct CInterfaceTests {
  /// The example prints the currents of the documentation of ARRAY.yaml, and an error.
  @Test func exampleSolvesTheReferenceArray() throws {
    let folder = try TemporaryFolder()
    let built = try #require(Program.path.map { URL(fileURLWithPath: $0) })
      .deletingLastPathComponent().path
    let outcome = try Program.shell(
      """
      cc -std=c99 -Wall -Wextra -pedantic -Werror "$SOURCES/example.c" -I"$SOURCES" -L"$BUILT" -lTileSpiceC \
        -Wl,-rpath,"$BUILT" -Wl,--allow-shlib-undefined -o example && ./example
      """, in: folder,
      environment: [
        "SOURCES": Readme.root.appendingPathComponent("Sources/CTileSpice").path, "BUILT": built,
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines.prefix(5) == [
        "1.5628234801", "1.6106389670", "1.8498564745", "1.3935823354", "2.3096994156",
      ])
    #expect(lines.last?.hasPrefix("array:1: wire: unknown key; did you mean wires?") ?? false)
  }

  /// The header is plain C, and C++.
  @Test func headerIsCAndCPlusPlus() throws {
    let header = Readme.root.appendingPathComponent("Sources/CTileSpice/tilespice.h").path
    for (language, standard) in [("c", "c99"), ("c++", "c++11")] {
      let outcome = try Program.shell(
        "cc -x \(language) -std=\(standard) -Wall -Wextra -pedantic -Werror -fsyntax-only \"$HEADER\"",
        in: TemporaryFolder(), environment: ["HEADER": header])
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
  }
}
