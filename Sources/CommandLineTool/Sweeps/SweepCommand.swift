import ArgumentParser

struct SweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Varies an experiment along axes: plan, run on many workers, join the results.",
    discussion: """
      A sweep file names an experiment and what to vary, any key of it:

        version: 1
        base: E.yaml
        axes:
          - {key: hardware.converter.bits, values: [4, 6, 8]}
          - {key: hardware.wires.bitLineOhms, range: {from: 1, to: 1e3, count: 4, spacing: logarithmic}}
        seeds: 5

      `tilespice sweep run S.yaml --out FOLDER` plans and runs it: 60 points, each as \
      `tilespice infer` would give it. Run it again to go on after an interruption; start it several \
      times, on all machines that see the folder, to share the work. Then \
      `tilespice sweep merge FOLDER` writes sweep.csv and sweep.json, one row for each point. \
      `tilespice reference sweep` explains every key.
      """,
    subcommands: [
      SweepPlanCommand.self, SweepRunCommand.self, SweepStatusCommand.self,
      SweepMergeCommand.self, SweepSubmitCommand.self,
    ])
}
