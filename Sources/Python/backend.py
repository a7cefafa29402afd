"""Builds the wheel; the package's own backend (PEP 517), so that nothing but Python is needed.

A wheel is an archive of the package with three lists beside it. `make wheel` puts the libraries, the files
of the engine and the header into the package folder first.
"""

import base64
import hashlib
import os
import sys
import tomllib
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The same bytes for the same contents.
DATE = (2020, 1, 1, 0, 0, 0)


def metadata(project: dict) -> str:
    lines = [
        "Metadata-Version: 2.4",
        f"Name: {project['name']}",
        f"Version: {project['version']}",
        f"Summary: {project['description']}",
        f"License-Expression: {project['license']}",
        "License-File: LICENSE",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {d}" for d in project["dependencies"]),
    ]
    for extra, needs in project["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {d}; extra == "{extra}"' for d in needs]
    return "\n".join(lines) + "\n"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    with open(HERE / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    package = HERE / "tilespice"
    if not list(package.glob("libtilespice*.so")):
        raise SystemExit("no library in the package: run `make wheel` in the repository")
    name = f"{project['name']}-{project['version']}"
    platform = os.environ.get("TILESPICE_PLATFORM", "linux_x86_64")
    tag = f"py3-none-{platform}"
    info = f"{name}.dist-info"
    files = {
        str(path.relative_to(HERE)): path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    files[f"{info}/METADATA"] = metadata(project).encode()
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: tilespice\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    )
    files[f"{info}/licenses/LICENSE"] = (HERE / "LICENSE").read_bytes()
    record = []
    path = Path(wheel_directory) / f"{name}-{tag}.whl"
    aside = path.with_suffix(".aside")
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as wheel:
        for entry, data in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{entry},sha256={digest},{len(data)}")
            write(wheel, entry, data)
        record.append(f"{info}/RECORD,,")
        write(wheel, f"{info}/RECORD", ("\n".join(record) + "\n").encode())
    os.replace(aside, path)
    return path.name


def write(wheel: zipfile.ZipFile, entry: str, data: bytes) -> None:
    item = zipfile.ZipInfo(entry, DATE)
    item.compress_type = zipfile.ZIP_DEFLATED
    item.external_attr = (0o755 if entry.endswith(".so") else 0o644) << 16
    wheel.writestr(item, data)


if __name__ == "__main__":
    sys.stdout.write(build_wheel(sys.argv[1]) + "\n")
