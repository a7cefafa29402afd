import Synchronization

/// A value that is made by the first use and kept with all copies of its owner: for what takes much
/// memory and not every run needs.
public final class MadeOnce<Value: Sendable>: Sendable {
  private let kept = Mutex<Value?>(nil)

  /// Nothing is made yet.
  public init() {}

  /// The value; `make` runs if this is the first use.
  public func value<E: Error>(_ make: () throws(E) -> Value) throws(E) -> Value {
    try kept.withLock { (kept) throws(E) in
      if let kept { return kept }
      let made = try make()
      kept = made
      return made
    }
  }
}
