import Foundation
import TestSupport
import Testing

/// `make install`: the program with everything it needs, wherever it was put.
@Suite(.tags(.validation), .enabled(if: Program.finds("make"), "make is not installed"))
struct InstallTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().path

  /// Installs the built program below `prefix`, as `make install` does after building it.
  private static func install(in folder: TemporaryFolder, prefix: String) throws {
    let built = try #require(Program.path.map { URL(fileURLWithPath: $0) })
    let outcome = try Program.shell(
      "make -C \"$ROOT\" install-files BUILD=\"$BUILT\" PREFIX=\"$PWD/\(prefix)\"", in: folder,
      environment: ["ROOT": root, "BUILT": built.deletingLastPathComponent().path])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test func installedProgramFindsItsFilesThroughLinks() throws {
    let folder = try TemporaryFolder()
    try Self.install(in: folder, prefix: "usr")
    for file in [
      "bin/tilespice", "share/man/man1/tilespice.1", "share/bash-completion/completions/tilespice",
      "share/zsh/site-functions/_tilespice", "share/fish/vendor_completions.d/tilespice.fish",
      "share/tilespice/TileSpice_Experiments.resources/Resources/digits/digits.onnx",
      "share/tilespice/TileSpice_Experiments.resources/Resources/presets/isaac.yaml",
    ] {
      #expect(folder.contents.contains("usr/\(file)"), "no \(file)")
    }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("usr/bin/tilespice"))
    try folder.write("version: 1\n", to: "E.yaml")
    let outcome = try Program.shell("./link inspect E.yaml", in: folder)
    #expect(outcome.status == 0 && outcome.output.contains("4 layers on 11 tiles"))
    #expect(outcome.output.contains("/usr/share/tilespice/"), "\(outcome.output)")
    // A second installation replaces the first, and all can be removed.
    try Self.install(in: folder, prefix: "usr")
    let removed = try Program.shell(
      "make -C \"$ROOT\" uninstall PREFIX=\"$PWD/usr\"", in: folder,
      environment: ["ROOT": Self.root])
    #expect(removed.status == 0 && !folder.contents.contains { $0.contains("usr/share/tilespice") })
    #expect(!folder.contents.contains("usr/bin/tilespice"))
  }

  /// A program without its files says what is missing, and where.
  @Test func programWithoutItsFilesSaysSo() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: try #require(Program.path), toPath: folder.file("tilespice"))
    let outcome = try Program.shell("./tilespice demo", in: folder)
    #expect(outcome.status == 1)
    #expect(
      outcome.errors.contains(
        "share/tilespice/TileSpice_Experiments.resources/Resources/digits/demo.yaml: no such file"),
      "\(outcome.errors)")
  }

  /// The page of man names every command and option that help shows.
  @Test func manualNamesEveryCommand() throws {
    let folder = try TemporaryFolder()
    let page = try Program.run(["manual"], in: folder).output
    let help = try Program.run(["--help"], in: folder).output
    let commands = help.split(separator: "\n").filter { $0.hasPrefix("  ") }
      .compactMap { $0.firstMatch(of: #/^  ([a-z]+) /#).map { String($0.1) } }
    #expect(commands.count > 10 && !commands.contains("manual"))
    for command in commands {
      #expect(page.contains(".SS tilespice \(command)\n"), "no \(command)")
      let options = try Program.run([command, "--help"], in: folder).output
        .matches(of: /\n  (?:-h, )?(--[a-z\-]+)/).map { $0.1 }
      for option in options {
        #expect(page.contains(option.replacing("-", with: "\\-")), "no \(option) of \(command)")
      }
    }
  }

  /// groff takes the manual page without a warning.
  @Test(.tags(.validation), .enabled(if: Program.finds("groff"), "groff is not installed"))
  func theManualIsSoundTroff() throws {
    let folder = try TemporaryFolder()
    let page = try Program.run(["manual"], in: folder).output
    try folder.write(page, to: "t.1")
    let outcome = try Program.shell("groff -man -Tutf8 -ww -z t.1", in: folder)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
  }
}
