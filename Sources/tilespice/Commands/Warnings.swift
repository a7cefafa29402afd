import Foundation

/// Suspicious but usable input, said on standard error.
enum Warnings {
  /// Prints each text with the file that it is about.
  static func print(_ texts: [String], file: String) {
    for text in texts {
      FileHandle.standardError.write(Data("warning: \(file): \(text)\n".utf8))
    }
  }

  /// Prints texts that name their file themselves.
  static func print(_ texts: [String]) {
    for text in texts { FileHandle.standardError.write(Data("warning: \(text)\n".utf8)) }
  }
}
