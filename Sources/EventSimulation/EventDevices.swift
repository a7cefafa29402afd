import Netlist

extension EventElement {
  /// The element at work.
  var device: any EventDevice {
    switch model {
    case .gate(let kind, let delays): Gate(kind, delays)
    case .lookUp(let table, let delays): Gate(table: table, delays)
    case .tristate(let delay): TristateDriver(delay: delay)
    case .constant(let value): ConstantDriver(value: value)
    case .openCollector(let open, let fall):
      OpenDriver(drives: .zero, driveDelay: fall, openDelay: open)
    case .openEmitter(let open, let rise):
      OpenDriver(drives: .one, driveDelay: rise, openDelay: open)
    case .flipFlop(let model): FlipFlop(model)
    case .latch(let model): Latch(model)
    case .divider(let model): Divider(model)
    case .oscillator(let model): Oscillator(model)
    case .stimulus(let table): StimulusPlayer(table)
    case .stateMachine(let model): StateMachine(model)
    case .memory(let model): Memory(model)
    case .analogToDigital(let low, let high, let delays):
      Comparators(count: probes.count, low: low, high: high, delays)
    case .digitalToAnalog(let model): LevelDrivers(count: inputs.count, model)
    case .exchange(let model, let low, let high, let delays):
      Exchange(model, low: low, high: high, delays)
    case .digitalToReal(let zero, let one, let delay):
      DigitalToReal(zero: zero, one: one, delay: delay)
    case .realGain(let model): RealGain(model)
    case .realDelay(let delay): RealDelay(delay: delay)
    case .realToAnalog(let gain, let seconds): RealLevel(gain: gain, transitionSeconds: seconds)
    }
  }
}
