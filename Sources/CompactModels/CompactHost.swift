internal import COSDI

/// What modules are told by `$simparam`, and what they say.
@safe
final class CompactHost {
  /// A message of a module.
  struct Message {
    /// 0 debug, 1 display, 2 information, 3 warning, 4 error, 5 fatal.
    var level: Int
    /// Number of the device that was being evaluated; `nil` during the set-up of a model.
    var device: Int?
    var text: String
  }

  let pointer: OpaquePointer

  init() throws(CompactModelError) {
    guard let made = unsafe osdi_host_make() else { throw .outOfMemory }
    unsafe pointer = made
  }

  deinit { unsafe osdi_host_free(pointer) }

  private func set(_ quantity: OSDIQuantity, _ value: Double) {
    unsafe osdi_host_set(pointer, quantity, value)
  }

  var nominalCelsius = 27.0 { didSet { set(OSDI_NOMINAL_CELSIUS, nominalCelsius) } }

  func setTolerances(relative: Double, volts: Double, amperes: Double) {
    set(OSDI_RELTOL, relative)
    set(OSDI_VNTOL, volts)
    set(OSDI_ABSTOL, amperes)
  }

  func begin(_ conditions: CompactConditions) {
    set(OSDI_GMIN, conditions.junctionSiemens)
    set(OSDI_ITERATION, Double(conditions.iteration))
    set(OSDI_SOURCE_FACTOR, conditions.sourceScale)
  }

  /// Messages since the last call.
  func takeMessages() -> [Message] {
    let count = unsafe osdi_host_message_count(pointer)
    guard count > 0 else { return [] }
    var messages: [Message] = []
    for k in 0..<count {
      var (level, device) = (UInt32(0), UInt32(0))
      guard let text = unsafe osdi_host_message(pointer, k, &level, &device) else { continue }
      messages.append(
        Message(
          level: Int(level), device: device == .max ? nil : Int(device),
          text: unsafe String(cString: text).split(whereSeparator: \.isNewline).joined(
            separator: " ")))
    }
    unsafe osdi_host_forget(pointer)
    return messages
  }

  /// The text of the gravest message since the last call.
  func takeComplaint() -> String {
    let messages = takeMessages()
    let worst = messages.map(\.level).max()
    return messages.first { $0.level == worst }?.text ?? "it gives no reason"
  }
}
