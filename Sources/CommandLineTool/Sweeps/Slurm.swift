import Foundation

/// Slurm, through its command.
enum Slurm {
  /// A job that Slurm did not take, or no Slurm.
  struct Refusal: Error, CustomStringConvertible {
    let description: String
  }

  /// Submits a script; returns the number of its job.
  ///
  /// - Parameter job: The job after whose end it begins, however that ends; `nil` to begin at once.
  static func submit(_ script: String, after job: String? = nil) throws -> String {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["sbatch", "--parsable"] + (job.map { ["--dependency=afterany:\($0)"] } ?? []) + [script]
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problem = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    // The number stands before the name of the cluster, if there is one.
    let number = String(decoding: text, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines).split(separator: ";").first
    guard process.terminationStatus == 0, let number, !number.isEmpty else {
      let reason = String(decoding: problem, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      throw Refusal(
        description: process.terminationStatus == 127
          ? "sbatch is not on the search path; --dry-run prints the scripts"
          : "sbatch does not take \(script): \(reason)")
    }
    return String(number)
  }
}
