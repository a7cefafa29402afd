import Foundation

/// Draws figures with the gnuplot program.
public struct Gnuplot: Sendable {
  /// File format of a drawing.
  public enum Format: String, Sendable, CaseIterable { case svg, png }

  /// Name of the program, looked up on the search path, or a path with a slash.
  public var executable: String

  /// Draws with `executable`; nothing is looked up yet.
  public init(executable: String = "gnuplot") {
    self.executable = executable
  }

  /// The program's version line; throws if there is none.
  public func version() throws(GnuplotError) -> String {
    let output = try run(["--version"], script: "")
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// `figure` as an SVG element without XML header, `viewBox` only, colored by `currentColor`.
  ///
  /// The same figure gives the same bytes with the same gnuplot: start-up files, locale and
  /// terminal settings of the user are not consulted.
  public func svg(_ figure: Figure) throws(GnuplotError) -> String {
    let script = GnuplotScript(figure).text
    let output = String(decoding: try run(["--default-settings"], script: script), as: UTF8.self)
    guard let start = output.range(of: "<svg"), output.contains("</svg>") else {
      throw error(.failed("no drawing came back"))
    }
    return SVGDrawing.adapt(String(output[start.lowerBound...]), title: figure.title)
  }

  /// `figure` as the bytes of a PNG file on white ground, 1520 pixels wide.
  public func png(_ figure: Figure) throws(GnuplotError) -> Data {
    let script = GnuplotScript(figure, format: .png).text
    let drawing = try run(["--default-settings"], script: script)
    guard drawing.starts(with: [0x89] + Array("PNG".utf8)) else {
      throw error(.failed("no drawing came back"))
    }
    return drawing
  }

  /// Standard output of the program, which reads `script`.
  private func run(_ arguments: [String], script: String) throws(GnuplotError) -> Data {
    guard let program = program() else { throw error(.missing) }
    // Input and messages go through files: writing to a pipe whose reader has died kills the
    // writer, and two pipes that fill up wait for each other.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tilespice-figure-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let input = folder.appendingPathComponent("figure.gp")
    let messages = folder.appendingPathComponent("messages")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ["LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"]
    let output = Pipe()
    process.standardOutput = output
    let drawing: Data
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(script.utf8).write(to: input)
      try Data().write(to: messages)
      process.standardInput = try FileHandle(forReadingFrom: input)
      process.standardError = try FileHandle(forWritingTo: messages)
      try process.run()
      drawing = try output.fileHandleForReading.readToEnd() ?? Data()
    } catch let problem {
      throw error(.cannotRun(problem.localizedDescription))
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      let said = (try? Data(contentsOf: messages)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let last = said.split(separator: "\n").last { !$0.isEmpty && !$0.contains("warning:") }
        .map { $0.trimmingCharacters(in: .whitespaces) }
      throw error(.failed(last ?? "status \(process.terminationStatus)"))
    }
    return drawing
  }

  private func program() -> String? {
    let candidates =
      executable.contains("/")
      ? [executable]
      : (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/\(executable)" }
    return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  private func error(_ reason: GnuplotError.Reason) -> GnuplotError {
    GnuplotError(executable: executable, reason: reason)
  }
}
