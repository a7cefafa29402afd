import Foundation
import TestSupport

// Reads damaged decks for a while: `DeckFuzz [SECONDS [SEED [FIRST]]]`. A trap ends the process; the
// last line printed tells the block of deck numbers to run again from.
let arguments = CommandLine.arguments.dropFirst().map { UInt64($0) ?? 0 }
let seconds = Double(arguments.first ?? 60)
let seed = arguments.count > 1 ? arguments[1] : UInt64(Date().timeIntervalSince1970)
let first = arguments.count > 2 ? arguments[2] : 0

/// Written at once: what is still in a buffer is lost when a trap ends the process.
func tell(_ line: String) {
  try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
}

tell("seed \(seed), \(Int(seconds)) s")
let clock = ContinuousClock()
let start = clock.now
var (index, readable, slowest) = (first, 0, (seconds: 0.0, index: UInt64(0)))
while (clock.now - start) / .seconds(1) < seconds {
  if (index - first) % 10_000 == 0 { tell("from deck \(index)") }
  let before = clock.now
  if DeckFuzzing.reads(seed: seed, index: index) { readable += 1 }
  let took = (clock.now - before) / .seconds(1)
  if took > slowest.seconds { slowest = (took, index) }
  index += 1
}
tell(
  "\(index - first) decks without a crash, \(readable) of them valid; slowest: deck "
    + "\(slowest.index) with \(Int(slowest.seconds * 1e3)) ms")
