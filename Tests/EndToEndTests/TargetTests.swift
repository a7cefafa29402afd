import Foundation
import Testing

/// Targets are layers: what a target imports it declares, and nothing imports upward.
@Suite(.enabled(if: Program.finds("swift"), "swift is not on the search path"))
struct TargetTests {
  private static let dump = Result { try PackageManifest.dump(Readme.root.path) }

  private func manifest() throws -> PackageManifest {
    try JSONDecoder().decode(PackageManifest.self, from: Data(Self.dump.get().utf8))
  }

  @Test func declaredDependenciesAreTheImportedOnes() throws {
    let targets = try manifest().targets
    // Whoever depends on a program runs it.
    let programs = Set(targets.filter { $0.type == "executable" }.map(\.name))
    let known = Set(targets.map(\.name)).union(targets.flatMap(\.declared))
    #expect(targets.count > 40)
    for target in targets where target.type != "system" {
      let folder = Readme.root.appendingPathComponent(target.folder)
      let imported = try SourceImports.modules(of: folder).intersection(known)
      let declared = target.declared.subtracting(programs)
      #expect(
        imported.subtracting(declared).sorted() == [], "\(target.name) does not declare these")
      #expect(
        declared.subtracting(imported).sorted() == [], "\(target.name) does not import these")
    }
  }

  /// The manifest lists targets from the ground up.
  @Test func nothingImportsUpward() throws {
    let targets = try manifest().targets.filter { $0.type != "test" }
    let all = Set(targets.map(\.name))
    var below: Set<String> = []
    for target in targets {
      let own = target.declared.intersection(all)
      #expect(own.subtracting(below).sorted() == [], "\(target.name) imports these from above")
      below.insert(target.name)
    }
  }

  /// The package manager refuses a dependency with unsafe flags.
  @Test func packagesMayDependOnThisOne() throws {
    #expect(!(try Self.dump.get().contains("unsafeFlags")))
  }
}
