import Reports

/// Suspicious but usable input, said on standard error.
enum Warnings {
  /// Prints each text with the file that it is about.
  static func print(_ texts: [String], file: String) {
    for text in texts { Console.report("warning: \(file): \(text)\n") }
  }

  /// Prints texts that name their file themselves.
  static func print(_ texts: [String]) {
    for text in texts { Console.report("warning: \(text)\n") }
  }
}
