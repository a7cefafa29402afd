import Configuration
import Experiments
import Files
import Foundation

/// Joins the results of a sweep's points into `sweep.json` and `sweep.csv`.
public struct SweepMerge: Sendable {
  /// What was joined.
  public let record: SweepRecord
  /// One row for each point.
  public let table: String
  /// Folders of points that the plan does not have.
  public let strangers: [String]

  /// Reads the results of all points in `folder`.
  ///
  /// Throws `SweepError.damaged` for results of another experiment, of other files or of another
  /// version than the others.
  public init(_ folder: SweepFolder) throws {
    let plan = try folder.plan()
    var points: [SweepRecord.Point] = []
    var first: ExperimentRecord?
    var hashes: [String: (hash: String, path: String)] = [:]
    var rows: [SweepRow] = []
    for point in plan.points {
      let path = folder.results(of: point)
      var own = SweepRecord.Point(hash: point.hash, settings: point.settings, status: .missing)
      var record: ExperimentRecord?
      if folder.isDone(point) {
        let found = try ExperimentRecord(contentsOf: path)
        guard found.configurationYAML == point.experiment else {
          throw SweepError.damaged(
            path: path, "holds results of another experiment than E.yaml beside it; remove it")
        }
        if let first, first.software != found.software {
          throw SweepError.damaged(
            path: path,
            "was made by \(found.software), others by \(first.software); remove one kind")
        }
        for (key, what, hash) in [
          ("network", "network", found.networkHash),
          ("data selection task network", "images", found.imagesHash),
        ] {
          let text = key.split(separator: " ").map {
            found.configuration.value(at: [String($0)])?.text ?? ""
          }.joined(separator: "\n")
          let known = hashes["\(what) \(text)", default: (hash, path)]
          guard known.hash == hash else {
            throw SweepError.damaged(
              path: path,
              "was run on another \(what) than \(known.path): a file of the "
                + "\(what == "network" ? "key network" : "keys data") has changed between them; "
                + "restore it, remove the results that were run on the other one and run the sweep "
                + "again")
          }
          hashes["\(what) \(text)"] = known
        }
        first = first ?? found
        record = found
        own.status = .done
        own.results = "points/\(point.hash)/results.json"
      } else if case .failed(let text) = folder.state(of: point) {
        own.status = .failed
        own.error = text
      }
      let row = SweepRow(own, record, timing: folder.measured(point))
      if record != nil { own.summary = row.summary }
      points.append(own)
      rows.append(row)
    }
    self.record = SweepRecord(
      software: first?.software ?? SoftwareVersion.line, name: plan.name, axes: plan.axes,
      points: points)
    let known = Set(plan.points.map(\.hash))
    let there =
      (try? FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/points")) ?? []
    strangers = there.filter { !known.contains($0) }.sorted()
    table = SweepRow.table(rows, axes: plan.axes.map(\.key))
  }

  /// Points without results, and those of them that ended with an error.
  public var missing: Int { record.points.count { $0.status != .done } }
  public var failed: Int { record.points.count { $0.status == .failed } }

  /// Writes `sweep.json` and `sweep.csv`; returns their paths.
  public func write(to folder: SweepFolder) throws -> [String] {
    let paths = (json: "\(folder.path)/\(SweepRecord.fileName)", csv: "\(folder.path)/sweep.csv")
    try FileContents.write(table, to: paths.csv)
    try FileContents.write(try SweepFolder.encoder.encode(record), to: paths.json)
    return [paths.json, paths.csv]
  }
}
