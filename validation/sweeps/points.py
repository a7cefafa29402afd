"""What the points of a sweep found, in a form that two runs of the same sweep can be compared by."""
import json

# Keys of results.json that differ between two runs of the same point.
TIMES = {"seconds", "preparationSeconds", "layerSeconds", "imagesTimed", "threads"}


def timeless(value):
    """`value` without times and numbers of tasks, at any depth."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        return {key: timeless(item) for key, item in value.items() if key not in TIMES}
    return value


def finished(folder):
    """Files with the results of the points that are done, in their order."""
    return sorted(folder.glob("points/*/results.json"))


def results(folder):
    """Every point's results without times, by its name, and the merged file as text."""
    found = {"sweep.json": (folder / "sweep.json").read_text()}
    for path in finished(folder):
        found[path.parent.name] = timeless(json.loads(path.read_text()))
    return found
