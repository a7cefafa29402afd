import Netlist

/// Cards of independent sources on their way out.
struct DeckSources {
  let circuit: Circuit

  /// Appends each card, then calls `cardEnds`.
  func write(into buffer: inout DeckBuffer, cardEnds: (inout DeckBuffer) throws -> Void) rethrows {
    for source in circuit.voltageSources {
      append(source.label, source.plus, source.minus, source.volts, source.stimulus, to: &buffer)
      try cardEnds(&buffer)
    }
    for source in circuit.currentSources {
      append(source.label, source.from, source.to, source.amperes, source.stimulus, to: &buffer)
      try cardEnds(&buffer)
    }
  }

  private func append(
    _ label: Label, _ a: Node, _ b: Node, _ value: Double, _ stimulus: Stimulus?,
    to buffer: inout DeckBuffer
  ) {
    buffer.append(label)
    buffer.append(circuit, a, b)
    buffer.append(stimulus == nil ? " " : " DC ")
    buffer.append(value: value)
    if let stimulus { append(stimulus, to: &buffer) }
    buffer.append(byte: UInt8(ascii: "\n"))
  }

  private func append(_ stimulus: Stimulus, to buffer: inout DeckBuffer) {
    if stimulus.acMagnitude != 0 || stimulus.acPhaseDegrees != 0 {
      buffer.append(" AC ")
      buffer.append(value: stimulus.acMagnitude)
      buffer.append(byte: UInt8(ascii: " "))
      buffer.append(value: stimulus.acPhaseDegrees)
    }
    guard let waveform = stimulus.waveform else { return }
    switch waveform {
    case .pulse(let initial, let pulsed, let delay, let rise, let fall, let width, let period):
      // Without a period there is one pulse, in every simulator.
      append(
        "PULSE",
        [initial, pulsed, delay, rise, fall]
          + (width.isFinite ? [width] + (period.isFinite ? [period] : []) : []), to: &buffer)
    case .sine(let offset, let amplitude, let hertz, let delay, let damping, let phase):
      append(
        "SIN", [offset, amplitude, hertz, delay, damping] + (phase == 0 ? [] : [phase]),
        to: &buffer)
    case .exponential(
      let initial, let pulsed, let riseDelay, let riseSeconds, let fallDelay, let fallSeconds):
      append(
        "EXP", [initial, pulsed, riseDelay, riseSeconds, fallDelay, fallSeconds], to: &buffer)
    case .amplitudeModulated(
      let amplitude, let offset, let signal, let carrier, let delay, let phase):
      append(
        "AM", [amplitude, offset, signal, carrier, delay] + (phase == 0 ? [] : [phase]),
        to: &buffer)
    case .frequencyModulated(
      let offset, let amplitude, let carrier, let index, let signal, let first, let second):
      append(
        "SFFM",
        [offset, amplitude, carrier, index, signal]
          + (first == 0 && second == 0 ? [] : [first, second]), to: &buffer)
    case .piecewiseLinear(let seconds, let values):
      append("PWL", zip(seconds, values).flatMap { [$0, $1] }, to: &buffer)
    }
  }

  private func append(_ name: String, _ values: [Double], to buffer: inout DeckBuffer) {
    buffer.append(" \(name)(")
    for (index, value) in values.enumerated() {
      if index > 0 {
        // Simulators limit the length of a line.
        buffer.append(index.isMultiple(of: 8) ? "\n+ " : " ")
      }
      buffer.append(value: value)
    }
    buffer.append(byte: UInt8(ascii: ")"))
  }
}
