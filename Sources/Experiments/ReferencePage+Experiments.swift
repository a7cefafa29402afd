import Configuration

extension ReferencePage {
  /// Every page.
  public static func all() throws(ConfigurationError) -> [ReferencePage] {
    [try ExperimentSpec.referencePage(), try ArrayFile.referencePage(), ExperimentRecord.reference]
  }

  /// The pages or the parts of pages that `name` stands for: a page (`experiment`), the path of a
  /// key in one (`experiment.hardware.tile`, `hardware.tile`), or the end of such a path (`tile`).
  public static func text(of name: String) throws -> String {
    try text(of: name, in: all())
  }
}
