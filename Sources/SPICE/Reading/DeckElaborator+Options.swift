import Files
import Netlist

extension DeckElaborator {
  /// Reads the cards that elements depend on: `.options`, `.temp`, `.global`, and the times of
  /// `.tran`, which sources take defaults from.
  mutating func prepare(_ card: DeckCard, _ top: DeckInstance) throws(CardFault) {
    switch DeckStructure.word(text, card.range).0 {
    case ".options", ".option", ".opt": try readOptions(top)
    case ".temp":
      guard tokens.tokens.count >= 2 else { throw CardFault(.missingFields, card.range) }
      if tokens.tokens.count > 2 {
        try unsupported(CardFault(.unsupportedSweep, tokens.tokens[2].outerRange))
      }
      try setCelsius(tokens.tokens[1].outerRange, value(tokens.tokens[1], top))
    case ".global":
      for token in tokens.tokens.dropFirst() {
        globals.insert(DeckStructure.folded(text, token.outerRange))
      }
    case ".tran" where transient == nil:
      // Its faults are reported when its turn comes.
      guard let settings = try? transientSettings(top) else { return }
      transient = (settings.step, settings.stop)
    default: break
    }
  }

  private mutating func setCelsius(_ place: Range<Int>, _ value: Double) throws(CardFault) {
    guard value > -273.15, value < 1e4 else { throw CardFault(.parameterOutOfRange, place) }
    deck.options.celsius = value
  }

  /// Options of other programs, or of printing, that change no result here.
  static let inertOptions: Set<String> = [
    "acct", "noacct", "list", "nolist", "nomod", "nopage", "node", "opts", "post", "probe",
    "numdgt", "ingold", "measdgt", "brief", "accurate", "savecurrents", "autostop", "interp",
    "nopage", "noinit", "klu", "sparse", "keepopinfo", "rshunt0", "warn", "cpu", "width", "limpts",
    "bypass", "unwrap", "co", "captab", "dccap", "runlvl", "fast", "noprint", "noascii", "lvltim",
    "noopiter", "trytocompact", "pivtol", "pivrel", "parhier", "trunc", "type", "verbose",
    "output", "initial_interval", "ptranmax", "pivot", "notrnoise", "minbreak", "badmos3",
  ]
  /// Options that change results in ways this program does not follow.
  static let refusedOptions: Set<String> = [
    "rshunt", "cshunt", "defad", "defas", "defl", "defw", "gminsteps", "srcsteps",
    "gramp", "gdcpath", "gmindc", "xmu", "itl3", "itl5", "itl6", "dcstep", "scalm",
    "reltran", "temp_sweep",
  ]
  /// Packages of Xyce's `.options PACKAGE name=value`.
  static let packages: Set<String> = [
    "device", "nonlin", "nonlin-tran", "timeint", "linsol", "linsol-ac", "output", "parser", "loca",
    "restart", "measure", "dist", "hbint", "diagnostic",
  ]
  static let followedOptions = [
    "reltol", "abstol", "vntol", "chgtol", "trtol", "gmin", "itl1", "itl2", "itl4", "method",
    "maxord", "temp", "tnom", "seed", "dialect", "maxstep", "modeldir",
    "scale", "ramptime",
  ]

  private mutating func readOptions(_ top: DeckInstance) throws(CardFault) {
    let all = tokens.tokens
    var index = 1
    if all.count > 1, Self.packages.contains(DeckStructure.folded(text, all[1].outerRange)) {
      index = 2
    }
    while index < all.count {
      let token = all[index]
      let name = DeckStructure.folded(text, token.outerRange)
      index += 1
      guard index + 1 < all.count, all[index].kind == .equals else {
        try readFlag(name, token)
        continue
      }
      try setOption(name, token, all[index + 1], top)
      index += 2
    }
  }

  private mutating func readFlag(_ name: String, _ token: CardTokens.Token) throws(CardFault) {
    switch name {
    case ",", "(", ")": break
    case "trap", "trapezoidal": deck.options.integration = .trapezoidal
    case "gear": deck.options.integration = .gear
    case _ where Self.inertOptions.contains(name): break
    case _ where Self.followedOptions.contains(name):
      throw CardFault(.missingFields, token.outerRange)
    default: try refuseOption(name, token)
    }
  }

