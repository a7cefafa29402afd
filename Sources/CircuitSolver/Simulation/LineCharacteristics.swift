import Foundation
import Netlist

/// Y, P and P Y of a mode over time.
struct LineCharacteristics: Sendable {
  var admittance: LineFit, propagation: LineFit, transfer: LineFit

  /// The largest error of the three.
  var error: Double { max(admittance.error, propagation.error, transfer.error) }
}

/// The telegrapher's equations of one mode, `−dv/dx = Z i` and `−di/dx = Y v` with `Z = R + sL` and
/// `Y = G + sC` of the whole length: `θ = √(Z Y)`.
extension LineMode {
  typealias Phasor = SmallSignalRun.Phasor

  /// Rows `near (a v₁ + b v₂ + c i₁ + d i₂) = constant` and the same for the far end.
  struct Rows<Value: Sendable>: Sendable {
    /// a to d: factors of the voltages and of the currents into the line.
    var near: [4 of Value], far: [4 of Value]
  }

  /// Direct current: `i₁ + i₂ = Y τ (v₁ + v₂)` and `v₁ − v₂ = Z τ (i₁ − i₂)` with `τ = tanh(θ/2)/θ`.
  var rowsAtRest: Rows<Double> {
    let theta = (ohms * siemens).squareRoot()
    let share = theta < 1e-4 ? 0.5 - theta * theta / 24 : tanh(theta / 2) / theta
    let (y, z) = (siemens * share, ohms * share)
    return Rows(near: [-y, -y, 1, 1], far: [1, -1, -z, z])
  }

  /// The same at s = jω, times `cosh(θ/2)`, which may be zero, and `exp(−Re θ/2)`, which keeps it
  /// finite.
  func rows(_ omega: Double) -> Rows<Phasor> {
    let z = Phasor(real: ohms, imaginary: omega * henries)
    let y = Phasor(real: siemens, imaginary: omega * farads)
    let half = 0.5 * (z * y).squareRoot
    let grown = Phasor(imaginary: half.imaginary).exponential
    let fallen = Phasor(real: -2 * half.real, imaginary: -half.imaginary).exponential
    let cosine = 0.5 * (grown + fallen)
    let sine: Phasor
    if half.magnitude < 1e-4 {
      let square = half * half
      sine = exp(-half.real) * (Phasor(real: 0.5) + (1.0 / 12) * square)
    } else {
      sine = 0.5 * (grown + -fallen) / (2 * half)
    }
    let (conducted, dropped) = (y * sine, z * sine)
    return Rows(
      near: [-conducted, -conducted, cosine, cosine], far: [cosine, -cosine, -dropped, dropped])
  }

  /// Whether currents and voltages have no memory.
  var isResistive: Bool { henries == 0 && farads == 0 }

  /// What the method of characteristics needs over time: `i₁ = Y v₁ − b₁`, where
  /// `Y = √((G + sC)/(R + sL))` is the wave's admittance and b₁ what arrives, `exp(−s td)` times what
  /// the other end sent: `P (i₂ + Y v₂) = 2 P Y v₂ − P b₂` (Branin, Proc. IEEE 55(11), 1967; Semlyen
  /// and Dabuleanu, IEEE Trans. Power App. Syst. 94(2), 1975). The second form has P Y, which has no
  /// spike at an edge of v₂, as Y and the current into an RC line do.
  ///
  /// Without a leak, Y has a root at zero frequency, which no finite sum of poles has. A leak of
  /// `lowest` C, or a resistance of `lowest` L, moves it away by that much. RC lines have no front:
  /// there Y grows up to 10⁷/(RC).
  ///
  /// - Parameter lowest: In 1/s, far below what matters.
  func characteristics(lowest: Double) -> LineCharacteristics {
    guard !isLossless else {
      let siemens = LineFit(constant: (farads / henries).squareRoot())
      return LineCharacteristics(
        admittance: siemens, propagation: LineFit(constant: 1), transfer: siemens)
    }
    let delay = delaySeconds
    let scale = max(delay, ohms * farads)
    let least = min(lowest, 1e-7 / scale)
    let (r, g) = (max(ohms, least * henries), max(siemens, least * farads))
    let (l, c) = (henries, farads)
    let isDiffusive = l == 0
    // The cut of Y; that of P is the same but for RC lines.
    let steep = isDiffusive ? r * r * c * 1e-7 : l
    let ends = (g / c, r / steep)
    let (low, high) = (min(ends.0, ends.1), max(ends.0, ends.1))
    func theta(_ s: Phasor) -> Phasor {
      ((Phasor(real: r) + l * s) * (Phasor(real: g) + c * s)).squareRoot
    }
    func wave(_ s: Phasor) -> Phasor {
      ((Phasor(real: g) + c * s) / (Phasor(real: r) + steep * s)).squareRoot
    }
    let admittance = LineFit(
      from: low, to: high, infinity: (c / steep).squareRoot(), of: wave
    ) { 1 / wave($0).magnitude }
    let bend = r * c + g * l
    // θ − s td without the difference.
    func left(_ s: Phasor) -> Phasor {
      (-((Phasor(real: r * g) + bend * s) / (theta(s) + delay * s))).exponential
    }
    let last = isDiffusive ? max(1e5 / (r * c), 10 * low) : high
    let front = isDiffusive ? 0 : exp(-bend / (2 * delay))
    let propagation = LineFit(from: low, to: last, infinity: front, of: left) {
      1 / min(1, theta($0).magnitude)
    }
    func passed(_ s: Phasor) -> Phasor { left(s) * wave(s) }
    let transfer = LineFit(
      from: low, to: last, infinity: front * (c / steep).squareRoot(), of: passed
    ) { 1 / wave($0).magnitude }
    return LineCharacteristics(
      admittance: admittance, propagation: propagation, transfer: transfer)
  }
}
