import Foundation
import Netlist

extension Plot {
  /// The plot as comma-separated values with a header line: one line per point, one column per
  /// vector. A complex vector takes two, `re(name)` and `im(name)`; a real one among complex ones,
  /// such as the frequency or a vector of decibels, takes one.
  public var csv: String {
    var columns: [(title: String, offset: Int)] = []
    for (index, variable) in variables.enumerated() {
      if !isComplex {
        columns.append((variable.name, index))
      } else if variable.isReal {
        columns.append((variable.name, 2 * index))
      } else {
        columns.append(("re(\(variable.name))", 2 * index))
        columns.append(("im(\(variable.name))", 2 * index + 1))
      }
    }
    let width = variables.count * (isComplex ? 2 : 1)
    var text = columns.map { Self.field($0.title) }.joined(separator: ",") + "\n"
    for point in 0..<pointCount {
      let row = columns.map { values[point * width + $0.offset].description }
      text += row.joined(separator: ",") + "\n"
    }
    return text
  }

  /// `v(a,b)` holds a comma.
  private static func field(_ text: String) -> String {
    text.contains { ",\"".contains($0) }
      ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// Where plots go as CSV files: one plot to `path`; several each to a file of its own, named for
  /// its analysis: `out.csv` becomes `out.op.csv`, `out.tran.csv`, and `out.tran2.csv` for
  /// a second one.
  public static func csvPaths(for plots: [Plot], path: String) -> [String] {
    guard plots.count > 1 else { return [path] }
    let url = URL(fileURLWithPath: path)
    let ending = url.pathExtension.isEmpty ? "" : "." + url.pathExtension
    let stem = ending.isEmpty ? path : String(path.dropLast(ending.count))
    var seen: [String: Int] = [:]
    return plots.map { plot in
      let kind = plot.analysisKind?.rawValue ?? "plot"
      seen[kind, default: 0] += 1
      let number = seen[kind, default: 1]
      return "\(stem).\(kind)\(number > 1 ? "\(number)" : "")\(ending)"
    }
  }

  /// The analysis that produced the plot, from its SPICE name.
  public var analysisKind: AnalysisKind? {
    let name = name.lowercased()
    if name.hasPrefix("operating point") { return .operatingPoint }
    if name.hasPrefix("dc transfer") || name.hasPrefix("dc sweep") { return .dcSweep }
    if name.hasPrefix("ac analysis") { return .smallSignal }
    if name.hasPrefix("transient") { return .transient }
    if name.hasPrefix("noise") || name.hasPrefix("integrated noise") { return .noise }
    if name.hasPrefix("transfer function") { return .transferFunction }
    if name.hasPrefix("sp analysis") { return .scattering }
    if name.hasPrefix("pole-zero") { return .poleZero }
    return nil
  }
}
