import Files
import Foundation
import Netlist

/// Commands that print and write.
extension ControlInterpreter {
  /// Digits behind the point of printed numbers: `set numdgt`.
  var digits: Int { min(max(variables["numdgt"]?.first.flatMap { Int($0) } ?? 6, 1), 17) }

  static func text(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)e", value)
  }

  /// Text to the terminal, within the bound of all output.
  func emit(_ text: String) { environment.print(text) }

  /// Text to the terminal, or to the file of a `> file` or `>> file`.
  mutating func emit(
    _ text: String, to file: (name: String, appends: Bool)?, _ line: ControlLine
  ) throws(DeckError) {
    outputBytes += text.utf8.count
    guard outputBytes <= limits.outputBytes else { throw session.fault(.tooMuchOutput, line) }
    guard let file else { return emit(text) }
    try write(Data(text.utf8), to: file.name, appends: file.appends, line)
  }

  /// Splits `… > file` or `… >> file` off a line.
  static func redirection(
    _ text: String
  ) -> (text: String, file: (name: String, appends: Bool)?) {
    guard let mark = text.lastIndex(of: ">") else { return (text, nil) }
    let name = text[text.index(after: mark)...].trimmingCharacters(in: [" ", "\t", "\""])
    guard !name.isEmpty, !name.contains(where: { " ()".contains($0) }) else { return (text, nil) }
    var head = text[..<mark]
    let appends = head.last == ">"
    if appends { head.removeLast() }
    guard head.isEmpty || head.last?.isWhitespace == true else { return (text, nil) }
    return (String(head), (name, appends))
  }

  mutating func echo(_ line: ControlLine) throws(DeckError) {
    let (text, file) = Self.redirection(rest(try substituted(line), 1))
    var words = Self.words(of: text)
    let ends = words.first == "-n" ? "" : "\n"
    if words.first == "-n" { words.removeFirst() }
    try emit(words.joined(separator: " ") + ends, to: file, line)
  }

  /// Scalars as `name = value`, vectors as a table over the plot's scale.
  mutating func printVectors(_ line: ControlLine) throws(DeckError) {
    var (text, file) = Self.redirection(rest(try substituted(line), 1))
    var asLines = false
    if let first = Self.words(of: text).first?.lowercased(), first == "col" || first == "line" {
      asLines = first == "line"
      text = rest(text, 1)
    }
    let values = try values(Self.withSymbols(text), line)
    guard !values.isEmpty else { throw session.fault(.missingFields, line) }
    show(values.map(\.name))
    if file == nil { hasPrinted = true }
    if asLines || values.allSatisfy({ $0.vector.count == 1 }) {
      for (name, vector) in values {
        let list = vector.real.indices.map { numbers(vector, $0, separator: ",") }
        try emit("\(name) = \(list.joined(separator: " "))\n", to: file, line)
        file?.appends = true
      }
      return
    }
    var columns = values
    if let scale = plots[current].scale, let name = plots[current].scaleName,
      !columns.contains(where: { $0.name == name })
    {
      columns.insert((name, scale), at: 0)
    }
    var table = "\n\(plots[current].plot.name)\n"
    table += (["Index"] + columns.map(\.name)).joined(separator: "\t") + "\n"
    for point in 0..<(columns.map(\.vector.count).max() ?? 0) {
      let row = columns.map {
        point < $0.vector.count ? numbers($0.vector, point, separator: ",") : ""
      }
      table += (["\(point)"] + row).joined(separator: "\t") + "\n"
      if table.utf8.count > 1 << 16 {
        try emit(table, to: file, line)
        file?.appends = true
        table = ""
      }
    }
    try emit(table, to: file, line)
  }

  private func numbers(_ vector: ControlVector, _ point: Int, separator: String) -> String {
    let value = vector[point]
    let real = Self.text(value.real, digits: digits)
    return vector.isComplex
      ? real + separator + Self.text(value.imaginary, digits: digits) : real
  }

  /// Notes what the present plot was asked for.
  private mutating func show(_ names: [String]) {
    let own = plots[current]
    for name in names {
      let found = own.plot.variables.map(\.name).first {
        $0 == name || $0 == "v(\(name))"
          || name.hasSuffix("#branch") && $0 == "i(\(name.dropLast(7)))"
      }
      if let found, !(shown[current] ?? []).contains(found) {
        shown[current, default: []].append(found)
      }
    }
  }

  /// The vectors of a list; those that the plot does not have are left out with a note, as in
  /// ngspice, unless it has none of them.
  private mutating func knownValues(
    _ list: String, _ line: ControlLine
  ) throws(DeckError) -> [(name: String, vector: ControlVector)] {
    do throws(DeckError) {
      return try values(list, line)
    } catch {
      guard error.faults.first?.reason == .unknownVector else { throw error }
      var found: [(name: String, vector: ControlVector)] = []
      for word in Self.words(of: list) {
        do throws(DeckError) {
          found += try values(word, line)
        } catch {
          guard error.faults.first?.reason == .unknownVector else { throw error }
          notes += error.faults
        }
      }
      guard !found.isEmpty else { throw error }
      return found
    }
  }

  /// `write file vector …`: a raw file; without vectors everything of the plot.
  mutating func write(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    let name = Self.words(of: text).first ?? "rawspice.raw"
    let list = rest(text, 1)
    let values = try knownValues(list.isEmpty ? "all" : list, line)
    guard !values.isEmpty else { throw session.fault(.unknownVector, line, subject: list) }
    show(values.map(\.name))
    let isText = variables["filetype"] == ["ascii"]
    let plot = plots[current].whole(values)
    try write(
      RawFileWriter.encode([plot], as: isText ? .ascii : .binary), to: name,
      appends: variables["appendwrite"] != nil, line)
  }

  /// `wrdata file vector …`: columns of numbers, the scale before each vector.
  mutating func writeData(_ line: ControlLine) throws(DeckError) {
    let text = rest(try substituted(line), 1)
    guard var name = Self.words(of: text).first else {
      throw session.fault(.missingFields, line)
    }
    _ = try path(name, line)
    if !name.contains(".") { name += ".data" }
    let values = try knownValues(rest(text, 1), line)
    guard !values.isEmpty else { throw session.fault(.missingFields, line) }
    show(values.map(\.name))
    let single = variables["wr_singlescale"] != nil
    let scale = plots[current].scale
    var data = ""
    func columns(_ place: Int) -> [ControlVector] {
      let vector = values[place].vector
      return place > 0 && single ? [vector] : [scale ?? values[0].vector, vector]
    }
    if variables["wr_vecnames"] != nil {
      var names: [String] = []
      for (place, (name, vector)) in values.enumerated() {
        if place == 0 || !single { names.append(plots[current].scaleName ?? values[0].name) }
        names.append(name)
        if vector.isComplex { names.append(name) }
      }
      data += " " + names.joined(separator: " ") + "\n"
    }
    for point in 0..<(values.map(\.vector.count).max() ?? 0) {
      for place in values.indices {
        for vector in columns(place) {
          data += " " + numbers(vector, point, separator: " ")
        }
      }
      data += "\n"
      guard data.utf8.count < limits.outputBytes else {
        throw session.fault(.tooMuchOutput, line)
      }
    }
    try write(
      Data(data.utf8), to: name, appends: variables["appendwrite"] != nil, line)
  }

  // MARK: Files

  /// The path of a file that a command names, in the deck's folder or below.
  func path(_ name: String, _ line: ControlLine) throws(DeckError) -> String {
    let folder = URL(fileURLWithPath: session.folder, isDirectory: true)
      .standardizedFileURL.resolvingSymlinksInPath()
    let url = URL(fileURLWithPath: name, relativeTo: folder).standardizedFileURL
    // The last part may be a link as well, or not be there yet.
    let whole = url.resolvingSymlinksInPath().path
    let parent = url.deletingLastPathComponent().resolvingSymlinksInPath().path
    guard whole.hasPrefix(folder.path + "/"),
      parent == folder.path
        || parent.hasPrefix(folder.path + "/")
    else { throw session.fault(.outsideFolder, line, subject: name) }
    return whole
  }

  mutating func write(
    _ data: Data, to name: String, appends: Bool, _ line: ControlLine
  ) throws(DeckError) {
    let path = try path(name, line)
    outputBytes += data.count
    guard outputBytes <= limits.outputBytes else { throw session.fault(.tooMuchOutput, line) }
    if files[path] == nil { filePaths.append(path) }
    var whole = Data()
    if appends { whole = files[path] ?? (try? Data(FileContents.read(path))) ?? Data() }
    whole.append(data)
    files[path] = whole
  }

  /// Writes what commands gave their files; a file that cannot be written is left out of the paths.
  mutating func writeFiles() {
    filePaths = filePaths.filter { path in
      guard let data = files[path] else { return false }
      do throws(FileError) {
        try environment.write(data, path)
        return true
      } catch {
        return false
      }
    }
  }

  /// What expressions of the commands mention beyond voltages, as cards: currents, powers and values
  /// of devices have to be asked for before an analysis.
  func mentionedOutputs() -> [DeckSession.Command] {
    var (found, seen): ([DeckSession.Command], Set<String>) = ([], [])
    for line in session.program.lines {
      for mention in Self.mentions(in: line.text.lowercased()) where seen.insert(mention).inserted {
        found.append(.init(text: ".save \(mention)", line: line))
      }
    }
    return found
  }

  /// `i(x)`, `p(x)` and `@x[y]` in a text.
  private static func mentions(in text: String) -> [String] {
    var found: [String] = []
    let letters = Array(text.utf8)
    for start in letters.indices {
      let byte = letters[start]
      let isStart =
        start == 0 || !ExpressionParser.continuesName(letters[start - 1])
        || letters[start - 1] == UInt8(ascii: ".")
      guard isStart else { continue }
      var close: UInt8 = 0
      if byte == UInt8(ascii: "@") { close = UInt8(ascii: "]") }
      if byte == UInt8(ascii: "i") || byte == UInt8(ascii: "p"), start + 1 < letters.count,
        letters[start + 1] == UInt8(ascii: "(")
      {
        close = UInt8(ascii: ")")
      }
      guard close != 0, let end = letters[start...].firstIndex(of: close), end - start < 200
      else { continue }
      found.append(String(decoding: letters[start...end].filter { $0 > 32 }, as: UTF8.self))
    }
    return found
  }
}