  private mutating func refuseOption(
    _ name: String, _ token: CardTokens.Token
  ) throws(CardFault) {
    guard !Self.refusedOptions.contains(name) else {
      return try unsupported(CardFault(.unsupportedOption, token.outerRange))
    }
    // Every program has options of its own, most of them about its own search and output.
    let known = Self.followedOptions + Self.refusedOptions.sorted()
    warn(
      CardFault(
        .unknownOption, token.outerRange, suggestion: NearestWord.find(name, among: known)))
  }

  private mutating func setOption(
    _ name: String, _ token: CardTokens.Token, _ field: CardTokens.Token, _ top: DeckInstance
  ) throws(CardFault) {
    if name == "modeldir" { return addModelFolder(field) }
    if name == "method" || name == "maxord" { return try setIntegration(name, field) }
    if name == "dialect" { return try checkDialect(field) }
    if name == "seed", DeckStructure.folded(text, field.outerRange) == "random" {
      // The same deck gives the same numbers.
      return warn(CardFault(.fixedSeed, field.outerRange))
    }
    guard Self.followedOptions.contains(name) else {
      if !Self.inertOptions.contains(name) { try refuseOption(name, token) }
      return
    }
    let place = field.outerRange
    let number = try value(field, top)
    func positive() throws(CardFault) -> Double {
      guard number > 0 else { throw CardFault(.notPositive, place) }
      return number
    }
    func count() throws(CardFault) -> Int {
      guard number >= 1, number <= 1e9, number == number.rounded() else {
        throw CardFault(.parameterOutOfRange, place)
      }
      return Int(number)
    }
    switch name {
    case "reltol": deck.options.relativeTolerance = try positive()
    case "abstol": deck.options.absoluteAmperes = try positive()
    case "vntol": deck.options.absoluteVolts = try positive()
    case "chgtol": deck.options.absoluteCoulombs = try positive()
    case "trtol": deck.options.truncationFactor = try positive()
    case "gmin":
      guard number >= 0 else { throw CardFault(.parameterOutOfRange, place) }
      deck.options.junctionSiemens = number
    // MAXSTEP is Xyce's name among its options of Newton's method.
    case "itl1", "maxstep": deck.options.operatingPointIterations = try count()
    case "itl2": deck.options.sweepIterations = try count()
    case "itl4": deck.options.transientIterations = try count()
    case "temp": try setCelsius(place, number)
    case "scale": deck.options.meterScale = try positive()
    case "ramptime":
      guard number >= 0 else { throw CardFault(.parameterOutOfRange, place) }
      rampSeconds = number
    case "seed":
      guard number >= 0, number < 9e15, number == number.rounded() else {
        throw CardFault(.parameterOutOfRange, place)
      }
      randomValues.seed = UInt64(number)
    default:
      guard number > -273.15, number < 1e4 else { throw CardFault(.parameterOutOfRange, place) }
      deck.options.nominalCelsius = number
    }
  }

  /// The dialect itself was found when the card was cut.
  private func checkDialect(_ field: CardTokens.Token) throws(CardFault) {
    let name = DeckStructure.folded(text, field.outerRange)
    guard DeckDialect(rawValue: name) == nil else { return }
    throw CardFault(
      .unsupportedOption, field.outerRange,
      suggestion: NearestWord.find(name, among: DeckDialect.allCases.map(\.rawValue)))
  }

  private mutating func setIntegration(
    _ name: String, _ field: CardTokens.Token
  ) throws(CardFault) {
    let method = DeckStructure.folded(text, field.outerRange)
    if name == "maxord" {
      // The order of Gear's formula; the trapezoidal one has order two.
      if method != "2" { warn(CardFault(.secondOrder, field.outerRange)) }
      return
    }
    switch method {
    // Xyce also numbers its methods.
    case "trap", "trapezoidal", "7": deck.options.integration = .trapezoidal
    case "gear", "gear2", "8": deck.options.integration = .gear
    default:
      try unsupported(
        CardFault(
          .unsupportedOption, field.outerRange,
          suggestion: NearestWord.find(method, among: ["trap", "gear"])))
    }
  }
}
