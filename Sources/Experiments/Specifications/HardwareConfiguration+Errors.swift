import AnalogCore
import Configuration
import Files
import Units

extension HardwareConfiguration {
  /// Reads the `errors` section; `cell` is known by then.
  mutating func readErrors(
    _ section: inout ConfigurationSection, _ inherits: Inheritance, hasReadNoise: Bool = true
  ) throws(ConfigurationError) {
    errors.programming = try inherits.choice(
      &section, "programming", default: "none", inherited: errors.programming,
      meaning: "Error of conductances when they are written", options: ConductanceError.options)
    errors.distribution = try inherits.choice(
      &section, "distribution", default: "normal", inherited: errors.distribution,
      meaning: "Distribution of the error of programming",
      options: [
        .option("normal", .normal, meaning: "normal"),
        .option("uniform", .uniform, meaning: "uniform, of the same standard deviation"),
      ])
    errors.limits = try inherits.choice(
      &section, "limits", default: "cellRange", inherited: errors.limits,
      meaning: "Where the error of programming is cut off",
      options: [
        .option("cellRange", .cellRange, meaning: "at the smallest and largest conductance"),
        .option("positive", .positive, meaning: "at zero"),
        .option(
          "none", .unlimited,
          meaning: "nowhere; conductances may then be negative, which only path ideal computes"),
      ])
    errors.drift = try inherits.choice(
      &section, "drift", default: "none", inherited: errors.drift,
      meaning: "Change of conductances between programming and use", options: Drift.options)
    errors.readDisturb = try inherits.choice(
      &section, "readDisturb", default: "none", inherited: errors.readDisturb,
      meaning: "Change of conductances by reads before use, after programming and drift, within "
        + "limits",
      options: ReadDisturb.options)
    errors.stuckCells = try inherits.choice(
      &section, "stuckCells", default: "none", inherited: errors.stuckCells,
      meaning: "Cells that hold a fixed conductance", options: StuckCells.options)
    try checkReadDisturb(&section)
    guard hasReadNoise else {
      try checkTable("programming", errors.programming, &section)
      return
    }
    readNoise = try inherits.choice(
      &section, "readNoise", default: "none", inherited: readNoise,
      meaning: "Noise of every cell in every read", options: ConductanceError.noiseOptions)
    try checkTable("programming", errors.programming, &section)
    try checkTable("readNoise", readNoise, &section)
  }

  /// A table must cover the states of the cells.
  private func checkTable(
    _ key: String, _ error: ConductanceError, _ section: inout ConfigurationSection
  ) throws(ConfigurationError) {
    if case .table(let table) = error, let fault = table.coverageFault(cell) {
      try section.expect(false, at: key, fault)
    }
  }
}

extension HardwareConfiguration {
  /// The table of read disturb must cover the states of the cells and the voltage of the reads.
  private func checkReadDisturb(
    _ section: inout ConfigurationSection
  ) throws(ConfigurationError) {
    guard let disturb = errors.readDisturb else { return }
    if let fault = disturb.table.byVoltage[0].coverageFault(cell) {
      try section.expect(false, at: "readDisturb", fault)
    }
    let volts = disturb.volts ?? cell.readVoltage.value
    if !disturb.table.covers(volts: volts), let first = disturb.table.volts.first,
      let last = disturb.table.volts.last
    {
      try section.expect(
        false, at: "readDisturb",
        "the table covers \(NumberText.text(first)) … \(NumberText.text(last)) V, cells are read at "
          + "\(NumberText.text(volts)) V")
    }
    try section.expect(
      disturb.volts == nil || !disturb.table.volts.isEmpty, at: "readDisturb",
      "volts has no effect: the table has no column readVolts")
  }
}

extension ConfigurationSection {
  /// The device whose name `key` gives.
  fileprivate mutating func device(_ key: String) throws(ConfigurationError) -> DeviceFile? {
    let names = DeviceFile.names()
    let name = try string(
      key, meaning: "Device that comes with the program: " + names.joined(separator: ", "))
    // On the reference page the name is a placeholder.
    guard has(key) else { return nil }
    guard let device = try DeviceFile.bundled(name) else {
      let near = NearestWord.find(name, among: names).map { "did you mean \($0)? " } ?? ""
      throw error(
        at: key, "'\(name)' is no device; \(near)devices: " + names.joined(separator: ", "))
    }
    return device
  }
}

