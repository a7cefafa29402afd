import CompactModels
import Files
import Foundation
import Netlist
import TestSupport
import Testing

/// Files of compiled Verilog-A that are none, or not as they should be.
@Suite struct CompactFileTests {
  @Test func whatIsNoSharedObjectIsSaid() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("not a shared object", to: "cell.osdi")
    #expect(throws: CompactModelError.self) { try CompactLibrary.open(path) }
    #expect(
      throws: CompactModelError.notLoaded(file: folder.file("none.osdi"), reason: "no such file")
    ) { try CompactLibrary.open(folder.file("none.osdi")) }
    #expect(
      throws: CompactModelError.notLoaded(file: folder.path, reason: "is a folder")
    ) { try CompactLibrary.open(folder.path) }
    // A library of the system is no model.
    for name in ["/lib/x86_64-linux-gnu/libz.so.1", "/usr/lib/aarch64-linux-gnu/libz.so.1"]
    where FileManager.default.fileExists(atPath: name) {
      #expect(
        throws: CompactModelError.notOSDI(file: name, symbol: "OSDI_VERSION_MAJOR")
      ) { try CompactLibrary.open(name) }
    }
  }

  @Test func withoutCompilerTheMessageSaysWhereToFindOne() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("module a; endmodule", to: "cell.va")
    #expect(throws: CompactModelError.noCompiler(file: path)) {
      try CompactLibrary.openOrCompile(path, compiler: nil)
    }
    #expect(VerilogACompiler(environment: ["PATH": folder.path]) == nil)
    #expect(VerilogACompiler(environment: ["OPENVAF": path, "PATH": "/bin"]) == nil)
  }
}

@Suite(.enabled(if: VerilogA.isPresent, "openvaf-r is not on the search path"))
struct CompactModuleTests {
  private func module(_ source: String) throws -> CompactModule {
    try CompactLibrary.open(VerilogA.compiled(source)).module()
  }

  @Test func descriptorsAreRead() throws {
    let cell = try module(VerilogA.sinhCell)
    #expect(cell.name == "sinh_cell")
    #expect(cell.terminals == ["p", "n"])
    #expect(cell.directPaths == [0, 0])
    let g = try #require(cell.id(of: "g"))
    #expect(cell.parameters[g].kind == .instance && cell.parameters[g].type == .real)
    #expect(cell.id(of: "M") == cell.id(of: "$mfactor"))
    #expect(try module(VerilogA.capacitor).directPaths == [0, 1])
    #expect(try module(VerilogA.fefet).directPaths.count == 3)
    #expect(!cell.forgetsState)
    #expect(try !module(VerilogA.memory).forgetsState)
    #expect(try module(VerilogA.forgetful).forgetsState)
  }

  @Test func parametersAreChecked() throws {
    let cell = try module(VerilogA.sinhCell)
    try cell.check([CompactParameter("V0", 0.1), CompactParameter("g", 1e-6)])
    #expect(throws: CompactModelError.outOfRange(["v0"], module: "sinh_cell")) {
      try cell.check([CompactParameter("v0", 0)])
    }
    #expect(throws: CompactModelError.outOfRange(["G"], module: "sinh_cell")) {
      try cell.check([], device: [CompactParameter("G", -1)])
    }
    #expect(throws: CompactModelError.unknownParameter("v1", module: "sinh_cell", suggestion: "v0"))
    { try cell.check([CompactParameter("v1", 0)]) }
    #expect(throws: CompactModelError.self) { try cell.check([CompactParameter("v0", .nan)]) }
    #expect(throws: CompactModelError.self) { try cell.check([CompactParameter("v0", .text("a"))]) }
    #expect(throws: CompactModelError.self) {
      try cell.check([], device: [CompactParameter("v0", 1)])
    }
    let faulty = try module(VerilogA.faulty)
    #expect(throws: CompactModelError.self) { try faulty.check([CompactParameter("ask", 0.5)]) }
    try faulty.check([CompactParameter("ask", 2)])
    #expect(throws: CompactModelError.self) {
      try module(VerilogA.memory).check([CompactParameter("state", 1)])
    }
  }

  /// A compiled file is made once and found again; another text is another file.
  @Test func filesAreCompiledOnce() throws {
    let folder = try TemporaryFolder()
    let compiler = try #require(VerilogA.compiler)
    var environment = ProcessInfo.processInfo.environment
    environment["OPENVAF"] = compiler.executable
    environment["XDG_CACHE_HOME"] = folder.file("cache")
    let own = try #require(VerilogACompiler(environment: environment))
    try folder.write("parameter real k = 2;", to: "part.inc")
    let text =
      "`include \"disciplines.vams\"\nmodule a(p); inout p; electrical p;\n"
      + "`include \"part.inc\"\nanalog I(p) <+ k * V(p);\nendmodule\n"
    let path = try folder.write(text, to: "a.va")
    let first = try own.compile(path)
    #expect(try own.compile(path) == first)
    #expect(try FileManager.default.contentsOfDirectory(atPath: own.cache).count == 1)
    try folder.write("parameter real k = 3;", to: "part.inc")
    #expect(try own.compile(path) != first)
    try folder.write("module a(p); endmodule oops", to: "a.va")
    #expect(throws: CompactModelError.self) { try own.compile(path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: own.cache).count == 2)
  }

  /// Every module of the package loads, and its descriptor is whole.
  @Test func modulesOfThePackageLoad() throws {
    let folder = try #require(VerilogA.modules)
    let files = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    let compiled = files.filter { $0.hasSuffix(".osdi") }
    #expect(compiled.count >= 40)
    for file in compiled {
      for module in try CompactLibrary.open("\(folder)/\(file)").modules {
        #expect(module.terminalCount >= 1, "\(file)")
        guard !module.usesDelays else { continue }
        try module.check([])
      }
    }
  }
}
