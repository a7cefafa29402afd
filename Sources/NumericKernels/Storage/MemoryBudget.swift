import Foundation

/// The memory that sizes from files may ask for.
///
/// A size that a file can ask for is multiplied out and refused here before anything is allocated:
/// an allocation that fails ends the process.
public struct MemoryBudget: Sendable, Equatable {
  /// Largest number of bytes that one object may take.
  public let bytes: Int

  /// A budget of `bytes`, above zero.
  public init(bytes: Int) {
    precondition(bytes > 0, "a budget has bytes")
    self.bytes = bytes
  }

  /// The physical memory of this machine.
  public static let machine = MemoryBudget(
    bytes: Int(clamping: ProcessInfo.processInfo.physicalMemory))

  /// Throws unless an object of these extents, each element taking `bytesEach`, fits.
  ///
  /// - Parameter what: The object and the key or file that asks for it, as errors begin.
  public func require(
    _ what: @autoclosure () -> String, extents: [Int], bytesEach: Int
  ) throws(MemoryError) {
    var product = 1
    // Zero first: nothing overflows before it.
    if extents.contains(0) { return }
    for factor in extents + [bytesEach] {
      let (next, overflow) = product.multipliedReportingOverflow(by: factor)
      guard !overflow else {
        let wanted = (extents + [bytesEach]).reduce(1) { $0 * Double($1) }
        throw MemoryError(what: what(), wantedBytes: wanted, limitBytes: bytes)
      }
      product = next
    }
    guard product <= bytes else {
      throw MemoryError(what: what(), wantedBytes: Double(product), limitBytes: bytes)
    }
  }
}

/// An object that a file asks for and that does not fit into memory.
public struct MemoryError: Error, CustomStringConvertible, Equatable, Sendable {
  /// The object, and the key or file that asks for it.
  public var what: String
  /// Bytes that it takes at least, and bytes that there are.
  public var wantedBytes: Double, limitBytes: Int

  /// `what` takes `wantedBytes` where there are `limitBytes`.
  public init(what: String, wantedBytes: Double, limitBytes: Int) {
    self.what = what
    self.wantedBytes = wantedBytes
    self.limitBytes = limitBytes
  }

  public var description: String {
    "\(what) takes at least \(Self.text(wantedBytes)), more than the memory of "
      + Self.text(Double(limitBytes))
  }

  private static func text(_ bytes: Double) -> String {
    let units = ["bytes", "KB", "MB", "GB", "TB", "PB", "EB"]
    var (value, unit) = (bytes, 0)
    while value >= 1000, unit < units.count - 1 { (value, unit) = (value / 1000, unit + 1) }
    return String(format: unit == 0 ? "%.0f %@" : "%.3g %@", value, units[unit])
  }
}
