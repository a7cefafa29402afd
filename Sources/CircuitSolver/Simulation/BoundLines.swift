import Foundation
import Netlist

/// The transmission lines of a circuit: per mode and end one equation between voltages and currents.
///
/// Between two accepted points everything is a straight line over time, as what was sent is between
/// the points of the past. A step may be longer than a delay: then part of what arrives is on its
/// way within the step.
struct BoundLines: Sendable {
  /// A line, its places among the unknowns and the coordinates of its equations.
  struct Place: Sendable {
    var modes: LineModes
    /// Per conductor; the references; the currents, near ones first, which are also the equations.
    var near: [Int], far: [Int]
    var nearReference: Int, farReference: Int
    var branches: [Int]
    /// By equation: every near voltage, its reference, every far one, its reference, near and far
    /// currents.
    var coordinates: [[Int32]]
    /// By mode: its voltages (kinds 0 and 1: near and far) and currents (2 and 3) of the unknowns, in
    /// the order of the coordinates.
    var columns: [[(unknown: Int, kind: Int, value: Double)]]
    /// Where a current enters (+1) or leaves (−1) a node.
    var currents: [(coordinate: Int32, sign: Double)]
    /// By mode, `nil` in lines without memory.
    var fits: [LineCharacteristics?] = []
    /// By mode: the state at the near and at the far end.
    var ends: [(near: LineEnd, far: LineEnd)] = []
    /// Times of the history.
    var times: [Double] = []
  }

  /// What the equations are at the end of the present step.
  struct Step: Sendable {
    var from = -1.0, to = -1.0
    /// By line and mode.
    var rows: [[(rows: LineMode.Rows<Double>, near: Double, far: Double)]] = []
    var decays: [[LineDecays?]] = []
    var ends: [[(near: LineEnd.Step, far: LineEnd.Step)]] = []
  }

  var places: [Place] = []
  private let labels: [String]
  private let initial: [[TransmissionLine.State]]
  var isRunning = false
  private var now = 0.0
  var step = Step()
  /// Times at which corners arrive, in order.
  var corners: [Double] = []
  private var wasCorner = true
  private var longestStep = 0.0, stop = 0.0
  /// The largest of what any line has sent.
  var largestSent = 0.0

  init(_ layout: SimulationLayout, _ footprint: inout Footprint) {
    let circuit = layout.circuit
    labels = circuit.lines.map { circuit.name(of: $0.label) }
    initial = circuit.lines.map(\.initial)
    for (line, branches) in zip(circuit.lines, layout.lineBranches) {
      let near = line.near.map { layout.place($0) }
      let far = line.far.map { layout.place($0) }
      let references = (layout.place(line.nearReference), layout.place(line.farReference))
      let columns = near + [references.0] + far + [references.1] + branches
      var currents: [(coordinate: Int32, sign: Double)] = []
      for (k, branch) in branches.enumerated() {
        let node = k < near.count ? near[k] : far[k - near.count]
        currents.append((footprint.coordinate(node, branch), 1))
        let reference = k < near.count ? references.0 : references.1
        currents.append((footprint.coordinate(reference, branch), -1))
      }
      places.append(
        Place(
          modes: line.modes, near: near, far: far, nearReference: references.0,
          farReference: references.1, branches: branches,
          coordinates: branches.map { row in columns.map { footprint.coordinate(row, $0) } },
          columns: Self.columns(line.modes, columns), currents: currents))
    }
  }

  /// What the unknowns at `places` are to every mode: near voltages and their reference, far ones and
  /// theirs, near and far currents.
  private static func columns(
    _ modes: LineModes, _ places: [Int]
  ) -> [[(unknown: Int, kind: Int, value: Double)]] {
    let n = modes.count
    return modes.modes.indices.map { mode in
      let voltages = modes.voltages[mode * n..<(mode + 1) * n]
      let currents = modes.currents[mode * n..<(mode + 1) * n]
      let all = voltages.reduce(0, +)
      let near = voltages.map { (0, $0) } + [(0, -all)]
      let far = voltages.map { (1, $0) } + [(1, -all)]
      let factors = near + far + currents.map { (2, $0) } + currents.map { (3, $0) }
      return zip(places, factors).map { ($0, $1.0, $1.1) }
    }
  }

  var count: Int { places.count }

  /// Currents at the nodes, which are always the same.
  func loadLinear(_ matrix: inout SimulationMatrix) {
    for place in places {
      for current in place.currents { matrix.add(current.sign, at: current.coordinate) }
    }
  }

  // MARK: Equations

