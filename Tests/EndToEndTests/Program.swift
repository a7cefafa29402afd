import Foundation
import TestSupport

/// The built executable, driven as a user drives it.
struct Program {
  /// What one run of it left behind.
  struct Outcome {
    var status: Int32
    var output: String
    var errors: String
  }

  /// Where `swift build` put it: beside the test bundle, or in the build folder of `make`.
  static let path: String? = {
    let package = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let beside = [Bundle.main.executableURL, Bundle.main.bundleURL].compactMap {
      $0?.deletingLastPathComponent().appendingPathComponent("tilespice").path
    }
    return (beside + [package.appendingPathComponent(".build/release/tilespice").path])
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// The executable is not where the build puts it.
  struct NotBuilt: Error, CustomStringConvertible {
    let description = "no tilespice beside the tests; `swift build` makes it"
  }

  /// Whether another program is on the search path.
  static func finds(_ name: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  /// Runs `tilespice` with `arguments`, with `folder` as its working folder.
  static func run(_ arguments: [String], in folder: TemporaryFolder) throws -> Outcome {
    try start(arguments, in: folder).outcome()
  }

  /// A run that goes on.
  struct Running {
    let process: Process
    fileprivate let capture: TemporaryFolder

    /// Waits for its end.
    func outcome() throws -> Outcome {
      process.waitUntilExit()
      return Outcome(
        status: process.terminationStatus,
        output: try String(contentsOfFile: capture.file("output"), encoding: .utf8),
        errors: try String(contentsOfFile: capture.file("errors"), encoding: .utf8))
    }
  }

  /// Runs a line of bash with `folder` as its working folder and the program as `$TILESPICE`.
  static func shell(
    _ line: String, in folder: TemporaryFolder, environment: [String: String] = [:]
  ) throws -> Outcome {
    try startShell(line, in: folder, environment: environment).outcome()
  }

  /// Starts what `shell` runs.
  static func startShell(
    _ line: String, in folder: TemporaryFolder, environment: [String: String] = [:]
  ) throws -> Running {
    guard let path else { throw NotBuilt() }
    return try start(
      "/bin/bash", ["-c", line], in: folder,
      environment: environment.merging(["TILESPICE": path]) { own, _ in own })
  }

  /// Starts `tilespice` with `arguments`, with `folder` as its working folder.
  static func start(_ arguments: [String], in folder: TemporaryFolder) throws -> Running {
    guard let path else { throw NotBuilt() }
    return try start(path, arguments, in: folder, environment: [:])
  }

  private static func start(
    _ path: String, _ arguments: [String], in folder: TemporaryFolder,
    environment: [String: String]
  ) throws -> Running {
    // Files, not pipes: a program that fills one pipe while the other is read would hang. They lie
    // outside `folder`, whose contents tests compare.
    let capture = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: capture.empty("output"))
    process.standardError = try FileHandle(forWritingTo: capture.empty("errors"))
    try process.run()
    return Running(process: process, capture: capture)
  }
}

extension TemporaryFolder {
  fileprivate func empty(_ name: String) throws -> URL {
    URL(fileURLWithPath: try write("", to: name))
  }
}
