import AnalogCore
import NumericKernels
import Synchronization

/// Magnitudes that converters saw on calibration images, for networks that would see the same: those
/// of one plan on the same images whose arrays differ only in the converters that are measured.
public final class ConverterRecordings: Sendable {
  /// What the magnitudes depend on, besides the plan and the images; its stored properties are all of it.
  public struct Key: Sendable, Equatable {
    private let choices: [AnalogNetwork.LayerChoice]
    private let seed: UInt64
    private let imageCount: Int

    init(_ choices: [AnalogNetwork.LayerChoice], seed: UInt64, imageCount: Int) {
      self.choices = choices.map { choice in
        var choice = choice
        // They are ideal while ranges are recorded; others convert.
        if choice.hardware.converter.isMeasured { choice.hardware.converter = .ideal }
        // Fitted models come after the ranges.
        if choice.path.isFitted { choice.path = .exact }
        return choice.effective
      }
      self.seed = seed
      self.imageCount = imageCount
    }
  }

  private struct State {
    var known: [(key: Key, histograms: [[MagnitudeHistogram]])] = []
    var recorded = 0
  }

  private let state = Mutex(State())
  private let store: (any RecordingStore)?

  /// Recordings that are kept in memory; the oldest make room.
  private static let most = 16

  /// None in memory yet.
  ///
  /// - Parameter store: Recordings of the same plan on the same images that others made, which
  ///   receives those that are made here; `nil` for none.
  public init(store: (any RecordingStore)? = nil) { self.store = store }

  /// How many recordings were made, not taken from those that are kept.
  public var recorded: Int { state.withLock { $0.recorded } }

  func histograms(_ key: Key) -> [[MagnitudeHistogram]]? {
    let known = state.withLock { state in state.known.first { $0.key == key }?.histograms }
    if let known { return known }
    guard let stored = store?.magnitudes(key) else { return nil }
    remember(stored, key)
    return stored
  }

  /// Keeps what was recorded.
  func keep(_ histograms: [[MagnitudeHistogram]], _ key: Key) throws {
    remember(histograms, key)
    state.withLock { $0.recorded += 1 }
    try store?.keep(histograms, key)
  }

  private func remember(_ histograms: [[MagnitudeHistogram]], _ key: Key) {
    state.withLock { state in
      state.known.append((key, histograms))
      if state.known.count > Self.most { state.known.removeFirst() }
    }
  }
}
