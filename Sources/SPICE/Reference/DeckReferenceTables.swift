/// What the page says about cards, elements and choices, by rows.
enum DeckReferenceTables {
  static let cards = [
    ["`.op`", "operating point; what a deck without any analysis gets", ""],
    [
      "`.dc X start stop step …`",
      "sweep of V, I, R, temp or a parameter; `list`, `dec`, `oct`, `lin`",
      "Xyce names the kind first; `data=` as in HSPICE and Xyce",
    ],
    ["`.ac dec\\|oct\\|lin n f1 f2`", "small signals; `data=` with a column `freq`", ""],
    [
      "`.tran step stop [start [longest]] [uic] [startup]`", "transient",
      "`.tran stop` and a step of 0 as in LTspice: a fiftieth of what is shown; with its `startup` "
        + "independent sources grow from zero in 20 µs",
    ],
    ["`.step X …`", "repeats the analyses; several cards nest", "LTspice, Xyce"],
    ["`.data name … .enddata`", "a table for `.dc`, `.ac` and `.step`", "HSPICE, Xyce"],
    [
      "`.print`, `.save`, `.probe`",
      "outputs to show; in a deck with commands, which say what is shown, those that cannot be are warnings",
      "`.plot` is passed over",
    ],
    ["`.measure`, `.meas`", "measurements, see below", ""],
    ["`.options`, `.option`, `.opt`", "see below", "Xyce's packages are skipped"],
    ["`.temp`, `.global`, `.title`, `.end`", "as in SPICE", ""],
    ["`.ic v(a)=1`, `.nodeset`", "initial conditions and guesses, in subcircuits too", ""],
    [
      "`.param`", "parameters, in any order",
      "also `.params`, `.parameter`, `.global_param`",
    ],
    ["`.csparam name={x}`", "constants of the commands, no parameters of the circuit", "ngspice"],
    [
      "`.func f(x) {…}`", "functions; those of a subcircuit are its own",
      "also with `=` or quotes around the body; `.param f(x)='…'` as in HSPICE",
    ],
    [
      "`.if (x)`, `.elseif (x)`, `.else`, `.endif`",
      "at the top decided once, by the parameters above; in a subcircuit by every instance, for elements, `.param` and `.model`",
      "`=` compares as `==` does",
    ],
    [
      "`.noise v(a[,b]) source dec\\|oct\\|lin n f1 f2 [1]`",
      "densities in V/√Hz or A/√Hz at the output and referred to the source, and their integrals; with 1 of every element",
      "thermal, shot, channel and flicker noise (KF, AF); `noisy=0` on R",
    ],
    ["`.tf output source`", "gain, input and output resistance at DC", ""],
    [
      "`.sp dec\\|oct\\|lin n f1 f2`",
      "scattering parameters `s_i_k` of the ports, V with `portnum`; voltages and currents are those while a volt drives the last port",
      "ngspice",
    ],
    [
      "`.pz in ref out ref cur\\|vol pol\\|zer\\|pz`",
      "poles and zeros of a transfer function, `pole(1)` … `zero(1)` …, in radians per second; at most 300 unknowns, no transmission lines",
      "SPICE3",
    ],
    [
      "`.four f v(a) …`, `.fourier`",
      "ten harmonics of the last period of a transient, and the distortion `thd(v(a))` in percent",
      "",
    ],
    [
      "`.hdl \"file\"`", "a Verilog-A file, `.va`, or a compiled one, `.osdi`",
      "`pre_osdi file` in a block, as in ngspice",
    ],
    [
      "`.model`, `.subckt … .ends`", "models and subcircuits, nested",
      "`.macro … .eom`; models `name.1`, `name.2` … are bins by `lmin lmax wmin wmax`; `ako:other` in front of the kind takes another model's parameters, as in PSpice",
    ],
    [
      "`.include`, `.lib file section`", "files, relative to the one that names them",
      "`.inc`, `.incl`",
    ],
    ["`.control … .endc`", "commands, see below", "ngspice"],
  ]

