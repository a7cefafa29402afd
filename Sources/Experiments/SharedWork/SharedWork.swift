import AnalogCore
import Files
import Inference
import NumericKernels
import Synchronization

/// Work that several runs have in common, done once: networks and images, networks in integers,
/// cells, recorded activations, results of the networks beside the path.
///
/// All of it is kept in memory as far as there is room. What takes long is also kept as files, by
/// content, where other processes and later ones find it:
///
/// - `float-…`, `integer-…`: outputs of digital networks for all images,
/// - `ideal-…`: outcomes of arrays without wires,
/// - `activations-…`: what quantizers follow from, the inputs of layers on calibration images,
/// - `ranges-…`: what ranges of converters follow from, the values before them on those images,
/// - `cells-…`: conductances of the cells of a layer with random errors; those without are looked up
///   in a table sooner than read from a file,
/// - `models/`: models fitted to arrays, a `CalibrationStore`, which refuses damaged files by name.
///
/// A file is named by the hash of everything that its contents depend on, the version of the program
/// included. It is written aside and renamed, so that readers see all of it or none, and two writers
/// of the same content write the same. What a damaged file held is computed again. Whatever is taken
/// from here equals what the run would have computed, to the bit.
public final class SharedWork: Sendable {
  /// How often each kind of work was done, not taken from what is kept.
  public struct Counts: Sendable, Equatable {
    /// Network files with their images read, and networks brought into integers.
    public var loaded = 0, quantized = 0
    /// Networks whose activations were recorded on calibration images.
    public var activations = 0
    /// Layers programmed, and networks whose converter ranges were recorded.
    public var programmedLayers = 0, recordings = 0
    /// Digital networks run over all images, and arrays without wires.
    public var digital = 0, ideal = 0
  }

  private struct State {
    var counts = Counts()
    var loaded: [(key: LoadedNetwork.Key, network: LoadedNetwork)] = []
    var networks: [(loaded: LoadedNetwork.Key, network: PreparedNetwork)] = []
    var cells: [ProgrammedCells] = []
    var evaluations: [(key: String, evaluation: Evaluation)] = []
    var fileHashes: [String: String] = [:]
    var cellFileBytes = 0
  }

  /// Folder of the files; `nil` to keep nothing but memory.
  public var folder: String? { store?.folder }
  let store: ContentStore?
  let references: ReferenceOutputs
  private let state = Mutex(State())
  private let cellMemory: MemoryBudget

  /// Networks, and evaluations of networks, that are kept in memory.
  private static let mostNetworks = 4, mostEvaluations = 16
  /// Bytes of cells that one process writes into files at most: many seeds of a large network would
  /// fill the folder.
  private static let mostCellFileBytes = 2 << 30

  /// Keeps files in `folder`, which is made with the first of them.
  public init(folder: String? = nil) {
    store = folder.map { ContentStore(folder: $0) }
    references = ReferenceOutputs()
    cellMemory = MemoryBudget(bytes: MemoryBudget.machine.bytes / 8)
  }

  /// What was done so far.
  public var counts: Counts {
    state.withLock { state in
      var counts = state.counts
      counts.recordings += state.networks.reduce(0) { $0 + $1.network.recordings.recorded }
      return counts
    }
  }

  func count(_ kind: WritableKeyPath<Counts, Int> & Sendable, _ number: Int = 1) {
    state.withLock { $0.counts[keyPath: kind] += number }
  }

  /// Folder of fitted models; `nil` without files.
  var modelFolder: String? { folder.map { "\($0)/models" } }
}

// Networks.
extension SharedWork {
  func loaded(
    _ key: LoadedNetwork.Key, _ load: () async throws -> LoadedNetwork
  ) async throws -> LoadedNetwork {
    let known = state.withLock { $0.loaded.first { $0.key == key }?.network }
    if let known { return known }
    let network = try await load()
    state.withLock { state in
      state.counts.loaded += 1
      state.loaded.append((key, network))
      if state.loaded.count > Self.mostNetworks { state.loaded.removeFirst() }
    }
    return network
  }

  func network(
    _ key: LoadedNetwork.Key, _ quantization: QuantizationOptions,
    _ prepare: () async throws -> PreparedNetwork
  ) async throws -> PreparedNetwork {
    let known = state.withLock { state in
      state.networks.first { $0.loaded == key && $0.network.quantization == quantization }?.network
    }
    if let known { return known }
    let network = try await prepare()
    state.withLock { state in
      state.counts.quantized += 1
      state.networks.append((key, network))
      if state.networks.count > Self.mostNetworks {
        state.counts.recordings += state.networks.removeFirst().network.recordings.recorded
      }
    }
    return network
  }
}

