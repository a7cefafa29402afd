"""Device files: mean and deviation against the state of a cell, as YAML."""

from pathlib import Path


def number(value):
    """Six significant digits: more than any of the sources gives."""
    return format(float(value), ".6g")


def wrapped(key, values, indent):
    """`key: [..]` in lines of at most 100 columns."""
    lines = [" " * indent + key + ":", " " * (indent + 2) + "["]
    for k, value in enumerate(values):
        item = number(value) + ("," if k + 1 < len(values) else "]")
        separator = "" if lines[-1].endswith("[") else " "
        if len(lines[-1]) + len(separator) + len(item) > 100:
            lines.append(" " * (indent + 3) + item)
        else:
            lines[-1] += separator + item
    return lines


def points(key, unit, columns, indent):
    """Columns of a table; `columns` maps a name such as `states` to values in `unit`."""
    lines = []
    for name, values in columns.items():
        suffix = unit if key != "drift" or name == "states" else ""
        lines += wrapped(name + suffix, values, indent)
    return lines


def write(path, source, state, programming, read_noise=None, drift=None):
    """`programming` maps seconds to (states, shifts, deviations)."""
    unit = {"siemens": "Siemens", "amperes": "Amperes", "relative": "Relative"}[state]
    lines = ["# Made by a script in validation/devices.", "version: 1"]
    lines += ["source: " + '"' + source + '"', "state: " + state]
    lines.append("programming:")
    for seconds, (states, shifts, deviations) in programming.items():
        lines.append("  - seconds: " + number(seconds))
        columns = {"states": states, "shifts": shifts, "deviations": deviations}
        lines += points("programming", unit, columns, 4)
    if read_noise:
        lines.append("readNoise:")
        columns = {"states": read_noise[0], "deviations": read_noise[1]}
        lines += points("readNoise", unit, columns, 2)
    if drift:
        lines.append("drift:")
        columns = {"states": drift[0], "exponents": drift[1], "deviations": drift[2]}
        lines += points("drift", unit, columns, 2)
    Path(path).write_text("\n".join(lines) + "\n")
