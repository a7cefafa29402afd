import CrossbarArray
import Foundation
import NumericKernels
import SparseLinearAlgebra
import Units

/// Line CG against bare CHOLMOD: the nodal matrix is handed to `CholeskyFactorization` with nothing
/// of our circuits around it, so that its analysis, factors and solves are timed alone.
///
/// Seconds of line CG contain everything from the array's description to its currents; those of
/// CHOLMOD leave out the assembly of the matrix and of the right-hand sides. The environment
/// variable `TILESPICE_BENCHMARK_SIZE` takes other sizes than 512.
enum CholmodBenchmark {
  static func run() throws {
    let size = Int(ProcessInfo.processInfo.environment["TILESPICE_BENCHMARK_SIZE"] ?? "") ?? 512
    var random = RandomStream(seed: 1)
    // 10 kΩ to 1 MΩ cells, 1 Ω segments: R_segment / R_min = 1e-4.
    let array = ArrayDescription(
      topology: .voltageDriven,
      conductances: Matrix(rows: size, columns: size) { _, _ in
        Double.random(in: 1e-6...1e-4, using: &random)
      }, wires: WireParasitics(wordLineSegment: 1.ohms, bitLineSegment: 1.ohms))
    print("bare CHOLMOD: \(size) × \(size), R_segment / R_min 1e-4, one core, seconds (medians)")
    print(
      "  vectors   line CG   analyze    factor     solve   cold ratio   solve ratio   line CG MiB"
        + "   CHOLMOD MiB   MiB ratio   iterations   worst difference")
    for (batch, count) in [(1, 7), (64, 3)] {
      let volts = Matrix(rows: batch, columns: size) { _, _ in
        Double.random(in: 0...0.2, using: &random)
      }
      let inputs = InputBatch.volts(volts)
      var ours = ArrayCurrents(
        amperes: Matrix(rows: 0, columns: 0, repeating: 0.0))
      var theirs = CholmodRun()
      let lineBytes = try PeakMemory.growth {
        ours = try LineArray(array, tolerance: 1e-9).currents(inputs)
      }
      let cholmodBytes = try PeakMemory.growth {
        theirs = try CholmodRun(GridMatrix(array), volts)
      }
      let worst = zip(ours.amperes.elements, theirs.amperes)
        .reduce(0) { max($0, ($1.0 - $1.1).magnitude) }
      let scale = theirs.amperes.reduce(0) { max($0, $1.magnitude) }

      let matrix = GridMatrix(array)
      var rounds: [(line: Double, cholmod: CholmodRun)] = []
      for round in 0...count {
        let seconds = try Stopwatch.seconds {
          _ = try LineArray(array, tolerance: 1e-9).currents(inputs)
        }
        let cholmod = try CholmodRun(matrix, volts)
        if round > 0 { rounds.append((seconds, cholmod)) }
      }
      func median(_ value: ((line: Double, cholmod: CholmodRun)) -> Double) -> Double {
        Stopwatch.Summary(rounds.map(value)).median
      }
      print(
        String(
          format: "  %7d   %7.4f   %7.4f   %7.4f   %7.4f   %10.1f   %11.2f   %11.1f   %11.1f"
            + "   %9.1f   %10d   %.1e", batch, median { $0.line }, median { $0.cholmod.analyze },
          median { $0.cholmod.factor }, median { $0.cholmod.solve },
          median { $0.cholmod.cold / $0.line }, median { $0.cholmod.solve / $0.line },
          lineBytes / 1_048_576, cholmodBytes / 1_048_576, cholmodBytes / lineBytes,
          ours.work.iterations ?? 0, worst / scale))
    }
  }
}

/// One cold CHOLMOD solution with the seconds of each phase.
private struct CholmodRun {
  var (analyze, factor, solve) = (0.0, 0.0, 0.0)
  /// Currents into the sense terminals, `[batch, bitLines]`.
  var amperes: [Double] = []

  /// Analysis, factors and all solves together, in seconds.
  var cold: Double { analyze + factor + solve }

  init() {}

