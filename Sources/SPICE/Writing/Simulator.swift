import Netlist
import Units

/// The simulators that get a wrapper around the portable deck. The test suite runs those of ngspice
/// and gnucap; the other three follow their vendors' documentation.
public enum Simulator: String, CaseIterable, Sendable {
  case ngspice, xyce, hspice, spectre, gnucap

  /// Name of the wrapper beside the core deck.
  public var wrapperFileName: String { self == .spectre ? "run.spectre.scs" : "run.\(self).sp" }

  /// Where ngspice's wrapper prints its currents, one `i(name) = value` per line.
  public static let ngspiceResultFileName = "run.ngspice.out"
  /// Where gnucap's wrapper prints its currents: a line of names and a line of numbers.
  public static let gnucapResultFileName = "run.gnucap.out"

  /// Whether it knows all of a circuit's elements: devices of compiled Verilog-A only ngspice does.
  public func runs(_ circuit: Circuit) -> Bool {
    self == .ngspice || circuit.compactDevices.isEmpty
  }

  /// The wrapper that finds the operating point of the core deck and prints the currents of the
  /// voltage sources at the indices `sensing`, of which there is at least one.
  ///
  /// ngspice loads the files `compiled`, of compiled Verilog-A, where it is built to do so.
  public func wrapper(
    for circuit: Circuit, sensing: [Int], loading compiled: [String] = []
  ) -> String {
    precondition(!sensing.isEmpty, "a wrapper prints at least one current")
    let names = sensing.map { circuit.name(of: circuit.voltageSources[$0].label) }
    let core = SPICEWriter.coreFileName
    switch self {
    case .ngspice:
      return ngspiceWrapper(for: circuit, names: names, core: core, compiled)
    case .xyce:
      return """
        * \(circuit.title)
        .include "\(core)"
        \(options(for: circuit))\(Self.onePointSweep(circuit, sensing[0]))
        .print dc format=csv precision=16
        \(Self.lines(names, before: "+ ", each: { "i(\($0))" }))
        .end

        """
    case .hspice:
      return """
        * \(circuit.title)
        .include '\(core)'
        .option ingold=2 numdgt=10
        .temp 27
        \(options(for: circuit))\(Self.onePointSweep(circuit, sensing[0]))
        .print dc
        \(Self.lines(names, before: "+ ", each: { "i(\($0))" }))
        .end

        """
    case .spectre:
      return """
        // \(circuit.title)
        simulator lang=spice
        .include "\(core)"
        simulator lang=spectre
        \(Self.lines(names, before: "save ", each: { "\($0):p" }))
        \(options(for: circuit))operatingPoint dc oppoint=rawfile

        """
    case .gnucap:
      return """
        * \(circuit.title)
        .include \(core)
        \(options(for: circuit)).print op
        \(Self.lines(names, before: "+ ", each: { "i(\($0))" }))
        .op > \(Self.gnucapResultFileName)
        .end

        """
    }
  }

  /// A sweep of one point is the analysis that all dialects agree on.
  private static func onePointSweep(_ circuit: Circuit, _ source: Int) -> String {
    let source = circuit.voltageSources[source]
    let volts = SpiceNumber.format(source.volts)
    return ".dc \(circuit.name(of: source.label)) \(volts) \(volts) 1"
  }

  /// For nonlinear devices: iterate to rounding, at the models' nominal temperature, with
  /// negligible conductance across junctions. For all circuits: settings that keep a simulator from
  /// silently raising small values. Those of ngspice and gnucap are run here.
  private func options(for circuit: Circuit) -> String {
    let floors = ValueFloors(circuit)
    let raised = floors.options(for: self)
    if self == .gnucap {
      // Its voltage sources have 100 nΩ unless told otherwise; numdgt are the digits that it prints.
      return ".options reltol=1e-9 short=1e-12 gmin=\(floors.junctionSiemens.description) "
        + "numdgt=15 temp=\(Self.celsius1969) tnom=\(Self.celsius1969)\n"
    }
    guard circuit.isNonlinear else {
      // Linear circuits have no junctions; of the other values, only HSPICE has a floor.
      return raised.isEmpty ? "" : ".option \(raised)\n"
    }
    let gmin = floors.junctionSiemens.description
    let more = raised.isEmpty ? "" : " " + raised
    switch self {
    case .ngspice:
      return ".options gmin=\(gmin) reltol=1e-7 abstol=1e-15 vntol=1e-9 tnom=27\(more)\n"
    case .xyce:
      return """
        .options device temp=\(Self.celsius1969) tnom=\(Self.celsius1969) gmin=\(gmin)
        .options nonlin reltol=1e-7 abstol=1e-15

        """
    case .hspice:
      return ".option gmindc=\(gmin) gmin=\(gmin) reltol=1e-7 abstol=1e-15 vntol=1e-9 tnom=27"
        + "\(more)\n"
    case .spectre:
      return "accuracy options gmin=\(gmin) reltol=1e-7 iabstol=1e-15 vabstol=1e-9 "
        + "temp=27 tnom=27\n"
    case .gnucap: preconditionFailure("has its options for all circuits")
    }
  }

  /// Where Xyce and gnucap have the thermal voltage that the others have at 27 °C. Their constants are
  /// those of 1969 (1.3806226e-23 J/K, 1.6021918e-19 C: N_DEV_Const.h, u_opt.h), which change
  /// exponents by 3e-5 and a selector's current by 1e-4.
  private static let celsius1969: Double = {
    let modern = 1.380649e-23 / 1.602176634e-19
    let old = 1.3806226e-23 / 1.6021918e-19
    return 300.15 * modern / old - 273.15
  }()

  private func ngspiceWrapper(
    for circuit: Circuit, names: [String], core: String, _ compiled: [String]
  ) -> String {
    let loads = compiled.map { "pre_osdi \($0)\n" }.joined()
    let prints = Self.lines(
      names, before: "print ", after: " >> \(Self.ngspiceResultFileName)"
    ) { "i(\($0))" }
    return """
      * \(circuit.title)
      .include \(core)
      .temp 27
      \(options(for: circuit)).control
      \(loads)set numdgt=16
      op
      echo "* \(names.count) currents in amperes" > \(Self.ngspiceResultFileName)
      \(prints)
      quit
      .endc
      .end

      """
  }

  /// Lines of at most eight items, because simulators limit the length of a line.
  private static func lines(
    _ names: [String], before: String, after: String = "", each: (String) -> String
  ) -> String {
    stride(from: 0, to: names.count, by: 8).map { start in
      let group = names[start..<min(start + 8, names.count)]
      return before + group.map(each).joined(separator: " ") + after
    }.joined(separator: "\n")
  }
}
