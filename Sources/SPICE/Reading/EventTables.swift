import Foundation
import Netlist
import Units

/// Files of elements of events, read strictly.
enum EventTables {
  /// What is wrong, and in which line, counted from one.
  struct Fault: Error {
    var line: Int
    var reason: String
  }

  /// Lines with their words, without comments and empty ones.
  private static func rows(_ text: String) -> [(line: Int, words: [String])] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { ($0 + 1, $1.split(whereSeparator: \.isWhitespace).map(String.init)) }
      .filter { !$0.1.isEmpty && !$0.1[0].hasPrefix("*") }
  }

  private static func number(_ word: String) -> Double? {
    let bytes = Array(word.utf8)
    return SpiceNumber.parse(bytes.span)
  }

  /// `input_file` of `d_source`: in each line a time and the values of all outputs.
  static func stimuli(_ text: String, outputs: Int) throws(Fault) -> StimulusTable {
    var table = StimulusTable(times: [], values: [])
    for (line, words) in rows(text) {
      guard words.count == outputs + 1 else {
        throw Fault(
          line: line, reason: "\(words.count - 1) values for \(outputs) outputs")
      }
      guard let time = number(words[0]), time.isFinite, time > table.times.last ?? -.infinity else {
        throw Fault(line: line, reason: "'\(words[0])' is no time behind the one before it")
      }
      table.times.append(time)
      table.values.append(try values(words.dropFirst(), line))
    }
    guard !table.times.isEmpty else { throw Fault(line: 1, reason: "there are no values") }
    return table
  }

  private static func values(
    _ words: some Collection<String>, _ line: Int
  ) throws(Fault) -> [DigitalValue] {
    var values: [DigitalValue] = []
    for word in words {
      guard let value = DigitalValue(word) else {
        throw Fault(line: line, reason: "'\(word)' is no digital value such as 0s, 1r or Uz")
      }
      values.append(value)
    }
    return values
  }

  /// `state_file` of `d_state`: a state, its outputs, inputs, an arrow, the next state; further
  /// transitions of the state without it and its outputs.
  static func states(
    _ text: String, inputs: Int, outputs: Int
  ) throws(Fault) -> (states: [StateMachineModel.State], numbers: [Int]) {
    var states: [StateMachineModel.State] = []
    var numbers: [Int] = []
    var nexts: [(line: Int, state: Int, transition: Int, number: Int)] = []
    for (line, words) in rows(text) {
      guard let arrow = words.firstIndex(of: "->"), words.count == arrow + 2,
        let next = Int(words[arrow + 1])
      else {
        throw Fault(line: line, reason: "a transition ends in '->' and the next state")
      }
      var head = words[..<arrow]
      if head.count == 1 + outputs + inputs {
        guard let number = Int(head[0]) else {
          throw Fault(line: line, reason: "'\(head[0])' is no number of a state")
        }
        let values = try values(head.dropFirst().prefix(outputs), line)
        if numbers.last != number {
          guard !numbers.contains(number) else {
            throw Fault(line: line, reason: "state \(number) goes on after another one")
          }
          numbers.append(number)
          states.append(.init(outputs: values, transitions: []))
        }
        head = head.dropFirst(1 + outputs)
      }
      guard head.count == inputs, !states.isEmpty else {
        throw Fault(line: line, reason: "\(head.count) fields for \(inputs) inputs")
      }
      var condition: [DigitalValue.State?] = []
      for word in head {
        switch word.lowercased() {
        case "0": condition.append(.zero)
        case "1": condition.append(.one)
        case "x": condition.append(nil)
        default: throw Fault(line: line, reason: "'\(word)' is no input: 0, 1 or x")
        }
      }
      let state = states.count - 1
      nexts.append((line, state, states[state].transitions.count, next))
      states[state].transitions.append(.init(inputs: condition, next: 0))
    }
    for (line, state, transition, number) in nexts {
      guard let index = numbers.firstIndex(of: number) else {
        throw Fault(line: line, reason: "there is no state \(number)")
      }
      states[state].transitions[transition].next = index
    }
    guard !states.isEmpty else { throw Fault(line: 1, reason: "there are no states") }
    return (states, numbers)
  }
}