  static let elements = [
    ["R", "resistor", "value or model; `r tc tc1 tc2 tce l w ac dtemp temp m noisy scale=1`"],
    [
      "C", "capacitor",
      "value or model; `c capacitance cap q ic l w tc tc1 tc2 dtemp temp m scale rser lser rpar cpar "
        + "rlshunt`",
    ],
    [
      "L", "inductor",
      "value or model; `l inductance ind ic tc tc1 tc2 dtemp temp m scale rser rpar cpar`",
    ],
    ["K", "coupling of two inductors", "coefficient; beyond ±1 with a warning"],
    [
      "V, I", "independent sources",
      "`dc`, `ac magnitude phase`, a course; alone they are 0 and 1; `m`; of V also `rser cpar`, and "
        + "`portnum z0=50` of a port, which has its resistance in every analysis",
    ],
    [
      "A", "analog or digital code model of XSPICE",
      "ports as nodes, `%v %vd %i %id %vnam`, pairs in parentheses, lists in brackets; model",
    ],
    ["E, G", "sources controlled by a voltage", "gain, `poly(n)`, `value=`, `table`, `m`"],
    ["F, H", "sources controlled by a current", "gain, `poly(n)`, `m`"],
    [
      "B", "sources with formulas",
      "`v=`, `i=`, then `tc1 tc2 dtemp temp m reciproctc reciprocm`; E and G with formulas as well",
    ],
    ["S", "switch controlled by a voltage", "model `sw` or `vswitch`, `on`, `off`, `m`"],
    [
      "W", "switch controlled by the current of a V",
      "source, model `csw` or `iswitch`, `on`, `off`, `m`",
    ],
    ["D", "diode", "`area m dtemp temp ic off`"],
    ["M", "MOSFET of level 1", "`w l m ad as pd ps nrd nrs dtemp temp off`"],
    [
      "T", "lossless transmission line",
      "near end and reference, far end and reference; `z0`, `td` or `f nl=0.25`, "
        + "`ic=v1,i1,v2,i2`",
    ],
    [
      "O", "lossy line, LTRA",
      "nodes as T, model; `len ic`",
    ],
    [
      "Y", "lossy line, TXL",
      "nodes as T, model; `len`",
    ],
    [
      "P", "coupled lossy lines, CPL",
      "near ends, reference, far ends, reference, model; `len`",
    ],
    [
      "U", "uniform RC line, URC, or digital device of PSpice",
      "two ends, reference, model; `l n`; SPICE3's ladder of `n` sections from either end",
    ],
    ["N", "device of a compiled model", "nodes, model, instance parameters"],
    ["X", "instance of a subcircuit", "parameters with or without `params:`, `m`"],
  ]

  static let models = [
    [
      "`d`",
      "`is n rs cjo vj m fc tt bv ibv nbv tcv tbv1 tbv2 trs1 trs2 ikf isr nr eg xti tnom kf af "
        + "t_abs t_measured`",
      "also `js cj0 cj pb mj ik trs tref`; those of the edge and of safe operation have no effect",
    ],
    [
      "`d` of straight lines", "`ron roff vfwd vrev rrev`",
      "LTspice's, where one of these is given; corners are sharp; the current of `d1` is the vector "
        + "`i(bd1)`",
    ],
    [
      "`nmos`, `pmos`",
      "`level=1 vto kp lambda gamma phi ld rd rs is cbd cbs pb mj fc cgso cgdo cgbo tox uo tnom kf af "
        + "nsub nss tpg lmin lmax wmin wmax`",
      "PHI, GAMMA and VTO follow from NSUB and TOX where they are not given; parameters of other levels "
        + "have no effect",
    ],
    [
      "`r`, `res`", "`rsh narrow short defw w l tc1 tc2 tce r tnom t_abs t_measured`",
      "`t_abs` is the temperature of resistors, or diodes, that have none of their own",
    ],
    ["`c`, `cap`", "`cap cj cjsw defw defl w l narrow short di thick tc1 tc2 tnom`", ""],
    ["`l`, `ind`", "`ind tc1 tc2 tnom`", ""],
    ["`sw`", "`ron roff vt vh`", "flips where its control crosses, see below"],
    ["`csw`", "`ron roff it ih`", "likewise"],
    [
      "`vswitch`, `iswitch`", "`ron roff=1meg von=1 voff`, `ion=1m ioff`",
      "PSpice's: the logarithm of the resistance goes along a cubic; with `vt vh` or `it ih` as `sw` "
        + "and `csw`",
    ],
    [
      "`ltra`, `txl`", "`r l g c len`",
      "of a unit of length; L and C, R and C or R alone with the others zero; settings of "
        + "accuracy have no effect, the losses are fitted to 1e-6 and at worst 1e-3",
    ],
    [
      "`cpl`", "`r l g c length`",
      "upper triangles of matrices, row by row, with Maxwell's capacitances; losses that "
        + "couple the modes lie between lossless pieces, each with less than 0.8 % of its "
        + "impedance",
    ],
    [
      "`urc`", "`k=1.5 fmax=1g rperl=1000 cperl=1e-15`",
      "diodes (`isperl`) are refused",
    ],
  ]

