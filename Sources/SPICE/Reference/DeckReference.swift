import Netlist

/// Everything that decks may hold, as a page: made of the tables that the reader itself uses.
public enum DeckReference {
  /// The page in Markdown, with a newline at its end.
  public static var markdown: String {
    """
    # SPICE decks

    What `tilespice solve` takes. Anything else is an error with file, line and column; options that \
    nobody here knows are warnings. `--ignore-unsupported` passes over outputs, analyses and options, \
    `--leave-out-elements` over elements, models and parameters as well (exit status 3).

    ## Cards

    \(table(["card", "meaning", "in other dialects"], DeckReferenceTables.cards))
    Passed over: \(list(DeckStructure.inertNames)). Recognised and refused: \
    \(list(DeckStructure.foreignNames)).

    ## Elements

    \(table(["letter", "element", "fields and parameters"], DeckReferenceTables.elements))
    `m=` on every element and on X is a number of copies in parallel. Q, J and Z, and M of the levels \
    1 (with RSH, JS, CJ or CJSW), 2, 3, 6, 9, 8 or 49 (BSIM3) and 14 or 54 (BSIM4), are served by the compiled modules `bjt.osdi`, \
    `vbic_1p3_5t` (levels 4 and 9), `jfet1`, `jfet2`, `mes1`, `vdmos`, `mos1` … `bsim3v3`, `bsim4v8` of a folder that `--models` or `.options \
    modeldir` names, or of `spice` in it; Q of level 8 (HICUM/L2) and M of levels 10 and 58 (BSIM-SOI) by \
    the modules `hicumL2va` and `bsimsoi_va` of any file there. A resistance of zero joins its nodes and has the current of \
    a 0 V source; a negative one is taken with a warning, as negative \
    capacitances and inductances are.

    ## Models

    \(table(["kind", "parameters", "notes"], DeckReferenceTables.models))
    `.model name module parameter=…` is a model of compiled Verilog-A (OSDI 0.3 to 0.5), whose module \
    a file of `.hdl` or `pre_osdi` has, or of a folder that `--models` or `modeldir` names; an N takes the instance parameters, of which `m` is \
    `$mfactor`. A file `.va` is compiled by `openvaf-r`, which `OPENVAF` names or `PATH` has, into \
    `~/.cache/tilespice` (`XDG_CACHE_HOME`). Such files are native code: `solve --no-native` refuses \
    them. States start at their initial values at DC; `$bound_step` and `$finish` are followed in \
    transients, `absdelay` is refused. `@n1[name]` is any parameter or variable.

    ### Code models

    \(table(["kind", "parameters and what they are without"], codeModels))
    Limits and points have corners of parabolas, as in XSPICE.

    ### Digital models

    \(table(["kind", "connections", "parameters and what they are without"], eventModels))
    `[…]` is a list, `null` leaves a connection open, `~` before a digital one inverts it. Delays are \
    of transport: a change that comes before pending ones takes their place. Values have a state (0, \
    1, U) and a strength (s, r, z, u); numbers of a real node add. Loads have no effect, in XSPICE \
    neither. Files are read strictly: `d_source` has a time and the values of all outputs in each \
    line, `d_state` a state, its outputs, inputs (0, 1, x), `->` and the next state. Texts are in \
    double quotes, or parameters that are: `.param both=or{and}`. At DC everything settles without \
    delays; in time a threshold is located to 1e-4 of the longest step, where ngspice has the first \
    step behind it, and a phase is the integral of its frequency. Nodes are vectors `v(name)`, 0.5 \
    while unknown.

    Which nodes are digital follows from who uses them. A digital node that other elements use gets a \
    bridge, as in ngspice: `auto_dac` of 0 and `vcc` where digital elements drive it, `auto_adc` at \
    half of it where they read it, both behind 0.1 Ω where they do both; `vcc` is the parameter where \
    the node is met, or 3.3 V.

    U is a digital device of PSpice: `Uname type(counts) power ground pins timing io [MNTYMXDLY=n] \
    [IO_LEVEL=n]` of the types \(list(DeckElaborator.uTypes)); gates have arrays (`nanda(2,4)`). \
    Timing models are `ugate`, `utgate`, `ueff` and `ugff`; typical times, or with MNTYMXDLY=1 and 3 the \
    least and the most; what is missing is the mean of least and most, or what there is. `$D_HI`, \
    `$D_LO`, `$D_X` and `$D_NC` are constants and nothing; `$G_…` are global. `optional: name=node` \
    of `.subckt` are nodes that an instance may leave out.

    ## Courses of sources

    \(table(["course", "values", "notes"], DeckReferenceTables.courses))
    ## Expressions

    In braces or single quotes. Operators: `+ - * / % ** ^ < <= > >= == != & | ! ?:`; `**` groups from \
    the left. The value of R, C, L, B, E and G may depend on the solution. Quantities: `v(a)`, `v(a,b)`, `i(element)`, `p(element)`, `id(element)`, \
    `@element[value]`, `time`, `temper`, `hertz`; in formulas of elements `ddt(x)`, `idt(x[,initial])` \
    and `sdt`, its other name: rates and integrals over time. A function of `.func` goes before one of the same name.

    Functions: \(functions).

    Other names of them: \(synonyms). Made of them: \(list(ExpressionParser.spelledOut)).

    Random numbers: `agauss(x, absolute, sigma)`, `gauss(x, relative, sigma)`, `aunif(x, absolute)`, \
    `unif(x, relative)`, `limit(x, absolute)`, `mc(x, relative)`, `gauss(deviation)`, `flat(half)`, \
    `rand()`.
    Constants: \(list(ExpressionParser.constants.keys)).

    `pwl(x, x1, y1, …)` goes on along its first and last line beyond the points, as in ngspice; \
    `table` is constant there, as in Xyce and LTspice.

    ## Outputs

    `.print`, `.save`, `.probe` and `.measure` take node voltages (`v(a)`, `v(a,b)`, `a`), the current \
    of every element (`i(r1)`, `v1#branch`), powers (`p(r1)`), `par('formula')`, `{formula}`, and \
    arithmetic without blanks (`v(a)*i(v1)`). Of phasors `vm vp vdb vr vi` and `im ip idb ir ii` are \
    parts; so are those of `db mag ph re im` of a voltage or a current; phases are in radians, as in ngspice, or in degrees with `set units=degrees` in a block.

    Values of devices, `@element[value]`:

    \(table(["element", "values"], DeckElaborator.deviceValues.map { [$0.kind, list($0.names)] }))
    ## Measurements

    \(table(["form", "value"], DeckReferenceTables.measurements))
    ## Options

    Followed: \(list(DeckElaborator.followedOptions)). Without effect here: \
    \(list(DeckElaborator.inertOptions)). Refused, because they change results: \
    \(list(DeckElaborator.refusedOptions)).

    ## Commands

    Of `.control` blocks: \(list(ControlInterpreter.followed)). Passed over with a note: \
    \(list(ControlInterpreter.passedOver)). Refused, because they start programs: \
    \(list(ControlInterpreter.startingPrograms)). Files are those of the deck's folder and below; \
    loops end after \(ControlInterpreter.Limits().turns) turns. `alter` takes R, C, L, V, I, E, F, G, \
    H, D and M, and parameters of compiled devices; `altermod` any parameter of a model, which a device of it may stand for; `alterparam` of a parameter, or of one \
    in a subcircuit, holds from the next `reset` on. `shell … &` is passed over: nothing waits for it. \
    `@element[parameter]` and `@model[parameter]` are values as they are now.

    Functions of vectors: \(list(ControlFunction.allCases.map(\.rawValue))).

    ## Choices

    \(table(["where simulators differ", "here"], DeckReferenceTables.choices))
    """
  }

