"""The map of `Sources` that README.md shows: what each target holds and what its files import."""
import re

IMPORT = re.compile(r"^(?:@\w+ )*(?:public |package |internal )?import (?:\w+ )?(\w+)", re.M)
TARGET = re.compile(
    r"^ *// (?P<holds>.*)\n(?:targets \+= layer\(\s*|  \.(?:executableTarget|target)\(\s*name: )\"(?P<name>\w+)\"", re.M)


def imports(folder):
    """Modules that the files of `folder` import."""
    return {name for file in folder.rglob("*.swift") for name in IMPORT.findall(file.read_text())}


def table(root):
    """Targets from the ground up, as Package.swift has them, each with the line above it there."""
    targets = [(match["name"], match["holds"]) for match in TARGET.finditer((root / "Package.swift").read_text())]
    names = [name for name, _ in targets]
    systems = sorted(folder.name for folder in (root / "Sources").iterdir() if (folder / "module.modulemap").exists())
    rows = ["| Target | Holds | Imports |", "| --- | --- | --- |"]
    rows.append(f"| {', '.join(f'`{name}`' for name in systems)} | system libraries | |")
    for name, holds in targets:
        found = imports(root / "Sources" / name)
        used = [other for other in names + systems if other in found]
        rows.append(f"| `{name}` | {holds} | {', '.join(used)} |")
    rows.append("| `Python` | The package `tilespice` of Python, on `CInterface` |  |")
    return "\n".join(rows) + "\n"
