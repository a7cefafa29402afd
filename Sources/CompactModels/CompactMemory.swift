internal import COSDI
import Foundation
import Netlist

/// A model as a module's code has it: its parameters set, the rest derived from them.
@safe
final class CompactModelMemory {
  let module: CompactModule
  let pointer: UnsafeMutableRawPointer
  private var texts: [UnsafeMutablePointer<CChar>] = unsafe []

  /// Sets the parameters and sets up the model.
  init(
    _ module: CompactModule, _ parameters: [CompactParameter], _ host: CompactHost
  ) throws(CompactModelError) {
    guard let made = unsafe osdi_make_model(module.descriptor) else { throw .outOfMemory }
    self.module = module
    unsafe pointer = made
    for parameter in parameters {
      let id = try module.settable(parameter.name, ofDevice: false)
      try unsafe module.set(id, parameter, model: pointer, device: nil, &texts)
    }
    try setUp(host)
  }

  deinit {
    unsafe free(pointer)
    for k in unsafe texts.indices { unsafe free(texts[k]) }
  }

  /// Derives everything from the parameters, again after a change of the temperature.
  func setUp(_ host: CompactHost) throws(CompactModelError) {
    _ = host.takeMessages()
    var faults = [UInt32](repeating: 0, count: 64)
    var count = 0
    let failed = unsafe osdi_setup_model(
      module.descriptor, pointer, host.pointer, &faults, faults.count, &count)
    if failed { throw module.fault(Array(faults.prefix(count)), host, device: nil) }
  }
}

/// A device as a module's code has it.
@safe
final class CompactInstance {
  let model: CompactModelMemory
  let pointer: UnsafeMutableRawPointer
  private var texts: [UnsafeMutablePointer<CChar>] = unsafe []

  init(
    _ model: CompactModelMemory, _ parameters: [CompactParameter]
  ) throws(CompactModelError) {
    guard let made = unsafe osdi_make_instance(model.module.descriptor) else {
      throw .outOfMemory
    }
    self.model = model
    unsafe pointer = made
    for parameter in parameters {
      let id = try model.module.settable(parameter.name, ofDevice: true)
      try unsafe model.module.set(
        id, parameter, model: model.pointer, device: pointer, &texts)
    }
  }

  deinit {
    unsafe free(pointer)
    for k in unsafe texts.indices { unsafe free(texts[k]) }
  }

  func setUp(
    kelvin: Double, terminals: Int, _ host: CompactHost, name: String?, number: Int
  ) throws(CompactModelError) {
    _ = host.takeMessages()
    var faults = [UInt32](repeating: 0, count: 64)
    var count = 0
    let failed = unsafe osdi_setup_instance(
      model.module.descriptor, pointer, model.pointer, kelvin, UInt32(terminals), host.pointer,
      UInt32(number), &faults, faults.count, &count)
    if failed { throw model.module.fault(Array(faults.prefix(count)), host, device: name) }
  }

  /// By pair of the module's collapsible nodes, whether they are one in this device.
  var collapsed: [Bool] {
    let count = unsafe Int(model.module.descriptor.pointee.collapsible_count)
    return (0..<count).map {
      unsafe osdi_is_collapsed(model.module.descriptor, pointer, UInt32($0))
    }
  }

  /// The value of a variable or parameter after an evaluation.
  func value(_ id: Int) -> Double? {
    let parameter = model.module.parameters[id]
    guard !parameter.isArray, parameter.type != .text,
      let place = unsafe model.module.descriptor.pointee.access(
        pointer, model.pointer, UInt32(id), parameter.kind == .model ? 0 : 4)
    else { return nil }
    return parameter.type == .real
      ? unsafe place.load(as: Double.self) : unsafe Double(place.load(as: Int32.self))
  }
}

extension CompactModule {
  /// Gives a parameter its value.
  fileprivate func set(
    _ id: Int, _ parameter: CompactParameter, model: UnsafeMutableRawPointer,
    device: UnsafeMutableRawPointer?, _ texts: inout [UnsafeMutablePointer<CChar>]
  ) throws(CompactModelError) {
    func wrong(_ reason: String) -> CompactModelError {
      .wrongValue(parameter.name, module: name, reason: reason)
    }
    // One is given: it is set, and it is the device's rather than the model's default.
    let flags: UInt32 = unsafe device == nil ? 1 : 5
    guard
      let place = unsafe descriptor.pointee.access(device, model, UInt32(id), flags)
    else { throw .notSettable(parameter.name, module: name, reason: "the module refuses it") }
    switch (parameters[id].type, parameter.value) {
    case (.real, .number(let number)):
      guard number.isFinite else { throw wrong("its value is not a finite number") }
      unsafe place.storeBytes(of: number, as: Double.self)
    case (.integer, .number(let number)):
      guard let whole = Int32(exactly: number) else { throw wrong("it takes a whole number") }
      unsafe place.storeBytes(of: whole, as: Int32.self)
    case (.text, .text(let text)):
      guard let copy = unsafe strdup(text) else { throw .outOfMemory }
      unsafe texts.append(copy)
      unsafe place.storeBytes(of: copy, as: UnsafeMutablePointer<CChar>.self)
    case (.text, .number): throw wrong("it takes a text in quotes")
    case (_, .text): throw wrong("it takes a number")
    }
  }

  /// The error of a set-up that failed.
  fileprivate func fault(
    _ ids: [UInt32], _ host: CompactHost, device: String?
  ) -> CompactModelError {
    let names = ids.compactMap { id in
      parameters.indices.contains(Int(id)) ? parameters[Int(id)].name : nil
    }
    guard names.isEmpty else { return .outOfRange(names, module: name) }
    return .setupFailed(module: name, device: device, message: host.takeComplaint())
  }
}