  /// The equations of direct current, of one frequency or of the present step.
  mutating func load(
    _ x: [Double], _ conditions: SimulationConditions, into matrix: inout SimulationMatrix
  ) {
    if let time = conditions.time, isRunning, !conditions.isAtRest {
      prepare(time)
      for (place, rows) in zip(places, step.rows) {
        for (mode, row) in rows.enumerated() {
          add(row.rows, mode, place, x, (row.near, row.far), into: &matrix)
        }
      }
      return
    }
    let omega = 2 * Double.pi * conditions.hertz
    let isAtRest = conditions.isAtRest || conditions.time != nil || omega == 0
    for place in places {
      for (mode, values) in place.modes.modes.enumerated() {
        if isAtRest {
          add(values.rowsAtRest, mode, place, x, (0, 0), into: &matrix)
        } else {
          add(values.rows(omega), mode, place, omega, into: &matrix)
        }
      }
    }
  }

  /// Real equations with constants on their right sides.
  private func add(
    _ rows: LineMode.Rows<Double>, _ mode: Int, _ place: Place, _ x: [Double],
    _ constants: (near: Double, far: Double), into matrix: inout SimulationMatrix
  ) {
    let n = place.modes.count
    for (row, factors, constant) in [
      (mode, rows.near, constants.near), (n + mode, rows.far, constants.far),
    ] {
      var sum = -constant
      for (k, column) in place.columns[mode].enumerated() {
        let factor = factors[column.kind] * column.value
        matrix.add(factor, at: place.coordinates[row][k])
        sum += factor * x[column.unknown]
      }
      matrix.flow[place.branches[row]] += sum
    }
  }

  /// Complex equations, with their imaginary parts over ω among the capacitances.
  private func add(
    _ rows: LineMode.Rows<SmallSignalRun.Phasor>, _ mode: Int, _ place: Place, _ omega: Double,
    into matrix: inout SimulationMatrix
  ) {
    let n = place.modes.count
    for (row, factors) in [(mode, rows.near), (n + mode, rows.far)] {
      for (k, column) in place.columns[mode].enumerated() {
        let factor = column.value * factors[column.kind]
        matrix.add(factor.real, at: place.coordinates[row][k])
        matrix.addCapacitance(factor.imaginary / omega, at: place.coordinates[row][k])
      }
    }
  }

  /// A mode's voltages and currents at a solution.
  func values(_ mode: Int, _ place: Place, _ x: [Double]) -> [4 of Double] {
    var values: [4 of Double] = [0, 0, 0, 0]
    for column in place.columns[mode] {
      values[column.kind] += column.value * x[column.unknown]
    }
    return values
  }

  // MARK: Time

  /// Equations are those of direct current, until `begin`.
  mutating func rest() { isRunning = false }

  /// Starts a transient from a solution in which nothing has changed yet, or from initial values.
  mutating func begin(
    _ x: [Double], stop: Double, longestStep: Double, initially: Bool
  ) throws(CircuitError) {
    guard count > 0 else { return }
    (isRunning, now, step, corners, wasCorner) = (true, 0, Step(), [], true)
    (self.longestStep, self.stop, largestSent) = (longestStep, stop, 0)
    var known: [LineMode: LineCharacteristics] = [:]
    for k in places.indices {
      places[k].times = [0]
      places[k].fits = []
      places[k].ends = []
      let n = places[k].modes.count
      for (mode, values) in places[k].modes.modes.enumerated() {
        guard !values.isResistive else {
          places[k].fits.append(nil)
          places[k].ends.append((LineEnd(), LineEnd()))
          continue
        }
        let fits = known[values] ?? values.characteristics(lowest: 1e-5 / stop)
        known[values] = fits
        guard fits.error <= LineFit.bound else {
          throw .lineNotFitted(labels[k], error: fits.error)
        }
        places[k].fits.append(fits)
        var state = self.values(mode, places[k], x)
        if initially {
          state = [0, 0, 0, 0]
          for (conductor, given) in initial[k].enumerated() {
            let volts = places[k].modes.voltages[mode * n + conductor]
            let amperes = places[k].modes.currents[mode * n + conductor]
            state[0] += volts * given.nearVolts
            state[1] += volts * given.farVolts
            state[2] += amperes * given.nearAmperes
            state[3] += amperes * given.farAmperes
          }
        }
        var ends = (near: LineEnd(), far: LineEnd())
        ends.near.begin(volts: state[0], amperes: state[2], fits)
        ends.far.begin(volts: state[1], amperes: state[3], fits)
        places[k].ends.append(ends)
      }
    }
  }

