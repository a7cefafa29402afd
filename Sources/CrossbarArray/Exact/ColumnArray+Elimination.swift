import Units

/// The general elimination: any lines, any ends, double precision.
extension ColumnArray {
  /// Eight columns of one bit line and one source line.
  func pairColumns(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int
  ) -> SIMD8<Double> {
    eliminate(steps, end: end, group: group, lineCount: 2)
  }

  /// Eight columns of one bit line and two source lines.
  func interleavedColumns(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int
  ) -> SIMD8<Double> {
    eliminate(steps, end: end, group: group, lineCount: 3)
  }

  /// Inlined twice, so that the number of lines is a constant in its loops.
  @inline(__always)
  private func eliminate(
    _ steps: Span<LadderStep<Double>>, end: Double, group: Int, lineCount: Int
  ) -> SIMD8<Double> {
    let (bitLine, sourceLine) = (lines[0], lines[1])
    let (isBitOpen, isSourceOpen) = (!bitLine.hasNearTerminal, !sourceLine.hasNearTerminal)
    let volts = description.readVoltage.value
    let (positive, negative) = (doubles.first.span, doubles.second.span)
    var port = ColumnPort(lines.span)
    for k in steps.indices {
      let length = steps[k].ohms
      // Behind the first selected cell open lines carry no current: advancing them changes nothing.
      port.advance(
        0, ohms: length * bitLine.segmentOhms, isOpenBehind: isBitOpen, lineCount: lineCount)
      for s in 1..<lineCount {
        port.advance(
          s, ohms: length * sourceLine.segmentOhms, isOpenBehind: isSourceOpen,
          lineCount: lineCount)
      }
      let cell = Int(steps[k].line) * doubles.stride + group
      port.connect(
        1, siemens: positive[cell], volts: volts, isBitOpen: isBitOpen, isSourceOpen: isSourceOpen,
        lineCount: lineCount)
      if lineCount == 3 {
        port.connect(
          2, siemens: negative[cell], volts: -volts, isBitOpen: isBitOpen,
          isSourceOpen: isSourceOpen, lineCount: lineCount)
      }
    }
    for l in 0..<lineCount where lines[l].hasFarTerminal {
      port.advance(
        l, ohms: end * lines[l].segmentOhms + lines[l].terminalOhms,
        isOpenBehind: !lines[l].hasNearTerminal, lineCount: lineCount)
    }
    return port.sensedAmperes(lines.span)
  }
}
