import Files
import Foundation

/// Writes figures as files: SVG by itself, PNG and PDF through the program `rsvg-convert`.
public struct DrawingFile: Sendable {
  /// File format of a drawing.
  public enum Format: String, Sendable, CaseIterable { case svg, png, pdf }

  /// Name of the program, looked up on the search path, or a path with a slash.
  public var executable: String

  /// Writes with `executable`; nothing is looked up yet.
  public init(executable: String = "rsvg-convert") { self.executable = executable }

  /// Writes a figure in a format.
  public func write(_ figure: Figure, to path: String, as format: Format = .svg) throws {
    try FileContents.write(data(figure, as: format), to: path)
  }

  /// The bytes of the file. The same figure gives the same bytes with the same program; an SVG file
  /// with any.
  public func data(_ figure: Figure, as format: Format) throws(DrawingError) -> Data {
    let svg = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + figure.svg(.file) + "\n"
    switch format {
    case .svg: return Data(svg.utf8)
    // Three pixels for a unit of the drawing: sharp in print.
    case .png:
      return try run(
        ["--format=png", "--width=\(3 * Int(FigureStyle.width))", "--background-color=white"], svg)
    case .pdf: return try run(["--format=pdf"], svg)
    }
  }

  /// Throws if a format takes the program and there is none.
  public func check(_ formats: [Format]) throws(DrawingError) {
    guard formats.contains(where: { $0 != .svg }), program() == nil else { return }
    throw DrawingError(executable: executable, reason: .missing)
  }

  /// Standard output of the program, which reads `input`.
  private func run(_ arguments: [String], _ input: String) throws(DrawingError) -> Data {
    guard let program = program() else { throw error(.missing) }
    // Input and messages go through files: writing to a pipe whose reader has died kills the
    // writer, and two pipes that fill up wait for each other.
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tilespice-figure-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent("figure.svg")
    let messages = folder.appendingPathComponent("messages")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    // No date of today in PDF files.
    process.environment = [
      "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "SOURCE_DATE_EPOCH": "0",
    ]
    let output = Pipe()
    process.standardOutput = output
    let drawing: Data
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(input.utf8).write(to: source)
      try Data().write(to: messages)
      process.standardInput = try FileHandle(forReadingFrom: source)
      process.standardError = try FileHandle(forWritingTo: messages)
      try process.run()
      drawing = try output.fileHandleForReading.readToEnd() ?? Data()
    } catch let problem {
      throw error(.cannotRun(problem.localizedDescription))
    }
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0, !drawing.isEmpty
    else {
      let said = (try? Data(contentsOf: messages)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let last = said.split(separator: "\n").last { !$0.isEmpty }
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

  private func error(_ reason: DrawingError.Reason) -> DrawingError {
    DrawingError(executable: executable, reason: reason)
  }
}

/// A drawing that could not be turned into a file, with the reason.
public struct DrawingError: Error, CustomStringConvertible, Equatable, Sendable {
  /// Why.
  public enum Reason: Equatable, Sendable {
    /// No such program on this machine.
    case missing
    /// The program could not be started, or its input not be prepared.
    case cannotRun(String)
    /// The program ended with an error; its last message.
    case failed(String)
  }

  /// The program as requested.
  public var executable: String
  public var reason: Reason

  public var description: String {
    switch reason {
    case .missing:
      "figures as PNG and PDF need \(executable), which is not on this machine; on Debian and "
        + "Ubuntu: apt install librsvg2-bin"
    case .cannotRun(let problem): "\(executable) cannot be run: \(problem)"
    case .failed(let message): "\(executable) failed: \(message)"
    }
  }
}
