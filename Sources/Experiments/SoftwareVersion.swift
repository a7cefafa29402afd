/// The software behind a result: its version and the build flags that can change the last digits.
public enum SoftwareVersion {
  /// Version of the package.
  public static let number = "0.1.0"

  /// One line for records and reports.
  public static var line: String {
    var flags: [String] = []
    #if DEBUG
      flags.append("debug")
    #else
      flags.append("release")
    #endif
    #if TILESPICE_NATIVE
      flags.append("native")
    #endif
    #if TILESPICE_FMA || arch(arm64)
      flags.append("fma")
    #endif
    return "TileSpice \(number) (\(flags.joined(separator: ", ")))"
  }
}
