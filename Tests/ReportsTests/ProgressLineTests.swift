import Synchronization
import Testing

@testable import Reports

@Suite struct ProgressLineTests {
  /// What a progress line writes while a clock runs through `times`, one item each.
  private func written(_ style: ProgressLine.Style, times: [Double]) -> [String] {
    let clock = Mutex(0.0)
    let output = Mutex<[String]>([])
    withExtendedLifetime(0) {
      let progress = ProgressLine(
        wording: ProgressText(label: "solve", unit: "tiles", total: times.count), style: style,
        seconds: { clock.withLock { $0 } }, write: { text in output.withLock { $0.append(text) } })
      for time in times {
        clock.withLock { $0 = time }
        progress.advance()
      }
      progress.finish()
      progress.finish()
      progress.advance()
    }
    return output.withLock { $0 }
  }

  @Test func terminalRewritesOneLine() {
    #expect(
      written(.terminal, times: [0.05, 1, 1.05, 4]) == [
        "\rsolve: 2/4 tiles, 50 %, 2.00 tiles/s, 1.0 s left\u{1B}[K",
        "\rsolve: 4/4 tiles, 100 %, 1.00 tiles/s\u{1B}[K",
        "\rsolve: 4 tiles in 4.0 s, 1.00 tiles/s\u{1B}[K\n",
      ])
  }

  @Test func logGetsALineEachHalfMinute() {
    let lines = written(.log, times: (1...90).map(Double.init))
    #expect(
      lines == [
        "solve: 30/90 tiles, 33 %, 1.00 tiles/s, 1 min 0 s left\n",
        "solve: 60/90 tiles, 66 %, 1.00 tiles/s, 30 s left\n",
        "solve: 90/90 tiles, 100 %, 1.00 tiles/s\n",
        "solve: 90 tiles in 1 min 30 s, 1.00 tiles/s\n",
      ])
  }

  @Test func silenceIsSilent() {
    #expect(written(.silent, times: [1, 100, 1000]).isEmpty)
  }

  @Test(arguments: [
    (0.44, "0.4 s"), (9.96, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (7500, "2 h 5 min"),
    (200_000, "2 d 7 h"), (.infinity, "a long time"),
  ])
  func durationsAreReadable(seconds: Double, text: String) {
    #expect(ProgressText.duration(seconds) == text)
  }

  @Test func nothingToDoIsDone() {
    let wording = ProgressText(label: "x", unit: "points", total: 0)
    #expect(wording.line(done: 0, elapsedSeconds: 0) == "x: 0/0 points, 100 %")
  }
}
