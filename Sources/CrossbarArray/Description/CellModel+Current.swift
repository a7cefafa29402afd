import DeviceModels
import Foundation

/// `sinh`, under a name that the case of the same name does not hide.
private func hyperbolicSine(_ x: Double) -> Double { sinh(x) }

extension CellModel {
  /// Amperes through a two-terminal cell of conductance `siemens` at `volts` across it; of a
  /// selected 1T1R cell, with `volts` on its source line and its bit line at 0 V.
  public func amperes(_ volts: Double, siemens: Double) -> Double {
    switch self {
    case .linear: siemens * volts
    case .sinh(let scale): siemens * scale.value * hyperbolicSine(volts / scale.value)
    case .selector(let selector):
      SelectorCell(selector).solve(volts: volts, siemens: siemens).amperes
    case .transistor(let transistor): transistor.amperes(volts, siemens: siemens)
    }
  }
}

extension CellModel.AccessTransistor {
  /// Newton's method, kept inside a bracket, on the voltage between transistor and memory element.
  fileprivate func amperes(_ volts: Double, siemens: Double) -> Double {
    guard siemens > 0, volts != 0 else { return 0 }
    let channel = ChannelEquation(
      isNChannel: true, thresholdVolts: threshold.value, beta: transconductance,
      lambda: channelLengthModulation)
    var (low, high) = (min(0, volts), max(0, volts))
    var inner = volts / 2
    for _ in 0..<200 {
      let tangent = channel.linearize(gateSource: gate.value - inner, drainSource: volts - inner)
      let excess = siemens * inner - tangent.drainAmperes
      if excess > 0 { high = inner } else { low = inner }
      var next = inner - excess / (siemens + tangent.gateSiemens + tangent.drainSiemens)
      if !(next > low && next < high) { next = low + (high - low) / 2 }
      guard (next - inner).magnitude > 2 * inner.ulp else { break }
      inner = next
    }
    return siemens * inner
  }
}