  /// The equations of a step from the last accepted point to `time`.
  private mutating func prepare(_ time: Double) {
    guard step.from != now || step.to != time else { return }
    step = Step(from: now, to: time)
    let length = time - now
    for place in places {
      var rows: [(rows: LineMode.Rows<Double>, near: Double, far: Double)] = []
      var decays: [LineDecays?] = []
      var ends: [(near: LineEnd.Step, far: LineEnd.Step)] = []
      for (mode, fit) in place.fits.enumerated() {
        let values = place.modes.modes[mode]
        guard let fit else {
          rows.append((values.rowsAtRest, 0, 0))
          decays.append(nil)
          ends.append((LineEnd.Step(), LineEnd.Step()))
          continue
        }
        let own = LineDecays(fit, length)
        let (a, b) = place.ends[mode]
        let (near, far) = (a.step(fit, own), b.step(fit, own))
        // What arrives: a point of the past, or between the last one and the present.
        let sent = time - values.delaySeconds
        let share =
          sent <= now ? 0 : length > 0 ? (sent - now) / length : values.delaySeconds > 0 ? 0 : 1
        func arrival(_ from: LineEnd, _ step: LineEnd.Step) -> Double {
          guard share > 0 else {
            return Self.interpolated(place.times, from.history, at: sent)
          }
          return (1 - share) * from.sent + share * step.constant
        }
        rows.append(
          (
            LineMode.Rows(
              near: [-near.admittance, share * far.volts, 1, share * far.amperes],
              far: [share * near.volts, -far.admittance, share * near.amperes, 1]),
            near.memory - arrival(b, far), far.memory - arrival(a, near)
          ))
        decays.append(own)
        ends.append((near, far))
      }
      step.rows.append(rows)
      step.decays.append(decays)
      step.ends.append(ends)
    }
  }

  /// A value of the past on the straight line between its points; before the first it was the same.
  private static func interpolated(
    _ times: [Double], _ values: [Double], at time: Double
  ) -> Double {
    guard time > times[0] else { return values[0] }
    var (low, high) = (0, times.count - 1)
    guard time < times[high] else { return values[high] }
    while high - low > 1 {
      let middle = (low + high) / 2
      if times[middle] <= time { low = middle } else { high = middle }
    }
    let share = (time - times[low]) / (times[high] - times[low])
    return values[low] + share * (values[high] - values[low])
  }

  /// Goes on to an accepted solution. Behind a corner, what was sent has another slope than before it:
  /// if that is to be seen, the corner arrives at the other end after the delay.
  mutating func accept(_ x: [Double], at time: Double, isCorner: Bool) {
    guard isRunning, time > now else { return }
    prepare(time)
    let length = time - now
    for k in places.indices {
      for mode in places[k].fits.indices where places[k].fits[mode] != nil {
        let values = self.values(mode, places[k], x)
        let steps = step.ends[k][mode]
        guard let decays = step.decays[k][mode] else { continue }
        let delay = places[k].modes.modes[mode].delaySeconds
        let former = places[k].ends[mode]
        places[k].ends[mode].near.accept(
          volts: values[0], amperes: values[2], steps.near, decays)
        places[k].ends[mode].far.accept(
          volts: values[1], amperes: values[3], steps.far, decays)
        if wasCorner, delay > 0, now + delay < stop {
          let ends = places[k].ends[mode]
          if isBend(former.near, ends.near, places[k].times, length)
            || isBend(former.far, ends.far, places[k].times, length)
          {
            schedule(now + delay)
          }
        }
        places[k].ends[mode].near.keep(time, behindCorner: wasCorner)
        places[k].ends[mode].far.keep(time, behindCorner: wasCorner)
      }
      places[k].times.append(time)
      forget(&places[k], time)
    }
    for place in places {
      for ends in place.ends {
        largestSent = max(largestSent, ends.near.largestSent, ends.far.largestSent)
      }
    }
    now = time
    wasCorner = isCorner
    corners.removeFirst(corners.firstIndex { $0 > time } ?? corners.count)
  }

  /// Whether the slope behind the last point is another one, by more than a hundredth of the largest
  /// wave of all lines over the longest step. Smaller ones the bound of the step follows: of modes with
  /// delays of their own there would be a corner at every sum of them.
  private func isBend(
    _ former: LineEnd, _ end: LineEnd, _ times: [Double], _ length: Double
  ) -> Bool {
    let last = former.history.count - 1
    let before =
      last > 0 && times[last] > times[last - 1]
      ? (former.history[last] - former.history[last - 1]) / (times[last] - times[last - 1]) : 0
    let after = (end.sent - former.sent) / length
    return abs(after - before) * longestStep > 1e-2 * largestSent
  }

  private mutating func schedule(_ time: Double) {
    guard !corners.contains(where: { abs($0 - time) <= 1e-3 * longestStep }) else { return }
    corners.insert(time, at: corners.firstIndex { $0 > time } ?? corners.count)
  }

  /// Drops what has arrived at every end; half of the history at once, so that this costs nothing per
  /// point.
  private func forget(_ place: inout Place, _ time: Double) {
    let delay = place.modes.modes.map(\.delaySeconds).max() ?? 0
    let middle = place.times.count / 2
    guard middle > 32, place.times[middle] < time - delay else { return }
    place.times.removeFirst(middle)
    for mode in place.ends.indices where place.fits[mode] != nil {
      place.ends[mode].near.history.removeFirst(middle)
      place.ends[mode].far.history.removeFirst(middle)
    }
  }
}
