"""A scratch clone in which the commands of README.md are run as a reader runs them."""
import os
import subprocess
import sys

import page


class Clone:
    def __init__(self, root, folder, program=None):
        """A folder below `folder` that shows the files of the repository at `root` and keeps what commands write."""
        self.root, self.program = root, program
        self.path, self.home = folder / "clone", folder / "home"
        self.path.mkdir()
        (self.home / ".local/bin").mkdir(parents=True)
        tracked = subprocess.run(["git", "ls-files"], cwd=root, text=True, capture_output=True, check=True).stdout
        for name in sorted({line.split("/")[0] for line in tracked.splitlines()}):
            (self.path / name).symlink_to(root / name)
        # Experiments name the shared data folder from their own, which is the repository's.
        self.environment = dict(os.environ, PATH=f"{self.home}/.local/bin:{os.environ['PATH']}")

    def run(self, section):
        """The console block of `section` with what its commands print now; None where its data are absent."""
        if section.name == "resnet20" and not (self.root / "../shared/data/networks").exists():
            print("resnet20: skipped, the shared data folder is absent", file=sys.stderr)
            return None
        lines = []
        for command in page.commands(section.body):
            lines.append("$ " + command)
            lines += self.shown(self.output(command), section.options if command.startswith("tilespice") else {})
        return "```console\n" + "\n".join(lines) + "\n```\n"

    def output(self, command):
        """The lines that `command` prints on standard output."""
        folder, shown = self.path, command
        if command.startswith("make "):
            # The build folder is the repository's, and so are the caches of the package manager.
            folder, command = self.root, command.replace("$HOME", str(self.home))
            if self.program:
                command = command.replace("make install", f"make install-files BUILD={self.program}")
        if command.startswith("tilespice infer validation/resnet20"):
            command += f" --out {self.path}/resnet20"
        print("$", shown, file=sys.stderr, flush=True)
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            sys.exit(f"{shown} ended with status {done.returncode}:\n{done.stderr}")
        text = done.stdout.replace(f"{self.path}/", "").replace(str(self.home), "~").rstrip()
        lines = text.splitlines()
        return ["…"] + lines[-1:] if shown.startswith("make ") else lines

    @staticmethod
    def shown(lines, options):
        """The part of `lines` that the page shows, with `…` for what it leaves out."""
        if "from" in options:
            start = next(k for k, line in enumerate(lines) if line.startswith(options["from"]))
            end = next(k for k, line in enumerate(lines) if line.startswith(options["to"]))
            return ["…"] + lines[start:end - 1]
        head, tail = int(options.get("head", len(lines))), int(options.get("tail", 0))
        if head + tail >= len(lines):
            return lines
        return lines[:head] + ["…"] + lines[len(lines) - tail:]
