import CTileSpice
import Synchronization

/// The objects behind handles.
///
/// A handle is a number, not an address: one that was freed, or of another kind, or made up, is found
/// not to be there and is an error, where an address would end the process.
enum Handles {
  private struct Table {
    var next: UInt = 1
    var objects: [UInt: any AnyObject & Sendable] = [:]
  }

  private static let table = Mutex(Table())

  /// Handles that exist.
  static var count: Int { table.withLock { $0.objects.count } }

  /// A new handle, left where `result` says.
  static func give(
    _ result: HandleResult?, _ make: () throws -> any AnyObject & Sendable
  ) throws {
    guard let result else {
      throw CallError("the place for the handle is null")
    }
    result.pointee = nil
    result.pointee = add(try make())
  }

  /// A new handle.
  static func add(_ object: any AnyObject & Sendable) -> OpaquePointer? {
    OpaquePointer(
      bitPattern: table.withLock { table in
        let number = table.next
        table.next += 1
        table.objects[number] = object
        return number
      })
  }

  /// The object of a handle of this kind.
  static func object<Object>(_ handle: OpaquePointer?, _ type: Object.Type) throws -> Object {
    guard let handle else { throw CallError("the handle is null") }
    let number = UInt(bitPattern: handle)
    guard let found = table.withLock({ $0.objects[number] }) else {
      throw CallError("the handle was freed")
    }
    guard let object = found as? Object else {
      throw CallError("the handle is of \(kind(of: found)), not of \(name(of: type))")
    }
    return object
  }

  /// Forgets a handle and returns its object; `nil` for null.
  static func remove(_ handle: OpaquePointer?) throws -> (any AnyObject & Sendable)? {
    guard let handle else { return nil }
    let number = UInt(bitPattern: handle)
    guard let object = table.withLock({ $0.objects.removeValue(forKey: number) }) else {
      throw CallError("the handle was freed")
    }
    return object
  }

  private static func kind(of object: any AnyObject & Sendable) -> String {
    name(of: type(of: object))
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is ArrayObject.Type: "an array"
    case is PlotsObject.Type: "plots"
    case is ComparisonObject.Type: "a comparison"
    case is MatrixObject.Type: "a matrix"
    case is LayerObject.Type: "a layer"
    case is JobObject.Type: "a job"
    default: "another kind"
    }
  }
}