  private static var codeModels: [[String]] {
    CodeModel.Kind.allCases.map { kind in
      let known = CodeModel(kind: kind, place: 0..<0).known
      let parameters = known.sorted { $0.key < $1.key }.map { name, preset in
        guard let preset else { return "`\(name)`" }
        let value = preset.first.map { $0.isFinite ? "=\($0)" : "" } ?? "=[…]"
        return "`\(name)\(value)`"
      }
      return ["`\(kind.rawValue)`", parameters.joined(separator: ", ")]
    }
  }

  private static var eventModels: [[String]] {
    EventModelCard.Kind.allCases.map { kind in
      let connections = kind.connections.map { connection in
        let name =
          switch connection.what {
          case .input: "in"
          case .output: "out"
          case .realInput: "real in"
          case .realOutput: "real out"
          case .probe: "sensed"
          case .level: "driven"
          }
        return connection.isList ? "[\(name) …]" : name
      }
      var parameters = kind.parameters.sorted { $0.key < $1.key }.map { name, preset in
        "`\(name)" + (preset?.first.map { "=\($0)" } ?? "=[…]") + "`"
      }
      if let text = kind.textParameter { parameters.append("`\(text)=\"…\"`") }
      return [
        "`\(kind.rawValue)`", connections.joined(separator: ", "),
        parameters.joined(separator: ", "),
      ]
    }
  }

  private static func list(_ names: some Sequence<String>) -> String {
    Set(names).sorted().map { "`\($0)`" }.joined(separator: ", ")
  }

  private static var functions: String {
    Expression.Function.allCases.map { function in
      let count = function.argumentCount
      let arguments =
        count.lowerBound == count.upperBound
        ? "\(count.lowerBound)" : "\(count.lowerBound) or more"
      return "`\(function.rawValue)` (\(arguments))"
    }.joined(separator: ", ")
  }

  private static var synonyms: String {
    ExpressionParser.synonyms.sorted { $0.key < $1.key }
      .map { "`\($0.key)` for `\($0.value.rawValue)`" }.joined(separator: ", ")
  }

  private static func table(_ head: [String], _ rows: [[String]]) -> String {
    let lines = [head, head.map { _ in "---" }] + rows
    return lines.map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }
}