  static let courses = [
    [
      "`pulse`", "v1 v2 delay rise fall width period count",
      "zero and missing times as in SPICE; the count as in ngspice and LTspice",
    ],
    ["`sin`, `sine`", "offset amplitude frequency delay damping phase", ""],
    ["`exp`", "v1 v2 delay1 tau1 delay2 tau2", ""],
    ["`am`", "amplitude offset signal carrier delay phase", "as in ngspice 39"],
    ["`sffm`", "offset amplitude carrier index signal phases", ""],
    ["`pwl`", "t1 v1 t2 v2 …; `td=`, `r=`", "two values at one time are an edge, with a warning"],
  ]

  static let measurements = [
    ["`trig X targ Y`", "from one place to another; X and Y are crossings or `at=`"],
    [
      "`when v(a)=1`, `when v(a)=v(b)`",
      "where a signal crosses; `rise fall cross=n\\|last td from to`",
    ],
    ["`find v(a) at=x`, `find v(a) when …`", "a value"],
    ["`deriv v(a) at=x`, `deriv v(a) when …`", "a slope"],
    ["`avg rms min max pp integ`", "over `from` … `to`"],
    ["`min_at`, `max_at`", "where the least and the greatest value are"],
    ["`param='…'`, `eqn={…}`", "a formula of measurements before it and of parameters"],
  ]

  static let choices = [
    [
      "reverse diode below −3 N Vt: SPICE's cubic or Shockley's equation",
      "Shockley's equation at every voltage, at most 5 % of IS from the cubic: it has one formula and "
        + "no seam, and selectors are built of it",
    ],
    [
      "a switch within a time step",
      "keeps its state up to the crossing, which is located to 1e-4 of the longest step, then flips",
    ],
    [
      "first point of `uic`",
      "the currents that flow once stored charges agree with the sources, not the impulse before",
    ],
    [
      "a formula that jumps where a state is",
      "a time step that takes turns between two points of the same voltages, within the tolerances, has "
        + "either as its solution",
    ],
    [
      "states of code models for small signals",
      "a memristor keeps its resistance, oscillators their frequency; as in XSPICE",
    ],
    [
      "between points of `table2d` and `table3d`",
      "cubics along every axis, beyond them tangents; XSPICE chooses its polynomials by the values",
    ],
    [
      "`fft`",
      "amplitudes `2X/N` after zeros up to a power of two and a window (`specwindow`), as in ngspice",
    ],
    ["a DC-free node between capacitors", "charge decides; at DC its level is ground's"],
    ["`pow(x, y)` and `x**y` of sources", "of the magnitude of x, as in ngspice"],
    ["one coefficient of `poly`", "refused: a gain in some simulators, a constant in others"],
    [
      "current of recombination (ISR) in reverse",
      "flows at every voltage, as in PSpice; ngspice leaves it out below −3 N Vt",
    ],
    [
      "`c={…}` and `l={…}` of the solution",
      "`C dv/dt` and `L di/dt`, as in ngspice; `q={…}` is a charge",
    ],
    [
      "random numbers",
      "the same in every run of a deck, by place and instance; `.options seed=n` or a `reset` of the "
        + "commands gives others",
    ],
    ["`log(x)`", "natural, as in ngspice; base 10 in decks of Xyce"],
    [
      "`4k7`",
      "4.7k in decks of LTspice (`.options dialect=ltspice`, or with `.backanno`), an error in others; "
        + "`1µ` is 1e-6 everywhere",
    ],
    [
      "a loss that no finite sum of poles has at zero frequency",
      "a transmission line without a leak gets one of 1e-7 of its capacitance over its delay, or less",
    ],
    ["suffix `a`", "refused: atto in some simulators, nothing in others"],
    ["thermal voltage", "k and q of 2019; decks for Xyce shift the temperature to have the same"],
  ]
}
