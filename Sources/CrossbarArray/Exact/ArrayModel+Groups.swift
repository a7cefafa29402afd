import NumericKernels

extension ArrayModel {
  /// The currents of models whose vectors do not depend on their batch, bit for bit, computed by at most
  /// `width` tasks at once.
  func currentsInGroups(_ inputs: InputBatch, width: Int) async throws -> ArrayCurrents {
    try description.check(inputs)
    let size = max(1, (inputs.count + 4 * width - 1) / (4 * width))
    let groups = stride(from: 0, to: inputs.count, by: size).map {
      $0..<min($0 + size, inputs.count)
    }
    guard groups.count > 1 else { return try currents(inputs) }
    let parts = try await concurrentMap(groups.count, width: max(1, width)) {
      try currents(inputs.vectors(groups[$0]))
    }
    return ArrayCurrents(joining: parts)
  }
}
