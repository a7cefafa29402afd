import Files
import Foundation
import TestSupport
import Testing

/// A package that depends on this one by its path: the package manager takes it, and its code needs
/// nothing but the library's public declarations.
@Suite(.enabled(if: Program.finds("swift"), "swift is not on the search path"))
struct DependentPackageTests {
  private static let package = Readme.root.appendingPathComponent("Tests/DependentPackage")

  /// The build folder that the tests are in holds what the package manager would fetch.
  private static let hasCheckouts = FileManager.default.fileExists(
    atPath: Readme.root.appendingPathComponent(".build/workspace-state.json").path)

  /// Planned but not built, which would take minutes: it resolves without the network, finds the
  /// product and refuses nothing.
  @Test(.enabled(if: hasCheckouts, "dependencies are not in .build: built elsewhere"))
  func packageManagerPlansIt() throws {
    let folder = try TemporaryFolder()
    let copy = folder.file("package")
    try FileManager.default.copyItem(atPath: Self.package.path, toPath: copy)
    let manifest = "\(copy)/Package.swift"
    let text = String(decoding: try FileContents.read(manifest), as: UTF8.self)
    #expect(text.contains("path: \"../..\""))
    try FileContents.write(
      text.replacing("\"../..\"", with: "\"\(Readme.root.path)\""), to: manifest)
    let planned = try Program.shell(
      """
      mkdir -p build && cp -R "$ROOT"/.build/{checkouts,repositories,workspace-state.json} build/ &&
      cp "$ROOT/Package.resolved" package/ &&
      swift build --package-path package --scratch-path build --disable-automatic-resolution \
        --product Dependent --print-manifest-job-graph
      """, in: folder, environment: ["ROOT": Readme.root.path])
    #expect(planned.status == 0, "\(planned.errors)")
    // The graph leads from the program to the library's objects.
    #expect(planned.output.contains("Dependent") && planned.output.contains("TileSpice"))
  }

  /// Its code compiles against the modules that were built with the tests.
  @Test func publicDeclarationsSuffice() throws {
    let folder = try TemporaryFolder()
    let built = URL(fileURLWithPath: try #require(Program.path)).deletingLastPathComponent()
    let outcome = try Program.shell(
      """
      folders=("$BUILT/Modules" "$ROOT"/.build/checkouts/Yams/Sources/CYaml/include)
      # Of system libraries alone: a header of ours may have the name of one of the system's.
      for map in "$ROOT"/Sources/C*/module.modulemap; do folders+=("${map%/*}"); done
      swiftc -typecheck -swift-version 6 -package-name dependent -module-name Dependent \
        -Xcc -fmodule-map-file="$BUILT/COSDI.build/module.modulemap" \
        -Xcc -fmodule-map-file="$BUILT/CByteProducts.build/module.modulemap" "${folders[@]/#/-I}" \
        "$PACKAGE/Sources/Dependent/main.swift"
      """, in: folder,
      environment: [
        "BUILT": built.path, "ROOT": Readme.root.path, "PACKAGE": Self.package.path,
      ])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
