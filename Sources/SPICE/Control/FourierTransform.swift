import Foundation
import Netlist

/// Discrete Fourier transforms of a power of two of values.
enum FourierTransform {
  /// Windows of `set specwindow`, by which a signal is multiplied before it is transformed.
  enum Window: String, CaseIterable {
    case none, rectangular, hanning, hann, hamming, bartlet, triangle, blackman, flattop

    /// Its value at a share of the signal, from 0 to 1 (Harris, Proc. IEEE 66, 1978).
    func value(_ share: Double) -> Double {
      func sum(_ terms: [Double]) -> Double {
        terms.indices.reduce(0) { $0 + terms[$1] * cos(2 * .pi * Double($1) * share) }
      }
      switch self {
      case .none, .rectangular: return 1
      case .hanning, .hann: return sum([0.5, -0.5])
      case .hamming: return sum([0.54, -0.46])
      case .bartlet, .triangle: return 1 - abs(1 - 2 * share)
      case .blackman: return sum([0.42, -0.5, 0.08])
      case .flattop: return sum([1, -1.93, 1.29, -0.388, 0.032])
      }
    }
  }

  /// The least power of two that is no less.
  static func size(for count: Int) -> Int {
    var size = 1
    while size < count { size *= 2 }
    return size
  }

  /// `X_k = Σ x_n e^(∓2πi kn/N)` of N values, a power of two, without a factor (Cooley and Tukey,
  /// Math. Comp. 19, 1965).
  static func transformed(
    _ x: ControlVector, inverse: Bool = false
  ) -> ControlVector {
    let count = x.count
    precondition(count.nonzeroBitCount == 1, "the transform is of a power of two of values")
    var (real, imaginary) = (x.real, x.imaginary ?? [Double](repeating: 0, count: count))
    var mirrored = 0
    for place in 1..<max(count, 1) {
      var bit = count >> 1
      while mirrored & bit != 0 {
        mirrored ^= bit
        bit >>= 1
      }
      mirrored |= bit
      if place < mirrored {
        real.swapAt(place, mirrored)
        imaginary.swapAt(place, mirrored)
      }
    }
    var length = 2
    while length <= count {
      let angle = (inverse ? 2 : -2) * Double.pi / Double(length)
      for k in 0..<length / 2 {
        let (c, s) = (cos(angle * Double(k)), sin(angle * Double(k)))
        for start in stride(from: k, to: count, by: length) {
          let other = start + length / 2
          let (a, b) = (
            real[other] * c - imaginary[other] * s, real[other] * s + imaginary[other] * c
          )
          (real[other], imaginary[other]) = (real[start] - a, imaginary[start] - b)
          real[start] += a
          imaginary[start] += b
        }
      }
      length *= 2
    }
    return ControlVector(real, imaginary)
  }

  /// The spectrum of a vector, filled with zeros to a power of two: of real values amplitudes up to
  /// half of the rate, `2 X / N`, the first of which is twice the mean; of complex ones `X / N`.
  static func spectrum(_ x: ControlVector) -> ControlVector {
    let size = size(for: x.count)
    let filler = [Double](repeating: 0, count: size - x.count)
    let whole = transformed(ControlVector(x.real + filler, x.imaginary.map { $0 + filler }))
    let isReal = !x.isComplex && size > 1
    let factor = (isReal ? 2 : 1) / Double(size)
    return ControlVector(count: isReal ? size / 2 + 1 : size, isComplex: true) {
      .init(real: whole[$0].real * factor, imaginary: whole[$0].imaginary * factor)
    }
  }

  /// The vector whose spectrum this is: real from N/2 + 1 values, complex from N, which zeros fill to
  /// a power of two. At most `count` values of it.
  static func signal(_ spectrum: ControlVector, count: Int?) -> ControlVector {
    let size = spectrum.count
    var whole = spectrum
    let isReal = size > 2 && (size - 1).nonzeroBitCount == 1
    if isReal {
      let full = 2 * (size - 1)
      whole = ControlVector(count: full, isComplex: true) { k in
        let value = spectrum[k < size ? k : full - k]
        return .init(
          real: value.real / 2, imaginary: (k < size ? value.imaginary : -value.imaginary) / 2)
      }
    }
    let filler = [Double](repeating: 0, count: Self.size(for: whole.count) - whole.count)
    whole = ControlVector(whole.real + filler, whole.imaginary.map { $0 + filler })
    var signal = transformed(whole, inverse: true)
    if isReal { signal.imaginary = nil }
    guard let count, count < signal.count else { return signal }
    return signal.slice(0..<count)
  }
}

extension ControlInterpreter {
  /// `fft v(a) …`: spectra of the present transient's vectors, in a plot over frequency. The points
  /// of time are taken as even, which `linearize` makes them.
  mutating func transform(_ line: ControlLine) throws(DeckError) {
    let values = try values(rest(try substituted(line), 1), line)
    let plot = plots[current]
    guard plot.plot.analysisKind == .transient, let time = plot.scale?.real, time.count > 1,
      let first = time.first, let last = time.last, last > first
    else { throw session.fault(.noVectorValue, line) }
    let name = variables["specwindow"]?.first?.lowercased() ?? "hanning"
    guard let window = FourierTransform.Window(rawValue: name) else {
      throw session.fault(
        .unsupportedCommand, line, subject: "specwindow=\(name)",
        suggestion: FourierTransform.Window.allCases.map(\.rawValue).joined(separator: ", "))
    }
    let factors = time.map { window.value(($0 - first) / (last - first)) }
    // As in ngspice, a window keeps the mean of a constant over one point less.
    let isFlat = window == .none || window == .rectangular
    let scale = isFlat ? 1 : Double(time.count - 1) / factors.reduce(0, +)
    let size = FourierTransform.size(for: time.count)
    let step = Double(time.count - 1) / ((last - first) * Double(size))
    var spectra: [(name: String, vector: ControlVector)] = [
      ("frequency", ControlVector((0...size / 2).map { Double($0) * step }, kind: "frequency"))
    ]
    for (name, vector) in values where name != "time" {
      guard vector.count == time.count, !vector.isComplex else {
        throw session.fault(.noVectorValue, line, subject: name)
      }
      var spectrum = FourierTransform.spectrum(
        ControlVector(zip(vector.real, factors).map { $0 * $1 * scale }))
      spectrum.kind = vector.kind
      spectra.append((name, spectrum))
    }
    let whole = ControlPlot(
      name: newName("sp"),
      plot: Plot(title: plot.plot.title, name: "Spectrum", variables: []), deck: plot.deck
    ).whole(spectra)
    plots.append(ControlPlot(name: newName("sp"), plot: whole, deck: plot.deck))
    current = plots.count - 1
  }
}
