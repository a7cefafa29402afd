import AnalogCore
import Inference
import NeuralNetwork
import NumericKernels

/// The networks on arrays of a run, each prepared once, before the first image.
///
/// Preparation programs cells, measures converter ranges on calibration images and loads or fits
/// models. Whatever it refuses is refused before anything is computed or written. Networks with
/// equal cells, such as those of a study of wires, share them; those that do not fit into memory
/// together wait as `DormantNetwork`s.
struct PreparedArrays {
  /// Role of a network in a run.
  enum Role: Hashable {
    /// That of a point's own path.
    case own(Int)
    /// The same without wires.
    case ideal(Int)
    /// A control beside a point's compensated path, which is prepared before it.
    case control(Int, NetworkDesign.Control)
  }

  /// A network on its arrays, and the seconds that this took.
  struct Prepared {
    var network: AnalogNetwork
    var seconds: Double
  }

  private enum Kept {
    case whole(AnalogNetwork)
    case dormant(DormantNetwork)
  }

  /// Memory for networks that wait whole for their turn.
  static let memory = MemoryBudget(bytes: MemoryBudget.machine.bytes / 4)

  private let runner: ExperimentRunner
  private var kept: [Role: (network: Kept, seconds: Double)] = [:]
  /// Number of layers that were programmed; all others share the cells of these.
  private(set) var programmedLayers = 0

  /// Prepares the networks of `roles`.
  ///
  /// - Parameters:
  ///   - roles: Every network once, in the order of their preparation, with its design.
  ///   - first: The network that is taken first, which waits whole if it is prepared last.
  ///   - programmed: Sees each network once, before it runs any image.
  init(
    _ runner: ExperimentRunner, _ roles: [(role: Role, design: NetworkDesign)], first: Role?,
    memory: MemoryBudget = Self.memory, programmed: (Role, AnalogNetwork) throws -> Void
  ) async throws {
    self.runner = runner
    var bytes = 0
    var cells = runner.shared?.cells ?? []
    var compensated: [Int: AnalogNetwork] = [:]
    for (index, (role, planned)) in roles.enumerated() {
      // The run itself reports its progress.
      guard !Task.isCancelled else { return }
      let clock = ContinuousClock()
      let start = clock.now
      let network: AnalogNetwork
      var design = planned
      if case .control(let point, _) = role, let own = compensated[point] {
        design = design.lowered(to: own)
      }
      let origins = runner.origins(of: design)
      do {
        if let shared = runner.shared {
          cells += try await shared.recallCells(origins, besides: cells, width: runner.width)
        }
        network = try await runner.network(design, cells: cells) { try programmed(role, $0) }
      } catch is CancellationError {
        return
      }
      let seconds = (clock.now - start) / .seconds(1)
      // Its controls follow it.
      if case .own(let point) = role { compensated = [point: network] }
      // Converters without calibration have seen no image yet. Fitted models count their inputs,
      // and factorized circuits take too long for a trial.
      if network.layers.allSatisfy({ [.ideal, .exact].contains($0.path) }) {
        _ = try network.run(runner.calibrationImage)
      }
      let new = network.cells.filter { own in !cells.contains { $0.origin == own.origin } }
      cells += new
      programmedLayers += new.count
      // Compensation finds the codes of its cells while it runs: no other run could ask for them.
      try runner.shared?.keep(new) { origins.contains($0) }
      let isNext = index == roles.count - 1 && role == first
      if isNext || bytes + network.residentBytes <= memory.bytes {
        bytes += network.residentBytes
        kept[role] = (.whole(network), seconds)
      } else {
        kept[role] = (.dormant(DormantNetwork(network)), seconds)
      }
    }
  }

  /// The network of a role, for its last use; a canceled task gets none.
  mutating func take(_ role: Role) async throws -> Prepared {
    try Task.checkCancellation()
    guard let (network, seconds) = kept.removeValue(forKey: role) else {
      preconditionFailure("every network is prepared before the first image and taken once")
    }
    switch network {
    case .whole(let network): return Prepared(network: network, seconds: seconds)
    case .dormant(let dormant):
      let clock = ContinuousClock()
      let start = clock.now
      let network = try await dormant.awakened(width: runner.width)
      return Prepared(network: network, seconds: seconds + (clock.now - start) / .seconds(1))
    }
  }
}
