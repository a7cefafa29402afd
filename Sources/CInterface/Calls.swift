import CTileSpice
import Experiments
import Foundation

/// Where a call leaves a text that its caller frees.
public typealias TextResult = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
/// Where a call leaves a handle.
public typealias HandleResult = UnsafeMutablePointer<OpaquePointer?>

/// An argument of a call that cannot be accepted.
struct CallError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Runs a call: errors become a text, and files that come with the library are found beside it.
func call(_ error: TextResult?, _ body: () throws -> Void) -> Int32 {
  do {
    try Fork.begin()
    defer { Fork.end() }
    try ProgramFiles.$given.withValue(ResourceFolder.path) { try body() }
    error?.pointee = nil
    return TILESPICE_OK
  } catch let fault {
    error?.pointee = strdup("\(fault)")
    return TILESPICE_ERROR
  }
}

/// Text for the caller, if it asks for it.
func give(_ text: @autoclosure () throws -> String, to result: TextResult?) rethrows {
  guard let result else { return }
  result.pointee = strdup(try text())
}

/// JSON for the caller, if it asks for it; keys are sorted, so that equal results are equal texts.
func give<Value: Encodable>(json value: @autoclosure () throws -> Value, to result: TextResult?)
  throws
{
  guard let result else { return }
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  // JSON has no such numbers; Python reads these words.
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  result.pointee = strdup(String(decoding: try encoder.encode(try value()), as: UTF8.self))
}

/// A text argument; `nil` if it is null.
func text(_ pointer: UnsafePointer<CChar>?, _ what: String) throws -> String? {
  guard let pointer else { return nil }
  guard let text = String(validatingCString: pointer) else {
    throw CallError("\(what) is not UTF-8 text")
  }
  return text
}

/// A text argument that has to be there.
func requiredText(_ pointer: UnsafePointer<CChar>?, _ what: String) throws -> String {
  guard let text = try text(pointer, what) else { throw CallError("\(what) is null") }
  return text
}

/// One of some words.
func choice<Choice: RawRepresentable & CaseIterable>(
  _ pointer: UnsafePointer<CChar>?, _ what: String, of type: Choice.Type
) throws -> Choice where Choice.RawValue == String {
  let name = try requiredText(pointer, what)
  guard let choice = Choice(rawValue: name) else {
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw CallError("\(what) is '\(name)'; known are \(known)")
  }
  return choice
}

/// Tasks at once: an argument of 0 means one per core.
func width(_ threads: Int32) throws -> Int {
  guard threads >= 0 else { throw CallError("threads is \(threads); 0 is one per core") }
  return threads == 0 ? ProcessInfo.processInfo.activeProcessorCount : Int(threads)
}