extension ConductanceError {
  /// Read noise: no shift of the mean.
  fileprivate static var noiseOptions: [ConfigurationOption<ConductanceError>] {
    [
      .option("none", .none, meaning: "left out"),
      .option("stateIndependent", meaning: "the same deviation for every conductance") {
        (section) throws(ConfigurationError) in
        .stateIndependent(
          alpha: try section.double(
            "alpha", range: 0...10, meaning: "Standard deviation over the conductance range"))
      },
      .option("stateProportional", meaning: "deviation proportional to the conductance") {
        (section) throws(ConfigurationError) in
        .stateProportional(
          alpha: try section.double(
            "alpha", range: 0...10, meaning: "Standard deviation over the conductance"))
      },
      .option("stateInverse", meaning: "deviation inversely proportional to the conductance") {
        (section) throws(ConfigurationError) in
        .stateInverse(
          alpha: try section.double(
            "alpha", range: 0...10,
            meaning: "Standard deviation at the largest conductance, over it; none at zero"))
      },
      .option("device", meaning: "deviation against state of a known device") {
        (section) throws(ConfigurationError) in
        guard let device = try section.device("name") else { return .none }
        guard let table = device.readNoise else {
          throw section.error(
            at: "name",
            "nothing is known of its read noise; devices with read noise: "
              + (try DeviceFile.names { $0.readNoise != nil }).joined(separator: ", "))
        }
        return .table(table)
      },
    ]
  }

  fileprivate static var options: [ConfigurationOption<ConductanceError>] {
    [
      .option("none", .none, meaning: "cells hold their targets"),
      .option("stateIndependent", meaning: "the same deviation for every state") {
        (section) throws(ConfigurationError) in
        .stateIndependent(
          alpha: try section.double(
            "alpha", range: 0...10, meaning: "Standard deviation over the conductance range"))
      },
      .option("stateProportional", meaning: "deviation proportional to the target") {
        (section) throws(ConfigurationError) in
        .stateProportional(
          alpha: try section.double(
            "alpha", range: 0...10, meaning: "Standard deviation over the target"))
      },
      .option("stateInverse", meaning: "deviation inversely proportional to the target") {
        (section) throws(ConfigurationError) in
        .stateInverse(
          alpha: try section.double(
            "alpha", range: 0...10,
            meaning: "Standard deviation at the largest conductance, over it; none at zero"))
      },
      .option("device", meaning: "mean shift and deviation against state of a known device") {
        (section) throws(ConfigurationError) in
        let device = try section.device("name")
        let seconds = try section.double(
          "seconds", unit: "s", default: 0, range: 0..., meaning: "Time since programming")
        guard let device else { return .none }
        guard let entry = device.programming.first(where: { $0.seconds == seconds }) else {
          let times = device.programming.map { NumberText.text($0.seconds) }
          throw section.error(
            at: "seconds",
            "the device is described at \(times.joined(separator: ", ")) s after programming, not "
              + "at \(NumberText.text(seconds)) s")
        }
        return .table(entry.table)
      },
      .option("table", meaning: "mean shift and deviation against state from a file") {
        (section) throws(ConfigurationError) in
        let path = try section.path("file", meaning: StateTableFile.meaning)
        guard section.has("file") else { return .none }
        do {
          return .table(try StateTableFile.read(path))
        } catch {
          throw section.error(at: "file", "\(error)")
        }
      },
    ]
  }
}

