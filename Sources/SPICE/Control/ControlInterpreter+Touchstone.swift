import Foundation
import Netlist

extension ControlInterpreter {
  /// `wrs2p file`: the vectors `s_1_1 s_2_1 s_1_2 s_2_2` of the present plot as a file of Touchstone
  /// version 1, referred to the resistance `Rbase`, 50 Ω without such a vector.
  mutating func writeTouchstone(_ line: ControlLine) throws(DeckError) {
    let name = try words(line).dropFirst().first ?? "s_param.s2p"
    guard let hertz = plots[current].scale?.real, plots[current].scaleName == "frequency" else {
      throw session.fault(.noVectorValue, line)
    }
    var columns: [ControlVector] = []
    for vector in ["s_1_1", "s_2_1", "s_1_2", "s_2_2"] {
      guard let found = names("").vector(vector), found.count == hertz.count else {
        throw session.fault(.unknownVector, line, subject: vector)
      }
      columns.append(found)
    }
    let ohms = names("").vector("rbase")?.real.first ?? 50
    var text = "! \(plots[current].plot.title)\n# Hz S RI R \(Self.short(ohms))\n"
    for (point, frequency) in hertz.enumerated() {
      let values = columns.flatMap { [$0[point].real, $0[point].imaginary] }
      text += ([frequency] + values).map { Self.text($0, digits: digits) }.joined(separator: " ")
      text += "\n"
    }
    try write(Data(text.utf8), to: name, appends: false, line)
  }
}