// Cells.
extension SharedWork {
  /// Cells that were programmed, those of the last networks first.
  var cells: [ProgrammedCells] { state.withLock { $0.cells.reversed() } }

  /// Puts stored cells of `origins` at hand that are not among `known`.
  ///
  /// - Returns: Those cells.
  func recallCells(
    _ origins: [ProgrammedCells.Origin], besides known: [ProgrammedCells], width: Int
  ) async throws -> [ProgrammedCells] {
    guard let store else { return [] }
    let wanted = origins.filter { origin in !known.contains { $0.origin == origin } }
    let found = try await concurrentMap(wanted.count, width: width) { index in
      StoredCells.key(wanted[index]).flatMap { store.read($0) }
        .flatMap { StoredCells.cells(wanted[index], $0) }
    }.compactMap { $0 }
    remember(found)
    return found
  }

  /// Keeps cells that were programmed.
  ///
  /// - Parameter isStored: Whether cells of an origin go to a file too.
  func keep(
    _ cells: [ProgrammedCells], isStored: (ProgrammedCells.Origin) -> Bool
  ) throws {
    count(\.programmedLayers, cells.count)
    remember(cells)
    guard let store else { return }
    for own in cells where isStored(own.origin) {
      guard let key = StoredCells.key(own.origin) else { continue }
      let fits = state.withLock { state in
        guard state.cellFileBytes + own.bytes <= Self.mostCellFileBytes else { return false }
        state.cellFileBytes += own.bytes
        return true
      }
      if fits { try store.write(StoredCells.bytes(of: own), key) }
    }
  }

  /// Keeps cells in memory; the oldest make room.
  private func remember(_ cells: [ProgrammedCells]) {
    state.withLock { state in
      state.cells += cells
      var bytes = state.cells.reduce(0) { $0 + $1.bytes }
      while bytes > cellMemory.bytes, !state.cells.isEmpty {
        bytes -= state.cells.removeFirst().bytes
      }
    }
  }
}

// Evaluations.
extension SharedWork {
  /// The outcomes of all images that are kept under `key`, in memory or in a file.
  func evaluation(_ key: String, count: Int) -> Evaluation? {
    let known = state.withLock { $0.evaluations.first { $0.key == key }?.evaluation }
    if let known { return known }
    guard let bytes = store?.read(key),
      let found = StoredEvaluation.evaluation(bytes, count: count)
    else { return nil }
    remember(found, key)
    return found
  }

  /// Keeps the outcomes of all images.
  ///
  /// - Parameter isStored: Whether they go to a file too.
  func keep(_ evaluation: Evaluation, _ key: String, isStored: Bool) throws {
    remember(evaluation, key)
    guard isStored, let store else { return }
    try store.write(StoredEvaluation.bytes(of: evaluation), key)
  }

  private func remember(_ evaluation: Evaluation, _ key: String) {
    state.withLock { state in
      state.evaluations.append((key, evaluation))
      if state.evaluations.count > Self.mostEvaluations { state.evaluations.removeFirst() }
    }
  }

  /// Outputs of a digital network that a file holds are put at hand.
  ///
  /// - Returns: Seconds that they took; `nil` if there is no file.
  func recallOutputs(_ key: String, count: Int) -> Double? {
    guard let bytes = store?.read(key), let found = StoredOutputs(bytes, count: count) else {
      return nil
    }
    references.keep(found.outputs, of: key)
    return found.seconds
  }

  /// Writes the outputs of a digital network into a file, if all are at hand.
  func storeOutputs(_ key: String, count: Int, seconds: Double) throws {
    guard let store, let table = references.table(of: key, count: count) else { return }
    try store.write(StoredOutputs(seconds: seconds, outputs: table).bytes, key)
  }

  /// SHA-256 of a file, computed once for each path.
  func hash(ofFile path: String) throws -> String {
    if let known = state.withLock({ $0.fileHashes[path] }) { return known }
    let hash = ContentHash(try FileContents.read(path)).hexadecimal
    state.withLock { $0.fileHashes[path] = hash }
    return hash
  }
}
