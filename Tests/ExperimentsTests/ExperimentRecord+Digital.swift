@testable import Experiments

extension ExperimentRecord {
  /// The float network of a record that has it.
  var float: RunResult {
    get {
      guard let digitalFloat else { preconditionFailure("the float network was not run") }
      return digitalFloat
    }
    set { digitalFloat = newValue }
  }

  /// The network in integers of a record that has it.
  var integer: RunResult {
    get {
      guard let digitalInteger else { preconditionFailure("the integers were not run") }
      return digitalInteger
    }
    set { digitalInteger = newValue }
  }
}