  init(_ matrix: GridMatrix, _ volts: Matrix<Double>) throws {
    let clock = ContinuousClock()
    var x = matrix.rightHandSides(volts)
    let start = clock.now
    var cholesky = try CholeskyFactorization(analyzing: matrix.pattern)
    let analyzed = clock.now
    try cholesky.factorize(matrix.values.span)
    let factorized = clock.now
    cholesky.solve(&x, count: volts.rows)
    let solved = clock.now
    analyze = (analyzed - start) / .seconds(1)
    factor = (factorized - analyzed) / .seconds(1)
    solve = (solved - factorized) / .seconds(1)
    amperes = matrix.senseAmperes(x, count: volts.rows)
  }
}

/// The nodal matrix of a voltage-driven array with segments on both lines, driven near, sensed far:
/// unknown `i n + j` is the node of word line i at bit line j, `m n + i n + j` the one below it.
private struct GridMatrix {
  let (m, n): (Int, Int)
  /// Conductances of one word-line and one bit-line segment in siemens.
  let (word, bit): (Double, Double)
  let pattern: SparsePattern
  let values: [Double]

  init(_ array: ArrayDescription) {
    let (m, n) = (array.wordLineCount, array.bitLineCount)
    let word = 1 / array.wires.wordLineSegment.value
    let bit = 1 / array.wires.bitLineSegment.value
    var rows = (0..<Int32(2 * m * n)).map { $0 }
    var columns = rows
    var entries = [Double](repeating: 0, count: 2 * m * n)
    func join(_ a: Int, _ b: Int, _ siemens: Double) {
      entries[a] += siemens
      entries[b] += siemens
      rows.append(Int32(a))
      columns.append(Int32(b))
      entries.append(-siemens)
    }
    for i in 0..<m {
      for j in 0..<n {
        let (upper, lower) = (i * n + j, m * n + i * n + j)
        join(upper, lower, array.conductances[i, j])
        if j == 0 { entries[upper] += word } else { join(upper - 1, upper, word) }
        if i > 0 { join(lower - n, lower, bit) }
        if i == m - 1 { entries[lower] += bit }
      }
    }
    pattern = SparsePattern(
      order: 2 * m * n, symmetry: .symmetric, rows: rows, columns: columns)
    var values = [Double](repeating: 0, count: pattern.entryCount)
    for (slot, value) in zip(pattern.slots, entries) { values[Int(slot)] += value }
    self.values = values
    (self.m, self.n, self.word, self.bit) = (m, n, word, bit)
  }

  /// Currents that the drivers put into their first nodes, one column per vector.
  func rightHandSides(_ volts: Matrix<Double>) -> [Double] {
    var b = [Double](repeating: 0, count: volts.rows * pattern.order)
    for k in 0..<volts.rows {
      for i in 0..<m { b[k * pattern.order + i * n] = word * volts[k, i] }
    }
    return b
  }

  func senseAmperes(_ x: [Double], count: Int) -> [Double] {
    (0..<count * n).map { x[($0 / n + 1) * pattern.order - n + $0 % n] * bit }
  }
}

/// Memory of this process, as Linux counts it; nan elsewhere.
private enum PeakMemory {
  /// Bytes by which the resident set grew at its largest while `work` ran.
  static func growth(of work: () throws -> Void) rethrows -> Double {
    releaseFreedMemory()
    // 5 resets the high-water mark (proc(5), clear_refs).
    let isReset =
      (try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))) != nil
    let before = bytes("VmRSS")
    try work()
    return isReset ? bytes("VmHWM") - before : .nan
  }

  /// Returns memory freed by earlier work, so that it does not hide the need of the next. Swift's
  /// Glibc module leaves out `malloc_trim`, so it is looked up by name; without it the memory of
  /// CHOLMOD, which runs second, is underestimated.
  private static func releaseFreedMemory() {
    guard let symbol = dlsym(nil, "malloc_trim") else { return }
    typealias Trim = @convention(c) (Int) -> Int32
    _ = unsafeBitCast(symbol, to: Trim.self)(0)
  }

  private static func bytes(_ key: String) -> Double {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }),
      let kibibytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
    else { return .nan }
    return (Double(kibibytes) ?? .nan) * 1024
  }
}
