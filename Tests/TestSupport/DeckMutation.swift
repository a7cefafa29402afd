import NumericKernels

/// Decks that are almost right: lines of a deck with everything in it, drawn, shuffled and damaged.
public enum DeckMutation {
  /// The damaged deck number `index` of a seed.
  public static func deck(seed: UInt64, index: UInt64) -> [UInt8] {
    var random = RandomStream(seed: seed, stream: index)
    var lines = corpus
    switch Int.random(in: 0..<4, using: &random) {
    case 0: lines = lines.filter { _ in Bool.random(using: &random) }
    case 1: lines.shuffle(using: &random)
    case 2:
      let start = Int.random(in: 0..<lines.count, using: &random)
      lines = Array(lines[start..<min(lines.count, start + 12)])
    default: break
    }
    var bytes = Array("title\n\(lines.joined(separator: "\n"))\n".utf8)
    // Often a little, sometimes much.
    let most = Bool.random(using: &random) ? 1 : 8
    for _ in 0..<Int.random(in: 0...most, using: &random) { damage(&bytes, &random) }
    return bytes
  }

  /// The whole deck, undamaged.
  public static var original: String { "title\n\(corpus.joined(separator: "\n"))\n" }

  /// A file that the decks include.
  public static func included(seed: UInt64, index: UInt64) -> [UInt8] {
    var random = RandomStream(seed: seed ^ 0x5EED, stream: index)
    var bytes = Array(
      """
      .lib tt
      .param vdd=1.2
      .model dl d(is=1e-14 n=1.1)
      .endl tt
      .subckt inc a b
      r1 a b 1k
      .ends
      .lib ff
      .lib models.lib tt
      .endl
      """.utf8)
    if Bool.random(using: &random) { damage(&bytes, &random) }
    return bytes
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout RandomStream) {
    guard !bytes.isEmpty else { return }
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let end = min(bytes.count, place + Int.random(in: 0...12, using: &random))
    switch Int.random(in: 0..<8, using: &random) {
    case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &random)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4:
      let word = words[Int.random(in: 0..<words.count, using: &random)]
      bytes.replaceSubrange(place..<end, with: word.utf8)
    case 5:
      let word = words[Int.random(in: 0..<words.count, using: &random)]
      bytes.insert(contentsOf: word.utf8, at: place)
    case 6:
      let other = Int.random(in: 0..<bytes.count, using: &random)
      bytes.swapAt(place, other)
    default: bytes.removeSubrange(place...)
    }
  }

  /// Pieces that parsers trip over.
  private static let words = [
    "=", "(", ")", "{", "}", "'", "\"", ",", "\n+ ", "\n", "\r\n", "\t", " ", "*", ";", " $ ", "//",
    "+", "-", "**", "^", "?", ":", "!", "1e999", "-1e308", "nan", "inf", "0x1f", "1a", "1meg",
    "1mil",
    "1e-400", "9999999999999999999999", "0", "gnd", "{1/0}", "{x}", "v(a)", "i(v1)", ".ends",
    ".subckt s a\n", ".end", ".param a=a", ".include x", ".lib x y", "poly(3)", "params:", "m=0",
    "ic=", "\u{1F600}", "\u{0}", "x_999999999", "_0_0", "table", "pulse(", "=(", "==", "v(", "))",
    "$&x", "$x", "[", "]", "\nend\n", "\nwhile 1\n", "../x", ">> f", "@m1[gm]", "par('", " eq ",
    "ddt(", "idt(", "agauss(1,", "\n.if (1)\n", "\n.else\n", "\n.endif\n", "r={v(a)}", "q=", "4k7",
    "\u{B5}", "hertz", "temper", "rser=1", "dtemp=", "dialect=", "'x'", "{$x}",
    "%vd(", "%i", "[a b", "x_array=[", "gain(", " a ", "startup", "r=1n", "lmin=", "m=2", "csw",
    "ron=",
    "z0=", "td=0", " ltra ", " cpl ", " urc ", "len=", "l=1n 2n",
    "~", "null", "%d", "[~a", "d_nand", "adc_bridge(", "input_file=", "\"s.txt\"", "optional:",
    "nand(2)", "$d_hi", "$g_dpwr", "rise_delay=", "ugate(",
    "data=loads", ".data x\n", ".enddata\n", ".step a 1 2 1\n", "freq",
  ]

  private static let corpus = """
    a101 [in] [~d1] adc
    .model adc adc_bridge(in_low=0.1 in_high=0.9 rise_delay=1n)
    a102 [d1 d2] d3 gate
    .model gate d_nand(rise_delay=1n fall_delay=2n input_load=1p)
    a103 d3 d1 null null d4 ~d5 ff
    .model ff d_dff(clk_delay=1n ic=2)
    a104 [d3 d4] [out d6] dac
    .model dac dac_bridge(out_low=0 out_high=3.3)
    a105 d1 d2 r1 dtr
    .model dtr d_to_real(zero=-1 one=1)
    a106 r1 r2 rg
    .model rg real_gain(gain=2)
    a107 in d7 osc
    .model osc d_osc(cntl_array=[0 1] freq_array=[1k 1meg])
    a108 [d1 d2] d8 lut
    .model lut d_lut(table_values="0110")
    u101 nand(2) $g_dpwr $g_dgnd d1 d2 d9 d0_gate io_std mntymxdly=0
    u102 dff(1) $g_dpwr $g_dgnd $d_hi $d_lo d1 d2 d10 $d_nc eff io_std
    .model eff ueff (tpclkqlhty=3n)
    x101 d1 d2 dig
    .subckt dig a b optional: p=$g_dpwr params: t="0001"
    a1 [a b] q l
    .model l d_lut(table_values=t)
    b1 y 0 v={v(q)}
    .ends
    .param a=2 b={a*2} c='b+1'
    .param rr = a > 1 ? 1k : 2k
    .func f(x,y) {x*y+pow(x,2)}
    .global vdd
    .temp 27
    .csparam a={a} kk=3
    .param h(x)='x*2+b'
    .param mode=2
    a1 [in out] %vd(ca 0) as
    .model as summer(in_gain=[1 2] out_gain=0.5)
    a2 in %i(cb) ag
    .model ag gain(gain=2 in_offset=1)
    a3 in cc ap
    .model ap pwl(x_array=[-1 0 1] y_array=[0 1 0] input_domain=0.1 fraction=true)
    a4 in cd ax
    .model ax s_xfer(num_coeff=[1] den_coeff=[1 2 3] int_ic=[0 0])
    a5 %vnam v1 ce ai
    .model ai int(gain=2 out_upper_limit=1)
    a6 (cf 0) (cg 0) al
    .model al lcouple(num_turns=3)
    a7 (cg 0) ac
    .model ac core(h_array=[-1 1] b_array=[-1 1] area=1 length=2)
    w1 in out v1 cs on m=2
    .model cs csw(it=1m ih=0.1m ron=1 roff=1meg)
    d9 in out ld
    .model ld d(ron=1 roff=1meg vfwd=0.5 vrev=5)
    v8 ch 0 am(1 0.5 1k 10k)
    v9 ci 0 sffm(0 1 10k 5 1k)
    v10 cj 0 pwl(0 0 1u 1 2u 0) r=1u
    .model bn.1 nmos vto=0.5 lmin=0.1u lmax=10u wmin=1u wmax=10u
    m9 in out 0 0 bn w=2u l=1u
    t1 in 0 out 0 z0=50 td=1n ic=0,0,1,0
    t2 in 0 out 0 z0=50 f=1g nl=0.5
    o1 in 0 out 0 lo len=2
    .model lo ltra r=1 l=1n g=0 c=1p len=3 steplimit rel=1
    y1 in 0 out 0 ly
    .model ly txl r=1 l=1n g=0 c=1p length=3
    p1 in out 0 cd ce 0 lp
    .model lp cpl r=1 0 1 l=2n 1n 2n g=0 0 0 c=2p -1p 2p length=2
    p2 in out 0 cd ce 0 lq
    .model lq cpl r=1 0 2 l=2n 1n 3n c=2p -1p 3p length=0.1
    u1 in out 0 lu l=1m n=3
    .model lu urc rperl=1k cperl=1p fmax=1g k=2
    xg in cond w=2
    .subckt cond p w=1
    .if (w > 1)
    .param rc={w*1k}
    .model rm r(rsh=1)
    .else
    .param rc=1k
    .model rm r(rsh=2)
    .endif
    r1 p 0 {rc}
    r2 p 0 rm l=10 w=1
    .ends
    .if (mode == 2)
    .param w=agauss(1,0.1,3)
    .elseif (mode = 4)
    .param w=unif(1,0.1)
    .else
    .param w=1
    .endif
    .options seed=3
    .options reltol=1e-4 method=gear itl1=50
    .include 'cells.inc'
    .lib models.lib tt
    v1 in 0 dc 1 ac 1 90 pulse(0 {a} 1n 1n 1n 5n 20n)
    v2 vdd 0 sin(0 1 1k) ac 1
    v3 p 0 pwl(0 0 1n 1 2n {b})
    i1 0 in exp(0 1m 1n 2n 3n 4n)
    r1 in out {rr}
    r2 out 0 1kohm tc1=0
    r_1_2 n_3_4 n_5_6 r='a*1k'
    c1 out 0 10p ic=1
    l1 out n1 1u
    l2 n1 0 2u ic=1m
    k1 l1 l2 0.9
    d1 in out dx area=2
    m1 d in 0 0 nx w=2u
    + l=1u
    s1 out 0 in 0 sx on
    e1 e 0 in 0 10
    e2 e2 0 poly(2) in 0 out 0 0 1 2 3
    e3 e3 0 value={v(in)*2 + (time > 1n ? 1 : 0)}
    e4 e4 0 table {v(in)} = (0,0) (1,2)
    g1 0 g in out 1m
    f1 0 ff v1 2
    h1 h 0 v1 1k
    b1 bb 0 v=f(v(in),2)+i(v1)
    b2 bc 0 i={tanh(v(in,out))} tc1=1m m=2
    b3 bd 0 v=ddt(v(in))+idt(v(in),1)+hertz+sqr(temper)
    r3 out bd r={1k*(1+v(in))} tc1=1m
    r4 out 0 rmod l=10u ac=2k noisy=0 dtemp=5
    r5 in out {w*h(2)*temper}
    c2 out bd c={1p*(1+v(in))}
    c3 out 0 q='1p*v(in)'
    c4 out 0 cmod l=2u w=3u
    c5 in out 1\u{B5} rser=1 lser=1n rlshunt=3 rpar=1k
    l3 in out l={1u*(1+i(l3))}
    l4 out 0 lmod rser=2 cpar=1p
    d2 in out dy temp=50
    v7 q 0 1 rser=50
    x1 in out cell rx=2k
    x2 out 0 outer params: q=3
    .subckt cell p n rx=1k
    .param half={rx/2}
    r1 p m {half}
    r2 m n {half}
    c1 m vdd 1f
    .model dloc d(is={1e-15*rx})
    .func f2(x)={x*rx}
    .if (rx > 1.5k)
    r3 p n {f2(2)}
    .else
    r3 p n 1
    .endif
    d1 m 0 dloc
    .ends cell
    .subckt outer p n q=1
    .subckt inner p
    r1 p 0 {q}
    .ends
    x1 p inner
    x2 n inner
    x3 p n cell
    .ends
    .model dx d(is=1e-14 n=1.2 rs=1 cjo=1p)
    .model dy d(is=1e-14 ikf=1m isr=1p nr=2 nbv=1.5 bv=5 trs1=1m kf=1e-15 tnom=20)
    .model rmod r(rsh=100 w=2u tc1=1m)
    .model cmod c(cj=1m cjsw=1n tc1=1m)
    .model lmod l(ind=1u tc2=1u)
    .model nx nmos(level=1 vto=0.5 kp=1e-4 lambda=0.01)
    .model sx sw(ron=1 roff=1e9 vt=0.5 vh=0.1)
    .ic v(out)=0.5
    .nodeset v(in)=1
    .op
    .dc v1 0 1 0.1 i1 0 1m 1m
    .dc a 1 2 1
    .dc data=loads
    .ac dec 10 1 1meg
    .ac data=places
    .noise v(out) v1 dec 2 1 1k 1
    .tf v(out,in) v1
    .four 1k v(out) i(v1)
    .step c 1 2 1
    .step data=pairs
    .data loads
    + rr temp
    + 1k 27 2k 50
    .enddata
    .data places freq b
    1k {a}
    * between
    .5e3 2
    .enddata
    .data pairs
    + v2 r2 1 1k
    .enddata
    .tran 1n 100n uic
    .print dc v(in,out) i(v1) {v(in)*2}
    .print ac vdb(out) vp(in)
    .save out v1#branch
    .measure tran tr trig v(in) val=0.5 rise=1 targ v(out) val=0.5 fall=last
    .measure dc mx max v(out) from=0 to=1
    * comment $ ;
    .measure tran dd deriv v(out) when v(in)=v(out) cross=last from=0 to=1u
    .measure tran pp param='tr*2+a'
    .measure tran at trig at=1n targ v(in)=0.5 td=2n
    .measure tran place max_at v(out)
    .print tran v(in)*i(v1) -v(out) (v(in)+1)/2 par('v(in)^2') p(r1) @m1[gm] @r1[i] id(m1)
    .tran 0 1u 1n 2n
    v4 w4 0 (pulse 0 1 1n 1n 1n 1n 9n 3)
    v5 w5 0 pwl(0 0 1n 0 1n 1)
    v6 w6 0 ac
    r6 w6 w5 0
    r7 w6 0 -3k
    b9 b9 0 v=pwl(v(in),0,0,1,2)
    r9 b9 0 1
    .options unheard=3 of
    .control
    set numdgt = 8
    define half(x, y) x/2 + y
    op
    print v(in) i(v1) half(v(out), 2) @m1[gm] p(r1)
    foreach k 1 2 $curplot
      alter r1 = $k * 1k
      alter @v1[pulse] = [ 0 1 1n 1n 1n 5n 20n ]
    end
    let n = 0
    while n < 3
      let n = n + 1
      if n eq 2
        continue
      else
        tran 1n 10n
      end
    end
    altermod nx vto = 0.6
    alterparam a = 3
    reset
    run
    meas tran top max v(out) from=0 to=1u
    let x[0] = v(in)[1]
    let y = mag(v(in)) + db(out) + ph(in)
    print deriv(v(in)) vecmax(y) mean(y) y[0,1] 2^3^2 > p.txt
    linearize
    echo "done" $&n $#list >> p.txt
    wrdata out v(in) v(out)
    write all.raw
    compose z values 1 2 3
    setplot const
    source more.sp
    plot v(in)
    quit
    .endc
    .plot v(in)
    .noise v(out) v1 dec 1 1 1
    q1 a b c qx
    .end
    """.split(separator: "\n").map(String.init)
}