extension Drift {
  fileprivate static var options: [ConfigurationOption<Drift>] {
    [
      .option("none", .none, meaning: "cells keep what was written"),
      .option("powerLaw", meaning: "(time / referenceSeconds)^-exponent, one exponent per cell") {
        (section) throws(ConfigurationError) in
        let exponent = Exponent.constant(
          mean: try section.double("exponent", range: 0...10, meaning: "Mean exponent"),
          deviation: try section.double(
            "deviation", default: 0, range: 0...10,
            meaning: "Standard deviation of the exponent; it is never below zero"))
        return try Drift(exponent, &section)
      },
      .option("device", meaning: "power law with the exponents of a known device against state") {
        (section) throws(ConfigurationError) in
        let device = try section.device("name")
        let none = try Drift(.constant(mean: 0, deviation: 0), &section)
        guard let device else { return none }
        guard let table = device.drift else {
          throw section.error(
            at: "name",
            "nothing is known of its drift; devices with drift: "
              + (try DeviceFile.names { $0.drift != nil }).joined(separator: ", "))
        }
        guard case .powerLaw(_, let seconds, let reference) = none else { return none }
        return .powerLaw(exponent: .table(table), seconds: seconds, referenceSeconds: reference)
      },
    ]
  }

  /// Reads the times of a power law.
  private init(
    _ exponent: Exponent, _ section: inout ConfigurationSection
  ) throws(ConfigurationError) {
    let seconds = try section.double(
      "seconds", unit: "s", range: .above(0), meaning: "Time of use after programming")
    let reference = try section.double(
      "referenceSeconds", unit: "s", range: .above(0),
      meaning: "Time at which cells hold what was written")
    try section.expect(
      seconds >= reference, at: "seconds",
      "the time of use must not lie before referenceSeconds")
    try section.expect(
      (seconds / reference).isFinite, at: "seconds",
      "\(NumberText.text(seconds)) s are too many times referenceSeconds, "
        + "\(NumberText.text(reference)) s")
    self = .powerLaw(exponent: exponent, seconds: seconds, referenceSeconds: reference)
  }
}

extension ReadDisturb {
  /// Without one, `nil`.
  fileprivate static var options: [ConfigurationOption<ReadDisturb?>] {
    [
      .option("none", nil, meaning: "reads leave cells as they are"),
      .option("table", meaning: "mean shift and deviation per read against state and voltage") {
        (section) throws(ConfigurationError) in
        let path = try section.path("file", meaning: ReadDisturbFile.meaning)
        let reads = try section.double(
          "reads", range: 0...1e18,
          meaning: "Reads n of every cell before its use: dG/dn is the table's shift at G, which "
            + "changes while reads move the cell")
        let volts = try section.double(
          "volts", unit: "V", default: nil, range: -1e3...1e3,
          meaning: "Voltage of those reads; null for the cells' read voltage")
        let spread = try section.choice(
          "spread", default: "betweenCells", meaning: "What the deviation of a shift is between",
          options: [
            .option(
              "betweenCells", Spread.betweenCells,
              meaning: "cells: one that shifts more does so in every read, n times"),
            .option(
              "betweenReads", .betweenReads,
              meaning: "reads: it grows with the square root of their number"),
          ])
        guard section.has("file") else { return nil }
        do throws(FileError) {
          return ReadDisturb(
            table: try ReadDisturbFile.read(path), reads: reads, volts: volts, spread: spread)
        } catch {
          throw section.error(at: "file", "\(error)")
        }
      },
    ]
  }
}

extension StuckCells {
  fileprivate static var options: [ConfigurationOption<StuckCells>] {
    [
      .option("none", StuckCells(), meaning: "every cell works"),
      .option("rates", meaning: "fractions of all cells, drawn cell by cell") {
        (section) throws(ConfigurationError) in
        func rate(
          _ section: inout ConfigurationSection, _ key: String, _ meaning: String
        ) throws(ConfigurationError) -> Double {
          try section.double(key, default: 0, range: 0...1, meaning: meaning)
        }
        let on = try rate(&section, "onRate", "Fraction stuck at the largest conductance")
        let off = try rate(&section, "offRate", "Fraction stuck at the smallest conductance")
        let open = try rate(&section, "openRate", "Fraction that does not conduct")
        guard on + off + open <= 1 else {
          throw section.error(at: "onRate", "the rates add up to \(on + off + open), more than 1")
        }
        return StuckCells(onRate: on, offRate: off, openRate: open)
      },
    ]
  }
}
