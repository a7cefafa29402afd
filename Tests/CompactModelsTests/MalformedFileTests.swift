import CompactModels
import Foundation
import TestSupport
import Testing

private let cCompiler: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
  .split(separator: ":").flatMap { ["\($0)/cc", "\($0)/clang", "\($0)/gcc"] }
  .first(where: FileManager.default.isExecutableFile)

/// Shared objects with the symbols of the interface and contents that contradict it.
@Suite(.enabled(if: cCompiler != nil, "no C compiler is on the search path"))
struct MalformedFileTests {
  /// A module of two terminals by version 0.5's layout; `fields` sets what is to be wrong.
  private func library(
    major: Int = 0, minor: Int = 5, count: Int = 1, size: Int = 360, fields: String = ""
  ) throws -> CompactModelError? {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      #include <stdint.h>
      #include <string.h>
      uint32_t OSDI_VERSION_MAJOR = \(major), OSDI_VERSION_MINOR = \(minor);
      uint32_t OSDI_NUM_DESCRIPTORS = \(count), OSDI_DESCRIPTOR_SIZE = \(size);
      char OSDI_DESCRIPTORS[4096] __attribute__((aligned(16)));
      static struct { const char *names[3]; uint32_t at[4]; uint64_t flow; } nodes[2] = {
        {{"p", "V", "A"}, {0}, 0}, {{"n", "V", "A"}, {0}, 0}};
      static struct { uint32_t row, column, pointer, flags; } entries[1] = {{0, 1, ~0u, 4}};
      static const char *names[] = {"g", 0};
      static struct { const char **names; uint32_t aliases; const char *a, *b; uint32_t flags, length; }
        parameters[1] = {{names, 0, "", "", 0, 0}};
      static void call(void) {}
      static void u(int at, uint32_t value) { memcpy(OSDI_DESCRIPTORS + at, &value, 4); }
      static void p(int at, const void *value) { memcpy(OSDI_DESCRIPTORS + at, &value, 8); }
      __attribute__((constructor)) static void fill(void) {
        p(0, "own"); u(8, 2); u(12, 2); p(16, nodes); u(24, 1); p(32, entries);
        u(76, 1); p(88, parameters); u(96, 0); u(100, 8); u(112, ~0u); u(116, 64); u(120, 64);
        for (int at = 128; at < 240; at += 8) p(at, (void *)call);
        \(fields)
      }

      """, to: "own.c")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(cCompiler))
    process.arguments = [
      "-shared", "-fPIC", "-o", folder.file("own.osdi"), folder.file("own.c"),
    ]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    do throws(CompactModelError) {
      let module = try CompactLibrary.open(folder.file("own.osdi")).module()
      #expect(module.name == "own" && module.terminals == ["p", "n"])
      return nil
    } catch {
      return error
    }
  }

  @Test func wholeOneLoads() throws { #expect(try library() == nil) }

  @Test(arguments: [(0, 2), (0, 6), (1, 0)])
  func otherVersionsAreRefused(major: Int, minor: Int) throws {
    guard case .otherVersion(_, major, minor)? = try library(major: major, minor: minor) else {
      Issue.record("\(major).\(minor) was not refused")
      return
    }
  }

  @Test(arguments: [
    ("u(8, 0);", "nodes"), ("u(12, 3);", "nodes"), ("p(16, 0);", "nodes"),
    ("nodes[1].names[0] = 0;", "names of nodes"), ("p(0, 0);", "no name"),
    ("u(8, 1u << 30);", "counts"), ("u(24, 1u << 30);", "counts"), ("u(76, ~0u);", "counts"),
    ("u(72, ~0u);", "counts"), ("u(116, ~0u);", "sizes"), ("u(120, 1u << 31);", "sizes"),
    ("u(80, 2);", "parameters"), ("p(88, 0);", "parameters"),
    ("names[0] = 0;", "names of parameters"),
    ("parameters[0].aliases = ~0u;", "names of parameters"),
    ("p(152, 0);", "functions"), ("p(128, 0);", "functions"),
    ("u(96, 60);", "mapping of nodes"), ("u(96, ~0u);", "mapping of nodes"),
    ("u(100, 60);", "entries of the Jacobian"), ("entries[0].column = 2;", "nodes of the Jacobian"),
    ("entries[0].pointer = 60;", "entries of the Jacobian"),
    ("u(40, 1);", "collapsible nodes"), ("u(104, 1); u(108, 62);", "states"),
    ("u(72, 1);", "noise sources"),
    (
      "static struct { const char *name; uint32_t a, b; } noise[1] = {{\"n\", 0, 7}}; u(72, 1); "
        + "p(64, noise);", "nodes of noise sources"
    ),
  ])
  func contradictionsAreNamed(fields: String, reason: String) throws {
    guard case .malformed(_, let text)? = try library(fields: fields) else {
      Issue.record("\(fields) was not refused")
      return
    }
    #expect(text.contains(reason), "\(text)")
  }

  @Test func countsAndSizesAreBounded() throws {
    guard case .malformed? = try library(count: 1 << 20) else {
      Issue.record("count")
      return
    }
    guard case .malformed? = try library(count: 0) else {
      Issue.record("none")
      return
    }
    guard case .malformed? = try library(size: 300) else {
      Issue.record("size")
      return
    }
    guard case .malformed? = try library(size: 1 << 20) else {
      Issue.record("size")
      return
    }
  }
}
