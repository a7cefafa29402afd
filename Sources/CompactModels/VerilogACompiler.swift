import Files
import Foundation

/// The compiler `openvaf-r` as a program, with a cache of what it has compiled.
public struct VerilogACompiler: Sendable {
  /// Path of the program.
  public let executable: String
  /// Where compiled files are kept, named by the hash of all that goes into them.
  public let cache: String
  private let environment: [String: String]

  /// The program that `OPENVAF` names, or else the first `openvaf-r` or `openvaf` in `PATH`; `nil`
  /// if there is none. Its cache is below `XDG_CACHE_HOME`, by default `~/.cache`.
  public init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
    let isProgram = FileManager.default.isExecutableFile
    let named = environment["OPENVAF"].map { [$0] } ?? []
    let searched = (environment["PATH"] ?? "").split(separator: ":").flatMap { folder in
      ["openvaf-r", "openvaf"].map { "\(folder)/\($0)" }
    }
    guard let found = (named.isEmpty ? searched : named).first(where: isProgram) else { return nil }
    executable = found
    let home = environment["HOME"] ?? NSTemporaryDirectory()
    let root = environment["XDG_CACHE_HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? "\(home)/.cache"
    cache = "\(root)/tilespice/verilog-a"
    self.environment = environment
  }

  /// Path of the compiled form of a Verilog-A file, which is compiled unless the cache has it.
  public func compile(_ path: String) throws(CompactModelError) -> String {
    let key: String
    do throws(FileError) {
      key = try self.key(of: path)
    } catch {
      throw .notLoaded(file: path, reason: error.reason)
    }
    let target = "\(cache)/\(key).osdi"
    if FileManager.default.fileExists(atPath: target) { return target }
    // Compiled aside: another process sees the whole file or none.
    let aside = "\(cache)/\(key)-\(UUID().uuidString).osdi"
    do {
      try FileManager.default.createDirectory(
        atPath: cache, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: aside) }
      let (status, log) = try run([path, "-o", aside])
      guard status == 0, FileManager.default.fileExists(atPath: aside) else {
        throw CompactModelError.notCompiled(
          file: path, log: log.isEmpty ? "the compiler ends with status \(status)" : log)
      }
      guard unsafe rename(aside, target) == 0 else {
        throw CompactModelError.notCompiled(file: path, log: "\(target) cannot be written")
      }
    } catch let error as CompactModelError {
      throw error
    } catch {
      throw .notCompiled(file: path, log: error.localizedDescription)
    }
    return target
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, log: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = environment
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let text = String(decoding: output, as: UTF8.self)
      .replacing(/\u{1B}\[[0-9;]*m/, with: "").trimmingCharacters(in: .whitespacesAndNewlines)
    return (process.terminationStatus, String(text.suffix(4000)))
  }

  /// The hash of a file, of the files that it includes, of the compiler and of the processor, which
  /// compiled files are made for.
  private func key(of path: String) throws(FileError) -> String {
    var seen: Set<String> = []
    var text = try Self.source(path, &seen)
    let attributes = try? FileManager.default.attributesOfItem(atPath: executable)
    let date = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    text += "\n\(executable) \(attributes?[.size] as? Int ?? 0) \(date)\n"
    let processor = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    text += processor.split(separator: "\n").first { $0.hasPrefix("flags") } ?? ""
    return ContentHash(text).hexadecimal
  }

  /// The hash of a Verilog-A file with what it includes, or of a compiled file.
  public static func contents(of path: String) throws(CompactModelError) -> ContentHash {
    var seen: Set<String> = []
    do throws(FileError) {
      guard path.lowercased().hasSuffix(".va") else {
        return ContentHash(try FileContents.read(path))
      }
      return ContentHash(try source(path, &seen))
    } catch {
      throw .notLoaded(file: path, reason: error.reason)
    }
  }

  /// The text of a file and of the files beside it that it includes, each once.
  private static func source(_ path: String, _ seen: inout Set<String>) throws(FileError) -> String
  {
    seen.insert(path)
    var text = String(decoding: try FileContents.read(path), as: UTF8.self)
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    for match in text.matches(of: /`include\s+"([^"]+)"/) {
      let included = URL(fileURLWithPath: String(match.1), relativeTo: folder)
        .standardizedFileURL.path
      guard !seen.contains(included), FileManager.default.fileExists(atPath: included) else {
        continue
      }
      text += "\n\(included)\n" + (try source(included, &seen))
    }
    return text
  }
}

extension CompactLibrary {
  /// The library in a compiled file, or in a Verilog-A file, which is compiled first where its name
  /// ends in `.va`.
  public static func openOrCompile(
    _ path: String, compiler: VerilogACompiler? = VerilogACompiler()
  ) throws(CompactModelError) -> CompactLibrary {
    guard path.lowercased().hasSuffix(".va") else { return try open(path) }
    guard FileManager.default.fileExists(atPath: path) else {
      throw .notLoaded(file: path, reason: "no such file")
    }
    guard let compiler else { throw .noCompiler(file: path) }
    return try open(try compiler.compile(path))
  }
}
